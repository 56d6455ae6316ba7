/* CBOR: what is taken as deterministic gives the same bytes when it is written again, head by head. */
#include <stdlib.h>

#include "edhoc/cbor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void copy_head(wf_reader *r, wf_writer *w) {
    if (wf_cbor_next_is(r, WF_CBOR_BSTR)) {
        wf_cbor_write_bstr(w, wf_cbor_read_bstr(r));
    } else if (wf_cbor_next_is(r, WF_CBOR_TSTR)) {
        wf_bytes text = wf_cbor_read_tstr(r);
        wf_cbor_write_head(w, WF_CBOR_TSTR, text.len);
        wf_write_view(w, text);
    } else if (wf_cbor_next_is(r, WF_CBOR_ARRAY)) {
        wf_cbor_write_head(w, WF_CBOR_ARRAY, wf_cbor_read_array(r));
    } else if (wf_cbor_next_is(r, WF_CBOR_MAP)) {
        wf_cbor_write_head(w, WF_CBOR_MAP, wf_cbor_read_map(r));
    } else if (wf_cbor_next_is(r, WF_CBOR_SIMPLE)) {
        wf_cbor_write_head(w, WF_CBOR_SIMPLE, wf_cbor_read_simple(r));
    } else {
        wf_cbor_write_int(w, wf_cbor_read_int(r));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t again[8192];
    wf_bytes sequence = wf_bytes_of(data, size);
    if (size > sizeof again || wf_cbor_check(sequence) != WF_OK) {
        return 0;
    }
    wf_reader r = wf_reader_of(sequence);
    for (size_t left = size; left > 0; left -= wf_cbor_read_item(&r).len) {
        if (r.failed || r.left != left) {
            abort();
        }
    }
    r = wf_reader_of(sequence);
    wf_writer w = wf_writer_of(again, sizeof again);
    while (!r.failed && r.left > 0) {
        copy_head(&r, &w);
    }
    if (!r.failed && !wf_bytes_equal(sequence, wf_bytes_of(again, w.len))) { /* it fails at 64-bit integers only */
        abort();
    }
    return 0;
}
