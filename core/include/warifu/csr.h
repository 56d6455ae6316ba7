/* Certificate requests: PKCS#10 (RFC 2986) with a P-256 key and ecdsa-with-SHA256, strict DER.
 *
 * A request says which key and which subject someone wants certified, and proves that its sender holds the key. What of
 * it goes into a certificate is the authority's decision; of the extensions asked for only the role is looked at.
 */
#ifndef WARIFU_CSR_H
#define WARIFU_CSR_H

#include <warifu/certificate.h>

WF_C_BEGIN

/* A parsed request; the views point into the DER that was parsed, which must stay. */
typedef struct wf_csr {
    wf_bytes der;
    wf_bytes info;        /* what is signed */
    wf_bytes subject;     /* Name, DER; may be empty (30 00) */
    wf_bytes common_name; /* its first commonName, if that is a UTF8String or PrintableString; else empty */
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    bool has_number; /* serialNumber in the subject, as in an end certificate */
    uint8_t number[WF_NUMBER_LEN];
    wf_role role; /* asked for by the role extension; NONE: not asked */
    bool asks_ca; /* asks for basicConstraints with cA */
} wf_csr;

/* Parses, and verifies the signature. Errors: DER, REQUEST (strict DER outside the profile), POINT, SIGNATURE, BACKEND.
 * `out` is all zero after an error. */
WF_MUST_CHECK wf_error wf_csr_parse(wf_csr *out, wf_bytes der);

/* What to ask for. At least one of name and number; the role NONE asks for none. */
typedef struct wf_csr_order {
    const char *common_name; /* UTF-8, at most 64 bytes, or NULL */
    const uint8_t *number;   /* WF_NUMBER_LEN bytes, or NULL */
    wf_role role;
} wf_csr_order;

/* Writes a request for the signer's key, at most 600 bytes. Nothing is written after an error. Errors: ARGUMENT,
 * TOO_SMALL, and those of signing. */
WF_MUST_CHECK wf_error wf_csr_write(wf_writer *out, const wf_csr_order *order, wf_signer signer, wf_drbg *drbg);

WF_C_END

#endif
