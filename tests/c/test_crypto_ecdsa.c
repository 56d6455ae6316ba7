#include "check.h"
#include "crypto/p256_sign.h"
#include "hex.h"

#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
/* RFC 6979 A.2.5, SHA-256. */
#define PRIVATE "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define PUBLIC                                                         \
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" \
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define SAMPLE_K "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60"
#define SAMPLE_R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define SAMPLE_S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
#define SAMPLE_LOW_S "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9" /* n - s */
#define TEST_K "d16b6ae827f17175e040871a1c7ec3500192c4c92677336ec2537acaee0008e0"
#define TEST_R "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
#define TEST_S "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"

typedef struct bytes64 {
    uint8_t at[64];
} bytes64;

static bytes64 of(const char *text) {
    bytes64 bytes = {{0}};
    hex_bytes(bytes.at, sizeof bytes.at, text);
    return bytes;
}

static bytes64 hash_of(const char *text) {
    bytes64 hash = {{0}};
    const wf_bytes part = wf_bytes_of((const uint8_t *)text, strlen(text));
    CHECK_OK(wf_sha256(hash.at, &part, 1));
    return hash;
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

static wf_p256_key key_of(const char *private_key) {
    wf_p256_key key;
    CHECK_OK(wf_p256_from_private(&key, of(private_key).at));
    return key;
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

static wf_p256_nonce nonce_of(const char *text, wf_bytes fresh) {
    wf_p256_nonce nonce;
    CHECK_OK(wf_p256_nonce_derive(&nonce, of(PRIVATE).at, hash_of(text).at, fresh));
    return nonce;
}

static void check_published(const char *text, const char *k, const char *signature) {
    uint8_t out[64];
    wf_p256_nonce nonce = nonce_of(text, (wf_bytes){NULL, 0});
    CHECK(memcmp(nonce.k, of(k).at, 32) == 0);
    CHECK_OK(wf_p256_sign_with(out, of(PRIVATE).at, hash_of(text).at, &nonce));
    CHECK(memcmp(out, of(signature).at, 64) == 0);
    CHECK_OK(wf_p256_verify(of(PUBLIC).at, hash_of(text).at, out, WF_S_ANY));
}

static void the_signatures_of_rfc_6979_a_2_5_come_out(void) {
    check_published("sample", SAMPLE_K, SAMPLE_R SAMPLE_S);
    check_published("test", TEST_K, TEST_R TEST_S);
}

static void the_blind_leaves_the_signature_as_it_is(void) {
    uint8_t out[64];
    wf_p256_nonce nonce = nonce_of("sample", (wf_bytes){NULL, 0});
    for (uint8_t i = 1; i < 5; i++) {
        memset(nonce.blind, i, sizeof nonce.blind);
        CHECK_OK(wf_p256_sign_with(out, of(PRIVATE).at, hash_of("sample").at, &nonce));
        CHECK(memcmp(out, of(SAMPLE_R SAMPLE_S).at, 64) == 0);
    }
}

static void nonce_and_blind_depend_on_key_hash_and_fresh_bytes(void) {
    const uint8_t one[32] = {1}, two[32] = {2};
    wf_p256_nonce nonces[] = {nonce_of("sample", wf_bytes_of(one, 32)),
                              nonce_of("sample", wf_bytes_of(two, 32)),
                              nonce_of("test", wf_bytes_of(one, 32)),
                              nonce_of("sample", (wf_bytes){NULL, 0}),
                              {{0}, {0}}};
    CHECK_OK(wf_p256_nonce_derive(&nonces[4], of(TEST_K).at, hash_of("sample").at, wf_bytes_of(one, 32)));
    for (size_t i = 0; i < 5; i++) {
        CHECK(memcmp(nonces[i].k, nonces[i].blind, 32) != 0);
        for (size_t j = 0; j < i; j++) {
            CHECK(memcmp(nonces[i].k, nonces[j].k, 32) != 0);
            CHECK(memcmp(nonces[i].blind, nonces[j].blind, 32) != 0);
        }
    }
    wf_p256_nonce_wipe(&nonces[0]);
    CHECK(all_zero(&nonces[0], sizeof nonces[0]));
}

static void a_high_s_counts_in_certificates_only(void) {
    bytes64 hash = hash_of("sample"), public_key = of(PUBLIC);
    CHECK_OK(wf_p256_verify(public_key.at, hash.at, of(SAMPLE_R SAMPLE_S).at, WF_S_ANY));
    CHECK(wf_p256_verify(public_key.at, hash.at, of(SAMPLE_R SAMPLE_S).at, WF_S_LOW) == WF_ERROR_SIGNATURE);
    CHECK_OK(wf_p256_verify(public_key.at, hash.at, of(SAMPLE_R SAMPLE_LOW_S).at, WF_S_ANY));
    CHECK_OK(wf_p256_verify(public_key.at, hash.at, of(SAMPLE_R SAMPLE_LOW_S).at, WF_S_LOW));
}

static void our_signatures_have_the_low_s_and_verify(void) {
    wf_drbg drbg = drbg_of(1);
    wf_p256_key key = key_of(PRIVATE);
    uint8_t signature[64];
    for (unsigned i = 0; i < 16; i++) {
        char text[] = {(char)('a' + i), '\0'};
        CHECK_OK(wf_p256_sign(signature, &key, hash_of(text).at, &drbg));
        CHECK_OK(wf_p256_verify(key.public_key, hash_of(text).at, signature, WF_S_LOW));
        CHECK(wf_p256_verify(key.public_key, hash_of("other").at, signature, WF_S_LOW) == WF_ERROR_SIGNATURE);
        CHECK(wf_p256_verify(key_of(TEST_K).public_key, hash_of(text).at, signature, WF_S_LOW) == WF_ERROR_SIGNATURE);
    }
}

static void signing_twice_uses_two_nonces(void) {
    wf_drbg drbg = drbg_of(1), same = drbg_of(1);
    wf_p256_key key = key_of(PRIVATE);
    uint8_t one[64], two[64], again[64];
    CHECK_OK(wf_p256_sign(one, &key, hash_of("sample").at, &drbg));
    CHECK_OK(wf_p256_sign(two, &key, hash_of("sample").at, &drbg));
    CHECK_OK(wf_p256_sign(again, &key, hash_of("test").at, &same));
    CHECK(memcmp(one, two, 32) != 0);
    CHECK(memcmp(one, again, 32) != 0); /* even from a repeated generator: the hash is in the nonce */
}

static void every_flipped_bit_is_refused(void) {
    bytes64 signature = of(SAMPLE_R SAMPLE_S), hash = hash_of("sample");
    for (size_t bit = 0; bit < 512; bit += 3) {
        signature.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        CHECK(wf_p256_verify(of(PUBLIC).at, hash.at, signature.at, WF_S_ANY) == WF_ERROR_SIGNATURE);
        signature.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    hash.at[31] ^= 1;
    CHECK(wf_p256_verify(of(PUBLIC).at, hash.at, signature.at, WF_S_ANY) == WF_ERROR_SIGNATURE);
}

static void r_and_s_must_lie_between_1_and_n_less_1(void) {
    static const char *const bad[] = {ZERO SAMPLE_S, SAMPLE_R ZERO, ORDER SAMPLE_S, SAMPLE_R ORDER, ZERO ZERO};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(wf_p256_verify(of(PUBLIC).at, hash_of("sample").at, of(bad[i]).at, WF_S_ANY) == WF_ERROR_SIGNATURE);
    }
}

/* With hash 0 and r = s, u is 0 and v is 1; with r chosen as x(Q) that verifies: rightly, by the definition. */
static void a_hash_of_zero_takes_no_short_cut(void) {
    const uint8_t hash[WF_HASH_LEN] = {0};
    uint8_t signature[64];
    wf_p256_key key = key_of(PRIVATE);
    wf_drbg drbg = drbg_of(3);
    CHECK_OK(wf_p256_sign(signature, &key, hash, &drbg));
    CHECK_OK(wf_p256_verify(key.public_key, hash, signature, WF_S_LOW));
    memcpy(signature, key.public_key, 32);
    memcpy(signature + 32, key.public_key, 32);
    CHECK_OK(wf_p256_verify(key.public_key, hash, signature, WF_S_ANY));
    CHECK(wf_p256_verify(key.public_key, hash_of("").at, signature, WF_S_ANY) == WF_ERROR_SIGNATURE);
}

static void a_sum_at_infinity_is_no_signature(void) {
    /* Q = G and u + v = 0, so e + r = 0: any r with e = n - r */
    const bytes64 g = of("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                         "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    bytes64 hash = of(ORDER), signature = of(ZERO SAMPLE_LOW_S);
    hash.at[31] = (uint8_t)(hash.at[31] - 5);
    signature.at[31] = 5;
    CHECK(wf_p256_verify(g.at, hash.at, signature.at, WF_S_ANY) == WF_ERROR_SIGNATURE);
}

static void keys_and_nonces_out_of_range_sign_nothing(void) {
    static const char *const bad[] = {ZERO, ORDER};
    uint8_t out[64];
    const wf_p256_nonce good = nonce_of("sample", (wf_bytes){NULL, 0});
    wf_drbg drbg = drbg_of(1);
    for (size_t i = 0; i < 2; i++) {
        wf_p256_nonce nonce = good;
        wf_p256_key key = key_of(PRIVATE);
        memcpy(key.private_key, of(bad[i]).at, 32);
        memset(out, 0xee, sizeof out);
        CHECK(wf_p256_sign(out, &key, hash_of("sample").at, &drbg) == WF_ERROR_KEY && all_zero(out, sizeof out));
        CHECK(wf_p256_sign_with(out, key.private_key, hash_of("sample").at, &good) == WF_ERROR_KEY);
        memcpy(nonce.k, of(bad[i]).at, 32);
        CHECK(wf_p256_sign_with(out, of(PRIVATE).at, hash_of("sample").at, &nonce) == WF_ERROR_KEY);
        nonce = good;
        memcpy(nonce.blind, of(bad[i]).at, 32);
        CHECK(wf_p256_sign_with(out, of(PRIVATE).at, hash_of("sample").at, &nonce) == WF_ERROR_KEY);
    }
}

static void no_signature_without_entropy(void) {
    uint8_t out[64];
    wf_p256_key key = key_of(PRIVATE);
    wf_drbg drbg = drbg_of(1);
    drbg.until_reseed = 0;
    drbg.entropy.fill = broken;
    memset(out, 0xee, sizeof out);
    CHECK(wf_p256_sign(out, &key, hash_of("sample").at, &drbg) == WF_ERROR_ENTROPY);
    CHECK(all_zero(out, sizeof out));
}

static void a_signature_that_does_not_verify_is_not_released(void) {
    uint8_t out[64];
    wf_drbg drbg = drbg_of(1);
    wf_p256_key key = key_of(PRIVATE);
    memcpy(key.public_key, key_of(TEST_K).public_key, sizeof key.public_key);
    CHECK(wf_p256_sign(out, &key, hash_of("sample").at, &drbg) == WF_ERROR_BACKEND);
    CHECK(all_zero(out, sizeof out));
    key.public_key[0] ^= 1;
    CHECK(wf_p256_sign(out, &key, hash_of("sample").at, &drbg) == WF_ERROR_BACKEND);
    CHECK(all_zero(out, sizeof out));
}

static const check_case cases[] = {
    {"the_signatures_of_rfc_6979_a_2_5_come_out", the_signatures_of_rfc_6979_a_2_5_come_out},
    {"the_blind_leaves_the_signature_as_it_is", the_blind_leaves_the_signature_as_it_is},
    {"nonce_and_blind_depend_on_key_hash_and_fresh_bytes", nonce_and_blind_depend_on_key_hash_and_fresh_bytes},
    {"a_high_s_counts_in_certificates_only", a_high_s_counts_in_certificates_only},
    {"our_signatures_have_the_low_s_and_verify", our_signatures_have_the_low_s_and_verify},
    {"signing_twice_uses_two_nonces", signing_twice_uses_two_nonces},
    {"every_flipped_bit_is_refused", every_flipped_bit_is_refused},
    {"r_and_s_must_lie_between_1_and_n_less_1", r_and_s_must_lie_between_1_and_n_less_1},
    {"a_hash_of_zero_takes_no_short_cut", a_hash_of_zero_takes_no_short_cut},
    {"a_sum_at_infinity_is_no_signature", a_sum_at_infinity_is_no_signature},
    {"keys_and_nonces_out_of_range_sign_nothing", keys_and_nonces_out_of_range_sign_nothing},
    {"no_signature_without_entropy", no_signature_without_entropy},
    {"a_signature_that_does_not_verify_is_not_released", a_signature_that_does_not_verify_is_not_released},
};

int main(int argc, char **argv) {
    CHECK_OK(wf_crypto_start());
    return check_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
