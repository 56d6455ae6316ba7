/* The cryptography of the profile, and nothing else: AES-128-CCM, SHA-256, HMAC, HKDF, PBKDF2, P-256, HMAC-DRBG.
 *
 * A façade over libtomcrypt: every length is checked here, every failure is an error, nothing secret stays behind that
 * we own. Call wf_crypto_start once before any thread is made; after that all of this is read-only and re-entrant.
 * Public-key calls use libtommath's (or GMP's) heap; nothing else allocates. A view that is NULL with a length is
 * ARGUMENT, as is a NULL output with a length; sized parameters (`static`) are never NULL.
 */
#ifndef WARIFU_CRYPTO_H
#define WARIFU_CRYPTO_H

#include <warifu/bytes.h>

WF_C_BEGIN

enum {
    WF_AES_KEY_LEN = 16,
    WF_CCM_NONCE_LEN = 13,
    WF_CCM_TAG_LEN = 16,      /* AES-CCM-16-128-128, COSE 30 */
    WF_CCM_SHORT_TAG_LEN = 8, /* AES-CCM-16-64-128, COSE 10: EDHOC suite 2 only */
    WF_CCM_MAX_LEN = 65535,
    WF_HASH_LEN = 32,
    WF_P256_PRIVATE_LEN = 32,
    WF_P256_X_LEN = 32,
    WF_P256_PUBLIC_LEN = 64, /* x || y, big endian */
    WF_P256_SHARED_LEN = 32,
    WF_P256_SIGNATURE_LEN = 64 /* r || s, big endian */
};

/* Registers AES and the mathematics in libtomcrypt, unless the program has put its own there, and proves every
 * algorithm with a known answer. Again and again is allowed. Errors: BACKEND. */
WF_MUST_CHECK wf_error wf_crypto_start(void);

/* SHA-256 (FIPS 180-4) of the concatenated parts. */
WF_MUST_CHECK wf_error wf_sha256(uint8_t out[WF_STATIC WF_HASH_LEN], const wf_bytes *parts, size_t count);

/* The same in pieces: start, feed, finish. A copy is a hash of its own. What was fed leaves traces in it: wipe it when
 * that was secret. */
typedef struct wf_hash {
    uint64_t bits;
    uint32_t words[8];
    uint32_t used; /* of block */
    uint8_t block[64];
} wf_hash;
WF_MUST_CHECK wf_error wf_hash_start(wf_hash *hash);
WF_MUST_CHECK wf_error wf_hash_feed(wf_hash *hash, wf_bytes bytes);
WF_MUST_CHECK wf_error wf_hash_finish(uint8_t out[WF_STATIC WF_HASH_LEN], const wf_hash *hash);

/* HMAC-SHA-256 (RFC 2104) of the concatenated parts; any key length, the empty one included. */
WF_MUST_CHECK wf_error wf_hmac_sha256(uint8_t out[WF_STATIC WF_HASH_LEN], wf_bytes key, const wf_bytes *parts,
                                      size_t count);

/* HKDF-SHA-256 (RFC 5869). An empty salt means 32 zero bytes. out_len <= 255 * 32; `out` lies apart from prk and
 * info. Errors: ARGUMENT, BACKEND. */
WF_MUST_CHECK wf_error wf_hkdf_extract(uint8_t prk[WF_STATIC WF_HASH_LEN], wf_bytes salt, wf_bytes secret);
WF_MUST_CHECK wf_error wf_hkdf_expand(uint8_t *out, size_t out_len, const uint8_t prk[WF_STATIC WF_HASH_LEN],
                                      wf_bytes info);

/* A key from a passphrase, slow on purpose: PBKDF2 with HMAC-SHA-256 (RFC 8018 5.2). Errors: ARGUMENT (no iteration),
 * BACKEND. */
WF_MUST_CHECK wf_error wf_pbkdf2_sha256(uint8_t *out, size_t len, wf_bytes passphrase, wf_bytes salt,
                                        uint32_t iterations);

/* AES-128-CCM (RFC 3610, SP 800-38C), tag_len 16 or 8. `out` takes plain.len + tag_len bytes; it may be the place of
 * the plaintext itself and must not overlap it otherwise. Errors: ARGUMENT (another tag length, more than 65,535
 * bytes), BACKEND. */
WF_MUST_CHECK wf_error wf_ccm_seal(uint8_t *out, const uint8_t key[WF_STATIC WF_AES_KEY_LEN],
                                   const uint8_t nonce[WF_STATIC WF_CCM_NONCE_LEN], size_t tag_len, wf_bytes aad,
                                   wf_bytes plain);

/* The reverse: `sealed` is ciphertext || tag, `out` takes sealed.len - tag_len bytes (in place allowed) and is wiped
 * when the tag is wrong. Errors: TAG, TRUNCATED (shorter than a tag), ARGUMENT, BACKEND. */
WF_MUST_CHECK wf_error wf_ccm_open(uint8_t *out, const uint8_t key[WF_STATIC WF_AES_KEY_LEN],
                                   const uint8_t nonce[WF_STATIC WF_CCM_NONCE_LEN], size_t tag_len, wf_bytes aad,
                                   wf_bytes sealed);

/* A source of entropy that the caller owns. It fills all of `out` or fails. */
typedef struct wf_entropy {
    wf_error (*fill)(void *context, uint8_t *out, size_t len);
    void *context;
} wf_entropy;

/* HMAC-DRBG over SHA-256 (SP 800-90A 10.1.2). Everything random passes through one of these: the entropy source, a
 * long-term key (RFC 8937) and a stored seed go into its first state, so that no single one of them must be trusted. */
typedef struct wf_drbg {
    uint8_t key[WF_HASH_LEN];
    uint8_t value[WF_HASH_LEN];
    uint32_t until_reseed;
    wf_entropy entropy;
} wf_drbg;

/* `long_term` and `seed` may be empty. Errors: ENTROPY, BACKEND. */
WF_MUST_CHECK wf_error wf_drbg_start(wf_drbg *drbg, wf_entropy entropy, wf_bytes long_term, wf_bytes seed);
WF_MUST_CHECK wf_error wf_drbg_bytes(wf_drbg *drbg, uint8_t *out, size_t len); /* reseeds itself; ENTROPY, BACKEND */
void wf_drbg_wipe(wf_drbg *drbg);

/* A key pair of P-256. The private half never leaves this struct unwiped; wipe it when done. */
typedef struct wf_p256_key {
    uint8_t private_key[WF_P256_PRIVATE_LEN];
    uint8_t public_key[WF_P256_PUBLIC_LEN];
} wf_p256_key;

WF_MUST_CHECK wf_error wf_p256_generate(wf_p256_key *key, wf_drbg *drbg);
/* Computes the public half. Errors: KEY (0 or >= n), BACKEND. */
WF_MUST_CHECK wf_error wf_p256_from_private(wf_p256_key *key, const uint8_t private_key[WF_STATIC WF_P256_PRIVATE_LEN]);
void wf_p256_wipe(wf_p256_key *key);

/* Coordinates below p, on the curve, not at infinity. Errors: POINT, BACKEND. */
WF_MUST_CHECK wf_error wf_p256_check(const uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN]);
/* Finds y for x; of the two the even one (EDHOC uses x alone, RFC 9528 3.7). Errors: POINT, BACKEND. */
WF_MUST_CHECK wf_error wf_p256_decompress(uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN],
                                          const uint8_t x[WF_STATIC WF_P256_X_LEN]);

/* ECDH: the x coordinate of the shared point. The peer's point is checked first. Errors: POINT, KEY, BACKEND. */
WF_MUST_CHECK wf_error wf_p256_ecdh(uint8_t shared[WF_STATIC WF_P256_SHARED_LEN], const wf_p256_key *key,
                                    const uint8_t peer[WF_STATIC WF_P256_PUBLIC_LEN]);

/* ECDSA over a SHA-256 hash: hedged nonce (DRBG over key, hash and fresh randomness), low S, and verified before it
 * leaves. Errors: KEY, ENTROPY, BACKEND (also when the public half is not the private half's). */
WF_MUST_CHECK wf_error wf_p256_sign(uint8_t signature[WF_STATIC WF_P256_SIGNATURE_LEN], const wf_p256_key *key,
                                    const uint8_t hash[WF_STATIC WF_HASH_LEN], wf_drbg *drbg);

/* Which signatures count: in our own messages only the one with the smaller s, so that nobody can turn one valid
 * message into another; in certificates either. */
typedef enum wf_s_rule { WF_S_ANY, WF_S_LOW } wf_s_rule;

/* Errors: SIGNATURE, POINT, BACKEND. */
WF_MUST_CHECK wf_error wf_p256_verify(const uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN],
                                      const uint8_t hash[WF_STATIC WF_HASH_LEN],
                                      const uint8_t signature[WF_STATIC WF_P256_SIGNATURE_LEN], wf_s_rule s_rule);

WF_C_END

#endif
