#include "pki/crl_entry.h"
#include "pki/extension_list.h"
#include "pki/signed.h"

static const uint8_t version_2 = 1;

static bool serial_is_zero(const uint8_t serial[static WF_SERIAL_LEN]) {
    uint8_t bits = 0;
    for (size_t i = 0; i < WF_SERIAL_LEN; i++) {
        bits |= serial[i];
    }
    return bits == 0;
}

/* What wf_crl_entry_read takes, and no hold: whoever wants a certificate back has a new one issued. */
static bool entry_is_good(const wf_crl_entry *entry) {
    bool dated = entry->revoked_at >= WF_DER_TIME_MIN && entry->revoked_at <= WF_DER_TIME_MAX;
    bool counted = !serial_is_zero(entry->serial) && entry->serial[0] < 0x80;
    return dated && counted && entry->reason != WF_CRL_ON_HOLD && wf_crl_reason_is_known((unsigned)entry->reason);
}

static bool order_is_good(const wf_crl_order *order) {
    for (size_t i = 0; i < order->entry_count; i++) {
        if (!entry_is_good(&order->entries[i])) {
            return false;
        }
    }
    return order->this_update >= WF_DER_TIME_MIN && order->this_update <= order->next_update &&
           order->next_update <= WF_DER_TIME_MAX;
}

static bool issuer_is_good(const wf_certificate *issuer, wf_signer signer) {
    wf_bytes a = wf_bytes_of(issuer->public_key, WF_P256_PUBLIC_LEN);
    return wf_crl_may_sign(issuer) && wf_bytes_equal(a, wf_bytes_of(signer.public_key, WF_P256_PUBLIC_LEN));
}

static void write_entry(wf_writer *w, const wf_crl_entry *entry) {
    size_t mark = wf_der_begin(w, WF_DER_SEQUENCE);
    wf_der_write_unsigned(w, wf_bytes_of(entry->serial, sizeof entry->serial));
    wf_der_write_time(w, entry->revoked_at);
    if (entry->reason != WF_CRL_UNSPECIFIED) {
        const uint8_t reason = (uint8_t)entry->reason;
        size_t list = wf_der_begin(w, WF_DER_SEQUENCE);
        wf_extension_marks marks = wf_extension_begin(w, WF_OID_REASON_CODE, false);
        wf_der_write(w, WF_DER_ENUMERATED, wf_bytes_of(&reason, 1));
        wf_extension_end(w, marks);
        wf_der_end(w, list);
    }
    wf_der_end(w, mark);
}

static void write_extensions(wf_writer *w, wf_bytes key_id, uint64_t number) {
    uint8_t octets[8];
    for (size_t i = 0; i < sizeof octets; i++) {
        octets[i] = (uint8_t)(number >> 8 * (sizeof octets - 1 - i));
    }
    size_t outer = wf_der_begin(w, WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 0);
    size_t list = wf_der_begin(w, WF_DER_SEQUENCE);
    wf_authority_key_id_write(w, key_id);
    wf_extension_marks marks = wf_extension_begin(w, WF_OID_CRL_NUMBER, false);
    wf_der_write_unsigned(w, wf_bytes_of(octets, sizeof octets));
    wf_extension_end(w, marks);
    wf_der_end(w, list);
    wf_der_end(w, outer);
}

/* RFC 5280 5.1.2 */
static void write_tbs(wf_writer *w, const wf_crl_order *order, const wf_certificate *issuer, wf_bytes key_id) {
    size_t tbs = wf_der_begin(w, WF_DER_SEQUENCE);
    wf_der_write_unsigned(w, wf_bytes_of(&version_2, 1));
    wf_write_view(w, wf_algorithm_ecdsa_sha256());
    wf_write_view(w, issuer->subject);
    wf_der_write_time(w, order->this_update);
    wf_der_write_time(w, order->next_update);
    if (order->entry_count > 0) {
        size_t entries = wf_der_begin(w, WF_DER_SEQUENCE);
        for (size_t i = 0; i < order->entry_count; i++) {
            write_entry(w, &order->entries[i]);
        }
        wf_der_end(w, entries);
    }
    write_extensions(w, key_id, order->number);
    wf_der_end(w, tbs);
}

wf_error wf_crl_issue(wf_writer *out, const wf_crl_order *order, const wf_certificate *issuer, wf_signer signer,
                      wf_drbg *drbg) {
    if (!order_is_good(order) || !issuer_is_good(issuer, signer)) {
        return WF_ERROR_ARGUMENT;
    }
    wf_bytes key_id;
    uint8_t computed[WF_KEY_ID_LEN];
    wf_error error = wf_issuer_key_id(&key_id, computed, issuer);
    if (error != WF_OK) {
        return error;
    }
    const wf_writer before = *out;
    size_t list = wf_der_begin(out, WF_DER_SEQUENCE);
    write_tbs(out, order, issuer, key_id);
    error = wf_signed_end(out, list, signer, drbg);
    if (error == WF_OK && out->len - before.len > WF_CRL_LEN) {
        error = WF_ERROR_TOO_SMALL;
    }
    if (error != WF_OK) {
        *out = before;
    }
    return error;
}
