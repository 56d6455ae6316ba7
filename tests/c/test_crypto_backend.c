/* The façade with libtomcrypt's parts exchanged for ones that count, lie or fail. */
#include "check.h"
#include "crypto/backend.h"
#include "crypto/math.h"
#include "crypto/p256_sign.h"
#ifdef LTM_DESC
#include <tommath.h>
#endif

static const uint8_t hash[WF_HASH_LEN] = {1, 2, 3};
static ltc_math_descriptor real; /* what wf_crypto_start chose */
static long calls, at_call;      /* what the exchanged parts count, and when they act */

static wf_error steady(void *context, uint8_t *out, size_t len) {
    (void)context;
    memset(out, 7, len);
    return WF_OK;
}

static wf_drbg new_drbg(void) {
    wf_drbg drbg;
    CHECK_OK(wf_drbg_start(&drbg, (wf_entropy){steady, NULL}, (wf_bytes){NULL, 0}, (wf_bytes){NULL, 0}));
    return drbg;
}

static wf_p256_key new_key(void) {
    wf_p256_key key;
    const uint8_t private_key[WF_P256_PRIVATE_LEN] = {9, 8, 7};
    CHECK_OK(wf_p256_from_private(&key, private_key));
    return key;
}

static void start(void) {
    (void)unregister_cipher(&aes_desc);
    memset(&ltc_mp, 0, sizeof ltc_mp);
    CHECK_OK(wf_crypto_start());
    real = ltc_mp;
    calls = 0;
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

static void before_the_start_every_call_says_so(void) {
    uint8_t out[64] = {0};
    wf_p256_key key = {{1}, {0}};
    wf_drbg drbg = new_drbg();
    (void)unregister_cipher(&aes_desc);
    memset(&ltc_mp, 0, sizeof ltc_mp);
    CHECK(wf_ccm_seal(out, out, out, WF_CCM_TAG_LEN, (wf_bytes){NULL, 0}, wf_bytes_of(out, 1)) == WF_ERROR_BACKEND);
    CHECK(wf_ccm_open(out, out, out, WF_CCM_TAG_LEN, (wf_bytes){NULL, 0}, wf_bytes_of(out, 17)) == WF_ERROR_BACKEND);
    CHECK(wf_p256_from_private(&key, out + 32) == WF_ERROR_KEY);
    key.private_key[31] = 1;
    CHECK(wf_p256_check(out) == WF_ERROR_BACKEND);
    CHECK(wf_p256_decompress(out, out) == WF_ERROR_BACKEND);
    CHECK(wf_p256_generate(&key, &drbg) == WF_ERROR_BACKEND);
    key.private_key[31] = 1;
    CHECK(wf_p256_ecdh(out, &key, out) == WF_ERROR_BACKEND);
    CHECK(wf_p256_sign(out, &key, hash, &drbg) == WF_ERROR_BACKEND);
    memset(out, 1, sizeof out);
    CHECK(wf_p256_verify(out, hash, out, WF_S_ANY) == WF_ERROR_BACKEND);
}

static void starting_again_changes_nothing(void) {
    start();
    int aes = find_cipher("aes");
    CHECK_OK(wf_crypto_start());
    CHECK(find_cipher("aes") == aes && ltc_mp.name == real.name && ltc_mp.mulmod == real.mulmod);
    int registered = 0;
    for (int i = 0; i < TAB_SIZE; i++) {
        registered += cipher_descriptor[i].name != NULL;
    }
    CHECK(registered == 1);
}

static void the_mathematics_is_the_one_that_the_build_names(void) {
    start();
#ifdef GMP_DESC
    CHECK(strcmp(ltc_mp.name, "GNU MP") == 0);
#else
    CHECK(strcmp(ltc_mp.name, "LibTomMath") == 0);
#endif
}

/* AES in another's hands. */
static int counted_encrypt(const unsigned char *in, unsigned char *out, symmetric_key *key) {
    calls++;
    return aes_desc.ecb_encrypt(in, out, key);
}

static int lying_encrypt(const unsigned char *in, unsigned char *out, symmetric_key *key) {
    int error = aes_desc.ecb_encrypt(in, out, key);
    out[0] ^= 1;
    return error;
}

static int failing_encrypt(const unsigned char *in, unsigned char *out, symmetric_key *key) {
    return ++calls == at_call ? CRYPT_ERROR : aes_desc.ecb_encrypt(in, out, key);
}

static void put_aes(int (*encrypt)(const unsigned char *, unsigned char *, symmetric_key *)) {
    struct ltc_cipher_descriptor other = aes_desc;
    other.ecb_encrypt = encrypt;
    (void)unregister_cipher(&aes_desc);
    cipher_descriptor[0] = other;
}

static void remove_aes(void) {
    memset(&cipher_descriptor[0], 0, sizeof cipher_descriptor[0]);
}

static void a_faster_aes_can_be_registered_in_its_place(void) {
    put_aes(counted_encrypt);
    CHECK_OK(wf_crypto_start());
    calls = 0;
    uint8_t out[64 + WF_CCM_TAG_LEN], zero[64] = {0};
    CHECK_OK(wf_ccm_seal(out, zero, zero, WF_CCM_TAG_LEN, (wf_bytes){NULL, 0}, wf_bytes_of(zero, sizeof zero)));
    CHECK(calls == 10); /* B0, 4 blocks twice, the tag's counter block */
    remove_aes();
}

static void an_aes_that_lies_does_not_pass_the_start(void) {
    put_aes(lying_encrypt);
    CHECK(wf_crypto_start() == WF_ERROR_BACKEND);
    remove_aes();
}

static void an_aes_that_fails_leaves_neither_plaintext_nor_ciphertext(void) {
    const uint8_t key[WF_AES_KEY_LEN] = {1};
    uint8_t sealed[40 + WF_CCM_TAG_LEN], out[sizeof sealed], plain[40] = {5};
    const wf_bytes aad = wf_bytes_of(plain, 3);
    start();
    CHECK_OK(wf_ccm_seal(sealed, key, plain, WF_CCM_TAG_LEN, aad, wf_bytes_of(plain, sizeof plain)));
    put_aes(failing_encrypt);
    wf_error error = WF_ERROR_BACKEND;
    for (at_call = 1; error == WF_ERROR_BACKEND; at_call++) {
        calls = 0;
        memset(out, 0xee, sizeof out);
        error = wf_ccm_open(out, key, plain, WF_CCM_TAG_LEN, aad, wf_bytes_of(sealed, sizeof sealed));
        CHECK(error == WF_OK || all_zero(out, sizeof plain));
        calls = 0;
        memset(out, 0xee, sizeof out);
        CHECK(wf_ccm_seal(out, key, plain, WF_CCM_TAG_LEN, aad, wf_bytes_of(plain, sizeof plain)) == error);
        CHECK(error == WF_OK || all_zero(out, sizeof out));
    }
    CHECK(error == WF_OK && at_call == 11);
    remove_aes();
}

/* Every secret scalar that reaches the ladder has 257 bits. */
static int measured_multiply(void *k, ecc_point *g, ecc_point *r, void *modulus, int map) {
    calls++;
    CHECK(real.count_bits(k) == 257);
    return real.ecc_ptmul(k, g, r, modulus, map);
}

static void every_secret_scalar_is_stretched_to_257_bits(void) {
    start();
    ltc_mp.ecc_ptmul = measured_multiply;
    wf_drbg drbg = new_drbg();
    wf_p256_key key, peer = new_key();
    uint8_t out[64];
    calls = 0;
    CHECK_OK(wf_p256_generate(&key, &drbg));
    CHECK_OK(wf_p256_ecdh(out, &key, peer.public_key));
    CHECK_OK(wf_p256_sign(out, &key, hash, &drbg));
    CHECK(calls == 3);
    for (size_t leading = 0; leading < 31; leading++) { /* scalars with many zero bits in front, too */
        uint8_t small[WF_P256_PRIVATE_LEN] = {0};
        memset(small + leading, 0x55, sizeof small - leading);
        CHECK_OK(wf_p256_from_private(&key, small));
        CHECK_OK(wf_p256_ecdh(out, &key, peer.public_key));
    }
    CHECK(calls == 3 + 2 * 31);
    ltc_mp = real;
}

/* A wrong product somewhere in the computation. */
static int faulty_mulmod(void *a, void *b, void *modulus, void *out) {
    int error = real.mulmod(a, b, modulus, out);
    return ++calls == at_call ? real.addi(out, 1, out) : error;
}

static int faulty_multiply(void *k, ecc_point *g, ecc_point *r, void *modulus, int map) {
    int error = real.ecc_ptmul(k, g, r, modulus, map);
    return error != CRYPT_OK ? error : real.addi(r->x, 1, r->x);
}

static void a_fault_never_lets_a_bad_signature_out(void) {
    start();
    const wf_p256_key key = new_key();
    wf_drbg drbg = new_drbg();
    unsigned refused = 0;
    uint8_t out[64];
    ltc_mp.mulmod = faulty_mulmod;
    for (at_call = 1; at_call < 40; at_call++) {
        calls = 0;
        wf_error error = wf_p256_sign(out, &key, hash, &drbg);
        calls = -1000;
        CHECK(error == WF_OK || (error == WF_ERROR_BACKEND && all_zero(out, sizeof out)));
        CHECK(error != WF_OK || wf_p256_verify(key.public_key, hash, out, WF_S_LOW) == WF_OK);
        refused += error != WF_OK;
    }
    CHECK(refused > 5);
    ltc_mp = real;
}

static void a_product_off_the_curve_is_not_given_out(void) {
    start();
    const wf_p256_key key = new_key(), peer = new_key();
    wf_p256_key other;
    uint8_t out[64];
    ltc_mp.ecc_ptmul = faulty_multiply;
    CHECK(wf_p256_ecdh(out, &key, peer.public_key) == WF_ERROR_BACKEND && all_zero(out, 32));
    CHECK(wf_p256_from_private(&other, key.private_key) == WF_ERROR_BACKEND && all_zero(&other, sizeof other));
    CHECK(wf_crypto_start() == WF_ERROR_BACKEND);
    ltc_mp = real;
}

static int failing_init(void **number) {
    return ++calls == at_call ? CRYPT_MEM : real.init(number);
}

static wf_error everything(const wf_p256_key *key, wf_drbg *drbg) {
    uint8_t out[64], shared[32];
    wf_p256_key other;
    wf_error error = wf_p256_generate(&other, drbg);
    error = error != WF_OK ? error : wf_p256_ecdh(shared, key, key->public_key);
    error = error != WF_OK ? error : wf_p256_decompress(out, key->public_key);
    error = error != WF_OK ? error : wf_p256_check(key->public_key);
    error = error != WF_OK ? error : wf_p256_sign(out, key, hash, drbg);
    return error != WF_OK ? error : wf_p256_verify(key->public_key, hash, out, WF_S_LOW);
}

static void where_memory_ends_every_call_says_backend(void) {
    start();
    const wf_p256_key key = new_key();
    wf_drbg drbg = new_drbg();
    calls = at_call = 0;
    ltc_mp.init = failing_init;
    CHECK_OK(everything(&key, &drbg));
    const long total = calls;
    CHECK(total > 1000);
    for (at_call = 1; at_call <= total; at_call += at_call < 60 ? 1 : total / 40) {
        calls = 0;
        CHECK(everything(&key, &drbg) == WF_ERROR_BACKEND);
    }
    ltc_mp = real;
}

/* What a number of ours holds when it is freed: its value, and with libtommath every digit that it has room for. */
static bool is_wiped(void *number) {
#ifdef LTM_DESC
    const mp_int *digits = number;
    if (!all_zero(digits->dp, (size_t)digits->alloc * sizeof digits->dp[0])) {
        return false;
    }
#endif
    return real.compare_d(number, 0) == LTC_MP_EQ;
}

static void *own[WF_MATH_NUMBERS];
static size_t own_count;

static void inspecting_deinit(void *number) {
    for (size_t i = 0; i < own_count; i++) {
        if (own[i] == number) {
            CHECK(is_wiped(number));
            calls++;
        }
    }
    real.deinit(number);
}

static void numbers_are_wiped_before_they_are_freed(void) {
    start();
    const uint8_t secret[32] = {0xaa, 0xbb};
    ltc_mp.deinit = inspecting_deinit;
    wf_math m;
    wf_math_begin(&m);
    own_count = 0;
    own[own_count++] = wf_math_read(&m, secret, sizeof secret);
    own[own_count++] = wf_math_read(&m, secret, sizeof secret);
    wf_math_sum(&m, own[1], own[0], own[0]);
    CHECK_OK(wf_math_end(&m));
    CHECK(calls == 2);
    ltc_mp = real;
}

static void numbers_beyond_the_room_are_a_failure(void) {
    start();
    wf_math m;
    wf_math_begin(&m);
    for (size_t i = 0; i < WF_MATH_NUMBERS; i++) {
        CHECK(wf_math_new(&m) != NULL);
    }
    CHECK(wf_math_new(&m) == NULL);
    CHECK(wf_math_end(&m) == WF_ERROR_BACKEND);
}

static const check_case cases[] = {
    {"before_the_start_every_call_says_so", before_the_start_every_call_says_so},
    {"starting_again_changes_nothing", starting_again_changes_nothing},
    {"the_mathematics_is_the_one_that_the_build_names", the_mathematics_is_the_one_that_the_build_names},
    {"a_faster_aes_can_be_registered_in_its_place", a_faster_aes_can_be_registered_in_its_place},
    {"an_aes_that_lies_does_not_pass_the_start", an_aes_that_lies_does_not_pass_the_start},
    {"an_aes_that_fails_leaves_neither_plaintext_nor_ciphertext",
     an_aes_that_fails_leaves_neither_plaintext_nor_ciphertext},
    {"every_secret_scalar_is_stretched_to_257_bits", every_secret_scalar_is_stretched_to_257_bits},
    {"a_fault_never_lets_a_bad_signature_out", a_fault_never_lets_a_bad_signature_out},
    {"a_product_off_the_curve_is_not_given_out", a_product_off_the_curve_is_not_given_out},
    {"where_memory_ends_every_call_says_backend", where_memory_ends_every_call_says_backend},
    {"numbers_are_wiped_before_they_are_freed", numbers_are_wiped_before_they_are_freed},
    {"numbers_beyond_the_room_are_a_failure", numbers_beyond_the_room_are_a_failure},
};

CHECK_MAIN(cases)
