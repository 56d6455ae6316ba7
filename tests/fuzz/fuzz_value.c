/* Values: the first bytes choose a property of the built-in dictionary, the rest is its EDT. What decodes encodes to
 * the same bytes, decodes the same in a smaller array, and what does not is refused with a message. */
#include <stdlib.h>
#include <string.h>
#include <warifu/value.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NODES = 1024, HEAD = 3 };

static bool choose(wf_property_info *out, const uint8_t *head) {
    wf_class_info owner;
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
    if (wf_value_encode(property, &out, &message, nodes, count, true) != WF_OK && message.text[0] == '\0') {
        abort();
    }
    if (wf_value_decode(property, few, count - 1, &needed, NULL, edt) != WF_ERROR_TOO_SMALL || needed != count) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static wf_value nodes[NODES];
    wf_property_info property;
    wf_value_message message;
    size_t count;
    if (size < HEAD || !choose(&property, data)) {
        return 0;
    }
    wf_bytes edt = wf_bytes_of(data + HEAD, size - HEAD);
    if (wf_value_decode(&property, nodes, NODES, &count, &message, edt) == WF_OK) {
        check_again(&property, nodes, count, edt);
    } else if (count != 0 || strstr(message.text, property.names.id) != message.text) {
        abort();
    }
    return 0;
}
