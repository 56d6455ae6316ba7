#define _XOPEN_SOURCE 700
#include "edhoc_pair.h"
#include "pki_kit.h"
#include <ftw.h>
#include <unistd.h>
#include <warifu/pkcs11.h>

/* A token of SoftHSM's own in a directory of this process, made by its tool. */

#define TOKEN "warifu test"
#define PIN "3610"

static const char *module;
static char folder[] = "/tmp/warifu-softhsm-XXXXXX";

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static void remove_folder(void) {
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_token(void) {
    static const char *const places[] = {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
                                         "/usr/local/lib/softhsm/libsofthsm2.so"};
    for (size_t i = 0; module == NULL && i < sizeof places / sizeof places[0]; i++) {
        module = access(places[i], R_OK) == 0 ? places[i] : NULL;
    }
    if (module == NULL) {
        CHECK_SKIP("there is no SoftHSM2 module");
    }
    char conf[64], text[128];
    CHECK(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    snprintf(conf, sizeof conf, "%s/softhsm2.conf", folder);
    FILE *file = fopen(conf, "w");
    CHECK(file != NULL);
    fprintf(file, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", folder);
    CHECK(fclose(file) == 0);
    CHECK(setenv("SOFTHSM2_CONF", conf, 1) == 0);
    snprintf(text, sizeof text, "softhsm2-util --init-token --free --label '%s' --pin %s --so-pin 4711 >%s/out", TOKEN,
             PIN, folder);
    CHECK(system(text) == 0);
    (void)kit_drbg();
}

static wf_pkcs11_place place_of(const char *key) {
    return (wf_pkcs11_place){.module = module, .token = TOKEN, .key = key, .pin = PIN};
}

static wf_pkcs11 *new_key(const char *label) {
    char text[WF_PKCS11_TEXT_LEN];
    const wf_pkcs11_place place = place_of(label);
    wf_pkcs11 *token;
    wf_error error = wf_pkcs11_generate(&token, text, &place);
    if (error != WF_OK) {
        fprintf(stderr, "%s\n", text);
    }
    CHECK_OK(error);
    CHECK(text[0] == '\0');
    return token;
}

static void refuses(const wf_pkcs11_place *place, const char *words) {
    char text[WF_PKCS11_TEXT_LEN];
    wf_pkcs11 *token;
    CHECK(wf_pkcs11_open(&token, text, place) == WF_ERROR_TOKEN);
    CHECK(token == NULL);
    if (strstr(text, words) == NULL) {
        fprintf(stderr, "'%s' does not say '%s'\n", text, words);
        exit(1);
    }
}

static void a_key_made_in_a_token_signs(void) {
    make_token();
    static const uint8_t hash[WF_HASH_LEN] = {1, 2, 3};
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    wf_pkcs11 *token = new_key("node");
    for (int i = 0; i < 20; i++) { /* s is high in half of them */
        CHECK_OK(wf_signer_sign(signature, wf_pkcs11_signer(token), hash, kit_drbg()));
        CHECK_OK(wf_p256_verify(wf_pkcs11_signer(token).public_key, hash, signature, WF_S_LOW));
    }
    CHECK(wf_pkcs11_text(token)[0] == '\0');
    wf_pkcs11_close(token);
}

static void the_same_key_is_found_again(void) {
    make_token();
    wf_pkcs11 *first = new_key("node"), *second = new_key("other"), *again;
    char text[WF_PKCS11_TEXT_LEN];
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    memcpy(public_key, wf_pkcs11_signer(first).public_key, sizeof public_key);
    CHECK(memcmp(public_key, wf_pkcs11_signer(second).public_key, sizeof public_key) != 0);
    wf_pkcs11_close(first);
    const wf_pkcs11_place place = place_of("node");
    CHECK_OK(wf_pkcs11_open(&again, text, &place));
    CHECK(memcmp(public_key, wf_pkcs11_signer(again).public_key, sizeof public_key) == 0);
    wf_pkcs11_close(second);
    wf_pkcs11_close(again);
    wf_pkcs11_close(NULL);
}

static void what_is_wrong_is_named(void) {
    make_token();
    wf_pkcs11_place place = place_of("nobody");
    refuses(&place, "no private P-256 key 'nobody'");
    wf_pkcs11 *one = new_key("one"), *two = new_key("two");
    place = place_of(NULL);
    refuses(&place, "several private P-256 keys");
    wf_pkcs11_close(one);
    wf_pkcs11_close(two);
    place = place_of("one");
    place.pin = "0000";
    refuses(&place, "CKR_PIN_INCORRECT");
    place.pin = NULL;
    refuses(&place, "no private P-256 key 'one'"); /* unseen without login */
    place = place_of("one");
    place.token = "another";
    refuses(&place, "no token 'another'");
    place.module = "/no/such/module.so";
    refuses(&place, "/no/such/module.so");
    place.module = "libm.so.6";
    refuses(&place, "no PKCS#11 module");
}

static void a_key_is_not_made_twice(void) {
    make_token();
    wf_pkcs11 *token = new_key("node"), *none;
    char text[WF_PKCS11_TEXT_LEN];
    wf_pkcs11_place place = place_of("node");
    CHECK(wf_pkcs11_generate(&none, text, &place) == WF_ERROR_TOKEN);
    CHECK(none == NULL && strstr(text, "already") != NULL);
    place.key = NULL;
    CHECK(wf_pkcs11_generate(&none, text, &place) == WF_ERROR_ARGUMENT);
    wf_pkcs11_close(token);
}

static void a_root_whose_key_is_in_a_token_issues_and_revokes(void) {
    make_token();
    static kit_certificate root, device;
    wf_pkcs11 *token = new_key("root");
    wf_signer signer = wf_pkcs11_signer(token);
    wf_certificate_order order = kit_ca_order("Root");
    order.public_key = signer.public_key;
    wf_writer w = wf_writer_of(root.buffer, sizeof root.buffer);
    CHECK_OK(wf_certificate_issue(&w, &order, NULL, signer, kit_drbg()));
    root.der = wf_bytes_of(root.buffer, w.len);
    CHECK_OK(wf_certificate_parse(&root.parsed, root.der));
    order = kit_end_order(WF_ROLE_DEVICE);
    device.key = kit_key(3);
    order.public_key = device.key.public_key;
    w = wf_writer_of(device.buffer, sizeof device.buffer);
    CHECK_OK(wf_certificate_issue(&w, &order, &root.parsed, signer, kit_drbg()));
    device.der = wf_bytes_of(device.buffer, w.len);
    const wf_chain_rules rules = {.anchors = &root.der,
                                  .anchor_count = 1,
                                  .max_len = 1,
                                  .has_time = true,
                                  .now = KIT_NOW,
                                  .role = WF_ROLE_DEVICE};
    CHECK_OK(wf_chain_verify(&device.parsed, &device.der, 1, &rules));
    wf_pkcs11_close(token);
}

/* Both sides sign, the Initiator with a key of the token. */
static void a_handshake_is_signed_by_a_token(void) {
    make_token();
    static pair p;
    wf_pkcs11 *token = new_key("controller");
    wf_signer signer = wf_pkcs11_signer(token);
    pair_start(&p);
    p.i.config.signer = signer;
    memcpy(p.i.key.public_key, signer.public_key, WF_P256_PUBLIC_LEN);
    pair_advance(&p, WF_EDHOC_SUITE_3, 5);
    wf_pkcs11_close(token);
}

// clang-format off
#define CASE(rule) {#rule, rule}
static const check_case cases[] = {
    CASE(a_key_made_in_a_token_signs),
    CASE(the_same_key_is_found_again),
    CASE(what_is_wrong_is_named),
    CASE(a_key_is_not_made_twice),
    CASE(a_root_whose_key_is_in_a_token_issues_and_revokes),
    CASE(a_handshake_is_signed_by_a_token),
};
// clang-format on

CHECK_MAIN(cases)
