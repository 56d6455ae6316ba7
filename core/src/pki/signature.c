#include "pki/der.h"
#include <string.h>
#include <warifu/certificate.h>

enum { HALF = WF_P256_SIGNATURE_LEN / 2 };

static void read_half(uint8_t *out, wf_reader *r) {
    wf_bytes number = wf_der_read_unsigned(r);
    if (number.len > HALF) {
        wf_reader_fail(r);
    }
    if (!r->failed) {
        memcpy(out + HALF - number.len, number.at, number.len);
    }
}

wf_error wf_signature_from_der(uint8_t signature[static WF_P256_SIGNATURE_LEN], wf_bytes der) {
    memset(signature, 0, WF_P256_SIGNATURE_LEN);
    wf_reader outer = wf_reader_of(der);
    wf_reader r = wf_der_enter(&outer, WF_DER_SEQUENCE);
    read_half(signature, &r);
    read_half(signature + HALF, &r);
    wf_der_leave(&outer, &r);
    if (wf_reader_finish(&outer) != WF_OK) {
        memset(signature, 0, WF_P256_SIGNATURE_LEN);
        return WF_ERROR_DER;
    }
    return WF_OK;
}

wf_error wf_signature_to_der(wf_writer *out, const uint8_t signature[static WF_P256_SIGNATURE_LEN]) {
    size_t mark = wf_der_begin(out, WF_DER_SEQUENCE);
    wf_der_write_unsigned(out, wf_bytes_of(signature, HALF));
    wf_der_write_unsigned(out, wf_bytes_of(signature + HALF, HALF));
    wf_der_end(out, mark);
    return out->overflow ? WF_ERROR_TOO_SMALL : WF_OK;
}
