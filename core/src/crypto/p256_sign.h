/* The parts of signing that need no DRBG of the caller's: for published vectors and deterministic tests. */
#ifndef WARIFU_CRYPTO_P256_SIGN_H
#define WARIFU_CRYPTO_P256_SIGN_H

#include <warifu/crypto.h>

/* What one signature consumes. The blind multiplies the nonce before it is inverted and falls out again. */
typedef struct wf_p256_nonce {
    uint8_t k[WF_P256_PRIVATE_LEN];
    uint8_t blind[WF_P256_PRIVATE_LEN];
} wf_p256_nonce;

/* RFC 6979 3.6: HMAC-DRBG over private key, hash and `fresh`; without `fresh` it is the deterministic nonce of 3.2.
 * The blind is the same generator's next output. Errors: KEY, BACKEND. */
WF_MUST_CHECK wf_error wf_p256_nonce_derive(wf_p256_nonce *nonce, const uint8_t private_key[static WF_P256_PRIVATE_LEN],
                                            const uint8_t hash[static WF_HASH_LEN], wf_bytes fresh);
void wf_p256_nonce_wipe(wf_p256_nonce *nonce);

/* ECDSA as FIPS 186-5 6.4.1 has it, with this nonce, s low or high as it falls. Nothing is verified here.
 * Errors: KEY (private key, nonce or blind out of range), BACKEND (also in the impossible case of r or s = 0). */
WF_MUST_CHECK wf_error wf_p256_sign_with(uint8_t signature[static WF_P256_SIGNATURE_LEN],
                                         const uint8_t private_key[static WF_P256_PRIVATE_LEN],
                                         const uint8_t hash[static WF_HASH_LEN], const wf_p256_nonce *nonce);

/* Puts the smaller one of s and n - s in its place. s is in range, else the result means nothing. */
WF_MUST_CHECK wf_error wf_p256_make_low(uint8_t s_bytes[static WF_P256_SIGNATURE_LEN / 2]);

#endif
