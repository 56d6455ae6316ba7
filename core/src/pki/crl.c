#include "pki/crl_entry.h"
#include <string.h>

wf_error wf_certificate_id_of(wf_certificate_id *out, const wf_certificate *certificate) {
    *out = (wf_certificate_id){0};
    if (certificate->serial.len > WF_SERIAL_LEN) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = wf_sha256(out->issuer, &certificate->issuer, 1);
    if (error == WF_OK) {
        wf_serial_pad(out->serial, certificate->serial);
    }
    return error;
}

bool wf_certificate_id_equal(const wf_certificate_id *a, const wf_certificate_id *b) {
    return memcmp(a->issuer, b->issuer, sizeof a->issuer) == 0 && memcmp(a->serial, b->serial, sizeof a->serial) == 0;
}

wf_error wf_crl_query_of(wf_crl_query *out, const wf_certificate *certificate) {
    *out = (wf_crl_query){0};
    return wf_certificate_id_of(&out->id, certificate);
}

wf_error wf_crl_read(wf_crl *out, wf_crl_query *queries, size_t count, wf_bytes der, const wf_certificate *issuer) {
    wf_crl_reader reader;
    *out = (wf_crl){0};
    wf_error error = wf_crl_reader_start(&reader, queries, count);
    if (error == WF_OK) {
        error = wf_crl_reader_feed(&reader, der);
    }
    return error != WF_OK ? error : wf_crl_reader_finish(&reader, out, issuer);
}

wf_error wf_crl_follows(const wf_crl *next, const wf_crl *held) {
    if (memcmp(next->issuer, held->issuer, sizeof next->issuer) != 0) {
        return WF_ERROR_CHAIN;
    }
    if (next->number == held->number) {
        bool same = next->this_update == held->this_update && next->next_update == held->next_update;
        return same ? WF_OK : WF_ERROR_CRL_OLD;
    }
    return next->number > held->number && next->this_update >= held->this_update ? WF_OK : WF_ERROR_CRL_OLD;
}

wf_error wf_crl_check_time(const wf_crl *crl, bool has_time, int64_t now) {
    if (now > crl->next_update) {
        return WF_ERROR_CRL_EXPIRED;
    }
    return has_time && now < crl->this_update ? WF_ERROR_NOT_YET_VALID : WF_OK;
}
