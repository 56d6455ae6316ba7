#include "check.h"
#include "hex.h"
#include <warifu/crypto.h>

static wf_bytes text_of(const char *text) {
    return wf_bytes_of((const uint8_t *)text, strlen(text));
}

static bool gives(const char *passphrase, const char *salt, uint32_t iterations, const char *key) {
    uint8_t out[128], bytes[128];
    wf_bytes expected = hex_bytes(bytes, sizeof bytes, key);
    CHECK_OK(wf_pbkdf2_sha256(out, expected.len, text_of(passphrase), text_of(salt), iterations));
    return memcmp(out, expected.at, expected.len) == 0;
}

static void it_gives_the_answers_of_rfc_7914_section_11(void) {
    CHECK(gives("passwd", "salt", 1,
                "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"));
    CHECK(gives("Password", "NaCl", 80000,
                "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
                "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"));
}

/* Computed by OpenSSL: an empty passphrase and salt; a passphrase as long as a block, and one longer. */
static void any_length_of_passphrase_salt_and_key_will_do(void) {
    char passphrase[66] = {0}, salt[101] = {0};
    CHECK(gives("", "", 1, "f7ce0b653d2d72a4108cf5abe912ffdd777616db"));
    memset(salt, 's', 100);
    memset(passphrase, 'p', 64);
    CHECK(gives(passphrase, salt, 3, "4ab5c02204d3c2e27eac2874d313a3b6d9e564ccf9638bce1753b267a22b313dea"));
    passphrase[64] = 'p';
    CHECK(gives(passphrase, "salt", 2,
                "6f3553a14dcf0e73271c6e26ca06693c24a7d8c0092da9dd4252f8013d559608caf730ce72e780737f0824a3e5cff82e"
                "809879bce96f68037db676bf140782d12d2ecb6899d71759ebb5c6ac6f534d48ab2f7bfbd561e027187a2d01c2832745"));
}

static void what_makes_no_sense_is_refused(void) {
    uint8_t out[4];
    wf_bytes none = {NULL, 3};
    CHECK(wf_pbkdf2_sha256(out, sizeof out, text_of("p"), text_of("s"), 0) == WF_ERROR_ARGUMENT);
    CHECK(wf_pbkdf2_sha256(out, sizeof out, none, text_of("s"), 1) == WF_ERROR_ARGUMENT);
    CHECK(wf_pbkdf2_sha256(out, sizeof out, text_of("p"), none, 1) == WF_ERROR_ARGUMENT);
    CHECK(wf_pbkdf2_sha256(NULL, 1, text_of("p"), text_of("s"), 1) == WF_ERROR_ARGUMENT);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(it_gives_the_answers_of_rfc_7914_section_11),
    CASE(any_length_of_passphrase_salt_and_key_will_do),
    CASE(what_makes_no_sense_is_refused),
};
CHECK_MAIN(cases)
