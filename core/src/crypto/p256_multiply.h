/* The two multiplications of P-256: one for secrets, one for speed. */
#ifndef WARIFU_CRYPTO_P256_MULTIPLY_H
#define WARIFU_CRYPTO_P256_MULTIPLY_H

#include "crypto/p256_curve.h"

/* out = k * point, affine, for a secret k in 1..n-1 and a valid affine point. */
void wf_p256_multiply(wf_math *m, const wf_p256_curve *curve, ecc_point *out, void *k, const ecc_point *point);

/* out = u * G + v * point, affine, for public scalars; right for every input, equal and opposite points included.
 * False when the sum is the point at infinity; `out` is then unusable. */
bool wf_p256_combine(wf_math *m, const wf_p256_curve *curve, ecc_point *out, const uint8_t u[static WF_P256_LEN],
                     const uint8_t v[static WF_P256_LEN], const ecc_point *point);

#endif
