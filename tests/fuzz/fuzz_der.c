/* Strict DER: what wf_der_check takes can be walked to the end, writes back as the same bytes, and so does a time and a
 * signature that were read. */
#include "pki/der.h"
#include <stdlib.h>
#include <string.h>
#include <warifu/certificate.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition) {
    if (!condition) {
        abort();
    }
}

static void walk(wf_bytes der) {
    wf_reader r = wf_reader_of(der);
    wf_der_element element = wf_der_read_any(&r);
    demand(wf_reader_finish(&r) == WF_OK && wf_bytes_equal(element.whole, der));
    static uint8_t out[0x10004];
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_der_write(&w, element.tag, element.contents);
    demand(!w.overflow && wf_bytes_equal(wf_bytes_of(out, w.len), der));
    if (element.tag & WF_DER_CONSTRUCTED) {
        wf_reader inner = wf_reader_of(element.contents);
        while (inner.left > 0) {
            demand(wf_der_check(wf_der_read_any(&inner).whole) == WF_OK);
        }
    }
}

static void read_time(wf_bytes der) {
    uint8_t out[32];
    wf_reader r = wf_reader_of(der);
    int64_t seconds = wf_der_read_time(&r);
    if (wf_reader_finish(&r) != WF_OK) {
        return;
    }
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_der_write_time(&w, seconds);
    demand(wf_bytes_equal(wf_bytes_of(out, w.len), der));
}

static void read_leaves(wf_bytes der) {
    wf_reader r = wf_reader_of(der);
    (void)wf_der_read_boolean(&r);
    r = wf_reader_of(der);
    (void)wf_der_read_unsigned(&r);
    r = wf_reader_of(der);
    (void)wf_der_read_small(&r, WF_DER_ENUMERATED);
    r = wf_reader_of(der);
    (void)wf_der_read_octet_aligned(&r);
    r = wf_reader_of(der);
    (void)wf_der_read_named_bits(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t signature[WF_P256_SIGNATURE_LEN], out[80];
    wf_bytes der = wf_bytes_of(data, size);
    if (wf_der_check(der) == WF_OK) {
        walk(der);
    }
    read_time(der);
    read_leaves(der);
    if (wf_signature_from_der(signature, der) == WF_OK) {
        wf_writer w = wf_writer_of(out, sizeof out);
        demand(wf_signature_to_der(&w, signature) == WF_OK && wf_bytes_equal(wf_bytes_of(out, w.len), der));
    }
    return 0;
}
