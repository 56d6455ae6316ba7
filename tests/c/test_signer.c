#include "pki_kit.h"

/* A key that someone else holds: it signs as it was told to and counts. */
typedef struct holder {
    wf_p256_key key;
    unsigned calls;
    bool high; /* gives the larger s */
    wf_error error;
    uint8_t spoil;
} holder;

/* n - s, for a signature whose s is low. */
static void make_high(uint8_t s[static 32]) {
    static const uint8_t n[] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
    int borrow = 0;
    for (size_t i = 32; i-- > 0;) {
        int value = n[i] - s[i] - borrow;
        borrow = value < 0;
        s[i] = (uint8_t)(value + 256 * borrow);
    }
}

static wf_error hold(void *context, uint8_t signature[static WF_P256_SIGNATURE_LEN],
                     const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg) {
    holder *h = context;
    h->calls++;
    wf_error error = wf_p256_sign(signature, &h->key, hash, drbg);
    if (error == WF_OK && h->high) {
        make_high(signature + 32);
    }
    signature[5] ^= h->spoil;
    return error == WF_OK ? h->error : error;
}

static holder *new_holder(uint8_t secret) {
    static holder h;
    h = (holder){.key = kit_key(secret)};
    return &h;
}

static wf_signer signer_of(holder *h) {
    return (wf_signer){.sign = hold, .context = h, .public_key = h->key.public_key};
}

static const uint8_t hash[WF_HASH_LEN] = {1, 2, 3};

static void a_key_in_memory_signs(void) {
    const wf_p256_key key = kit_key(1);
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    CHECK(wf_signer_key(wf_signer_of(&key)) == &key);
    CHECK_OK(wf_signer_sign(signature, wf_signer_of(&key), hash, kit_drbg()));
    CHECK_OK(wf_p256_verify(key.public_key, hash, signature, WF_S_LOW));
}

static void another_holder_signs(void) {
    holder *h = new_holder(1);
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    CHECK(wf_signer_key(signer_of(h)) == NULL);
    CHECK_OK(wf_signer_sign(signature, signer_of(h), hash, kit_drbg()));
    CHECK_OK(wf_p256_verify(h->key.public_key, hash, signature, WF_S_LOW));
    CHECK(h->calls == 1);
}

static void what_leaves_has_the_smaller_s(void) {
    holder *h = new_holder(1);
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    h->high = true;
    CHECK_OK(hold(h, signature, hash, kit_drbg()));
    CHECK(wf_p256_verify(h->key.public_key, hash, signature, WF_S_LOW) == WF_ERROR_SIGNATURE);
    CHECK_OK(wf_signer_sign(signature, signer_of(h), hash, kit_drbg()));
    CHECK_OK(wf_p256_verify(h->key.public_key, hash, signature, WF_S_LOW));
}

static void check_zero(const uint8_t signature[static WF_P256_SIGNATURE_LEN]) {
    static const uint8_t zeros[WF_P256_SIGNATURE_LEN];
    CHECK(memcmp(signature, zeros, sizeof zeros) == 0);
}

static void a_wrong_signature_does_not_leave(void) {
    holder *h = new_holder(1);
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    h->spoil = 1;
    CHECK(wf_signer_sign(signature, signer_of(h), hash, kit_drbg()) == WF_ERROR_TOKEN);
    check_zero(signature);
}

static void the_signature_of_another_key_does_not_leave(void) {
    holder *h = new_holder(1);
    const wf_p256_key other = kit_key(2);
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    wf_signer signer = signer_of(h);
    signer.public_key = other.public_key;
    CHECK(wf_signer_sign(signature, signer, hash, kit_drbg()) == WF_ERROR_TOKEN);
    check_zero(signature);
    static const uint8_t no_point[WF_P256_PUBLIC_LEN] = {1};
    signer.public_key = no_point;
    CHECK(wf_signer_sign(signature, signer, hash, kit_drbg()) == WF_ERROR_TOKEN);
}

static void what_the_holder_says_is_handed_on(void) {
    holder *h = new_holder(1);
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    h->error = WF_ERROR_STATE;
    CHECK(wf_signer_sign(signature, signer_of(h), hash, kit_drbg()) == WF_ERROR_STATE);
    check_zero(signature);
    CHECK(wf_signer_sign(signature, (wf_signer){0}, hash, kit_drbg()) == WF_ERROR_ARGUMENT);
}

static wf_error stuck_fill(void *context, uint8_t *out, size_t len) {
    (void)context;
    memset(out, 0x77, len);
    return WF_OK;
}

static const wf_entropy stuck = {stuck_fill, NULL};

static void check_random(uint8_t out[static 32], wf_signer signer, const char *seed) {
    wf_drbg drbg;
    CHECK_OK(wf_drbg_start_for(&drbg, stuck, signer, wf_bytes_of((const uint8_t *)seed, strlen(seed))));
    CHECK_OK(wf_drbg_bytes(&drbg, out, 32));
}

static void randomness_hangs_on_the_long_term_key_whoever_holds_it(void) {
    uint8_t a[32], b[32];
    const wf_p256_key one = kit_key(1), two = kit_key(2);
    check_random(a, wf_signer_of(&one), "seed");
    check_random(b, wf_signer_of(&two), "seed");
    CHECK(memcmp(a, b, sizeof a) != 0);
    check_random(a, signer_of(new_holder(1)), "seed");
    check_random(b, signer_of(new_holder(2)), "seed");
    CHECK(memcmp(a, b, sizeof a) != 0);
    check_random(b, signer_of(new_holder(1)), "other");
    CHECK(memcmp(a, b, sizeof a) != 0);
    holder *h = new_holder(1);
    h->error = WF_ERROR_TOKEN;
    wf_drbg drbg;
    CHECK(wf_drbg_start_for(&drbg, stuck, signer_of(h), wf_bytes_of(NULL, 0)) == WF_ERROR_TOKEN);
}

static void certificates_are_issued_by_whoever_holds_the_key(void) {
    static uint8_t der[KIT_LEN];
    holder *h = new_holder(1);
    wf_certificate_order order = kit_ca_order("Root");
    order.public_key = h->key.public_key;
    wf_writer w = wf_writer_of(der, sizeof der);
    CHECK_OK(wf_certificate_issue(&w, &order, NULL, signer_of(h), kit_drbg()));
    wf_certificate root;
    CHECK_OK(wf_certificate_parse(&root, wf_bytes_of(der, w.len)));
    CHECK(h->calls == 1);
    kit_certificate device;
    const wf_bytes anchor = root.der;
    wf_certificate_order end = kit_end_order(WF_ROLE_DEVICE);
    device.key = kit_key(3);
    end.public_key = device.key.public_key;
    w = wf_writer_of(device.buffer, sizeof device.buffer);
    CHECK_OK(wf_certificate_issue(&w, &end, &root, signer_of(h), kit_drbg()));
    device.der = wf_bytes_of(device.buffer, w.len);
    const wf_chain_rules rules = {
        .anchors = &anchor, .anchor_count = 1, .max_len = 1, .has_time = true, .now = KIT_NOW, .role = WF_ROLE_DEVICE};
    CHECK_OK(wf_chain_verify(&device.parsed, &device.der, 1, &rules));
    h->error = WF_ERROR_TOKEN;
    w = wf_writer_of(device.buffer, sizeof device.buffer);
    CHECK(wf_certificate_issue(&w, &end, &root, signer_of(h), kit_drbg()) == WF_ERROR_TOKEN);
    CHECK(w.len == 0);
}

// clang-format off
#define CASE(rule) {#rule, rule}
static const check_case cases[] = {
    CASE(a_key_in_memory_signs),
    CASE(another_holder_signs),
    CASE(what_leaves_has_the_smaller_s),
    CASE(a_wrong_signature_does_not_leave),
    CASE(the_signature_of_another_key_does_not_leave),
    CASE(what_the_holder_says_is_handed_on),
    CASE(randomness_hangs_on_the_long_term_key_whoever_holds_it),
    CASE(certificates_are_issued_by_whoever_holds_the_key),
};
// clang-format on

CHECK_MAIN(cases)
