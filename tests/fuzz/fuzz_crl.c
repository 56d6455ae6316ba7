/* Revocation lists: in one piece and in blocks whose size the first byte chooses, with the same result. The signature
 * is never right, so nothing may be believed. */
#include <stdlib.h>
#include <string.h>
#include <warifu/crl.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static wf_error read_in_blocks(wf_crl_query *query, wf_bytes der, size_t step, const wf_certificate *issuer) {
    wf_crl_reader reader;
    wf_crl crl;
    wf_error error = wf_crl_reader_start(&reader, query, 1);
    for (size_t at = 0; at < der.len && error == WF_OK; at += step) {
        size_t left = der.len - at;
        error = wf_crl_reader_feed(&reader, wf_bytes_of(der.at + at, left < step ? left : step));
        if (reader.have > sizeof reader.element || query->revoked) {
            abort();
        }
    }
    wf_error last = wf_crl_reader_finish(&reader, &crl, issuer);
    if (error != WF_OK && last != error) {
        abort();
    }
    return last;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool started = false;
    if (!started) {
        started = wf_crypto_start() == WF_OK;
    }
    if (size == 0) {
        return 0;
    }
    const wf_certificate issuer = {.is_ca = true, .has_usage = true, .usage = WF_USAGE_CRL_SIGN};
    wf_bytes der = wf_bytes_of(data + 1, size - 1);
    wf_crl_query query = {.id.serial = {[WF_SERIAL_LEN - 1] = 1}};
    wf_error whole = read_in_blocks(&query, der, size, &issuer);
    if (whole == WF_OK || query.revoked || read_in_blocks(&query, der, 1 + data[0], &issuer) != whole) {
        abort();
    }
    return 0;
}
