#include "crypto/p256_multiply.h"

wf_error wf_p256_from_private(wf_p256_key *key, const uint8_t private_key[static WF_P256_PRIVATE_LEN]) {
    if (!wf_p256_scalar_valid(private_key)) {
        wf_p256_wipe(key);
        return WF_ERROR_KEY;
    }
    wf_math m;
    wf_math_begin(&m);
    wf_p256_curve curve = wf_p256_curve_read(&m);
    ecc_point point = wf_math_new_point(&m);
    void *k = wf_math_read(&m, private_key, WF_P256_PRIVATE_LEN);
    wf_p256_multiply(&m, &curve, &point, k, &curve.g);
    wf_p256_point_write(&m, key->public_key, &point);
    wf_error error = wf_math_end(&m);
    if (error != WF_OK) {
        wf_p256_wipe(key);
        return error;
    }
    memmove(key->private_key, private_key, WF_P256_PRIVATE_LEN);
    return WF_OK;
}

wf_error wf_p256_generate(wf_p256_key *key, wf_drbg *drbg) {
    uint8_t scalar[WF_P256_PRIVATE_LEN];
    wf_error error = wf_p256_scalar_draw(scalar, drbg);
    if (error == WF_OK) {
        error = wf_p256_from_private(key, scalar);
    } else {
        wf_p256_wipe(key);
    }
    wf_wipe(scalar, sizeof scalar);
    return error;
}

void wf_p256_wipe(wf_p256_key *key) {
    wf_wipe(key, sizeof *key);
}

wf_error wf_p256_check(const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    wf_math m;
    wf_math_begin(&m);
    wf_p256_curve curve = wf_p256_curve_read(&m);
    ecc_point point = wf_p256_point_read(&m, public_key);
    bool valid = wf_p256_point_valid(&m, &curve, &point);
    wf_error error = wf_math_end(&m);
    return error == WF_OK && !valid ? WF_ERROR_POINT : error;
}

/* p = 3 mod 4, so w^((p + 1) / 4) is a root of w if w has one at all. */
static void *square_root(wf_math *m, const wf_p256_curve *curve, void *w) {
    static const uint8_t exponent_bytes[WF_P256_LEN] = {
        0x3f, 0xff, 0xff, 0xff, 0xc0, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
    void *exponent = wf_math_read(m, exponent_bytes, sizeof exponent_bytes);
    void *root = wf_math_new(m);
    wf_math_power(m, root, w, exponent, curve->p);
    return root;
}

wf_error wf_p256_decompress(uint8_t public_key[static WF_P256_PUBLIC_LEN], const uint8_t x[static WF_P256_X_LEN]) {
    wf_math m;
    wf_math_begin(&m);
    wf_p256_curve curve = wf_p256_curve_read(&m);
    ecc_point point = {wf_math_read(&m, x, WF_P256_X_LEN), wf_math_new(&m), NULL};
    void *w = wf_math_new(&m);
    bool valid = false;
    if (wf_math_compare(&m, point.x, curve.p) == LTC_MP_LT) {
        wf_p256_right_side(&m, &curve, w, point.x);
        point.y = square_root(&m, &curve, w);
        if (wf_math_go(&m) && (ltc_mp.get_int(point.y) & 1) != 0) {
            wf_math_subtract(&m, point.y, curve.p, point.y, curve.p);
        }
        valid = wf_p256_point_valid(&m, &curve, &point);
    }
    uint8_t found[WF_P256_PUBLIC_LEN];
    wf_p256_point_write(&m, found, &point);
    wf_error error = wf_math_end(&m);
    if (error == WF_OK && !valid) {
        error = WF_ERROR_POINT;
    }
    if (error == WF_OK) {
        memcpy(public_key, found, sizeof found);
    } else {
        memset(public_key, 0, WF_P256_PUBLIC_LEN);
    }
    return error;
}
