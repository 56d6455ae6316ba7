/* P-256 (SP 800-186 3.2.1.3): its constants, its points, its scalars. */
#ifndef WARIFU_CRYPTO_P256_CURVE_H
#define WARIFU_CRYPTO_P256_CURVE_H

#include "crypto/math.h"
#include <warifu/crypto.h>

enum { WF_P256_LEN = 32 };

typedef struct wf_p256_curve {
    void *p, *n, *b;
    ecc_point g;
} wf_p256_curve;

/* The constants as numbers of `m`. */
wf_p256_curve wf_p256_curve_read(wf_math *m);

/* An affine point (z = 1) from x || y, and back. */
ecc_point wf_p256_point_read(wf_math *m, const uint8_t at[static WF_P256_PUBLIC_LEN]);
void wf_p256_point_write(wf_math *m, uint8_t out[static WF_P256_PUBLIC_LEN], const ecc_point *point);

/* out = x^3 - 3x + b */
void wf_p256_right_side(wf_math *m, const wf_p256_curve *curve, void *out, void *x);
/* An affine point: coordinates below p, equation true. Infinity has no affine form, so it can't be given. */
bool wf_p256_point_valid(wf_math *m, const wf_p256_curve *curve, const ecc_point *point);

/* 1 <= scalar < n, without a branch on its bytes. */
bool wf_p256_scalar_valid(const uint8_t scalar[static WF_P256_LEN]);
/* s <= n / 2 */
bool wf_p256_scalar_low(const uint8_t scalar[static WF_P256_LEN]);

/* A uniform scalar in 1..n-1 by rejection (FIPS 186-5 A.2.2, A.3.2). Errors: ENTROPY, BACKEND. */
WF_MUST_CHECK wf_error wf_p256_scalar_draw(uint8_t scalar[static WF_P256_LEN], wf_drbg *drbg);

#endif
