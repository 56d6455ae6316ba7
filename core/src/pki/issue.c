#include "pki/extension_list.h"
#include "pki/name.h"
#include "pki/public_key.h"
#include "pki/signed.h"

enum { PATH_LEN_MAX = 255 };

/* Named bits of keyUsage as the octets of their BIT STRING: digitalSignature; keyCertSign and cRLSign. */
static const uint8_t end_usage[] = {7, 0x80}, ca_usage[] = {1, 0x06};

/* RFC 5280 4.2.1.9 */
static void write_basic_constraints(wf_writer *w, int path_len) {
    wf_extension_marks marks = wf_extension_begin(w, WF_OID_BASIC_CONSTRAINTS, true);
    size_t mark = wf_der_begin(w, WF_DER_SEQUENCE);
    wf_der_write_boolean(w, true);
    if (path_len >= 0) {
        const uint8_t octet = (uint8_t)path_len;
        wf_der_write_unsigned(w, wf_bytes_of(&octet, 1));
    }
    wf_der_end(w, mark);
    wf_extension_end(w, marks);
}

/* RFC 5280 4.2.1.3 */
static void write_usage(wf_writer *w, bool is_ca) {
    wf_extension_marks marks = wf_extension_begin(w, WF_OID_KEY_USAGE, true);
    wf_der_write(w, WF_DER_BIT_STRING, wf_bytes_of(is_ca ? ca_usage : end_usage, sizeof ca_usage));
    wf_extension_end(w, marks);
}

/* RFC 5280 4.2.1.2 */
static void write_subject_key_id(wf_writer *w, wf_bytes key_id) {
    wf_extension_marks marks = wf_extension_begin(w, WF_OID_SUBJECT_KEY_ID, false);
    wf_der_write(w, WF_DER_OCTET_STRING, key_id);
    wf_extension_end(w, marks);
}

static void write_extensions(wf_writer *w, const wf_certificate_order *order, wf_bytes key_id, wf_bytes issuer_key_id) {
    size_t outer = wf_der_begin(w, WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 3);
    size_t list = wf_der_begin(w, WF_DER_SEQUENCE);
    if (order->is_ca) {
        write_basic_constraints(w, order->path_len);
    }
    write_usage(w, order->is_ca);
    write_subject_key_id(w, key_id);
    if (issuer_key_id.len > 0) {
        wf_authority_key_id_write(w, issuer_key_id);
    }
    if (order->role != WF_ROLE_NONE) {
        wf_role_write(w, order->role);
    }
    wf_der_end(w, list);
    wf_der_end(w, outer);
}

static void write_version(wf_writer *w) {
    static const uint8_t version_3 = 2;
    size_t mark = wf_der_begin(w, WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 0);
    wf_der_write_unsigned(w, wf_bytes_of(&version_3, 1));
    wf_der_end(w, mark);
}

/* RFC 5280 4.1.2; `issuer` NULL: the subject itself. */
static wf_error write_tbs(wf_writer *w, const wf_certificate_order *order, const wf_certificate *issuer) {
    uint8_t key_id[WF_KEY_ID_LEN], computed[WF_KEY_ID_LEN];
    wf_bytes issuer_key_id = {NULL, 0};
    wf_error error = wf_key_id(key_id, order->public_key);
    if (error == WF_OK && issuer != NULL) {
        error = wf_issuer_key_id(&issuer_key_id, computed, issuer);
    }
    if (error != WF_OK) {
        return error;
    }
    size_t tbs = wf_der_begin(w, WF_DER_SEQUENCE);
    write_version(w);
    wf_der_write_unsigned(w, wf_bytes_of(order->serial, sizeof order->serial));
    wf_write_view(w, wf_algorithm_ecdsa_sha256());
    if (issuer != NULL) {
        wf_write_view(w, issuer->subject);
    } else {
        wf_name_write(w, order->common_name, order->number);
    }
    size_t validity = wf_der_begin(w, WF_DER_SEQUENCE);
    wf_der_write_time(w, order->not_before);
    wf_der_write_time(w, order->not_after);
    wf_der_end(w, validity);
    wf_name_write(w, order->common_name, order->number);
    wf_public_key_write(w, order->public_key);
    write_extensions(w, order, wf_bytes_of(key_id, sizeof key_id), issuer_key_id);
    wf_der_end(w, tbs);
    return w->overflow ? WF_ERROR_TOO_SMALL : WF_OK;
}

static bool serial_is_zero(const wf_certificate_order *order) {
    uint8_t bits = 0;
    for (size_t i = 0; i < sizeof order->serial; i++) {
        bits |= order->serial[i];
    }
    return bits == 0;
}

/* What the profile demands of an order. */
static bool order_is_good(const wf_certificate_order *order) {
    bool has_name = order->common_name != NULL;
    if (has_name && !wf_name_is_writable(order->common_name)) {
        return false;
    }
    bool period = order->not_before >= WF_DER_TIME_MIN && order->not_before <= order->not_after &&
                  order->not_after <= WF_DER_TIME_MAX;
    bool subject = order->is_ca
                       ? has_name && order->role == WF_ROLE_NONE && order->number == NULL
                       : order->number != NULL && (order->role == WF_ROLE_DEVICE || order->role == WF_ROLE_CONTROLLER);
    bool path = !order->is_ca || (order->path_len >= -1 && order->path_len <= PATH_LEN_MAX);
    return period && subject && path && !serial_is_zero(order);
}

/* The issuer's key must be the issuer's, and the issuer one that may issue this (RFC 5280 4.2.1.9). */
static bool issuer_is_good(const wf_certificate_order *order, const wf_certificate *issuer, wf_signer signer) {
    const uint8_t *expected = issuer == NULL ? order->public_key : issuer->public_key;
    wf_bytes a = wf_bytes_of(expected, WF_P256_PUBLIC_LEN), b = wf_bytes_of(signer.public_key, WF_P256_PUBLIC_LEN);
    if (!wf_bytes_equal(a, b)) {
        return false;
    }
    if (issuer == NULL) {
        return true;
    }
    bool signs = issuer->is_ca && issuer->has_usage && (issuer->usage & WF_USAGE_KEY_CERT_SIGN);
    return signs && !(order->is_ca && issuer->path_len == 0);
}

static wf_error write_certificate(wf_writer *w, const wf_certificate_order *order, const wf_certificate *issuer,
                                  wf_signer signer, wf_drbg *drbg) {
    size_t certificate = wf_der_begin(w, WF_DER_SEQUENCE);
    wf_error error = write_tbs(w, order, issuer);
    return error != WF_OK ? error : wf_signed_end(w, certificate, signer, drbg);
}

wf_error wf_certificate_issue(wf_writer *out, const wf_certificate_order *order, const wf_certificate *issuer,
                              wf_signer signer, wf_drbg *drbg) {
    if (!order_is_good(order) || !issuer_is_good(order, issuer, signer)) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = wf_p256_check(order->public_key);
    if (error != WF_OK) {
        return error;
    }
    const wf_writer before = *out;
    error = write_certificate(out, order, issuer, signer, drbg);
    if (error == WF_OK && out->len - before.len > WF_CERTIFICATE_LEN) {
        error = WF_ERROR_ARGUMENT;
    }
    if (error != WF_OK) {
        *out = before;
    }
    return error;
}
