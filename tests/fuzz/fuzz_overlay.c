/* Any text as an overlay: what loads can be walked, and every value that decodes encodes to the same bytes. */
#include <stdlib.h>
#include <string.h>
#include <warifu/overlay.h>
#include <warifu/value.h>

enum { NODES = 2048, CLASSES = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_value(const wf_property_info *property, wf_bytes edt) {
    static wf_value nodes[NODES];
    uint8_t bytes[UINT8_MAX];
    wf_value_message why;
    size_t count;
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    if (wf_value_decode(property, nodes, NODES, &count, &why, edt) == WF_OK &&
        (wf_value_encode(property, &out, &why, nodes, count, false) != WF_OK || out.len != edt.len ||
         memcmp(bytes, edt.at, edt.len) != 0)) {
        abort();
    }
}

static void try_property(const wf_property_info *property, const uint8_t *data, size_t size) {
    if (property->min_size == 0 || property->min_size > property->max_size) {
        return; /* an array may be empty; an EDT is not */
    }
    uint8_t edt[UINT8_MAX];
    for (size_t i = 0; i < property->max_size; i++) {
        edt[i] = size == 0 ? 0 : data[i % size];
    }
    try_value(property, wf_bytes_of(edt, property->min_size));
    try_value(property, wf_bytes_of(edt, property->max_size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    wf_overlay *overlay;
    wf_overlay_message message;
    wf_error error = wf_overlay_parse(&overlay, &message, NULL, wf_bytes_of(data, size));
    if (error != WF_OK) {
        if (overlay != NULL || error != WF_ERROR_OVERLAY || message.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    wf_class_info info;
    unsigned classes = 0;
    for (unsigned at = 0; classes < CLASSES && wf_dictionary_next_class(wf_overlay_dictionary(overlay), &at, &info);) {
        wf_property_info property;
        classes++;
        for (unsigned k = 0; wf_dictionary_next_entry(wf_overlay_dictionary(overlay), &k, &property, info.code);) {
            try_property(&property, data, size);
        }
    }
    wf_overlay_free(overlay);
    return 0;
}
