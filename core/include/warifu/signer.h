/* Who holds a private key and signs with it: memory, a secure element, a token.
 *
 * Everything that needs a node's or an authority's private key takes a signer, so the key may stay where it was made.
 * What it signs is a SHA-256 hash; ECDH is never asked of it, for handshakes agree on keys of their own that live for
 * one run (RFC 9528 method 0).
 */
#ifndef WARIFU_SIGNER_H
#define WARIFU_SIGNER_H

#include <warifu/crypto.h>

WF_C_BEGIN

/* Small and passed by value, like wf_entropy; what it points to is borrowed. `sign` NULL: nobody. */
typedef struct wf_signer {
    /* ECDSA over the hash: r || s, s low or high. It blocks until it is done. `drbg` is for those who need randomness.
     */
    wf_error (*sign)(void *context, uint8_t signature[WF_STATIC WF_P256_SIGNATURE_LEN],
                     const uint8_t hash[WF_STATIC WF_HASH_LEN], wf_drbg *drbg);
    void *context;
    const uint8_t *public_key; /* WF_P256_PUBLIC_LEN bytes */
} wf_signer;

/* A key in memory, which wf_p256_sign signs with. It is borrowed. */
wf_signer wf_signer_of(const wf_p256_key *key);

/* The key in memory, or NULL where someone else holds it. */
const wf_p256_key *wf_signer_key(wf_signer signer);

/* Signs: low S, and verified before it leaves, whoever made it. Errors: those of the signer, TOKEN (what it gave is no
 * signature of that key). */
WF_MUST_CHECK wf_error wf_signer_sign(uint8_t signature[WF_STATIC WF_P256_SIGNATURE_LEN], wf_signer signer,
                                      const uint8_t hash[WF_STATIC WF_HASH_LEN], wf_drbg *drbg);

/* wf_drbg_start with the long-term key in it (RFC 8937): the key itself where it is in memory, else a signature by it
 * over a fixed text. Errors: those of wf_drbg_start and wf_signer_sign. */
WF_MUST_CHECK wf_error wf_drbg_start_for(wf_drbg *drbg, wf_entropy entropy, wf_signer signer, wf_bytes seed);

WF_C_END

#endif
