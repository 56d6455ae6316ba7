/* Calls by name, and what belongs into one message. */
#include "value_text.h"
#include <string.h>
#include <warifu/named_call.h>

void wf_named_call_start(wf_named_call *call, const wf_dictionary *dictionary, uint16_t class_code, char release) {
    *call = (wf_named_call){.dictionary = dictionary, .class_code = class_code, .release = release};
}

static wf_error refuse(wf_value_message *message, wf_error error, const char *name, const char *why) {
    if (message != NULL) {
        wf_text text = wf_text_of(message->text, sizeof message->text);
        wf_text_put(&text, name);
        wf_text_put(&text, why);
    }
    return error;
}

static wf_error find(const wf_named_call *call, wf_value_message *message, wf_property_info *out, const char *name) {
    if (message != NULL) {
        message->text[0] = '\0';
    }
    bool found = wf_dictionary_property_named(call->dictionary, out, call->class_code, name, call->release);
    return found ? WF_OK : refuse(message, WF_ERROR_NOT_IN_DICTIONARY, name, " is no property of this class");
}

/* Where the set of `epc` belongs: before the first one that is chosen by it, else at the end. */
static size_t place_of(const wf_named_call *call, uint8_t epc) {
    wf_property_info info;
    for (size_t i = 0; i < call->set_count; i++) {
        if (wf_dictionary_property(call->dictionary, &info, call->class_code, call->sets[i].epc, call->release) &&
            info.atomic == epc) {
            return i;
        }
    }
    return call->set_count;
}

/* Adds a set; with `again` one that is there already and the same is fine. */
static wf_error add_set(wf_named_call *call, wf_value_message *message, const wf_property_info *info,
                        const wf_value *nodes, size_t count, bool again) {
    wf_writer out = wf_writer_of(call->bytes + call->used, sizeof call->bytes - call->used);
    wf_error error = wf_value_encode(info, &out, message, nodes, count, true);
    if (error != WF_OK) {
        return error == WF_ERROR_TOO_SMALL ? refuse(message, WF_ERROR_CAPACITY, info->names.id, ": no room") : error;
    }
    const wf_bytes edt = wf_bytes_of(out.start, out.len);
    for (size_t i = 0; i < call->set_count; i++) {
        if (call->sets[i].epc == info->epc) {
            bool same = again && wf_bytes_equal(call->sets[i].edt, edt);
            return same ? WF_OK : refuse(message, WF_ERROR_ARGUMENT, info->names.id, " is set already");
        }
    }
    if (call->set_count == WF_NAMED_SETS) {
        return refuse(message, WF_ERROR_CAPACITY, info->names.id, ": no room");
    }
    size_t at = place_of(call, info->epc);
    memmove(&call->sets[at + 1], &call->sets[at], (call->set_count - at) * sizeof call->sets[0]);
    call->sets[at] = (wf_property){.epc = info->epc, .edt = edt};
    call->set_count++;
    call->used += edt.len;
    return WF_OK;
}

static wf_error add_get(wf_named_call *call, wf_value_message *message, const wf_property_info *info) {
    if (memchr(call->gets, info->epc, call->get_count) != NULL) {
        return WF_OK;
    }
    if (call->get_count == WF_NAMED_GETS) {
        return refuse(message, WF_ERROR_CAPACITY, info->names.id, ": no room");
    }
    call->gets[call->get_count++] = info->epc;
    return WF_OK;
}

wf_error wf_named_call_set(wf_named_call *call, wf_value_message *message, const char *name, const wf_value *nodes,
                           size_t count) {
    wf_property_info info;
    wf_error error = find(call, message, &info, name);
    return error == WF_OK ? add_set(call, message, &info, nodes, count, false) : error;
}

wf_error wf_named_call_get(wf_named_call *call, wf_value_message *message, const char *name) {
    wf_property_info info;
    wf_error error = find(call, message, &info, name);
    return error == WF_OK ? add_get(call, message, &info) : error;
}

wf_error wf_named_call_get_at(wf_named_call *call, wf_value_message *message, const char *name, const wf_value *nodes,
                              size_t count) {
    wf_property_info info, index;
    wf_error error = find(call, message, &info, name);
    if (error != WF_OK) {
        return error;
    }
    if (info.atomic == 0 ||
        !wf_dictionary_property(call->dictionary, &index, call->class_code, info.atomic, call->release)) {
        return refuse(message, WF_ERROR_ARGUMENT, name, " is read by no index");
    }
    size_t gets = call->get_count;
    error = add_get(call, message, &info);
    if (error == WF_OK) {
        error = add_set(call, message, &index, nodes, count, true);
    }
    call->get_count = error == WF_OK ? call->get_count : gets;
    return error;
}
