/* Multiplication by a secret. libtomcrypt's ladder does the same work for each bit below the scalar's highest one and
 * counts digits in use, so the scalar must always have the same length: k + n or k + 2n, whichever has 257 bits.
 */
#include "crypto/p256_multiply.h"

enum { SECRET_BITS = 257 };

/* Both sums are computed, so that the choice costs the same. */
static void *stretch(wf_math *m, const wf_p256_curve *curve, void *k) {
    void *sums[2] = {wf_math_new(m), wf_math_new(m)};
    wf_math_sum(m, sums[0], k, curve->n);
    wf_math_sum(m, sums[1], sums[0], curve->n);
    return wf_math_go(m) ? sums[ltc_mp.count_bits(sums[0]) != SECRET_BITS] : NULL;
}

void wf_p256_multiply(wf_math *m, const wf_p256_curve *curve, ecc_point *out, void *k, const ecc_point *point) {
    void *negative = wf_math_new(m);
    wf_math_subtract(m, negative, curve->n, k, curve->n);
    void *stretched = stretch(m, curve, k);
    if (!wf_math_go(m)) {
        return;
    }
    /* For k = 1 and k = n - 1 the ladder over the stretched scalar meets the point at infinity, which libtomcrypt's
     * addition can't take. No generated key is one of them; the answer is the point itself or its negative. */
    if (wf_math_is_small(m, k, 1)) {
        wf_math_copy_point(m, out, point);
        return;
    }
    if (wf_math_is_small(m, negative, 1)) {
        wf_math_copy_point(m, out, point);
        wf_math_subtract(m, out->y, curve->p, out->y, curve->p);
        return;
    }
    ecc_point base = *point;
    wf_math_note(m, ltc_mp.ecc_ptmul(stretched, &base, out, curve->p, 1));
    if (!wf_p256_point_valid(m, curve, out)) { /* a fault in the computation: nothing of it may leave */
        m->failed = true;
    }
}
