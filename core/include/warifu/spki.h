/* The SubjectPublicKeyInfo of a P-256 key (RFC 5480 2): a constant head and the uncompressed point. Its SHA-256 names a
 * key whatever certificate it stands in.
 */
#ifndef WARIFU_SPKI_H
#define WARIFU_SPKI_H

#include <warifu/crypto.h>

WF_C_BEGIN

enum { WF_SPKI_LEN = 91 };

void wf_spki_write(uint8_t out[WF_STATIC WF_SPKI_LEN], const uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN]);

/* SHA-256 over those bytes. Whether the key is a point is the caller's matter. Errors: BACKEND. */
WF_MUST_CHECK wf_error wf_spki_fingerprint(uint8_t out[WF_STATIC WF_HASH_LEN],
                                           const uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN]);

WF_C_END

#endif
