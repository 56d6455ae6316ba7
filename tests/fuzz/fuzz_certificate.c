/* Certificates and chains. The input is one certificate; where another follows its end it is the issuer, which is also
 * an anchor, so that a chain gets as far as its signatures. */
#include "pki/der.h"
#include <stdlib.h>
#include <warifu/certificate.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(wf_bytes part, wf_bytes whole) {
    return part.len == 0 || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len);
}

static void check_views(wf_bytes der) {
    wf_certificate c;
    if (wf_certificate_parse(&c, der) != WF_OK) {
        return;
    }
    const wf_bytes views[] = {c.tbs, c.serial, c.issuer, c.subject, c.subject_key_id, c.authority_key_id};
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        if (!is_inside(views[i], der)) {
            abort();
        }
    }
    if (c.serial.len == 0 || c.serial.len > 20 || c.not_before > c.not_after || (c.is_ca && c.role != WF_ROLE_NONE)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool started = false;
    if (!started) {
        started = wf_crypto_start() == WF_OK;
    }
    wf_reader r = wf_reader_of(wf_bytes_of(data, size));
    wf_bytes chain[2];
    chain[0] = wf_der_read_any(&r).whole;
    chain[1] = wf_read_rest(&r);
    check_views(wf_bytes_of(data, size));
    check_views(chain[0]);
    wf_chain_rules rules = {.anchors = &chain[1],
                            .anchor_count = 1,
                            .max_len = 2,
                            .has_time = size % 2 == 0,
                            .now = INT64_C(1750000000),
                            .role = (wf_role)(size % 3)};
    wf_certificate end;
    for (size_t len = 1; len <= 2; len++) {
        wf_error error = wf_chain_verify(&end, chain, len, &rules);
        if ((error == WF_OK) != (end.der.len > 0)) {
            abort();
        }
    }
    return 0;
}
