#include "edhoc/ead.h"

#include <string.h>

#include "edhoc/cbor.h"

enum { LABEL_PADDING = 0 };

wf_error wf_edhoc_ead_write(wf_writer *out, const wf_edhoc_ead *ead) {
    size_t count = ead == NULL ? 0 : ead->count;
    if (count > WF_EDHOC_EAD_COUNT) {
        return WF_ERROR_ARGUMENT;
    }
    for (size_t i = 0; i < count; i++) {
        const wf_edhoc_ead_item *item = &ead->items[i];
        if (item->critical && item->label == LABEL_PADDING) {
            return WF_ERROR_ARGUMENT;
        }
        wf_cbor_write_int(out, item->critical ? -(int64_t)item->label : (int64_t)item->label);
        if (item->has_value) {
            wf_cbor_write_bstr(out, item->value);
        }
    }
    return WF_OK;
}

static bool is_known(const wf_edhoc_config *config, uint16_t label) {
    for (size_t i = 0; i < config->ead_known_count; i++) {
        if (config->ead_known[i] == label) {
            return true;
        }
    }
    return false;
}

wf_error wf_edhoc_ead_read(wf_edhoc_ead *out, wf_reader *r, const wf_edhoc_config *config) {
    memset(out, 0, sizeof *out);
    while (!r->failed && r->left > 0) {
        int64_t label = wf_cbor_read_int(r);
        wf_edhoc_ead_item item = {.critical = label < 0};
        item.has_value = wf_cbor_next_is(r, WF_CBOR_BSTR);
        if (item.has_value) {
            item.value = wf_cbor_read_bstr(r);
        }
        bool fits = label >= -UINT16_MAX && label <= UINT16_MAX && out->count < WF_EDHOC_EAD_COUNT;
        item.label = fits ? (uint16_t)(item.critical ? -label : label) : 0;
        if (r->failed || label == LABEL_PADDING) {
            continue;
        }
        if (item.critical && !(fits && is_known(config, item.label))) {
            memset(out, 0, sizeof *out);
            return WF_ERROR_CRITICAL_EAD;
        }
        if (fits) {
            out->items[out->count++] = item;
        }
    }
    if (r->failed) {
        memset(out, 0, sizeof *out);
    }
    return WF_OK;
}
