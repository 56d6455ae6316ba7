/* What the core does with secrets, under memcheck: no branch and no index of ours may depend on one (secret_monitor.h).
 * Run by tests/python/test_secret_timing.py, which leaves out what happens inside of libtomcrypt and its mathematics.
 */
#include "secret_monitor.h"

#include "code_world.h"
#include "crypto/p256_sign.h"

static const wf_bytes none = {NULL, 0};
static uint8_t key[WF_HASH_LEN], text[48];

static void secret_key(void) {
    memset(key, 0x5a, sizeof key);
    memset(text, 0xa5, sizeof text);
    secret(key, sizeof key);
    secret(text, sizeof text);
}

static void comparing_tags(void) {
    secret_key();
    CHECK(!wf_equal_secret(key, text, sizeof key) && wf_equal_secret(key, key, sizeof key));
}

static void deriving_keys(void) {
    uint8_t out[WF_HASH_LEN];
    const wf_bytes part = wf_bytes_of(text, sizeof text), own = wf_bytes_of(key, sizeof key);
    secret_key();
    CHECK_OK(wf_hmac_sha256(out, own, &part, 1));
    CHECK_OK(wf_hkdf_extract(out, none, own));
    CHECK_OK(wf_hkdf_expand(out, sizeof out, key, part));
    CHECK(is_secret(out, sizeof out));
    CHECK_OK(wf_pbkdf2_sha256(out, sizeof out, own, none, 3));
}

static wf_error secret_entropy(void *context, uint8_t *out, size_t len) {
    (void)context;
    memset(out, 0x77, len);
    secret(out, len);
    return WF_OK;
}

static void drawing_random_bytes(void) {
    wf_drbg drbg;
    uint8_t out[80];
    secret_key();
    CHECK_OK(wf_drbg_start(&drbg, (wf_entropy){secret_entropy, NULL}, wf_bytes_of(key, sizeof key), none));
    CHECK_OK(wf_drbg_bytes(&drbg, out, sizeof out));
    wf_drbg_wipe(&drbg);
}

static void sealing_and_opening(void) {
    static const uint8_t nonce[WF_CCM_NONCE_LEN] = {1};
    uint8_t sealed[sizeof text + WF_CCM_TAG_LEN], opened[sizeof text];
    secret_key();
    CHECK_OK(wf_ccm_seal(sealed, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(text, sizeof text)));
    CHECK_OK(wf_ccm_open(opened, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(sealed, sizeof sealed)));
    sealed[sizeof sealed - 1] ^= 1;
    CHECK(wf_ccm_open(opened, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(sealed, sizeof sealed)) == WF_ERROR_TAG);
}

static void making_keys_agreeing_and_signing(void) {
    wf_drbg drbg;
    wf_p256_key own, peer;
    uint8_t shared[WF_P256_SHARED_LEN], signature[WF_P256_SIGNATURE_LEN], hash[WF_HASH_LEN] = {3};
    CHECK_OK(wf_drbg_start(&drbg, (wf_entropy){secret_entropy, NULL}, none, none));
    CHECK_OK(wf_p256_generate(&own, &drbg));
    CHECK_OK(wf_p256_generate(&peer, &drbg));
    CHECK_OK(wf_p256_ecdh(shared, &own, peer.public_key));
    CHECK(is_secret(own.private_key, sizeof own.private_key) && is_secret(shared, sizeof shared));
    CHECK_OK(wf_p256_sign(signature, &own, hash, &drbg));
    CHECK_OK(wf_p256_verify(own.public_key, hash, signature, WF_S_LOW));
}

static void check_keys_are_secret(const world *w, unsigned i) {
    const wf_da *da = da_of(w, i);
    const wf_record_keys *keys = &da->sessions.entries[wf_session_to_send(&da->sessions, 0)].keys;
    CHECK(is_secret(w->nodes[i].key.private_key, WF_P256_PRIVATE_LEN));
    CHECK(is_secret(keys->send_key, sizeof keys->send_key) && is_secret(keys->receive_key, sizeof keys->receive_key));
    CHECK(is_secret(da->pairings.entries[0].admission_key, WF_ADMISSION_KEY_LEN));
}

/* Every private key and whatever comes of it, through EDHOC, sessions, records and a restart. */
static void pairing_talking_and_coming_back(void) {
    world *w = code_world(CODE_AND_ROOT);
    secret(device_code.secret, sizeof device_code.secret);
    open_window(w, 1);
    CHECK_OK(pair_by(w, CONTROLLER, &device_code));
    wf_request_id set = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of((const uint8_t *)"\x15", 1));
    world_run(w, 1000);
    CHECK_OK(world_outcome(w, CONTROLLER, set)->error);
    check_keys_are_secret(w, CONTROLLER);
    check_keys_are_secret(w, DEVICE);
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    world_run(w, 60000);
    wf_request_id get = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, none);
    world_run(w, 20000);
    CHECK_OK(world_outcome(w, CONTROLLER, get)->error);
    world_end(w);
}

/* Shows that the others could fail. */
static void a_comparison_that_stops_early_is_seen(void) {
    secret_key();
    CHECK(memcmp(key, text, sizeof key) != 0);
}

static void a_table_with_a_secret_index_is_seen(void) {
    static const uint8_t table[256] = {1, 2, 3};
    secret_key();
    volatile uint8_t found = table[key[0]];
    (void)found;
}

static const check_case cases[] = {{"comparing_tags", comparing_tags},
                                   {"deriving_keys", deriving_keys},
                                   {"drawing_random_bytes", drawing_random_bytes},
                                   {"sealing_and_opening", sealing_and_opening},
                                   {"making_keys_agreeing_and_signing", making_keys_agreeing_and_signing},
                                   {"pairing_talking_and_coming_back", pairing_talking_and_coming_back},
                                   {"a_comparison_that_stops_early_is_seen", a_comparison_that_stops_early_is_seen},
                                   {"a_table_with_a_secret_index_is_seen", a_table_with_a_secret_index_is_seen}};

int main(int argc, char **argv) {
    CHECK_OK(wf_crypto_start());
    watches = true;
    return check_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
