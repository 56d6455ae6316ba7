#include "crypto/p256_multiply.h"

/* u = e / s and v = r / s (FIPS 186-5 6.4.2). */
static void quotients(wf_math *m, const wf_p256_curve *curve, uint8_t u[static WF_P256_LEN],
                      uint8_t v[static WF_P256_LEN], void *r, const uint8_t *s_bytes,
                      const uint8_t hash[static WF_HASH_LEN]) {
    void *s = wf_math_read(m, s_bytes, WF_P256_LEN), *e = wf_math_read(m, hash, WF_HASH_LEN);
    void *product = wf_math_new(m);
    wf_math_invert(m, s, s, curve->n);
    wf_math_multiply(m, product, e, s, curve->n);
    wf_math_write(m, u, product);
    wf_math_multiply(m, product, r, s, curve->n);
    wf_math_write(m, v, product);
}

wf_error wf_p256_verify(const uint8_t public_key[static WF_P256_PUBLIC_LEN], const uint8_t hash[static WF_HASH_LEN],
                        const uint8_t signature[static WF_P256_SIGNATURE_LEN], wf_s_rule s_rule) {
    const uint8_t *s_bytes = signature + WF_P256_LEN;
    if (!wf_p256_scalar_valid(signature) || !wf_p256_scalar_valid(s_bytes) ||
        (s_rule != WF_S_ANY && !wf_p256_scalar_low(s_bytes))) {
        return WF_ERROR_SIGNATURE;
    }
    wf_math m;
    wf_math_begin(&m);
    wf_p256_curve curve = wf_p256_curve_read(&m);
    ecc_point point = wf_p256_point_read(&m, public_key), sum = wf_math_new_point(&m);
    bool on_curve = wf_p256_point_valid(&m, &curve, &point), genuine = false;
    if (on_curve) {
        uint8_t u[WF_P256_LEN], v[WF_P256_LEN];
        void *r = wf_math_read(&m, signature, WF_P256_LEN), *zero = wf_math_new(&m);
        quotients(&m, &curve, u, v, r, s_bytes, hash);
        if (wf_p256_combine(&m, &curve, &sum, u, v, &point)) {
            wf_math_add(&m, sum.x, sum.x, zero, curve.n);
            genuine = wf_math_compare(&m, sum.x, r) == LTC_MP_EQ;
        }
    }
    wf_error error = wf_math_end(&m);
    if (error != WF_OK) {
        return error;
    }
    if (!on_curve) {
        return WF_ERROR_POINT;
    }
    return genuine ? WF_OK : WF_ERROR_SIGNATURE;
}
