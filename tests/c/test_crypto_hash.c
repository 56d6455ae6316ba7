#include "check.h"
#include "hex.h"
#include <warifu/crypto.h>

static wf_bytes text_of(const char *text) {
    return wf_bytes_of((const uint8_t *)text, strlen(text));
}

static bool is_hex(const uint8_t *at, size_t len, const char *text) {
    uint8_t buffer[128];
    return wf_bytes_equal(wf_bytes_of(at, len), hex_bytes(buffer, sizeof buffer, text));
}

static const wf_bytes null_view = {NULL, 1};

static void sha256_gives_the_published_answers(void) {
    uint8_t out[WF_HASH_LEN];
    CHECK_OK(wf_sha256(out, NULL, 0));
    CHECK(is_hex(out, sizeof out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    wf_bytes part = text_of("abc");
    CHECK_OK(wf_sha256(out, &part, 1));
    CHECK(is_hex(out, sizeof out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    part = text_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
    CHECK_OK(wf_sha256(out, &part, 1));
    CHECK(is_hex(out, sizeof out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
}

static void parts_hash_as_their_concatenation(void) {
    uint8_t out[WF_HASH_LEN];
    const wf_bytes parts[] = {text_of("a"), {NULL, 0}, text_of("bc"), text_of("")};
    CHECK_OK(wf_sha256(out, parts, 4));
    CHECK(is_hex(out, sizeof out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

/* 300 bytes are four blocks and a rest. */
static void pieces_of_every_size_hash_like_the_whole(void) {
    uint8_t bytes[300], whole[WF_HASH_LEN], out[WF_HASH_LEN];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7);
    }
    const wf_bytes all = wf_bytes_of(bytes, sizeof bytes);
    CHECK_OK(wf_sha256(whole, &all, 1));
    for (size_t step = 1; step <= sizeof bytes; step++) {
        wf_hash hash;
        CHECK_OK(wf_hash_start(&hash));
        for (size_t at = 0; at < sizeof bytes; at += step) {
            size_t left = sizeof bytes - at;
            CHECK_OK(wf_hash_feed(&hash, wf_bytes_of(bytes + at, left < step ? left : step)));
            CHECK_OK(wf_hash_feed(&hash, wf_bytes_of(NULL, 0)));
        }
        CHECK_OK(wf_hash_finish(out, &hash));
        CHECK(memcmp(out, whole, sizeof out) == 0);
    }
}

static void a_copy_of_a_hash_goes_its_own_way(void) {
    uint8_t out[WF_HASH_LEN];
    wf_hash hash, copy;
    CHECK_OK(wf_hash_start(&hash));
    CHECK_OK(wf_hash_feed(&hash, text_of("a")));
    copy = hash;
    CHECK_OK(wf_hash_feed(&hash, text_of("bc")));
    CHECK_OK(wf_hash_finish(out, &hash));
    CHECK(is_hex(out, sizeof out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    CHECK_OK(wf_hash_finish(out, &copy));
    CHECK(is_hex(out, sizeof out, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"));
    CHECK(wf_hash_feed(&hash, null_view) == WF_ERROR_ARGUMENT);
}

static void a_null_view_with_a_length_never_reaches_libtomcrypt(void) {
    uint8_t out[WF_HASH_LEN];
    CHECK(wf_sha256(out, &null_view, 1) == WF_ERROR_ARGUMENT);
    CHECK(wf_sha256(out, NULL, 1) == WF_ERROR_ARGUMENT);
    CHECK(wf_hmac_sha256(out, null_view, NULL, 0) == WF_ERROR_ARGUMENT);
    CHECK(wf_hmac_sha256(out, text_of("key"), &null_view, 1) == WF_ERROR_ARGUMENT);
    CHECK(wf_hmac_sha256(out, text_of("key"), NULL, 1) == WF_ERROR_ARGUMENT);
    CHECK(wf_hkdf_extract(out, null_view, text_of("secret")) == WF_ERROR_ARGUMENT);
    CHECK(wf_hkdf_extract(out, text_of("salt"), null_view) == WF_ERROR_ARGUMENT);
    CHECK(wf_hkdf_expand(out, sizeof out, out, null_view) == WF_ERROR_ARGUMENT);
    CHECK(wf_hkdf_expand(NULL, 1, out, text_of("")) == WF_ERROR_ARGUMENT);
}

static bool hmac_is(const char *key, const char *data, const char *answer) {
    uint8_t key_bytes[160], data_bytes[160], out[WF_HASH_LEN];
    wf_bytes part = hex_bytes(data_bytes, sizeof data_bytes, data);
    CHECK_OK(wf_hmac_sha256(out, hex_bytes(key_bytes, sizeof key_bytes, key), &part, 1));
    return is_hex(out, strlen(answer) / 2, answer);
}

#define TEN(x) x x x x x x x x x x
#define AA131 TEN(TEN("aa")) TEN("aa") TEN("aa") TEN("aa") "aa"

static void hmac_gives_the_answers_of_rfc_4231(void) {
    CHECK(hmac_is(TEN("0b0b"), "4869205468657265", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    CHECK(hmac_is("4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
                  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    CHECK(hmac_is(TEN("aaaa"), TEN("dddddddddd"), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"));
    CHECK(hmac_is("0102030405060708090a0b0c0d0e0f10111213141516171819", TEN("cdcdcdcdcd"),
                  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"));
    CHECK(hmac_is(TEN("0c0c"), "546573742057697468205472756e636174696f6e", "a3b6167473100ee06e0c796c2955552b"));
    CHECK(hmac_is(AA131,
                  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d204861736820"
                  "4b6579204669727374",
                  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

static void hmac_takes_an_empty_key_and_keys_around_a_block(void) {
    CHECK(hmac_is("", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
    uint8_t key[WF_HASH_LEN * 2 + 1] = {0}, of_zeros[WF_HASH_LEN], of_nothing[WF_HASH_LEN], of_longer[WF_HASH_LEN];
    CHECK_OK(wf_hmac_sha256(of_nothing, (wf_bytes){NULL, 0}, NULL, 0));
    CHECK_OK(wf_hmac_sha256(of_zeros, wf_bytes_of(key, 64), NULL, 0));  /* a full block of padding */
    CHECK_OK(wf_hmac_sha256(of_longer, wf_bytes_of(key, 65), NULL, 0)); /* hashed first */
    CHECK(memcmp(of_nothing, of_zeros, sizeof of_zeros) == 0);
    CHECK(memcmp(of_nothing, of_longer, sizeof of_longer) != 0);
}

static void hmac_may_answer_into_its_own_key_or_text(void) {
    uint8_t key[WF_HASH_LEN] = {1}, text[WF_HASH_LEN] = {2}, expected[WF_HASH_LEN], key_too[WF_HASH_LEN];
    memcpy(key_too, key, sizeof key);
    const wf_bytes part = wf_bytes_of(text, sizeof text);
    CHECK_OK(wf_hmac_sha256(expected, wf_bytes_of(key, sizeof key), &part, 1));
    CHECK_OK(wf_hmac_sha256(key_too, wf_bytes_of(key_too, sizeof key_too), &part, 1));
    CHECK_OK(wf_hmac_sha256(text, wf_bytes_of(key, sizeof key), &part, 1));
    CHECK(memcmp(key_too, expected, sizeof expected) == 0 && memcmp(text, expected, sizeof expected) == 0);
}

static bool hkdf_is(const char *secret, const char *salt, const char *info, const char *prk, const char *okm) {
    uint8_t bytes[3][128], key[WF_HASH_LEN], out[128];
    size_t len = strlen(okm) / 2;
    CHECK_OK(wf_hkdf_extract(key, hex_bytes(bytes[0], 128, salt), hex_bytes(bytes[1], 128, secret)));
    CHECK(is_hex(key, sizeof key, prk));
    CHECK_OK(wf_hkdf_expand(out, len, key, hex_bytes(bytes[2], 128, info)));
    return is_hex(out, len, okm);
}

static void hkdf_gives_the_answers_of_rfc_5869(void) {
    CHECK(hkdf_is(TEN("0b0b") "0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
                  "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
                  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
    CHECK(hkdf_is("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
                  "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
                  "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
                  "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
                  "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
                  "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
                  "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
                  "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                  "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"));
    CHECK(hkdf_is(TEN("0b0b") "0b0b", "", "", "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
                  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"));
}

static void hkdf_gives_at_most_255_blocks(void) {
    static uint8_t out[255 * WF_HASH_LEN + 1];
    const uint8_t prk[WF_HASH_LEN] = {1};
    CHECK_OK(wf_hkdf_expand(out, sizeof out - 1, prk, text_of("info")));
    CHECK(wf_hkdf_expand(out, sizeof out, prk, text_of("info")) == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_hkdf_expand(NULL, 0, prk, text_of("info")));
}

static const check_case cases[] = {
    {"sha256_gives_the_published_answers", sha256_gives_the_published_answers},
    {"parts_hash_as_their_concatenation", parts_hash_as_their_concatenation},
    {"pieces_of_every_size_hash_like_the_whole", pieces_of_every_size_hash_like_the_whole},
    {"a_copy_of_a_hash_goes_its_own_way", a_copy_of_a_hash_goes_its_own_way},
    {"a_null_view_with_a_length_never_reaches_libtomcrypt", a_null_view_with_a_length_never_reaches_libtomcrypt},
    {"hmac_gives_the_answers_of_rfc_4231", hmac_gives_the_answers_of_rfc_4231},
    {"hmac_takes_an_empty_key_and_keys_around_a_block", hmac_takes_an_empty_key_and_keys_around_a_block},
    {"hmac_may_answer_into_its_own_key_or_text", hmac_may_answer_into_its_own_key_or_text},
    {"hkdf_gives_the_answers_of_rfc_5869", hkdf_gives_the_answers_of_rfc_5869},
    {"hkdf_gives_at_most_255_blocks", hkdf_gives_at_most_255_blocks},
};

CHECK_MAIN(cases)
