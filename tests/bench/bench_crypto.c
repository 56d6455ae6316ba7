/* Microseconds of each cryptographic call, the mean over half a second. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <warifu/crypto.h>
#include <warifu/entropy.h>

enum { PLAIN_LEN = 64 };

static wf_drbg drbg;
static wf_p256_key key, peer;
static uint8_t hash[WF_HASH_LEN], signature[WF_P256_SIGNATURE_LEN], sealed[PLAIN_LEN + WF_CCM_TAG_LEN];
static const uint8_t secret[WF_AES_KEY_LEN], nonce[WF_CCM_NONCE_LEN], plain[PLAIN_LEN];

static wf_error bench_generate(void) {
    return wf_p256_generate(&peer, &drbg);
}

static wf_error bench_sign(void) {
    return wf_p256_sign(signature, &key, hash, &drbg);
}

static wf_error bench_verify(void) {
    return wf_p256_verify(key.public_key, hash, signature, WF_S_LOW);
}

static wf_error bench_ecdh(void) {
    uint8_t shared[WF_P256_SHARED_LEN];
    return wf_p256_ecdh(shared, &key, peer.public_key);
}

static wf_error bench_seal(void) {
    return wf_ccm_seal(sealed, secret, nonce, WF_CCM_TAG_LEN, (wf_bytes){NULL, 0}, wf_bytes_of(plain, sizeof plain));
}

static wf_error bench_open(void) {
    uint8_t opened[PLAIN_LEN];
    return wf_ccm_open(opened, secret, nonce, WF_CCM_TAG_LEN, (wf_bytes){NULL, 0}, wf_bytes_of(sealed, sizeof sealed));
}

static wf_error bench_sha256(void) {
    wf_bytes part = wf_bytes_of(plain, sizeof plain);
    return wf_sha256(hash, &part, 1);
}

/* In this order: verifying needs the signature, opening the sealed bytes. */
static const struct {
    const char *name;
    wf_error (*run)(void);
} calls[] = {
    {"P-256 generate", bench_generate},    {"P-256 sign", bench_sign},
    {"P-256 verify", bench_verify},        {"P-256 ECDH", bench_ecdh},
    {"AES-CCM seal 64 bytes", bench_seal}, {"AES-CCM open 64 bytes", bench_open},
    {"SHA-256 of 64 bytes", bench_sha256},
};

static void must(wf_error error) {
    if (error != WF_OK) {
        fprintf(stderr, "bench_crypto: %s\n", wf_error_row_of(error)->what);
        exit(1);
    }
}

static double seconds(void) {
    struct timespec now;
    (void)timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void) {
    must(wf_crypto_start());
    must(wf_drbg_start(&drbg, wf_entropy_system(), (wf_bytes){NULL, 0}, (wf_bytes){NULL, 0}));
    must(wf_p256_generate(&key, &drbg));
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        double start = seconds(), spent;
        unsigned long count = 0;
        do {
            for (int batch = 0; batch < 20; batch++, count++) {
                must(calls[i].run());
            }
            spent = seconds() - start;
        } while (spent < 0.5);
        printf("%-24s %10.2f us\n", calls[i].name, spent * 1e6 / (double)count);
    }
    return 0;
}
