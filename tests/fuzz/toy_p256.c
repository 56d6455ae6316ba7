/* Stands in for P-256 where a harness is about what is done with keys: the linker leads its calls here (CMake), and an
 * input costs a hundredth. It keeps the contract of crypto.h and no secret: points are powers of 3 modulo 2^61 - 1 and
 * a hash of that, a signature is a hash over public key and message. What was not made here goes to the real one. */
#include <string.h>
#include <warifu/crypto.h>

enum { HALF = WF_P256_PUBLIC_LEN / 2, NUMBER_LEN = 8 };
#define PRIME ((UINT64_C(1) << 61) - 1)

wf_error __real_wf_p256_verify(const uint8_t public_key[static WF_P256_PUBLIC_LEN],
                               const uint8_t hash[static WF_HASH_LEN],
                               const uint8_t signature[static WF_P256_SIGNATURE_LEN], wf_s_rule s_rule);
wf_error __wrap_wf_p256_generate(wf_p256_key *key, wf_drbg *drbg);
wf_error __wrap_wf_p256_check(const uint8_t public_key[static WF_P256_PUBLIC_LEN]);
wf_error __wrap_wf_p256_decompress(uint8_t public_key[static WF_P256_PUBLIC_LEN],
                                   const uint8_t x[static WF_P256_X_LEN]);
wf_error __wrap_wf_p256_ecdh(uint8_t shared[static WF_P256_SHARED_LEN], const wf_p256_key *key,
                             const uint8_t peer[static WF_P256_PUBLIC_LEN]);
wf_error __wrap_wf_p256_sign(uint8_t signature[static WF_P256_SIGNATURE_LEN], const wf_p256_key *key,
                             const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg);
wf_error __wrap_wf_p256_verify(const uint8_t public_key[static WF_P256_PUBLIC_LEN],
                               const uint8_t hash[static WF_HASH_LEN],
                               const uint8_t signature[static WF_P256_SIGNATURE_LEN], wf_s_rule s_rule);

static uint64_t number_at(const uint8_t *at) {
    wf_reader r = wf_reader_of(wf_bytes_of(at, NUMBER_LEN));
    return wf_read_u64(&r) % PRIME;
}

static void put_number(uint8_t *out, size_t len, uint64_t number) {
    memset(out, 0, len);
    wf_writer w = wf_writer_of(out, len);
    wf_write_u64(&w, number);
}

static uint64_t product(uint64_t a, uint64_t b) {
    uint64_t sum = 0;
    for (; b > 0; b >>= 1) {
        sum = (b & 1) != 0 ? (sum + a) % PRIME : sum;
        a = 2 * a % PRIME;
    }
    return sum;
}

static uint64_t power(uint64_t base, uint64_t exponent) {
    uint64_t result = 1;
    for (; exponent > 0; exponent >>= 1) {
        result = (exponent & 1) != 0 ? product(result, base) : result;
        base = product(base, base);
    }
    return result;
}

wf_error __wrap_wf_p256_decompress(uint8_t public_key[static WF_P256_PUBLIC_LEN],
                                   const uint8_t x[static WF_P256_X_LEN]) {
    static const uint8_t zeros[HALF - NUMBER_LEN];
    if (memcmp(x + NUMBER_LEN, zeros, sizeof zeros) != 0 || number_at(x) < 2) {
        return WF_ERROR_POINT;
    }
    memmove(public_key, x, HALF);
    const wf_bytes part = wf_bytes_of(public_key, HALF);
    return wf_sha256(public_key + HALF, &part, 1);
}

static bool is_toy(const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    uint8_t whole[WF_P256_PUBLIC_LEN];
    return __wrap_wf_p256_decompress(whole, public_key) == WF_OK && wf_equal_secret(whole, public_key, sizeof whole);
}

wf_error __wrap_wf_p256_check(const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    return is_toy(public_key) ? WF_OK : WF_ERROR_POINT;
}

wf_error __wrap_wf_p256_generate(wf_p256_key *key, wf_drbg *drbg) {
    uint8_t x[HALF];
    wf_error error = wf_drbg_bytes(drbg, key->private_key, sizeof key->private_key);
    if (error != WF_OK) {
        return error;
    }
    key->private_key[0] = 0x40; /* never 0, never as large as the order of P-256 */
    put_number(x, sizeof x, power(3, number_at(key->private_key)));
    return __wrap_wf_p256_decompress(key->public_key, x);
}

wf_error __wrap_wf_p256_ecdh(uint8_t shared[static WF_P256_SHARED_LEN], const wf_p256_key *key,
                             const uint8_t peer[static WF_P256_PUBLIC_LEN]) {
    if (!is_toy(peer)) {
        return WF_ERROR_POINT;
    }
    put_number(shared, WF_P256_SHARED_LEN, power(number_at(peer), number_at(key->private_key)));
    return WF_OK;
}

/* Both halves are positive numbers below half the order. */
static wf_error signature_of(uint8_t out[static WF_P256_SIGNATURE_LEN],
                             const uint8_t public_key[static WF_P256_PUBLIC_LEN],
                             const uint8_t hash[static WF_HASH_LEN]) {
    const wf_bytes parts[] = {wf_bytes_of(public_key, WF_P256_PUBLIC_LEN), wf_bytes_of(hash, WF_HASH_LEN)};
    wf_error error = wf_sha256(out, parts, 2);
    out[0] = 0x40;
    memcpy(out + WF_HASH_LEN, out, WF_HASH_LEN);
    return error;
}

wf_error __wrap_wf_p256_sign(uint8_t signature[static WF_P256_SIGNATURE_LEN], const wf_p256_key *key,
                             const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg) {
    (void)drbg;
    return signature_of(signature, key->public_key, hash);
}

wf_error __wrap_wf_p256_verify(const uint8_t public_key[static WF_P256_PUBLIC_LEN],
                               const uint8_t hash[static WF_HASH_LEN],
                               const uint8_t signature[static WF_P256_SIGNATURE_LEN], wf_s_rule s_rule) {
    uint8_t right[WF_P256_SIGNATURE_LEN];
    if (!is_toy(public_key)) {
        return __real_wf_p256_verify(public_key, hash, signature, s_rule);
    }
    wf_error error = signature_of(right, public_key, hash);
    return error != WF_OK || wf_equal_secret(right, signature, sizeof right) ? error : WF_ERROR_SIGNATURE;
}
