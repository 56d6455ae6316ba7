#include "crypto/math.h"
#include <string.h>

/* Longest product of two numbers below 2^257, rounded up to 64-bit limbs. */
enum { WIDEST_BIT = 9 * 64 - 1 };

/* Writing 2^575 zeroes every limb below it, and all of libtommath's. Done once at birth, it also makes the room, so
 * that GMP has no reason to move the number later and leave a copy behind. */
static int clear(void *number) {
    int error = ltc_mp.twoexpt(number, WIDEST_BIT);
    return error != CRYPT_OK ? error : ltc_mp.set_int(number, 0);
}

void wf_math_begin(wf_math *m) {
    m->count = 0;
    m->failed = ltc_mp.name == NULL; /* wf_crypto_start was not called */
}

bool wf_math_go(const wf_math *m) {
    return !m->failed;
}

void wf_math_note(wf_math *m, int tomcrypt_error) {
    if (tomcrypt_error != CRYPT_OK) {
        m->failed = true;
    }
}

void *wf_math_new(wf_math *m) {
    void *number = NULL;
    if (m->failed || m->count == WF_MATH_NUMBERS || ltc_mp.init(&number) != CRYPT_OK) {
        m->failed = true;
        return NULL;
    }
    m->numbers[m->count++] = number;
    wf_math_note(m, clear(number));
    return number;
}

void *wf_math_read(wf_math *m, const uint8_t *at, size_t len) {
    void *number = wf_math_new(m);
    if (wf_math_go(m)) {
        /* The parameter lacks const; it is only read. */
        wf_math_note(m, ltc_mp.unsigned_read(number, (uint8_t *)(uintptr_t)at, (unsigned long)len));
    }
    return number;
}

ecc_point wf_math_new_point(wf_math *m) {
    ecc_point point = {NULL, NULL, NULL};
    point.x = wf_math_new(m);
    point.y = wf_math_new(m);
    point.z = wf_math_new(m);
    return point;
}

void wf_math_write(wf_math *m, uint8_t out[static 32], void *a) {
    memset(out, 0, 32);
    if (!wf_math_go(m)) {
        return;
    }
    unsigned long len = ltc_mp.unsigned_size(a);
    if (len > 32) {
        m->failed = true;
    } else if (len > 0) {
        wf_math_note(m, ltc_mp.unsigned_write(a, out + 32 - len));
    }
}

wf_error wf_math_end(wf_math *m) {
    for (size_t i = 0; i < m->count; i++) {
        wf_math_note(m, clear(m->numbers[i]));
        ltc_mp.deinit(m->numbers[i]);
    }
    m->count = 0;
    return m->failed ? WF_ERROR_BACKEND : WF_OK;
}

int wf_math_compare(wf_math *m, void *a, void *b) {
    return wf_math_go(m) ? ltc_mp.compare(a, b) : LTC_MP_EQ;
}

bool wf_math_is_small(wf_math *m, void *a, unsigned value) {
    return !wf_math_go(m) || ltc_mp.compare_d(a, value) == LTC_MP_EQ;
}

void wf_math_add(wf_math *m, void *out, void *a, void *b, void *modulus) {
    if (wf_math_go(m)) {
        wf_math_note(m, ltc_mp.addmod(a, b, modulus, out));
    }
}

void wf_math_subtract(wf_math *m, void *out, void *a, void *b, void *modulus) {
    if (wf_math_go(m)) {
        wf_math_note(m, ltc_mp.submod(a, b, modulus, out));
    }
}

void wf_math_multiply(wf_math *m, void *out, void *a, void *b, void *modulus) {
    if (wf_math_go(m)) {
        wf_math_note(m, ltc_mp.mulmod(a, b, modulus, out));
    }
}

void wf_math_invert(wf_math *m, void *out, void *a, void *modulus) {
    if (wf_math_go(m)) {
        wf_math_note(m, ltc_mp.invmod(a, modulus, out));
    }
}

void wf_math_power(wf_math *m, void *out, void *a, void *exponent, void *modulus) {
    if (wf_math_go(m)) {
        wf_math_note(m, ltc_mp.exptmod(a, exponent, modulus, out));
    }
}

void wf_math_sum(wf_math *m, void *out, void *a, void *b) {
    if (wf_math_go(m)) {
        wf_math_note(m, ltc_mp.add(a, b, out));
    }
}

void wf_math_copy(wf_math *m, void *out, void *a) {
    if (wf_math_go(m)) {
        wf_math_note(m, ltc_mp.copy(a, out));
    }
}

void wf_math_copy_point(wf_math *m, ecc_point *out, const ecc_point *a) {
    wf_math_copy(m, out->x, a->x);
    wf_math_copy(m, out->y, a->y);
    wf_math_copy(m, out->z, a->z);
}
