/* Values: the first bytes choose a property of the built-in dictionary, the rest is its EDT, or nodes that somebody
 * made up. What decodes encodes to the same bytes, what encodes decodes, and what does neither is refused with a
 * message. Bytes pass the check where they decode, and that for a Set where their value can be set. */
#include <stdlib.h>
#include <string.h>
#include <warifu/value.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NODES = 1024, HEAD = 3 };

static bool choose(wf_property_info *out, const uint8_t *head) {
    wf_class_info owner = {0};
    unsigned at = 0, skip = head[0] % 57;
    while (wf_dictionary_next_class(wf_dictionary_builtin(), &at, &owner) && skip-- > 0) {
    }
    return wf_dictionary_property(wf_dictionary_builtin(), out, owner.code, head[1] | 0x80,
                                  (char)(head[2] % 20 == 0 ? 0 : 'A' + head[2] % 20));
}

static void check_again(const wf_property_info *property, const wf_value *nodes, size_t count, wf_bytes edt) {
    static wf_value few[NODES];
    uint8_t again[UINT8_MAX];
    wf_value_message message;
    wf_writer out = wf_writer_of(again, sizeof again);
    size_t needed;
    if (wf_value_encode(property, &out, &message, nodes, count, false) != WF_OK || message.text[0] != '\0' ||
        out.len != edt.len || (edt.len > 0 && memcmp(again, edt.at, edt.len) != 0)) {
        abort();
    }
    out = wf_writer_of(again, sizeof again);
    bool can_be_set = wf_value_encode(property, &out, &message, nodes, count, true) == WF_OK;
    if ((!can_be_set && message.text[0] == '\0') || wf_value_check(property, NULL, edt, false) != WF_OK ||
        (wf_value_check(property, NULL, edt, true) == WF_OK) != can_be_set) {
        abort();
    }
    if (wf_value_decode(property, few, count - 1, &needed, NULL, edt) != WF_ERROR_TOO_SMALL || needed != count) {
        abort();
    }
}

static void check_bytes(const wf_property_info *property, wf_bytes edt) {
    static wf_value nodes[NODES];
    wf_value_message message;
    size_t count;
    if (wf_value_decode(property, nodes, NODES, &count, &message, edt) == WF_OK) {
        check_again(property, nodes, count, edt);
    } else if (count != 0 || strstr(message.text, property->names.id) != message.text ||
               wf_value_check(property, NULL, edt, false) == WF_OK) {
        abort();
    }
}

/* Eight bytes a node; kinds, counts and names may be nonsense. */
static size_t make_nodes(wf_value *nodes, wf_reader *r, bool set) {
    static const char *const names[] = {"",     "auto", "true",   "noData",
                                        "unit", "day",  "rPhase", "\xE5\x86\xB7\xE6\x88\xBF"};
    size_t count = 0;
    for (; r->left >= 8 && count < NODES; count++) {
        wf_value *node = &nodes[count];
        uint8_t choice = wf_read_u8(r), flags = wf_read_u8(r);
        *node = (wf_value){.kind = (wf_value_kind)(choice % 15), .coded = (flags & 1) != 0};
        node->count = flags & 2 ? wf_read_u8(r) : choice >> 4;
        node->exponent = (int8_t)(flags & 4 ? wf_read_u8(r) : 0);
        node->number = flags & 8 ? (int32_t)wf_read_u32(r) : choice >> 4;
        node->code = (uint64_t)node->number;
        node->name.id = flags & 16 ? names[choice >> 5] : NULL;
        node->member.id = flags & 32 ? names[flags >> 5] : NULL;
        node->bytes = flags & 64 ? wf_read_bytes(r, (choice >> 4) & r->left) : wf_bytes_of(NULL, 0);
        node->year = 2026;
        node->month = flags & 128 ? 2 : 0;
        node->day = choice >> 3;
        node->second = set ? choice : 0;
    }
    return count;
}

static void check_nodes(const wf_property_info *property, wf_bytes data, bool set) {
    static wf_value nodes[NODES], again[NODES];
    uint8_t edt[UINT8_MAX];
    wf_reader r = wf_reader_of(data);
    wf_writer out = wf_writer_of(edt, sizeof edt);
    wf_value_message message;
    size_t count = make_nodes(nodes, &r, set), decoded;
    wf_error error = wf_value_encode(property, &out, &message, nodes, count, set);
    if (error == WF_OK) {
        if (wf_value_decode(property, again, NODES, &decoded, &message, wf_bytes_of(edt, out.len)) != WF_OK) {
            abort();
        }
        check_again(property, again, decoded, wf_bytes_of(edt, out.len));
    } else if (error != WF_ERROR_WRONG_VALUE || strstr(message.text, property->names.id) != message.text) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    wf_property_info property;
    if (size < HEAD || !choose(&property, data)) {
        return 0;
    }
    wf_bytes rest = wf_bytes_of(data + HEAD, size - HEAD);
    check_bytes(&property, rest);
    check_nodes(&property, rest, (data[2] & 1) != 0);
    return 0;
}
