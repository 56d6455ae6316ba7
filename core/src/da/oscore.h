/* What records for one peer and for a group share: RFC 8613's key derivation and nonce. */
#ifndef WARIFU_DA_OSCORE_H
#define WARIFU_DA_OSCORE_H

#include <warifu/wire.h>

/* RFC 8613 3.2.1: info = [id, id_context, alg_aead, type, L]. `id_context` NULL: null. Errors: TOO_SMALL, BACKEND. */
WF_MUST_CHECK wf_error wf_oscore_derive(uint8_t *out, size_t len, const uint8_t prk[static WF_HASH_LEN], wf_bytes id,
                                        const wf_bytes *id_context, int alg, const char *type);

/* RFC 8613 5.2. The kid has WF_DA_KID_LEN bytes at most. */
void wf_oscore_nonce(uint8_t nonce[static WF_CCM_NONCE_LEN], const uint8_t iv[static WF_CCM_NONCE_LEN], wf_bytes kid,
                     uint64_t piv);

#endif
