#include "check.h"
#include "crypto/drbg_core.h"
#include "hex.h"

/* Entropy that counts what it gave and fails when told to. */
typedef struct source {
    unsigned asked;
    bool fails;
    uint8_t value;
} source;

static wf_error fill(void *context, uint8_t *out, size_t len) {
    source *s = context;
    s->asked++;
    memset(out, s->value, len);
    return s->fails ? WF_ERROR_STORE : WF_OK;
}

static const wf_bytes none = {NULL, 0};

static wf_drbg started(source *s, const char *long_term, const char *seed) {
    wf_drbg drbg;
    CHECK_OK(wf_drbg_start(&drbg, (wf_entropy){fill, s}, wf_bytes_of((const uint8_t *)long_term, strlen(long_term)),
                           wf_bytes_of((const uint8_t *)seed, strlen(seed))));
    return drbg;
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

/* CAVP, HMAC_DRBG, SHA-256, no prediction resistance, no personalization, count 0: the second request's output. */
static void the_machine_gives_the_published_answer(void) {
    uint8_t entropy[32], nonce[16], expected[128], out[128];
    wf_drbg drbg;
    const wf_bytes parts[] = {
        hex_bytes(entropy, sizeof entropy, "ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488"),
        hex_bytes(nonce, sizeof nonce, "659ba96c601dc69fc902940805ec0ca8")};
    hex_bytes(expected, sizeof expected,
              "e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89d54fbb978a15b5c443c9ec21036d2460b6f73eba"
              "d0dc2aba6e624abf07745bc107694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668961df86803482cb3"
              "7ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8");
    CHECK_OK(wf_drbg_core_start(&drbg, parts, 2));
    CHECK_OK(wf_drbg_bytes(&drbg, out, sizeof out));
    CHECK_OK(wf_drbg_bytes(&drbg, out, sizeof out));
    CHECK(memcmp(out, expected, sizeof out) == 0);
}

static void entropy_long_term_key_and_seed_each_change_everything(void) {
    source a = {0, false, 1}, b = {0, false, 2};
    wf_drbg drbgs[] = {started(&a, "key", "seed"), started(&b, "key", "seed"), started(&a, "kez", "seed"),
                       started(&a, "key", "sead"), started(&a, "keys", "eed"), started(&a, "", "keyseed")};
    uint8_t out[6][32];
    for (size_t i = 0; i < 6; i++) {
        CHECK_OK(wf_drbg_bytes(&drbgs[i], out[i], sizeof out[i]));
        for (size_t j = 0; j < i; j++) {
            CHECK(memcmp(out[i], out[j], sizeof out[i]) != 0);
        }
    }
    wf_drbg again = started(&a, "key", "seed");
    CHECK_OK(wf_drbg_bytes(&again, out[1], sizeof out[1]));
    CHECK(memcmp(out[0], out[1], sizeof out[0]) == 0);
}

static void a_source_that_fails_at_start_leaves_nothing_usable(void) {
    source s = {0, true, 1};
    wf_drbg drbg;
    uint8_t out[32];
    CHECK(wf_drbg_start(&drbg, (wf_entropy){fill, &s}, none, none) == WF_ERROR_ENTROPY);
    CHECK(all_zero(drbg.key, sizeof drbg.key) && all_zero(drbg.value, sizeof drbg.value));
    CHECK(wf_drbg_bytes(&drbg, out, sizeof out) == WF_ERROR_ENTROPY);
    CHECK(wf_drbg_start(&drbg, (wf_entropy){NULL, NULL}, none, none) == WF_ERROR_ENTROPY);
}

static void it_reseeds_after_so_many_requests_and_never_goes_on_without(void) {
    source s = {0, false, 1};
    wf_drbg drbg = started(&s, "", "");
    uint8_t out[32];
    for (unsigned i = 0; i < WF_DRBG_REQUESTS; i++) {
        CHECK_OK(wf_drbg_bytes(&drbg, out, 1));
    }
    CHECK(s.asked == 1);
    s.fails = true;
    memset(out, 0xee, sizeof out);
    CHECK(wf_drbg_bytes(&drbg, out, sizeof out) == WF_ERROR_ENTROPY);
    CHECK(all_zero(out, sizeof out));
    CHECK(wf_drbg_bytes(&drbg, out, sizeof out) == WF_ERROR_ENTROPY);
    s.fails = false;
    CHECK_OK(wf_drbg_bytes(&drbg, out, sizeof out));
    CHECK(s.asked == 4 && !all_zero(out, sizeof out));
}

static void fresh_entropy_changes_what_follows(void) {
    source a = {0, false, 1}, b = {0, false, 1};
    wf_drbg one = started(&a, "", ""), other = started(&b, "", "");
    uint8_t of_one[32], of_other[32];
    one.until_reseed = other.until_reseed = 1;
    CHECK_OK(wf_drbg_bytes(&one, of_one, sizeof of_one));
    CHECK_OK(wf_drbg_bytes(&other, of_other, sizeof of_other));
    CHECK(memcmp(of_one, of_other, sizeof of_one) == 0);
    b.value = 2;
    CHECK_OK(wf_drbg_bytes(&one, of_one, sizeof of_one));
    CHECK_OK(wf_drbg_bytes(&other, of_other, sizeof of_other));
    CHECK(memcmp(of_one, of_other, sizeof of_one) != 0);
}

static void a_long_wish_is_split_into_requests(void) {
    static uint8_t whole[WF_DRBG_REQUEST_LEN + 40], parts[sizeof whole];
    source a = {0, false, 1};
    wf_drbg one = started(&a, "", ""), other = started(&a, "", "");
    CHECK_OK(wf_drbg_bytes(&one, whole, sizeof whole));
    CHECK_OK(wf_drbg_bytes(&other, parts, WF_DRBG_REQUEST_LEN));
    CHECK_OK(wf_drbg_bytes(&other, parts + WF_DRBG_REQUEST_LEN, 40));
    CHECK(memcmp(whole, parts, sizeof whole) == 0);
    CHECK(one.until_reseed == WF_DRBG_REQUESTS - 2);
}

static void bad_arguments_are_refused(void) {
    source a = {0, false, 1};
    wf_drbg drbg = started(&a, "", "");
    CHECK(wf_drbg_bytes(&drbg, NULL, 1) == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_drbg_bytes(&drbg, NULL, 0));
    CHECK(wf_drbg_start(&drbg, (wf_entropy){fill, &a}, (wf_bytes){NULL, 1}, none) == WF_ERROR_ARGUMENT);
    CHECK(wf_drbg_start(&drbg, (wf_entropy){fill, &a}, none, (wf_bytes){NULL, 1}) == WF_ERROR_ARGUMENT);
    CHECK(wf_drbg_core_start(&drbg, &none, 5) == WF_ERROR_ARGUMENT);
}

static void a_wiped_generator_is_dead(void) {
    source a = {0, false, 1};
    wf_drbg drbg = started(&a, "key", "seed");
    uint8_t out[1];
    wf_drbg_wipe(&drbg);
    CHECK(all_zero(drbg.key, sizeof drbg.key) && all_zero(drbg.value, sizeof drbg.value));
    CHECK(wf_drbg_bytes(&drbg, out, sizeof out) == WF_ERROR_ENTROPY);
}

static const check_case cases[] = {
    {"the_machine_gives_the_published_answer", the_machine_gives_the_published_answer},
    {"entropy_long_term_key_and_seed_each_change_everything", entropy_long_term_key_and_seed_each_change_everything},
    {"a_source_that_fails_at_start_leaves_nothing_usable", a_source_that_fails_at_start_leaves_nothing_usable},
    {"it_reseeds_after_so_many_requests_and_never_goes_on_without",
     it_reseeds_after_so_many_requests_and_never_goes_on_without},
    {"fresh_entropy_changes_what_follows", fresh_entropy_changes_what_follows},
    {"a_long_wish_is_split_into_requests", a_long_wish_is_split_into_requests},
    {"bad_arguments_are_refused", bad_arguments_are_refused},
    {"a_wiped_generator_is_dead", a_wiped_generator_is_dead},
};

CHECK_MAIN(cases)
