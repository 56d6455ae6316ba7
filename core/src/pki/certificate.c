#include "pki/der.h"
#include "pki/extensions.h"
#include "pki/name.h"
#include "pki/profile.h"
#include "pki/public_key.h"
#include <string.h>

enum { VERSION_3 = 2 };

/* RFC 5280 4.1.2.1. Version 1 has no role, no CA flag and no use here. */
static void read_version(wf_reader *tbs) {
    wf_reader r = wf_der_enter(tbs, WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 0);
    if (wf_der_read_small(&r, WF_DER_INTEGER) != VERSION_3) {
        wf_reader_fail(&r);
    }
    wf_der_leave(tbs, &r);
}

static void read_algorithm(wf_reader *r) {
    if (!wf_der_read_is(r, wf_algorithm_ecdsa_sha256())) {
        wf_reader_fail(r);
    }
}

static void read_validity(wf_certificate *out, wf_reader *tbs) {
    wf_reader r = wf_der_enter(tbs, WF_DER_SEQUENCE);
    out->not_before = wf_der_read_time(&r);
    out->not_after = wf_der_read_time(&r);
    if (out->not_before > out->not_after) {
        wf_reader_fail(&r);
    }
    wf_der_leave(tbs, &r);
}

/* The last fields; issuerUniqueID and subjectUniqueID ([1], [2]) are refused by not being read (RFC 5280 4.1.2.8). */
static wf_bytes read_extensions(wf_reader *tbs) {
    wf_bytes contents = {NULL, 0};
    if (tbs->left > 0) {
        contents = wf_der_read(tbs, WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 3).contents;
        if (contents.len == 0) {
            wf_reader_fail(tbs);
        }
    }
    return contents;
}

/* RFC 5280 4.1; `der` is strict DER already, so what does not fit is outside the profile. */
static wf_error read_tbs(wf_certificate *out, wf_bytes *extensions) {
    wf_reader outer = wf_reader_of(out->tbs);
    wf_reader tbs = wf_der_enter(&outer, WF_DER_SEQUENCE);
    read_version(&tbs);
    out->serial = wf_serial_read(&tbs);
    read_algorithm(&tbs);
    out->issuer = wf_der_read(&tbs, WF_DER_SEQUENCE).whole;
    read_validity(out, &tbs);
    out->subject = wf_der_read(&tbs, WF_DER_SEQUENCE).whole;
    wf_public_key_read(out->public_key, &tbs);
    *extensions = read_extensions(&tbs);
    if (wf_reader_finish(&tbs) != WF_OK || wf_name_is_empty(out->issuer)) { /* 4.1.2.4 */
        return WF_ERROR_CERTIFICATE;
    }
    wf_error error = wf_name_check(out->issuer);
    return error != WF_OK ? error : wf_name_check(out->subject);
}

/* Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }; the algorithm here and inside must
 * be the same one (RFC 5280 4.1.1.2), which holds when each is the only one that there is. */
static wf_error read_frame(wf_certificate *out, wf_bytes *signature) {
    wf_reader outer = wf_reader_of(out->der);
    wf_reader r = wf_der_enter(&outer, WF_DER_SEQUENCE);
    out->tbs = wf_der_read(&r, WF_DER_SEQUENCE).whole;
    read_algorithm(&r);
    *signature = wf_der_read_octet_aligned(&r);
    return wf_reader_finish(&r) == WF_OK ? WF_OK : WF_ERROR_CERTIFICATE;
}

static wf_error parse(wf_certificate *out) {
    wf_bytes signature, extensions;
    wf_error error = wf_der_check(out->der);
    if (error == WF_OK) {
        error = read_frame(out, &signature);
    }
    if (error == WF_OK) {
        error = wf_signature_from_der(out->signature, signature);
    }
    if (error == WF_OK) {
        error = read_tbs(out, &extensions);
    }
    if (error == WF_OK) {
        error = wf_extensions_parse(out, extensions);
    }
    if (error == WF_OK && !out->is_ca) {
        error = wf_name_number(&out->has_number, out->number, out->subject);
    }
    return error != WF_OK ? error : wf_p256_check(out->public_key);
}

wf_error wf_certificate_parse(wf_certificate *out, wf_bytes der) {
    *out = (wf_certificate){.der = der, .path_len = -1};
    wf_error error = parse(out);
    if (error != WF_OK) {
        *out = (wf_certificate){0};
    }
    return error;
}

wf_error wf_certificate_fingerprint(uint8_t out[static WF_HASH_LEN], wf_bytes der) {
    return wf_sha256(out, &der, 1);
}
