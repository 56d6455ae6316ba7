/* u * G + v * Q for public scalars: interleaved signed windows (Hankerson, Menezes, Vanstone, algorithm 3.51 with
 * width 4), on libtomcrypt's point addition and doubling. libtomcrypt's own ecc_mul2add is wrong where an intermediate
 * sum meets an equal or opposite point, which a signature can be built for; here every case is covered.
 */
#include "crypto/p256_multiply.h"

enum { WIDTH = 4, ODD_MULTIPLES = 4, POSITIONS = 8 * WF_P256_LEN + 1 };

/* What the point operations need: the prime and its Montgomery constants. */
typedef struct field {
    void *p;
    void *one; /* in Montgomery form */
    void *montgomery;
} field;

/* Odd multiples of one point, 1 3 5 7, and the digits that choose among them. */
typedef struct term {
    ecc_point multiples[ODD_MULTIPLES];
    int8_t digits[POSITIONS];
} term;

static unsigned bits_at(const uint8_t scalar[static WF_P256_LEN], size_t position, size_t count) {
    unsigned bits = 0;
    for (size_t i = 0; i < count && position + i < 8 * WF_P256_LEN; i++) {
        size_t bit = position + i;
        bits |= (unsigned)(scalar[WF_P256_LEN - 1 - bit / 8] >> bit % 8 & 1) << i;
    }
    return bits;
}

/* The scalar as a sum of digits[i] * 2^i, each digit 0 or odd in -7..7, no two within WIDTH places of each other. */
static void signed_digits(int8_t digits[static POSITIONS], const uint8_t scalar[static WF_P256_LEN]) {
    unsigned carry = 0;
    memset(digits, 0, POSITIONS);
    for (size_t i = 0; i < POSITIONS;) {
        if ((bits_at(scalar, i, 1) ^ carry) == 0) {
            i++;
            continue;
        }
        unsigned window = bits_at(scalar, i, WIDTH) + carry;
        carry = window >> (WIDTH - 1);
        digits[i] = (int8_t)((int)window - (int)(carry << WIDTH));
        i += WIDTH;
    }
}

static bool at_infinity(wf_math *m, const ecc_point *point) {
    return wf_math_is_small(m, point->z, 0);
}

static void set_infinity(wf_math *m, ecc_point *point) {
    if (wf_math_go(m)) {
        wf_math_note(m, ltc_mp.set_int(point->z, 0));
    }
}

static void double_point(wf_math *m, const field *f, ecc_point *point) {
    if (wf_math_go(m)) {
        wf_math_note(m, ltc_mp.ecc_ptdbl(point, point, f->p, f->montgomery));
    }
}

/* sum += other, where other is not infinity; `spare` is room for a result. */
static void add_point(wf_math *m, const field *f, ecc_point *sum, const ecc_point *other, ecc_point *spare) {
    if (at_infinity(m, sum)) {
        wf_math_copy_point(m, sum, other);
        return;
    }
    /* libtomcrypt doubles when x and z agree, even where the points are opposite. */
    if (wf_math_compare(m, sum->x, other->x) == LTC_MP_EQ && wf_math_compare(m, sum->z, other->z) == LTC_MP_EQ) {
        if (wf_math_compare(m, sum->y, other->y) == LTC_MP_EQ) {
            double_point(m, f, sum);
        } else {
            set_infinity(m, sum);
        }
        return;
    }
    if (wf_math_go(m)) {
        ecc_point addend = *other;
        wf_math_note(m, ltc_mp.ecc_ptadd(sum, &addend, spare, f->p, f->montgomery));
    }
    /* The formula gives z = 0 for points of one x in another scale, and x = (difference of the y)^2: 0 means that the
     * points are equal, anything else that they are opposite. */
    if (at_infinity(m, spare) && wf_math_is_small(m, spare->x, 0)) {
        double_point(m, f, sum);
        return;
    }
    wf_math_copy_point(m, sum, spare);
}

static void subtract_point(wf_math *m, const field *f, ecc_point *sum, const ecc_point *other, ecc_point *spare,
                           void *negative_y) {
    wf_math_subtract(m, negative_y, f->p, other->y, f->p);
    const ecc_point negative = {other->x, negative_y, other->z};
    add_point(m, f, sum, &negative, spare);
}

static void prepare(wf_math *m, const field *f, term *t, const ecc_point *point,
                    const uint8_t scalar[static WF_P256_LEN]) {
    signed_digits(t->digits, scalar);
    for (size_t i = 0; i < ODD_MULTIPLES; i++) {
        t->multiples[i] = wf_math_new_point(m);
    }
    wf_math_multiply(m, t->multiples[0].x, point->x, f->one, f->p);
    wf_math_multiply(m, t->multiples[0].y, point->y, f->one, f->p);
    wf_math_copy(m, t->multiples[0].z, f->one);

    ecc_point twice = wf_math_new_point(m), spare = wf_math_new_point(m);
    wf_math_copy_point(m, &twice, &t->multiples[0]);
    double_point(m, f, &twice);
    for (size_t i = 1; i < ODD_MULTIPLES; i++) {
        wf_math_copy_point(m, &t->multiples[i], &t->multiples[i - 1]);
        add_point(m, f, &t->multiples[i], &twice, &spare);
    }
}

static void add_digit(wf_math *m, const field *f, ecc_point *sum, const term *t, size_t position, ecc_point *spare,
                      void *negative_y) {
    int digit = t->digits[position];
    if (digit > 0) {
        add_point(m, f, sum, &t->multiples[digit / 2], spare);
    } else if (digit < 0) {
        subtract_point(m, f, sum, &t->multiples[-digit / 2], spare, negative_y);
    }
}

static void sum_terms(wf_math *m, const field *f, ecc_point *sum, const term *terms, size_t count) {
    ecc_point spare = wf_math_new_point(m);
    void *negative_y = wf_math_new(m);
    set_infinity(m, sum);
    for (size_t i = POSITIONS; i-- > 0;) {
        if (!at_infinity(m, sum)) {
            double_point(m, f, sum);
        }
        for (size_t j = 0; j < count; j++) {
            add_digit(m, f, sum, &terms[j], i, &spare, negative_y);
        }
    }
}

bool wf_p256_combine(wf_math *m, const wf_p256_curve *curve, ecc_point *out, const uint8_t u[static WF_P256_LEN],
                     const uint8_t v[static WF_P256_LEN], const ecc_point *point) {
    field f = {curve->p, wf_math_new(m), NULL};
    if (!wf_math_go(m)) {
        return false;
    }
    wf_math_note(m, ltc_mp.montgomery_setup(f.p, &f.montgomery));
    if (!wf_math_go(m)) {
        return false;
    }
    wf_math_note(m, ltc_mp.montgomery_normalization(f.one, f.p));
    term terms[2];
    prepare(m, &f, &terms[0], &curve->g, u);
    prepare(m, &f, &terms[1], point, v);
    sum_terms(m, &f, out, terms, 2);

    bool finite = !at_infinity(m, out);
    if (finite && wf_math_go(m)) {
        wf_math_note(m, ltc_mp.ecc_map(out, f.p, f.montgomery));
    }
    ltc_mp.montgomery_deinit(f.montgomery);
    return finite;
}
