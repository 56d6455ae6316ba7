/* Certificates for tests: orders for what is good, recipes (hexadecimal fields, put together as they are) for what is
 * not, and keys that are the same in every run. */
#ifndef WARIFU_TEST_PKI_KIT_H
#define WARIFU_TEST_PKI_KIT_H

#include "check.h"
#include "hex.h"
#include "pki/der.h"
#include <warifu/certificate.h>

enum { KIT_LEN = 1024, KIT_EXTENSIONS = 20 };
#define KIT_NOW INT64_C(1750000000) /* 2025-06-15 */
#define KIT_DAY INT64_C(86400)

/* --- keys and randomness --- */

static inline wf_error kit_fill(void *context, uint8_t *out, size_t len) {
    (void)context;
    memset(out, 0x5A, len);
    return WF_OK;
}

static inline wf_drbg *kit_drbg(void) {
    static wf_drbg drbg;
    static bool started = false;
    if (!started) {
        CHECK_OK(wf_crypto_start());
        CHECK_OK(wf_drbg_start(&drbg, (wf_entropy){kit_fill, NULL}, wf_bytes_of(NULL, 0), wf_bytes_of(NULL, 0)));
        started = true;
    }
    return &drbg;
}

static inline wf_p256_key kit_key(uint8_t secret) {
    uint8_t private_key[WF_P256_PRIVATE_LEN] = {0};
    wf_p256_key key;
    private_key[0] = 0x11;
    private_key[WF_P256_PRIVATE_LEN - 1] = secret;
    (void)kit_drbg();
    CHECK_OK(wf_p256_from_private(&key, private_key));
    return key;
}

/* --- good certificates --- */

typedef struct kit_certificate {
    uint8_t buffer[KIT_LEN];
    wf_bytes der;
    wf_certificate parsed;
    wf_p256_key key;
} kit_certificate;

static const uint8_t kit_number[WF_NUMBER_LEN] = {0xFE, 0x00, 0x00, 0x77, 0x01, 0x02, 0x03, 0x04, 0x05,
                                                  0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D};

static inline wf_certificate_order kit_ca_order(const char *name) {
    return (wf_certificate_order){.common_name = name,
                                  .is_ca = true,
                                  .path_len = -1,
                                  .not_before = KIT_NOW - 10 * KIT_DAY,
                                  .not_after = KIT_NOW + 10 * KIT_DAY,
                                  .serial = {[15] = 1}};
}

static inline wf_certificate_order kit_end_order(wf_role role) {
    return (wf_certificate_order){.common_name = "lamp",
                                  .role = role,
                                  .number = kit_number,
                                  .not_before = KIT_NOW - KIT_DAY,
                                  .not_after = KIT_NOW + KIT_DAY,
                                  .serial = {[15] = 2}};
}

/* Issues `order` for the key `secret` under `issuer` (NULL: self-signed). */
static inline void kit_issue(kit_certificate *out, wf_certificate_order order, uint8_t secret,
                             const kit_certificate *issuer) {
    out->key = kit_key(secret);
    order.public_key = out->key.public_key;
    wf_writer w = wf_writer_of(out->buffer, sizeof out->buffer);
    CHECK_OK(wf_certificate_issue(&w, &order, issuer == NULL ? NULL : &issuer->parsed,
                                  wf_signer_of(issuer == NULL ? &out->key : &issuer->key), kit_drbg()));
    out->der = wf_bytes_of(out->buffer, w.len);
    CHECK_OK(wf_certificate_parse(&out->parsed, out->der));
}

/* --- certificates of any kind --- */

#define KIT_V3 "A003020102"
#define KIT_ECDSA "300A06082A8648CE3D040302"
#define KIT_P256 "301306072A8648CE3D020106082A8648CE3D030107"
/* A name of one set with one attribute of ten bytes. */
#define KIT_NAME(text10) \
    "301531133011"       \
    "0603550403"         \
    "0C0A" text10
#define KIT_ROOT_NAME KIT_NAME("5465737420526F6F7432") /* Test Root2 */
#define KIT_CA_NAME KIT_NAME("54657374204341204341")   /* Test CA CA */
#define KIT_DIGITS \
    "46453030303037373031303230333034303530363037303830393041304230433044" /* FE000077010203...0D in ASCII */
#define KIT_NUMBER_SET \
    "312B3029"         \
    "0603550405"       \
    "1322" KIT_DIGITS
#define KIT_END_NAME "302D" KIT_NUMBER_SET
#define KIT_VALIDITY                 \
    "301E"                           \
    "170D3235303130313030303030305A" \
    "170D3236303130313030303030305A" /* 2025 */

/* Extensions: OID, "!" when critical, ":", value; or "=" and the whole DER. */
#define KIT_USAGE_END "551D0F!:03020780"
#define KIT_USAGE_CA "551D0F!:03020106"
#define KIT_IS_CA "551D13!:30030101FF"
#define KIT_IS_CA_PATH(octet) "551D13!:30060101FF0201" octet
#define KIT_ROLE_OID "6983CF84CFDB8F95DABA8F82BEE7DFF4C1DFDE46"
#define KIT_ROLE(value) KIT_ROLE_OID ":" value
#define KIT_DEVICE KIT_ROLE("0A0101")
#define KIT_UNKNOWN "2A0304:0403010203"
#define KIT_UNKNOWN_CRITICAL "2A0304!:0403010203"

/* Every field is the hexadecimal text of its DER; "" leaves it out. */
typedef struct kit_recipe {
    const char *version, *serial, *inner, *issuer, *validity, *subject;
    const char *key_algorithm, *key_bits; /* key_bits: NULL for the key's point */
    const char *unique_ids;
    const char *extensions[KIT_EXTENSIONS]; /* as above, up to a NULL; none: no [3] at all */
    const char *outer;
    const char *signature; /* NULL: signed by the issuer's key */
} kit_recipe;

static inline kit_recipe kit_end_recipe(void) {
    return (kit_recipe){.version = KIT_V3,
                        .serial = "02021234",
                        .inner = KIT_ECDSA,
                        .issuer = KIT_ROOT_NAME,
                        .validity = KIT_VALIDITY,
                        .subject = KIT_END_NAME,
                        .key_algorithm = KIT_P256,
                        .unique_ids = "",
                        .extensions = {KIT_USAGE_END, KIT_DEVICE},
                        .outer = KIT_ECDSA};
}

static inline kit_recipe kit_ca_recipe(void) {
    kit_recipe r = kit_end_recipe();
    r.subject = KIT_CA_NAME;
    r.extensions[0] = KIT_IS_CA;
    r.extensions[1] = KIT_USAGE_CA;
    return r;
}

static inline void kit_write_key(wf_writer *w, const kit_recipe *r, const wf_p256_key *key) {
    size_t info = wf_der_begin(w, WF_DER_SEQUENCE);
    hex_write(w, r->key_algorithm);
    if (r->key_bits != NULL) {
        hex_write(w, r->key_bits);
    } else {
        hex_write(w, "03420004");
        wf_write_bytes(w, key->public_key, WF_P256_PUBLIC_LEN);
    }
    wf_der_end(w, info);
}

static inline void kit_write_extension(wf_writer *w, const char *text) {
    if (text[0] == '=') {
        hex_write(w, text + 1);
        return;
    }
    char oid[64];
    size_t oid_len = strcspn(text, "!:");
    CHECK(oid_len < sizeof oid);
    memcpy(oid, text, oid_len);
    oid[oid_len] = '\0';
    size_t extension = wf_der_begin(w, WF_DER_SEQUENCE);
    size_t mark = wf_der_begin(w, WF_DER_OID);
    hex_write(w, oid);
    wf_der_end(w, mark);
    if (text[oid_len] == '!') {
        wf_der_write_boolean(w, true);
    }
    mark = wf_der_begin(w, WF_DER_OCTET_STRING);
    hex_write(w, strchr(text, ':') + 1);
    wf_der_end(w, mark);
    wf_der_end(w, extension);
}

static inline void kit_write_extensions(wf_writer *w, const kit_recipe *r) {
    if (r->extensions[0] == NULL) {
        return;
    }
    size_t outer = wf_der_begin(w, 0xA3);
    size_t list = wf_der_begin(w, WF_DER_SEQUENCE);
    for (size_t i = 0; i < KIT_EXTENSIONS && r->extensions[i] != NULL; i++) {
        kit_write_extension(w, r->extensions[i]);
    }
    wf_der_end(w, list);
    wf_der_end(w, outer);
}

static inline void kit_write_signature(wf_writer *w, const kit_recipe *r, wf_bytes tbs, const wf_p256_key *issuer) {
    uint8_t hash[WF_HASH_LEN], signature[WF_P256_SIGNATURE_LEN];
    if (r->signature != NULL) {
        hex_write(w, r->signature);
        return;
    }
    CHECK_OK(wf_sha256(hash, &tbs, 1));
    CHECK_OK(wf_p256_sign(signature, issuer, hash, kit_drbg()));
    size_t bits = wf_der_begin(w, WF_DER_BIT_STRING);
    wf_write_u8(w, 0);
    CHECK_OK(wf_signature_to_der(w, signature));
    wf_der_end(w, bits);
}

/* Puts the recipe together for the key `secret`, signed with the key `issuer_secret`. It is not parsed. */
static inline void kit_cook(kit_certificate *out, const kit_recipe *r, uint8_t secret, uint8_t issuer_secret) {
    const wf_p256_key issuer = kit_key(issuer_secret);
    out->key = kit_key(secret);
    wf_writer w = wf_writer_of(out->buffer, sizeof out->buffer);
    size_t certificate = wf_der_begin(&w, WF_DER_SEQUENCE);
    size_t tbs = wf_der_begin(&w, WF_DER_SEQUENCE);
    const char *const fields[] = {r->version, r->serial, r->inner, r->issuer, r->validity, r->subject};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        hex_write(&w, fields[i]);
    }
    kit_write_key(&w, r, &out->key);
    hex_write(&w, r->unique_ids);
    kit_write_extensions(&w, r);
    wf_der_end(&w, tbs);
    wf_bytes tbs_bytes = wf_bytes_of(w.start + certificate, w.len - certificate);
    hex_write(&w, r->outer);
    kit_write_signature(&w, r, tbs_bytes, &issuer);
    wf_der_end(&w, certificate);
    CHECK(!w.overflow);
    out->der = wf_bytes_of(out->buffer, w.len);
}

#endif
