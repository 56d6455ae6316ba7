/* The big numbers of one computation, from libtomcrypt's math descriptor (libtommath or GMP).
 *
 * Numbers are made in one wf_math and wiped and freed together by wf_math_end. Failure is sticky, as in wf_reader:
 * after the first one nothing more is computed, comparisons say "equal", and wf_math_end tells it. So a verdict counts
 * only after wf_math_end has said OK.
 */
#ifndef WARIFU_CRYPTO_MATH_H
#define WARIFU_CRYPTO_MATH_H

#include "crypto/backend.h"

enum { WF_MATH_NUMBERS = 64 };

typedef struct wf_math {
    void *numbers[WF_MATH_NUMBERS];
    size_t count;
    bool failed;
} wf_math;

void wf_math_begin(wf_math *m);
void *wf_math_new(wf_math *m);                                   /* zero; NULL after a failure */
void *wf_math_read(wf_math *m, const uint8_t *at, size_t len);   /* a new number from big-endian bytes */
ecc_point wf_math_new_point(wf_math *m);                         /* 0, 0, 0: the point at infinity */
void wf_math_write(wf_math *m, uint8_t out[static 32], void *a); /* big endian, padded; zeros after a failure */
WF_MUST_CHECK wf_error wf_math_end(wf_math *m);                  /* BACKEND after a failure */

int wf_math_compare(wf_math *m, void *a, void *b); /* LTC_MP_LT, _EQ, _GT; not constant-time */
bool wf_math_is_small(wf_math *m, void *a, unsigned value);

/* Modular arithmetic; `out` may be an operand but not the modulus. */
void wf_math_add(wf_math *m, void *out, void *a, void *b, void *modulus);
void wf_math_subtract(wf_math *m, void *out, void *a, void *b, void *modulus);
void wf_math_multiply(wf_math *m, void *out, void *a, void *b, void *modulus);
void wf_math_invert(wf_math *m, void *out, void *a, void *modulus);
void wf_math_power(wf_math *m, void *out, void *a, void *exponent, void *modulus);
/* Without a modulus. */
void wf_math_sum(wf_math *m, void *out, void *a, void *b);
void wf_math_copy(wf_math *m, void *out, void *a);
void wf_math_copy_point(wf_math *m, ecc_point *out, const ecc_point *a);

/* Notes what a call of libtomcrypt's own answered; `if (wf_math_go(m)) wf_math_note(m, call)`. */
bool wf_math_go(const wf_math *m);
void wf_math_note(wf_math *m, int tomcrypt_error);

#endif
