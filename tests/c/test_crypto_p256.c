#include "check.h"
#include "crypto/p256_multiply.h"
#include "hex.h"

#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define ORDER_LESS_1 "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE "0000000000000000000000000000000000000000000000000000000000000001"
#define PRIME "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define GX "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define MINUS_GY "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a"
/* RFC 5903 8.1. */
#define I_KEY "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"
#define I_PUBLIC                                                       \
    "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180" \
    "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3"
#define R_KEY "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53"
#define R_PUBLIC                                                       \
    "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63" \
    "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab"
#define SHARED "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"

typedef struct bytes64 {
    uint8_t at[64];
} bytes64;

static bytes64 of(const char *text) {
    bytes64 bytes = {{0}};
    hex_bytes(bytes.at, sizeof bytes.at, text);
    return bytes;
}

static bool is_hex(const uint8_t *at, size_t len, const char *text) {
    return memcmp(at, of(text).at, len) == 0;
}

static bool all_zero(const void *at, size_t len) {
    const uint8_t *bytes = at;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static wf_error steady(void *context, uint8_t *out, size_t len) {
    memset(out, *(const uint8_t *)context, len);
    return WF_OK;
}

static wf_error broken(void *context, uint8_t *out, size_t len) {
    (void)context, (void)out, (void)len;
    return WF_ERROR_SOCKET;
}

static wf_drbg drbg_of(uint8_t value) {
    wf_drbg drbg;
    CHECK_OK(wf_drbg_start(&drbg, (wf_entropy){steady, &value}, (wf_bytes){NULL, 0}, (wf_bytes){NULL, 0}));
    return drbg;
}

static wf_p256_key key_of(const char *private_key) {
    wf_p256_key key;
    CHECK_OK(wf_p256_from_private(&key, of(private_key).at));
    return key;
}

static void the_public_half_is_computed_as_in_rfc_5903(void) {
    CHECK(is_hex(key_of(I_KEY).public_key, 64, I_PUBLIC));
    CHECK(is_hex(key_of(R_KEY).public_key, 64, R_PUBLIC));
    CHECK(is_hex(key_of(R_KEY).private_key, 32, R_KEY));
}

static void the_ends_of_the_range_of_private_keys_work(void) {
    CHECK(is_hex(key_of(ONE).public_key, 64, GX GY));
    CHECK(is_hex(key_of(ORDER_LESS_1).public_key, 64, GX MINUS_GY));
    /* k * G for small k and their negatives: the same x, y of opposite sign */
    for (uint8_t i = 1; i < 20; i++) {
        bytes64 low = of(ZERO), high = of(ORDER);
        wf_p256_key of_low, of_high;
        low.at[31] = i;
        high.at[31] = (uint8_t)(high.at[31] - i);
        CHECK_OK(wf_p256_from_private(&of_low, low.at));
        CHECK_OK(wf_p256_from_private(&of_high, high.at));
        CHECK(memcmp(of_low.public_key, of_high.public_key, 32) == 0);
        CHECK(memcmp(of_low.public_key + 32, of_high.public_key + 32, 32) != 0);
        CHECK_OK(wf_p256_check(of_low.public_key));
    }
}

static void a_private_key_of_0_or_n_or_more_is_refused(void) {
    static const char *const bad[] = {ZERO, ORDER, PRIME,
                                      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        wf_p256_key key;
        memset(&key, 0xee, sizeof key);
        CHECK(wf_p256_from_private(&key, of(bad[i]).at) == WF_ERROR_KEY);
        CHECK(all_zero(&key, sizeof key));
        uint8_t shared[32];
        memcpy(key.private_key, of(bad[i]).at, 32);
        memset(shared, 0xee, sizeof shared);
        CHECK(wf_p256_ecdh(shared, &key, of(GX GY).at) == WF_ERROR_KEY);
        CHECK(all_zero(shared, sizeof shared));
    }
}

static void scalars_are_told_apart_at_their_bounds(void) {
    CHECK(!wf_p256_scalar_valid(of(ZERO).at) && wf_p256_scalar_valid(of(ONE).at));
    CHECK(wf_p256_scalar_valid(of(ORDER_LESS_1).at) && !wf_p256_scalar_valid(of(ORDER).at));
    CHECK(wf_p256_scalar_low(of("7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8").at));
    CHECK(!wf_p256_scalar_low(of("7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9").at));
}

static void generated_keys_are_whole_and_differ(void) {
    wf_drbg drbg = drbg_of(1);
    wf_p256_key one, other, again;
    CHECK_OK(wf_p256_generate(&one, &drbg));
    CHECK_OK(wf_p256_generate(&other, &drbg));
    CHECK(memcmp(&one, &other, sizeof one) != 0);
    CHECK_OK(wf_p256_from_private(&again, one.private_key));
    CHECK(memcmp(&one, &again, sizeof one) == 0);
    wf_p256_wipe(&one);
    CHECK(all_zero(&one, sizeof one));
}

static void no_key_without_entropy(void) {
    wf_drbg drbg = drbg_of(1);
    wf_p256_key key;
    memset(&key, 0xee, sizeof key);
    drbg.until_reseed = 0;
    drbg.entropy.fill = broken;
    CHECK(wf_p256_generate(&key, &drbg) == WF_ERROR_ENTROPY);
    CHECK(all_zero(&key, sizeof key));
}

static const char *const bad_points[] = {
    GX GX,                                                                 /* off the curve */
    GX "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0b", /* -y + 1 */
    PRIME GY,                                                              /* x = p */
    GX PRIME,                                                              /* y = p */
    ZERO ZERO,                                                             /* what some use for infinity */
    ZERO ONE,                                                              /* on another curve */
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    /* (5, y) of this curve with x written as 5 + p */
    "ffffffff00000001000000000000000000000001000000000000000000000004"
    "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
    /* (x, 5) of this curve with y written as 5 + p */
    "d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7"
    "ffffffff00000001000000000000000000000001000000000000000000000004",
};

static void points_off_the_curve_are_refused_everywhere(void) {
    const uint8_t hash[WF_HASH_LEN] = {1};
    wf_p256_key key = key_of(I_KEY);
    for (size_t i = 0; i < sizeof bad_points / sizeof bad_points[0]; i++) {
        bytes64 point = of(bad_points[i]), signature = of(ONE ONE);
        uint8_t shared[32];
        memset(shared, 0xee, sizeof shared);
        CHECK(wf_p256_check(point.at) == WF_ERROR_POINT);
        CHECK(wf_p256_ecdh(shared, &key, point.at) == WF_ERROR_POINT);
        CHECK(all_zero(shared, sizeof shared));
        CHECK(wf_p256_verify(point.at, hash, signature.at, WF_S_ANY) == WF_ERROR_POINT);
    }
    CHECK_OK(wf_p256_check(of(GX GY).at));
    CHECK_OK(wf_p256_check(of("d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7"
                              "0000000000000000000000000000000000000000000000000000000000000005")
                               .at));
    CHECK_OK(wf_p256_check(of("0000000000000000000000000000000000000000000000000000000000000005"
                              "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc")
                               .at));
}

static void decompression_gives_the_even_y(void) {
    uint8_t point[64];
    CHECK_OK(wf_p256_decompress(point, of(GX).at)); /* G's y is odd */
    CHECK(is_hex(point, 64, GX MINUS_GY));
    CHECK_OK(wf_p256_decompress(point, key_of(I_KEY).public_key));
    CHECK(point[63] % 2 == 0 && wf_p256_check(point) == WF_OK);
    CHECK_OK(wf_p256_decompress(point, point)); /* in place */
    CHECK(is_hex(point, 32, I_PUBLIC));
    CHECK_OK(wf_p256_decompress(point, of(ZERO).at)); /* x = 0 has a point: b is a square */
    CHECK(point[63] % 2 == 0 && all_zero(point, 32));
}

static void decompression_refuses_x_without_a_point_and_x_from_p_up(void) {
    static const char *const bad[] = {ONE, PRIME, "ffffffff00000001000000000000000000000001000000000000000000000004",
                                      "fd4bf61763b46581fd9174d623516cf3c81edd40e29ffa2777fb6cb0ae3ce535"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t point[64];
        memset(point, 0xee, sizeof point);
        CHECK(wf_p256_decompress(point, of(bad[i]).at) == WF_ERROR_POINT);
        CHECK(all_zero(point, sizeof point));
    }
}

static void ecdh_gives_the_answer_of_rfc_5903_both_ways(void) {
    uint8_t shared[32];
    wf_p256_key i = key_of(I_KEY), r = key_of(R_KEY);
    CHECK_OK(wf_p256_ecdh(shared, &i, r.public_key));
    CHECK(is_hex(shared, 32, SHARED));
    CHECK_OK(wf_p256_ecdh(shared, &r, i.public_key));
    CHECK(is_hex(shared, 32, SHARED));
}

static void ecdh_is_the_same_for_both_points_of_one_x(void) {
    uint8_t shared[32], decompressed[64];
    wf_p256_key i = key_of(I_KEY);
    CHECK_OK(wf_p256_decompress(decompressed, of(R_PUBLIC).at));
    CHECK(memcmp(decompressed, of(R_PUBLIC).at, 64) != 0); /* the other point */
    CHECK_OK(wf_p256_ecdh(shared, &i, decompressed));
    CHECK(is_hex(shared, 32, SHARED));
}

/* u * G + v * (q * G) against (u + v q) * G for small numbers, negatives included: every way in which two terms can
 * meet as equal, opposite or infinity. */
static uint8_t *small(bytes64 *out, int value) {
    *out = of(value < 0 ? ORDER : ZERO);
    out->at[31] = (uint8_t)(out->at[31] + value);
    return out->at;
}

static void check_sum(int u, int v, int q) {
    bytes64 bytes[3];
    uint8_t found[64];
    wf_p256_key factor, expected;
    CHECK_OK(wf_p256_from_private(&factor, small(&bytes[0], q)));
    wf_math m;
    wf_math_begin(&m);
    wf_p256_curve curve = wf_p256_curve_read(&m);
    ecc_point point = wf_p256_point_read(&m, factor.public_key), sum = wf_math_new_point(&m);
    bool finite = wf_p256_combine(&m, &curve, &sum, small(&bytes[1], u), small(&bytes[2], v), &point);
    if (finite) {
        wf_p256_point_write(&m, found, &sum);
    }
    CHECK_OK(wf_math_end(&m));
    CHECK(finite == (u + v * q != 0));
    if (finite) {
        CHECK_OK(wf_p256_from_private(&expected, small(&bytes[0], u + v * q)));
        CHECK(memcmp(found, expected.public_key, 64) == 0);
    }
}

static void sums_are_right_where_terms_are_equal_opposite_or_nothing(void) {
    static const int scalars[] = {0, 1, 2, 3, 7, 8, 15, -1, -2, -9};
    static const int factors[] = {1, -1, 2, 3, -3};
    for (size_t u = 0; u < sizeof scalars / sizeof scalars[0]; u++) {
        for (size_t v = 0; v < sizeof scalars / sizeof scalars[0]; v++) {
            check_sum(scalars[u], scalars[v], factors[(u + v) % 5]);
            check_sum(scalars[u], scalars[v], factors[(u + 2 * v + 1) % 5]);
        }
    }
}

static const check_case cases[] = {
    {"the_public_half_is_computed_as_in_rfc_5903", the_public_half_is_computed_as_in_rfc_5903},
    {"the_ends_of_the_range_of_private_keys_work", the_ends_of_the_range_of_private_keys_work},
    {"a_private_key_of_0_or_n_or_more_is_refused", a_private_key_of_0_or_n_or_more_is_refused},
    {"scalars_are_told_apart_at_their_bounds", scalars_are_told_apart_at_their_bounds},
    {"generated_keys_are_whole_and_differ", generated_keys_are_whole_and_differ},
    {"no_key_without_entropy", no_key_without_entropy},
    {"points_off_the_curve_are_refused_everywhere", points_off_the_curve_are_refused_everywhere},
    {"decompression_gives_the_even_y", decompression_gives_the_even_y},
    {"decompression_refuses_x_without_a_point_and_x_from_p_up",
     decompression_refuses_x_without_a_point_and_x_from_p_up},
    {"ecdh_gives_the_answer_of_rfc_5903_both_ways", ecdh_gives_the_answer_of_rfc_5903_both_ways},
    {"ecdh_is_the_same_for_both_points_of_one_x", ecdh_is_the_same_for_both_points_of_one_x},
    {"sums_are_right_where_terms_are_equal_opposite_or_nothing",
     sums_are_right_where_terms_are_equal_opposite_or_nothing},
};

int main(int argc, char **argv) {
    CHECK_OK(wf_crypto_start());
    return check_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
