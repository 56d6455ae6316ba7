/* What an answer, or none, says about the properties of a call. */
#include "controller/state.h"

#include <string.h>

enum { READABLE = 0x9F };

static bool is_refusal(uint8_t esv) {
    return esv < 0x60;
}

static uint8_t half(unsigned n) {
    return (uint8_t)((n + 1) / 2);
}

static void store(const wf_controller *c, wf_running *call, wf_entry *entry, wf_bytes edt) {
    if (edt.len > entry->seen_len && edt.len > c->config.call_bytes - call->used) {
        entry->status = WF_RESULT_NO_ROOM;
        return;
    }
    if (edt.len > entry->seen_len) {
        entry->seen_at = (uint16_t)call->used;
        call->used += edt.len;
    }
    entry->seen_len = (uint8_t)edt.len;
    if (edt.len > 0) {
        memcpy(call->values + entry->seen_at, edt.at, edt.len);
    }
}

static unsigned count_asked(const wf_running *call) {
    unsigned count = 0;
    for (unsigned i = 0; i < call->entry_count; i++) {
        count += call->entries[i].asked && call->entries[i].status == WF_RESULT_OPEN;
    }
    return count;
}

static wf_entry *asked_entry(wf_running *call, uint8_t epc, bool is_set) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        wf_entry *entry = &call->entries[i];
        if (entry->asked && entry->epc == epc && entry->is_set == is_set) {
            return entry;
        }
    }
    return NULL;
}

static void learn_limit(wf_controller *c, wf_running *call, unsigned limit) {
    wf_neighbour *node = wf_call_node(c, call);
    call->limit = (uint8_t)limit;
    if (node != NULL) {
        node->limit = (uint8_t)limit;
    }
}

/* ---- reads ---- */

/* Some devices refuse a whole message for one property, or two that they can't give together: only what is refused
 * alone is refused. */
static void refused_in_group(wf_entry *entry, unsigned asked, bool others_came) {
    if (asked == 1) {
        entry->status = WF_RESULT_REFUSED;
    } else {
        entry->width = others_came ? 1 : half(asked);
    }
}

static void take_get(wf_controller *c, wf_running *call, const wf_frame *answer, const wf_property_list *list) {
    unsigned asked = count_asked(call), values = 0, answered = 0;
    wf_property property;
    for (size_t at = 0; wf_property_next(list, &at, &property);) {
        wf_entry *entry = asked_entry(call, property.epc, false);
        if (entry == NULL || entry->status != WF_RESULT_OPEN) {
            continue;
        }
        answered++;
        entry->asked = false;
        if (property.edt.len > 0 || !is_refusal(answer->esv)) {
            values++;
            entry->status = WF_RESULT_VALUE;
            store(c, call, entry, property.edt);
            if (property.epc == READABLE) {
                wf_maps_learn(c, call, property.edt);
            }
        } else {
            entry->width = 0; /* marks it until it is known whether others came */
        }
    }
    for (unsigned i = 0; i < call->entry_count; i++) {
        wf_entry *entry = &call->entries[i];
        bool open = !entry->is_set && entry->status == WF_RESULT_OPEN;
        if (open && (entry->width == 0 || (entry->asked && answered == 0))) {
            refused_in_group(entry, asked, values > 0);
        }
    }
    if (answered > 0 && answered < asked && is_refusal(answer->esv)) {
        learn_limit(c, call, answered);
    }
    if (values > call->widest) {
        call->widest = (uint8_t)values;
    }
}

/* ---- writes ---- */

/* An SNA of a Set that refuses none of its properties: some devices don't give back the EDT of what they lack. Cut off
 * at a limit it is another thing: then some are missing. */
static bool names_nothing(const wf_frame *answer, unsigned asked, unsigned answered, unsigned refused) {
    bool of_set = answer->esv == WF_ESV_SETC_SNA || answer->esv == WF_ESV_SETI_SNA;
    return of_set && answered == asked && refused == 0;
}

static void take_set(wf_controller *c, wf_running *call, const wf_frame *answer) {
    unsigned asked = count_asked(call), answered = 0, refused = 0;
    wf_property property;
    for (size_t at = 0; wf_property_next(&answer->list, &at, &property);) {
        wf_entry *entry = asked_entry(call, property.epc, true);
        if (entry != NULL && entry->status == WF_RESULT_OPEN) {
            answered++;
            refused += property.edt.len > 0;
            entry->status = property.edt.len == 0 ? WF_RESULT_SET : WF_RESULT_REFUSED;
        }
    }
    bool none_counts = names_nothing(answer, asked, answered, refused);
    for (unsigned i = 0; i < call->entry_count; i++) {
        wf_entry *entry = &call->entries[i];
        if (entry->is_set && entry->asked && none_counts) {
            entry->status = WF_RESULT_REFUSED;
        } else if (entry->is_set && entry->asked && entry->status == WF_RESULT_OPEN) {
            if (!is_refusal(answer->esv)) {
                entry->status = WF_RESULT_SET; /* the ESV says so of all */
            } else if (answered == 0) {
                entry->status = WF_RESULT_REFUSED;
            }
        }
    }
    if (answered > 0 && answered < asked && is_refusal(answer->esv)) {
        learn_limit(c, call, answered);
    }
}

static bool any_with(const wf_running *call, bool is_set, wf_result_status status) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        if (call->entries[i].is_set == is_set && call->entries[i].status == status) {
            return true;
        }
    }
    return false;
}

/* What is read beside an index that was not set belongs to another index. */
static void drop_gets(wf_running *call) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        if (!call->entries[i].is_set) {
            call->entries[i].status = WF_RESULT_OPEN;
        }
    }
    call->error = WF_ERROR_REFUSED;
}

static bool accepts_anything(const wf_frame *answer) {
    wf_property property;
    for (size_t at = 0; wf_property_next(&answer->list, &at, &property);) {
        if (property.edt.len == 0) {
            return true;
        }
    }
    for (size_t at = 0; wf_property_next(&answer->gets, &at, &property);) {
        if (property.edt.len > 0) {
            return true;
        }
    }
    return false;
}

static void take_setget(wf_controller *c, wf_running *call, const wf_frame *answer) {
    if (is_refusal(answer->esv) && !accepts_anything(answer)) {
        call->splits = call->lacks_setget = true; /* the service may be what it refuses */
        return;
    }
    take_set(c, call, answer);
    if (any_with(call, true, WF_RESULT_OPEN)) { /* cut off: the rest is done one by one */
        call->splits = true;
        return;
    }
    if (answer->gets.count > 0) {
        take_get(c, call, answer, &answer->gets);
    }
}

static void take_verify(wf_controller *c, wf_time now, wf_running *call, const wf_frame *answer) {
    wf_property property;
    bool all = true;
    for (size_t at = 0; wf_property_next(&answer->list, &at, &property);) {
        wf_entry *entry = asked_entry(call, property.epc, true);
        if (entry == NULL) {
            continue;
        }
        if (wf_bytes_equal(property.edt, wf_bytes_of(call->values + entry->at, entry->len))) {
            entry->status = WF_RESULT_VERIFIED;
        } else {
            store(c, call, entry, property.edt);
        }
    }
    for (unsigned i = 0; i < call->entry_count; i++) {
        all = all && (!call->entries[i].asked || call->entries[i].status == WF_RESULT_VERIFIED);
    }
    if (!all) {
        call->not_before = now + call->verify_wait < call->verify_until ? now + call->verify_wait : call->verify_until;
    }
}

/* ---- outcomes ---- */

void wf_call_answered(wf_controller *c, wf_time now, wf_running *call, const wf_frame *answer) {
    wf_neighbour *node = wf_call_node(c, call);
    call->was_answered = true;
    switch (call->step) {
    case WF_STEP_PROBE:
        call->probed = true;
        break;
    case WF_STEP_GET:
        take_get(c, call, answer, &answer->list);
        break;
    case WF_STEP_SET:
        take_set(c, call, answer);
        if (node != NULL && call->lacks_setget && !any_with(call, true, WF_RESULT_REFUSED)) {
            node->no_setget = true;
        }
        break;
    case WF_STEP_SETGET:
        take_setget(c, call, answer);
        break;
    case WF_STEP_VERIFY:
        take_verify(c, now, call, answer);
        break;
    case WF_STEP_NONE:
        break;
    }
    if (call->sets_and_gets && any_with(call, true, WF_RESULT_REFUSED)) {
        drop_gets(call);
    }
}

static void remember_silent(wf_controller *c, const wf_running *call, uint8_t epc) {
    wf_neighbour *node = wf_call_node(c, call);
    uint32_t name = call->deoj << 8 | epc;
    if (node == NULL) {
        return;
    }
    for (unsigned i = 0; i < WF_NEIGHBOUR_SILENT; i++) {
        if (node->silent[i] == name) {
            return;
        }
    }
    memmove(node->silent + 1, node->silent, sizeof node->silent - sizeof node->silent[0]);
    node->silent[0] = name;
}

static void get_unanswered(wf_controller *c, wf_running *call, wf_error error) {
    unsigned asked = count_asked(call);
    call->had_silence = true;
    for (unsigned i = 0; i < call->entry_count; i++) {
        wf_entry *entry = &call->entries[i];
        if (entry->asked && entry->status == WF_RESULT_OPEN) {
            if (asked == 1) {
                entry->status = WF_RESULT_SILENT;
                if (call->was_answered) {
                    remember_silent(c, call, entry->epc);
                }
            } else {
                entry->width = half(asked);
            }
        }
    }
    const wf_neighbour *node = wf_call_node(c, call);
    bool may_be_elsewhere =
        node != NULL && !node->is_peer && (node->moved != 0 || !wf_address_is_unspecified(&node->other));
    if (call->entry_count == 1 && !may_be_elsewhere) {
        call->error = error; /* whether the node is there at all is another question */
        return;
    }
    call->step = WF_STEP_PROBE;
    call->probed = false;
}

static void set_unanswered(wf_running *call, wf_error error) {
    for (unsigned i = 0; i < call->entry_count; i++) {
        if (call->entries[i].asked && call->entries[i].is_set) {
            call->entries[i].status = WF_RESULT_SILENT;
        }
    }
    call->error = error;
}

void wf_call_unanswered(wf_controller *c, wf_running *call, wf_error error) {
    bool silence = error == WF_ERROR_NO_ANSWER || error == WF_ERROR_OUTCOME_UNKNOWN;
    if (!silence) {
        call->error = error; /* no way to the node, or a refusal of all: nothing else would fare better */
        call->verify_ms = 0;
    } else if (call->step == WF_STEP_GET) {
        get_unanswered(c, call, error);
    } else if (call->step == WF_STEP_SETGET && call->repeatable) {
        call->splits = call->lacks_setget = true;
        call->step = WF_STEP_PROBE;
        call->probed = false;
    } else if (call->step == WF_STEP_SETGET || call->step == WF_STEP_SET) {
        set_unanswered(call, error);
    } else if (call->step == WF_STEP_PROBE) {
        call->error = WF_ERROR_NO_ANSWER;
        call->probed = true;
        wf_neighbour *node = wf_call_node(c, call);
        /* Silence at the address that is not asked otherwise says nothing of the other one. */
        if (node != NULL && !wf_address_same_host(&node->other, &call->target.address)) {
            wf_known_offline(c, (uint32_t)(node - c->roster.entries), WF_ERROR_NO_ANSWER);
        }
    }
}

bool wf_call_harvest_late(wf_controller *c, wf_running *call, const wf_frame *answer) {
    bool used = false;
    wf_property property;
    for (size_t at = 0; wf_property_next(&answer->list, &at, &property);) {
        for (unsigned i = 0; i < call->entry_count; i++) {
            wf_entry *entry = &call->entries[i];
            bool missing = entry->status == WF_RESULT_OPEN || entry->status == WF_RESULT_SILENT;
            if (!entry->is_set && entry->epc == property.epc && missing && property.edt.len > 0) {
                entry->status = WF_RESULT_VALUE;
                store(c, call, entry, property.edt);
                used = true;
            }
        }
    }
    return used;
}

/* ---- the verdict ---- */

const char *wf_result_status_name(wf_result_status status) {
    static const char *const names[] = {
#define STATUS_NAME(name, text, what) text,
        WF_RESULT_STATUSES(STATUS_NAME)
#undef STATUS_NAME
    };
    return (size_t)status < sizeof names / sizeof names[0] ? names[status] : NULL;
}

/* A device that kept silent about many and answered all of them in smaller groups has a limit. */
static void learn_from_silence(wf_controller *c, wf_running *call) {
    unsigned gets = 0, silent = 0;
    for (unsigned i = 0; i < call->entry_count; i++) {
        gets += !call->entries[i].is_set;
        silent += call->entries[i].status == WF_RESULT_SILENT || call->entries[i].status == WF_RESULT_OPEN ||
                  call->entries[i].status == WF_RESULT_UNLISTED;
    }
    if (call->had_silence && silent == 0 && call->widest > 0 && call->widest < gets) {
        learn_limit(c, call, call->widest);
    }
}

wf_error wf_call_verdict(wf_controller *c, wf_running *call) {
    unsigned good = 0, silent = 0, no_room = 0;
    learn_from_silence(c, call);
    for (unsigned i = 0; i < call->entry_count; i++) {
        unsigned status = call->entries[i].status;
        good += status == WF_RESULT_VALUE || status == WF_RESULT_VERIFIED ||
                (status == WF_RESULT_SET && call->verify_ms == 0);
        silent += status == WF_RESULT_SILENT;
        no_room += status == WF_RESULT_NO_ROOM;
    }
    if (good == call->entry_count) {
        return WF_OK; /* also where reading back settled what an answer left open */
    }
    if (call->error != WF_OK) {
        return call->error;
    }
    if (good + no_room == call->entry_count) {
        return WF_ERROR_TOO_SMALL;
    }
    return silent == call->entry_count ? WF_ERROR_NO_ANSWER : WF_ERROR_REFUSED;
}
