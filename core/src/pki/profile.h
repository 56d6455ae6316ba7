/* The object identifiers and algorithms of the certificate profile, as encoded bytes. */
#ifndef WARIFU_PKI_PROFILE_H
#define WARIFU_PKI_PROFILE_H

#include <warifu/certificate.h>

typedef enum wf_oid {
    WF_OID_UNKNOWN,
    WF_OID_COMMON_NAME,
    WF_OID_SERIAL_NUMBER,
    WF_OID_SUBJECT_KEY_ID,
    WF_OID_KEY_USAGE,
    WF_OID_SUBJECT_ALT_NAME,
    WF_OID_BASIC_CONSTRAINTS,
    WF_OID_CRL_NUMBER,
    WF_OID_REASON_CODE,
    WF_OID_DELTA_CRL,
    WF_OID_ISSUING_POINT,
    WF_OID_CERTIFICATE_ISSUER,
    WF_OID_NAME_CONSTRAINTS,
    WF_OID_POLICY_CONSTRAINTS,
    WF_OID_INHIBIT_ANY_POLICY,
    WF_OID_AUTHORITY_KEY_ID,
    WF_OID_EXT_KEY_USAGE,
    WF_OID_ANY_PURPOSE,
    WF_OID_SERVER_AUTH,
    WF_OID_CLIENT_AUTH,
    WF_OID_EXTENSION_REQUEST,
    WF_OID_ROLE
} wf_oid;

wf_bytes wf_oid_contents(wf_oid oid); /* of a known one */
wf_oid wf_oid_find(wf_bytes contents);

wf_bytes wf_algorithm_ecdsa_sha256(void); /* AlgorithmIdentifier, whole: RFC 5758 3.2, parameters absent */
wf_bytes wf_algorithm_p256(void);         /* AlgorithmIdentifier, whole: RFC 5480 2.1.1, named curve */

/* A certificate's serial number without its leading zero: positive, at most 20 octets with the sign bit (RFC 5280
 * 4.1.2.2). */
wf_bytes wf_serial_read(wf_reader *r);

enum { WF_KEY_ID_LEN = 20 };

/* RFC 7093 section 2, method 1: the first 160 bits of SHA-256 over the subjectPublicKey. */
WF_MUST_CHECK wf_error wf_key_id(uint8_t out[static WF_KEY_ID_LEN],
                                 const uint8_t public_key[static WF_P256_PUBLIC_LEN]);

#endif
