#include "crypto/p256_sign.h"
#include "crypto/drbg_core.h"
#include "crypto/p256_multiply.h"

enum { FRESH_LEN = 32 };

/* bits2octets of RFC 6979 2.3.4: the hash, reduced. */
static wf_error reduce_hash(uint8_t out[static WF_HASH_LEN], const uint8_t hash[static WF_HASH_LEN]) {
    wf_math m;
    wf_math_begin(&m);
    wf_p256_curve curve = wf_p256_curve_read(&m);
    void *e = wf_math_read(&m, hash, WF_HASH_LEN), *zero = wf_math_new(&m);
    wf_math_add(&m, e, e, zero, curve.n);
    wf_math_write(&m, out, e);
    return wf_math_end(&m);
}

wf_error wf_p256_nonce_derive(wf_p256_nonce *nonce, const uint8_t private_key[static WF_P256_PRIVATE_LEN],
                              const uint8_t hash[static WF_HASH_LEN], wf_bytes fresh) {
    uint8_t reduced[WF_HASH_LEN];
    const wf_bytes parts[] = {wf_bytes_of(private_key, WF_P256_PRIVATE_LEN), wf_bytes_of(reduced, sizeof reduced),
                              fresh};
    wf_drbg drbg;
    if (!wf_p256_scalar_valid(private_key)) {
        wf_p256_nonce_wipe(nonce);
        return WF_ERROR_KEY;
    }
    wf_error error = reduce_hash(reduced, hash);
    if (error == WF_OK) {
        error = wf_drbg_core_start(&drbg, parts, 3);
    }
    if (error == WF_OK) {
        error = wf_p256_scalar_draw(nonce->k, &drbg);
    }
    if (error == WF_OK) {
        error = wf_p256_scalar_draw(nonce->blind, &drbg);
    }
    if (error != WF_OK) {
        wf_p256_nonce_wipe(nonce);
    }
    wf_drbg_wipe(&drbg);
    return error;
}

void wf_p256_nonce_wipe(wf_p256_nonce *nonce) {
    wf_wipe(nonce, sizeof *nonce);
}

/* s = (e + r d) / k, computed as (b e + r (b d)) / (b k): the inversion, whose time depends on its operand, sees only
 * a random number. */
static void *blinded_s(wf_math *m, const wf_p256_curve *curve, void *e, void *r, void *d, const wf_p256_nonce *nonce) {
    void *k = wf_math_read(m, nonce->k, sizeof nonce->k);
    void *b = wf_math_read(m, nonce->blind, sizeof nonce->blind);
    void *s = wf_math_new(m), *product = wf_math_new(m);
    wf_math_multiply(m, product, b, d, curve->n);
    wf_math_multiply(m, product, product, r, curve->n);
    wf_math_multiply(m, s, b, e, curve->n);
    wf_math_add(m, s, s, product, curve->n);
    wf_math_multiply(m, k, k, b, curve->n);
    wf_math_invert(m, k, k, curve->n);
    wf_math_multiply(m, s, s, k, curve->n);
    return s;
}

wf_error wf_p256_sign_with(uint8_t signature[static WF_P256_SIGNATURE_LEN],
                           const uint8_t private_key[static WF_P256_PRIVATE_LEN],
                           const uint8_t hash[static WF_HASH_LEN], const wf_p256_nonce *nonce) {
    if (!wf_p256_scalar_valid(private_key) || !wf_p256_scalar_valid(nonce->k) || !wf_p256_scalar_valid(nonce->blind)) {
        memset(signature, 0, WF_P256_SIGNATURE_LEN);
        return WF_ERROR_KEY;
    }
    wf_math m;
    wf_math_begin(&m);
    wf_p256_curve curve = wf_p256_curve_read(&m);
    ecc_point point = wf_math_new_point(&m);
    void *k = wf_math_read(&m, nonce->k, sizeof nonce->k);
    wf_p256_multiply(&m, &curve, &point, k, &curve.g);

    void *zero = wf_math_new(&m), *r = wf_math_new(&m);
    void *e = wf_math_read(&m, hash, WF_HASH_LEN), *d = wf_math_read(&m, private_key, WF_P256_PRIVATE_LEN);
    wf_math_add(&m, r, point.x, zero, curve.n);
    void *s = blinded_s(&m, &curve, e, r, d, nonce);
    wf_math_write(&m, signature, r);
    wf_math_write(&m, signature + WF_P256_LEN, s);
    wf_error error = wf_math_end(&m);
    if (error == WF_OK && (!wf_p256_scalar_valid(signature) || !wf_p256_scalar_valid(signature + WF_P256_LEN))) {
        error = WF_ERROR_BACKEND;
    }
    if (error != WF_OK) {
        wf_wipe(signature, WF_P256_SIGNATURE_LEN);
    }
    return error;
}

/* (r, n - s) is as valid as (r, s). */
wf_error wf_p256_make_low(uint8_t s_bytes[static WF_P256_LEN]) {
    wf_math m;
    wf_math_begin(&m);
    wf_p256_curve curve = wf_p256_curve_read(&m);
    void *s = wf_math_read(&m, s_bytes, WF_P256_LEN);
    if (!wf_p256_scalar_low(s_bytes)) {
        wf_math_subtract(&m, s, curve.n, s, curve.n);
    }
    wf_math_write(&m, s_bytes, s);
    return wf_math_end(&m);
}

wf_error wf_p256_sign(uint8_t signature[static WF_P256_SIGNATURE_LEN], const wf_p256_key *key,
                      const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg) {
    uint8_t fresh[FRESH_LEN];
    wf_p256_nonce nonce;
    wf_error error = wf_drbg_bytes(drbg, fresh, sizeof fresh);
    if (error == WF_OK) {
        error = wf_p256_nonce_derive(&nonce, key->private_key, hash, wf_bytes_of(fresh, sizeof fresh));
    }
    if (error == WF_OK) {
        error = wf_p256_sign_with(signature, key->private_key, hash, &nonce);
    }
    if (error == WF_OK) {
        error = wf_p256_make_low(signature + WF_P256_LEN);
    }
    /* A faulty signature can betray the key, so it is never let out. */
    if (error == WF_OK && wf_p256_verify(key->public_key, hash, signature, WF_S_LOW) != WF_OK) {
        error = WF_ERROR_BACKEND;
    }
    if (error != WF_OK) {
        wf_wipe(signature, WF_P256_SIGNATURE_LEN);
    }
    wf_p256_nonce_wipe(&nonce);
    wf_wipe(fresh, sizeof fresh);
    return error;
}
