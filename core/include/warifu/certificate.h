/* X.509 certificates (RFC 5280) in the device profile: version 3, P-256 keys, ecdsa-with-SHA256, strict DER.
 *
 * Two more rules of ours: an end certificate's subject carries one serialNumber attribute (2.5.4.5), which is the
 * ECHONET identification number as 34 upper-case hexadecimal digits, and a role extension (WF_ROLE_OID). Path rules
 * here: signature, issuer name, key identifiers, validity, basicConstraints, pathLenConstraint, keyUsage, extKeyUsage,
 * unknown critical extensions. Names compare as their exact DER bytes: no case folding, no string preparation.
 * The whole profile: docs/reference/certificates.md.
 */
#ifndef WARIFU_CERTIFICATE_H
#define WARIFU_CERTIFICATE_H

#include <warifu/signer.h>

WF_C_BEGIN

enum {
    WF_CERTIFICATE_LEN = 512, /* longest certificate on the wire */
    WF_CHAIN_LEN = 2,         /* most certificates on the wire */
    WF_CHAIN_MAX_LEN = 4,     /* most certificates that wf_chain_verify takes at all */
    WF_NUMBER_LEN = 17        /* ECHONET identification number: FE, maker (3), unique (13) */
};

/* The role extension: an arc of our own, the UUID e7849f6c-795b-4e87-827d-9eff4837ef46 (X.667). Non-critical; its value
 * is an ENUMERATED of wf_role. */
#define WF_ROLE_OID "2.25.307740283708968765326157968925915606854"

typedef enum wf_role { WF_ROLE_NONE = 0, WF_ROLE_DEVICE = 1, WF_ROLE_CONTROLLER = 2 } wf_role;

/* keyUsage bits that matter here (RFC 5280 4.2.1.3). */
enum { WF_USAGE_DIGITAL_SIGNATURE = 1, WF_USAGE_KEY_CERT_SIGN = 2, WF_USAGE_CRL_SIGN = 4 };

/* extKeyUsage purposes that matter here (RFC 5280 4.2.1.12). */
enum { WF_PURPOSE_SERVER_AUTH = 1, WF_PURPOSE_CLIENT_AUTH = 2, WF_PURPOSE_ANY = 4 };

/* A parsed certificate; the views point into the DER that was parsed, which must stay. */
typedef struct wf_certificate {
    wf_bytes der;
    wf_bytes tbs;
    wf_bytes serial;               /* magnitude, without a leading zero */
    wf_bytes issuer;               /* Name, DER */
    wf_bytes subject;              /* Name, DER */
    int64_t not_before, not_after; /* seconds since 1970-01-01T00:00:00Z */
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    bool is_ca;
    int path_len; /* -1: no limit */
    bool has_usage;
    unsigned usage;
    bool has_purposes;
    unsigned purposes;
    wf_bytes subject_key_id, authority_key_id; /* empty when absent */
    bool has_number;
    uint8_t number[WF_NUMBER_LEN];
    wf_role role;
} wf_certificate;

/* Errors: DER (not strict DER), CERTIFICATE (strict DER outside the profile: another version, algorithm or curve, a
 * duplicate or unknown critical extension, ...), POINT, BACKEND. `out` is all zero after an error. */
WF_MUST_CHECK wf_error wf_certificate_parse(wf_certificate *out, wf_bytes der);

/* SHA-256 over the DER: the identity of a peer. */
WF_MUST_CHECK wf_error wf_certificate_fingerprint(uint8_t out[WF_STATIC WF_HASH_LEN], wf_bytes der);

/* What a chain is judged by. */
typedef struct wf_chain_rules {
    const wf_bytes *anchors; /* trusted root certificates, DER */
    size_t anchor_count;
    size_t max_len; /* most certificates given, without the anchor */
    bool has_time;  /* false: notBefore is not checked and notAfter is checked against `now` as a floor */
    int64_t now;    /* seconds since 1970 */
    wf_role role;   /* the end certificate must carry this role; NONE: any, and no number needed */
    bool for_lists; /* the end is a CA that may sign revocation lists; `role` does not count */
} wf_chain_rules;

/* A chain that was judged: the given certificates, then the anchor that stands behind them. So the issuer of
 * certificates[i] is certificates[i + 1], which also signs the list that may revoke it (<warifu/crl.h>). */
typedef struct wf_chain_path {
    wf_certificate certificates[WF_CHAIN_MAX_LEN + 1];
    size_t len;       /* with the anchor; 0 after an error */
    size_t failed_at; /* after an error: which one is at fault, counted from the end certificate; the anchor's place
                       * when it is the anchor; 0 when there are none or too many */
} wf_chain_path;

/* Judges `chain` (end certificate first, without the anchor). Cheap rules go first and signatures last, so an error
 * says what is wrong, not that the rest is right. No certificate is left in `path` after an error. Errors: CHAIN (none
 * or too many certificates, names or key identifiers that don't link, an issuer that may not issue), EXPIRED,
 * NOT_YET_VALID, WRONG_ROLE, CERTIFICATE (the end may not sign, or has a role but no number), UNTRUSTED (no anchor of
 * the issuer's name and key identifier), SIGNATURE, and those of parsing; an anchor that does not parse is an error
 * too. */
WF_MUST_CHECK wf_error wf_chain_judge(wf_chain_path *path, const wf_bytes *chain, size_t chain_len,
                                      const wf_chain_rules *rules);

/* The same where the end certificate alone matters; it is all zero after an error. */
WF_MUST_CHECK wf_error wf_chain_verify(wf_certificate *end, const wf_bytes *chain, size_t chain_len,
                                       const wf_chain_rules *rules);

/* ECDSA-Sig-Value (RFC 3279 2.2.3), strictly DER, to and from r || s. Numbers that don't fit 32 bytes are DER errors;
 * their range is wf_p256_verify's matter. Errors: DER, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_signature_from_der(uint8_t signature[WF_STATIC WF_P256_SIGNATURE_LEN], wf_bytes der);
WF_MUST_CHECK wf_error wf_signature_to_der(wf_writer *out, const uint8_t signature[WF_STATIC WF_P256_SIGNATURE_LEN]);

/* What to issue. The name is UTF-8 (at most 64 bytes) and stands in the subject as commonName; it may be NULL when a
 * number names the subject. A CA has a name, no role and no number; any other certificate has a role and a number. */
typedef struct wf_certificate_order {
    const char *common_name;
    bool is_ca;
    int path_len;          /* of a CA: 0 to 255; -1: no limit */
    wf_role role;          /* NONE for a CA */
    const uint8_t *number; /* WF_NUMBER_LEN bytes, or NULL for a CA */
    int64_t not_before, not_after;
    uint8_t serial[16];        /* positive, not zero; its leading zeros are dropped */
    const uint8_t *public_key; /* WF_P256_PUBLIC_LEN bytes */
} wf_certificate_order;

/* Issues a certificate under `issuer` (NULL: self-signed); `signer` holds the issuer's key. Nothing is written after an
 * error. Errors: ARGUMENT (an order outside the profile, an issuer that may not issue it or whose key this is not, more
 * than WF_CERTIFICATE_LEN bytes), TOO_SMALL, POINT, and those of signing. */
WF_MUST_CHECK wf_error wf_certificate_issue(wf_writer *out, const wf_certificate_order *order,
                                            const wf_certificate *issuer, wf_signer signer, wf_drbg *drbg);

/* The order that would issue `old` once more, to be given dates, a serial number and perhaps another key: same subject,
 * role, number, cA and path length. `name` keeps its commonName; number and key point into `old`. Errors: CERTIFICATE
 * (a subject that we don't write). */
enum { WF_NAME_LEN = 64 };
WF_MUST_CHECK wf_error wf_certificate_reorder(wf_certificate_order *out, char name[WF_STATIC WF_NAME_LEN + 1],
                                              const wf_certificate *old);

WF_C_END

#endif
