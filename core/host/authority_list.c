/* An authority's revocations and lists. */
#include "host/authority_state.h"
#include "pki/crl_entry.h"
#include <stdlib.h>
#include <string.h>

enum { ENTRY_LEN = 64, LIST_HEAD_LEN = 1024 };

wf_bytes wf_authority_certificate(const wf_authority *a, wf_authority_ca which) {
    const wf_authority_signer *s = &a->signers[which];
    return s->has_certificate ? wf_bytes_of(s->der, s->der_len) : wf_bytes_of(NULL, 0);
}

bool wf_authority_is_revoked(const wf_authority *a, wf_authority_ca which) {
    for (size_t i = 0; i < a->count; i++) {
        const wf_authority_record *record = &a->records[i];
        if (record->revoked &&
            wf_bytes_equal(wf_bytes_of(record->der, record->der_len), wf_authority_certificate(a, which))) {
            return true;
        }
    }
    return false;
}

wf_error wf_authority_revoke(wf_authority *a, const uint8_t serial[static WF_SERIAL_LEN], wf_crl_reason reason,
                             int64_t now) {
    a->text[0] = '\0';
    wf_authority_record *record = wf_authority_find(a, serial);
    if (record == NULL) {
        return wf_authority_fail(a, WF_ERROR_ARGUMENT, false, "no certificate of that serial number was issued", NULL);
    }
    if (wf_bytes_equal(wf_bytes_of(record->der, record->der_len), wf_authority_certificate(a, WF_CA_ROOT))) {
        return wf_authority_fail(a, WF_ERROR_ARGUMENT, false,
                                 "nobody can revoke a root: remove it from whoever trusts it", NULL);
    }
    if (now < 0 || reason == WF_CRL_ON_HOLD || !wf_crl_reason_is_known((unsigned)reason)) {
        return wf_authority_fail(a, WF_ERROR_ARGUMENT, false, "that is no reason or time to revoke", NULL);
    }
    return record->revoked ? WF_ERROR_REVOKED : wf_authority_note_revoked(a, record, reason, now);
}

static size_t take_entries(const wf_authority *a, wf_crl_entry *out, wf_authority_ca which) {
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++) {
        const wf_authority_record *record = &a->records[i];
        if (record->revoked && record->issuer == which) {
            out[count] = (wf_crl_entry){.revoked_at = record->revoked_at, .reason = record->reason};
            memcpy(out[count++].serial, record->serial, WF_SERIAL_LEN);
        }
    }
    return count;
}

static wf_error sign_list(wf_authority *a, wf_writer *w, const wf_crl_order *order, wf_authority_ca which) {
    const wf_signer signer = wf_signer_of(&a->signers[which].key);
    wf_certificate issuer;
    wf_drbg drbg;
    wf_error error = wf_certificate_parse(&issuer, wf_authority_certificate(a, which));
    if (error == WF_OK) {
        error = wf_drbg_start_for(&drbg, a->entropy, signer, wf_bytes_of(NULL, 0));
    }
    if (error == WF_OK) {
        error = wf_crl_issue(w, order, &issuer, signer, &drbg);
        wf_drbg_wipe(&drbg);
    }
    return error;
}

/* The number is on the disk before anything is signed with it. */
static wf_error publish(wf_authority *a, wf_bytes *der, wf_crl_order *order, wf_authority_ca which,
                        wf_crl_entry *entries) {
    order->entries = entries;
    order->entry_count = take_entries(a, entries, which);
    size_t room = LIST_HEAD_LEN + ENTRY_LEN * order->entry_count;
    uint8_t *list = malloc(room);
    if (list == NULL) {
        return WF_ERROR_CAPACITY;
    }
    free(a->list);
    a->list = list;
    wf_writer w = wf_writer_of(list, room);
    wf_error error =
        order->this_update <= order->next_update ? wf_authority_note_list(a, which, order->number) : WF_ERROR_ARGUMENT;
    if (error == WF_OK) {
        error = sign_list(a, &w, order, which);
    }
    *der = wf_bytes_of(list, error == WF_OK ? w.len : 0);
    return error == WF_OK ? wf_authority_save_list(a, which, *der) : error;
}

/* The date, so that an authority restored from an old copy does not fall behind its own lists; always above the last.
 */
static uint64_t next_number(const wf_authority_signer *s, int64_t this_update) {
    uint64_t least = s->list_number + 1;
    return this_update > 0 && (uint64_t)this_update > least ? (uint64_t)this_update : least;
}

wf_error wf_authority_publish(wf_authority *a, wf_bytes *der, wf_authority_ca which, int64_t this_update,
                              int64_t next_update) {
    a->text[0] = '\0';
    *der = wf_bytes_of(NULL, 0);
    if (!a->signers[which].has_key) {
        return wf_authority_fail(a, WF_ERROR_STATE, false, "its key file is not here:", wf_authority_ca_name(which));
    }
    wf_crl_order order = {
        .number = next_number(&a->signers[which], this_update), .this_update = this_update, .next_update = next_update};
    wf_crl_entry *entries = calloc(a->count > 0 ? a->count : 1, sizeof *entries);
    wf_error error = entries == NULL ? WF_ERROR_CAPACITY : publish(a, der, &order, which, entries);
    free(entries);
    return error;
}
