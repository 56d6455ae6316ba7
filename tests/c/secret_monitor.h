/* Secrets as memcheck sees them, the way of ctgrind: a secret is marked undefined, and what is computed from it becomes
 * so by itself. memcheck then reports every branch and every index that depends on one. The linker leads the core's
 * calls through here (tests/CMakeLists.txt): private scalars become secret where they are drawn, shared secrets
 * where they are computed, and this is the whole
 * list of what stops being secret. Natively nothing of it has an effect. */
#ifndef WARIFU_TESTS_SECRET_MONITOR_H
#define WARIFU_TESTS_SECRET_MONITOR_H

#include <valgrind/memcheck.h>
#include <warifu/crypto.h>

#include "crypto/p256_curve.h"
#include "da/admission.h"
#include "edhoc/run.h"

static bool watches; /* not the known answers that the cryptography is started with */

static inline void secret(const void *at, size_t len) {
    if (watches) {
        (void)VALGRIND_MAKE_MEM_UNDEFINED(at, len);
    }
}

/* Each byte of it hangs on a secret; always so where memcheck doesn't look. */
static inline bool is_secret(const uint8_t *at, size_t len) {
    for (size_t i = 0; i < len; i++) {
        uint8_t undefined_bits = 0;
        if (VALGRIND_GET_VBITS(at + i, &undefined_bits, 1) == 1 && undefined_bits == 0) {
            return false;
        }
    }
    return true;
}

static inline void reveal(const void *at, size_t len) {
    if (watches) {
        (void)VALGRIND_MAKE_MEM_DEFINED(at, len);
    }
}

#define WATCHED(result, name, ...)     \
    result __real_##name(__VA_ARGS__); \
    result __wrap_##name(__VA_ARGS__); \
    result __wrap_##name(__VA_ARGS__)

/* Private keys and nonces begin here. */
WATCHED(wf_error, wf_p256_scalar_draw, uint8_t scalar[static WF_P256_LEN], wf_drbg *drbg) {
    wf_error error = __real_wf_p256_scalar_draw(scalar, drbg);
    secret(scalar, WF_P256_LEN);
    return error;
}

/* libtomcrypt chooses its points by the bits of the scalar, so what memcheck knows of the secret ends in there. */
WATCHED(wf_error, wf_p256_ecdh, uint8_t shared[static WF_P256_SHARED_LEN], const wf_p256_key *key,
        const uint8_t peer[static WF_P256_PUBLIC_LEN]) {
    wf_error error = __real_wf_p256_ecdh(shared, key, peer);
    secret(shared, WF_P256_SHARED_LEN);
    return error;
}

/* Random bytes are kids, cookies and jitter; as private scalars they become secret above. */
WATCHED(wf_error, wf_drbg_bytes, wf_drbg *drbg, uint8_t *out, size_t len) {
    wf_error error = __real_wf_drbg_bytes(drbg, out, len);
    reveal(out, len);
    return error;
}

/* Verdicts: whether a tag is right, whether a scalar is in range. */
WATCHED(bool, wf_equal_secret, const uint8_t *a, const uint8_t *b, size_t len) {
    bool equal = __real_wf_equal_secret(a, b, len);
    reveal(&equal, sizeof equal);
    return equal;
}

WATCHED(bool, wf_p256_scalar_valid, const uint8_t scalar[static WF_P256_LEN]) {
    bool valid = __real_wf_p256_scalar_valid(scalar);
    reveal(&valid, sizeof valid);
    return valid;
}

/* Which s a signature had before it was made low is what plain ECDSA publishes. */
WATCHED(bool, wf_p256_scalar_low, const uint8_t scalar[static WF_P256_LEN]) {
    bool low = __real_wf_p256_scalar_low(scalar);
    reveal(&low, sizeof low);
    return low;
}

/* Public keys, signatures, and what the network sees. */
WATCHED(void, wf_p256_point_write, wf_math *m, uint8_t out[static WF_P256_PUBLIC_LEN], const ecc_point *point) {
    __real_wf_p256_point_write(m, out, point);
    reveal(out, WF_P256_PUBLIC_LEN);
}

WATCHED(wf_error, wf_p256_verify, const uint8_t public_key[static WF_P256_PUBLIC_LEN],
        const uint8_t hash[static WF_HASH_LEN], const uint8_t signature[static WF_P256_SIGNATURE_LEN],
        wf_s_rule s_rule) {
    reveal(signature, WF_P256_SIGNATURE_LEN);
    reveal(hash, WF_HASH_LEN); /* of a transcript that has a MAC in it: no way leads back from there */
    return __real_wf_p256_verify(public_key, hash, signature, s_rule);
}

WATCHED(wf_error, wf_ccm_seal, uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN],
        const uint8_t nonce[static WF_CCM_NONCE_LEN], size_t tag_len, wf_bytes aad, wf_bytes plain) {
    wf_error error = __real_wf_ccm_seal(out, key, nonce, tag_len, aad, plain);
    reveal(out, plain.len + tag_len);
    return error;
}

/* What a peer said is for parsers, whose time follows its form. */
WATCHED(wf_error, wf_ccm_open, uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN],
        const uint8_t nonce[static WF_CCM_NONCE_LEN], size_t tag_len, wf_bytes aad, wf_bytes sealed) {
    wf_error error = __real_wf_ccm_open(out, key, nonce, tag_len, aad, sealed);
    reveal(out, sealed.len > tag_len ? sealed.len - tag_len : 0);
    return error;
}

/* The hint of an admission key is in clear in every WAKE. */
WATCHED(wf_error, wf_wake_hint, uint8_t hint[static WF_DA_HINT_LEN],
        const uint8_t admission_key[static WF_ADMISSION_KEY_LEN]) {
    wf_error error = __real_wf_wake_hint(hint, admission_key);
    reveal(hint, WF_DA_HINT_LEN);
    return error;
}

WATCHED(wf_error, wf_edhoc_encrypt_2, const wf_edhoc *run, const uint8_t g_y[static WF_P256_X_LEN], wf_writer *out) {
    wf_error error = __real_wf_edhoc_encrypt_2(run, g_y, out);
    reveal(out->start, out->len);
    return error;
}

WATCHED(wf_error, wf_edhoc_decrypt_2, wf_edhoc *run, wf_bytes ciphertext) {
    wf_error error = __real_wf_edhoc_decrypt_2(run, ciphertext);
    reveal(run->text, run->text_len);
    return error;
}

#endif
