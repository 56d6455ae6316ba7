/* AES-128-CCM with any nonce and tag length that the standard has: for published vectors, and for the public calls,
 * which allow one nonce length and two tag lengths. */
#ifndef WARIFU_CRYPTO_CCM_ENGINE_H
#define WARIFU_CRYPTO_CCM_ENGINE_H

#include <warifu/crypto.h>

/* Nonce 7..13 bytes, tag 4..16 and even, payload up to 65,535 bytes (SP 800-38C A.1). Otherwise as wf_ccm_seal and
 * wf_ccm_open. Errors: the same. */
WF_MUST_CHECK wf_error wf_ccm_engine_seal(uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN], wf_bytes nonce,
                                          size_t tag_len, wf_bytes aad, wf_bytes plain);
WF_MUST_CHECK wf_error wf_ccm_engine_open(uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN], wf_bytes nonce,
                                          size_t tag_len, wf_bytes aad, wf_bytes sealed);

#endif
