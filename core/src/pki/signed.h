/* SIGNED{ToBeSigned} of X.509: what is signed, the algorithm, the signature (RFC 5280 4.1.1, 5.1.1, RFC 2986 4.2). */
#ifndef WARIFU_PKI_SIGNED_H
#define WARIFU_PKI_SIGNED_H

#include <warifu/certificate.h>

/* Writes algorithm and signature after the element to be signed, which alone stands in the writer since `mark`, and
 * ends the SEQUENCE that wf_der_begin began there. Errors: TOO_SMALL, and those of signing. */
WF_MUST_CHECK wf_error wf_signed_end(wf_writer *w, size_t mark, wf_signer signer, wf_drbg *drbg);

/* Errors: SIGNATURE, POINT, BACKEND. */
WF_MUST_CHECK wf_error wf_signed_verify(wf_bytes tbs, const uint8_t signature[static WF_P256_SIGNATURE_LEN],
                                        const uint8_t public_key[static WF_P256_PUBLIC_LEN]);

#endif
