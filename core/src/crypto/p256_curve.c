#include "crypto/p256_curve.h"

static const uint8_t prime[WF_P256_LEN] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
                                           0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
                                           0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t order[WF_P256_LEN] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                           0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                           0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
/* (n + 1) / 2 */
static const uint8_t half_order[WF_P256_LEN] = {0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
                                                0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
                                                0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa9};
static const uint8_t coefficient_b[WF_P256_LEN] = {0x5a, 0xc6, 0x35, 0xd8, 0xaa, 0x3a, 0x93, 0xe7, 0xb3, 0xeb, 0xbd,
                                                   0x55, 0x76, 0x98, 0x86, 0xbc, 0x65, 0x1d, 0x06, 0xb0, 0xcc, 0x53,
                                                   0xb0, 0xf6, 0x3b, 0xce, 0x3c, 0x3e, 0x27, 0xd2, 0x60, 0x4b};
static const uint8_t generator[WF_P256_PUBLIC_LEN] = {
    0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
    0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
    0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};

wf_p256_curve wf_p256_curve_read(wf_math *m) {
    wf_p256_curve curve;
    curve.p = wf_math_read(m, prime, sizeof prime);
    curve.n = wf_math_read(m, order, sizeof order);
    curve.b = wf_math_read(m, coefficient_b, sizeof coefficient_b);
    curve.g = wf_p256_point_read(m, generator);
    return curve;
}

ecc_point wf_p256_point_read(wf_math *m, const uint8_t at[static WF_P256_PUBLIC_LEN]) {
    static const uint8_t one[1] = {1};
    ecc_point point;
    point.x = wf_math_read(m, at, WF_P256_LEN);
    point.y = wf_math_read(m, at + WF_P256_LEN, WF_P256_LEN);
    point.z = wf_math_read(m, one, sizeof one);
    return point;
}

void wf_p256_point_write(wf_math *m, uint8_t out[static WF_P256_PUBLIC_LEN], const ecc_point *point) {
    wf_math_write(m, out, point->x);
    wf_math_write(m, out + WF_P256_LEN, point->y);
}

void wf_p256_right_side(wf_math *m, const wf_p256_curve *curve, void *out, void *x) {
    void *triple = wf_math_new(m);
    wf_math_add(m, triple, x, x, curve->p);
    wf_math_add(m, triple, triple, x, curve->p);
    wf_math_multiply(m, out, x, x, curve->p);
    wf_math_multiply(m, out, out, x, curve->p);
    wf_math_subtract(m, out, out, triple, curve->p);
    wf_math_add(m, out, out, curve->b, curve->p);
}

bool wf_p256_point_valid(wf_math *m, const wf_p256_curve *curve, const ecc_point *point) {
    if (wf_math_compare(m, point->x, curve->p) != LTC_MP_LT || wf_math_compare(m, point->y, curve->p) != LTC_MP_LT) {
        return false;
    }
    void *left = wf_math_new(m), *right = wf_math_new(m);
    wf_math_multiply(m, left, point->y, point->y, curve->p);
    wf_p256_right_side(m, curve, right, point->x);
    return wf_math_compare(m, left, right) == LTC_MP_EQ;
}

/* The borrow of a - b tells a < b; every byte is touched whatever the values. */
static unsigned below(const uint8_t a[static WF_P256_LEN], const uint8_t b[static WF_P256_LEN]) {
    unsigned borrow = 0;
    for (size_t i = WF_P256_LEN; i-- > 0;) {
        borrow = ((unsigned)a[i] - b[i] - borrow) >> 8 & 1;
    }
    return borrow;
}

bool wf_p256_scalar_valid(const uint8_t scalar[static WF_P256_LEN]) {
    unsigned any = 0;
    for (size_t i = 0; i < WF_P256_LEN; i++) {
        any |= scalar[i];
    }
    unsigned not_zero = (any + 0xff) >> 8;
    return (below(scalar, order) & not_zero) != 0;
}

bool wf_p256_scalar_low(const uint8_t scalar[static WF_P256_LEN]) {
    return below(scalar, half_order) != 0;
}

wf_error wf_p256_scalar_draw(uint8_t scalar[static WF_P256_LEN], wf_drbg *drbg) {
    wf_error error;
    do {
        error = wf_drbg_bytes(drbg, scalar, WF_P256_LEN);
    } while (error == WF_OK && !wf_p256_scalar_valid(scalar));
    return error;
}
