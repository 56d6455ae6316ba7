#include "check.h"
#include "crypto/ccm_engine.h"
#include "hex.h"

enum { TOO_LONG = WF_CCM_MAX_LEN + 1 };

static const uint8_t key[WF_AES_KEY_LEN] = {1, 2, 3};
static const uint8_t nonce[WF_CCM_NONCE_LEN] = {4, 5, 6};
static const wf_bytes none = {NULL, 0}, null_view = {NULL, 1};

static wf_bytes text_of(const char *text) {
    return wf_bytes_of((const uint8_t *)text, strlen(text));
}

static bool all_zero(const uint8_t *at, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (at[i] != 0) {
            return false;
        }
    }
    return true;
}

/* SP 800-38C appendix C: one key for all. */
static void check_example(const char *nonce_text, wf_bytes aad, const char *plain_text, const char *sealed_text) {
    uint8_t example_key[WF_AES_KEY_LEN], nonce_bytes[13], plain_bytes[32], sealed_bytes[46], out[46];
    hex_bytes(example_key, sizeof example_key, "404142434445464748494a4b4c4d4e4f");
    wf_bytes n = hex_bytes(nonce_bytes, sizeof nonce_bytes, nonce_text);
    wf_bytes plain = hex_bytes(plain_bytes, sizeof plain_bytes, plain_text);
    wf_bytes sealed = hex_bytes(sealed_bytes, sizeof sealed_bytes, sealed_text);
    size_t tag_len = sealed.len - plain.len;
    CHECK_OK(wf_ccm_engine_seal(out, example_key, n, tag_len, aad, plain));
    CHECK(wf_bytes_equal(wf_bytes_of(out, sealed.len), sealed));
    CHECK_OK(wf_ccm_engine_open(out, example_key, n, tag_len, aad, sealed));
    CHECK(wf_bytes_equal(wf_bytes_of(out, plain.len), plain));
}

static void the_examples_of_sp_800_38c_come_out(void) {
    static uint8_t aad[256 * 256];
    for (size_t i = 0; i < sizeof aad; i++) {
        aad[i] = (uint8_t)i;
    }
    check_example("10111213141516", wf_bytes_of(aad, 8), "20212223", "7162015b4dac255d");
    check_example("1011121314151617", wf_bytes_of(aad, 16), "202122232425262728292a2b2c2d2e2f",
                  "d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd");
    check_example("101112131415161718191a1b", wf_bytes_of(aad, 20), "202122232425262728292a2b2c2d2e2f3031323334353637",
                  "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951");
    check_example("101112131415161718191a1b1c", wf_bytes_of(aad, sizeof aad),
                  "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
                  "69915dad1e84c6376a68c2967e4dab615ae0fd1faec44cc484828529463ccf72b4ac6bec93e8598e7f0dadbcea5b");
}

static void sealing_and_opening_work_in_place(void) {
    static uint8_t buffer[1024 + WF_CCM_TAG_LEN], apart[sizeof buffer];
    const wf_bytes aad = text_of("associated");
    for (size_t len = 0; len <= 1024; len += len < 40 ? 1 : 123) {
        for (size_t i = 0; i < len; i++) {
            buffer[i] = (uint8_t)(i * 7);
        }
        CHECK_OK(wf_ccm_seal(apart, key, nonce, WF_CCM_TAG_LEN, aad, wf_bytes_of(buffer, len)));
        CHECK_OK(wf_ccm_seal(buffer, key, nonce, WF_CCM_TAG_LEN, aad, wf_bytes_of(buffer, len)));
        CHECK(memcmp(apart, buffer, len + WF_CCM_TAG_LEN) == 0);
        CHECK_OK(wf_ccm_open(buffer, key, nonce, WF_CCM_TAG_LEN, aad, wf_bytes_of(buffer, len + WF_CCM_TAG_LEN)));
        for (size_t i = 0; i < len; i++) {
            CHECK(buffer[i] == (uint8_t)(i * 7));
        }
    }
}

static void an_empty_plaintext_is_only_a_tag(void) {
    uint8_t tag[WF_CCM_TAG_LEN];
    CHECK_OK(wf_ccm_seal(tag, key, nonce, WF_CCM_TAG_LEN, text_of("aad"), none));
    CHECK_OK(wf_ccm_open(NULL, key, nonce, WF_CCM_TAG_LEN, text_of("aad"), wf_bytes_of(tag, sizeof tag)));
    CHECK(wf_ccm_open(NULL, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(tag, sizeof tag)) == WF_ERROR_TAG);
}

static void a_flipped_bit_is_refused_and_the_plaintext_wiped(void) {
    static const size_t tags[] = {WF_CCM_TAG_LEN, WF_CCM_SHORT_TAG_LEN};
    for (size_t t = 0; t < 2; t++) {
        uint8_t sealed[20 + WF_CCM_TAG_LEN], out[20];
        size_t len = 20 + tags[t];
        CHECK_OK(wf_ccm_seal(sealed, key, nonce, tags[t], text_of("aad"), text_of("twenty bytes of text")));
        for (size_t bit = 0; bit < 8 * len; bit++) {
            sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
            memset(out, 0xee, sizeof out);
            CHECK(wf_ccm_open(out, key, nonce, tags[t], text_of("aad"), wf_bytes_of(sealed, len)) == WF_ERROR_TAG);
            CHECK(all_zero(out, sizeof out));
            sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        CHECK_OK(wf_ccm_open(out, key, nonce, tags[t], text_of("aad"), wf_bytes_of(sealed, len)));
        CHECK(wf_ccm_open(sealed, key, nonce, tags[t], text_of("AAD"), wf_bytes_of(sealed, len)) == WF_ERROR_TAG);
        CHECK(all_zero(sealed, sizeof out) && !all_zero(sealed + sizeof out, tags[t])); /* in place too */
    }
}

static void only_tags_of_16_and_8_bytes_are_allowed(void) {
    uint8_t out[64] = {0};
    for (size_t tag_len = 0; tag_len <= 40; tag_len++) {
        wf_error expected = tag_len == WF_CCM_TAG_LEN || tag_len == WF_CCM_SHORT_TAG_LEN ? WF_OK : WF_ERROR_ARGUMENT;
        CHECK(wf_ccm_seal(out, key, nonce, tag_len, none, text_of("text")) == expected);
        wf_bytes sealed = wf_bytes_of(out, 4 + tag_len);
        CHECK(wf_ccm_open(out + 48, key, nonce, tag_len, none, sealed) == expected);
    }
}

static void less_than_a_tag_is_truncated(void) {
    uint8_t sealed[WF_CCM_TAG_LEN] = {0}, out[1];
    CHECK(wf_ccm_open(out, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(sealed, 15)) == WF_ERROR_TRUNCATED);
    CHECK(wf_ccm_open(out, key, nonce, WF_CCM_SHORT_TAG_LEN, none, wf_bytes_of(sealed, 7)) == WF_ERROR_TRUNCATED);
    CHECK(wf_ccm_open(out, key, nonce, WF_CCM_TAG_LEN, none, none) == WF_ERROR_TRUNCATED);
}

static void the_payload_ends_at_65535_bytes_and_loses_no_nonce_byte(void) {
    static uint8_t plain[TOO_LONG], sealed[TOO_LONG + WF_CCM_TAG_LEN];
    CHECK(wf_ccm_seal(sealed, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(plain, TOO_LONG)) == WF_ERROR_ARGUMENT);
    CHECK(wf_ccm_open(plain, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(sealed, sizeof sealed)) ==
          WF_ERROR_ARGUMENT);
    CHECK_OK(wf_ccm_seal(sealed, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(plain, WF_CCM_MAX_LEN)));
    const wf_bytes longest = wf_bytes_of(sealed, WF_CCM_MAX_LEN + WF_CCM_TAG_LEN);
    CHECK_OK(wf_ccm_open(plain, key, nonce, WF_CCM_TAG_LEN, none, longest));
    uint8_t other[WF_CCM_NONCE_LEN];
    memcpy(other, nonce, sizeof other);
    other[WF_CCM_NONCE_LEN - 1] ^= 1;
    CHECK(wf_ccm_open(plain, key, other, WF_CCM_TAG_LEN, none, longest) == WF_ERROR_TAG);
}

static void the_engine_refuses_what_libtomcrypt_would_cut(void) {
    uint8_t out[64], long_nonce[20] = {0};
    for (size_t len = 0; len <= sizeof long_nonce; len++) {
        wf_error expected = len >= 7 && len <= 13 ? WF_OK : WF_ERROR_ARGUMENT;
        CHECK(wf_ccm_engine_seal(out, key, wf_bytes_of(long_nonce, len), 16, none, none) == expected);
        CHECK(wf_ccm_engine_open(out, key, wf_bytes_of(long_nonce, len), 16, none, wf_bytes_of(out, 16)) == expected);
    }
    for (size_t tag_len = 0; tag_len <= 20; tag_len++) {
        wf_error expected = tag_len >= 4 && tag_len <= 16 && tag_len % 2 == 0 ? WF_OK : WF_ERROR_ARGUMENT;
        CHECK(wf_ccm_engine_seal(out, key, wf_bytes_of(nonce, 13), tag_len, none, none) == expected);
    }
}

static void a_null_view_with_a_length_never_reaches_libtomcrypt(void) {
    uint8_t out[64];
    CHECK(wf_ccm_seal(out, key, nonce, WF_CCM_TAG_LEN, null_view, none) == WF_ERROR_ARGUMENT);
    CHECK(wf_ccm_seal(out, key, nonce, WF_CCM_TAG_LEN, none, null_view) == WF_ERROR_ARGUMENT);
    CHECK(wf_ccm_seal(NULL, key, nonce, WF_CCM_TAG_LEN, none, none) == WF_ERROR_ARGUMENT);
    CHECK(wf_ccm_open(out, key, nonce, WF_CCM_TAG_LEN, null_view, wf_bytes_of(out, 20)) == WF_ERROR_ARGUMENT);
    CHECK(wf_ccm_open(out, key, nonce, WF_CCM_TAG_LEN, none, (wf_bytes){NULL, 20}) == WF_ERROR_ARGUMENT);
    CHECK(wf_ccm_open(NULL, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(out, 20)) == WF_ERROR_ARGUMENT);
    CHECK(wf_ccm_engine_seal(out, key, (wf_bytes){NULL, 13}, 16, none, none) == WF_ERROR_ARGUMENT);
}

static const check_case cases[] = {
    {"the_examples_of_sp_800_38c_come_out", the_examples_of_sp_800_38c_come_out},
    {"sealing_and_opening_work_in_place", sealing_and_opening_work_in_place},
    {"an_empty_plaintext_is_only_a_tag", an_empty_plaintext_is_only_a_tag},
    {"a_flipped_bit_is_refused_and_the_plaintext_wiped", a_flipped_bit_is_refused_and_the_plaintext_wiped},
    {"only_tags_of_16_and_8_bytes_are_allowed", only_tags_of_16_and_8_bytes_are_allowed},
    {"less_than_a_tag_is_truncated", less_than_a_tag_is_truncated},
    {"the_payload_ends_at_65535_bytes_and_loses_no_nonce_byte",
     the_payload_ends_at_65535_bytes_and_loses_no_nonce_byte},
    {"the_engine_refuses_what_libtomcrypt_would_cut", the_engine_refuses_what_libtomcrypt_would_cut},
    {"a_null_view_with_a_length_never_reaches_libtomcrypt", a_null_view_with_a_length_never_reaches_libtomcrypt},
};

int main(int argc, char **argv) {
    CHECK_OK(wf_crypto_start());
    return check_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
