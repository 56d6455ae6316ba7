/* Protected records: RFC 8613's keys and nonces, what the tag covers, and the replay window. */
#include "da/record.h"

#include "check.h"
#include "hex.h"

static wf_bytes hex(uint8_t buffer[static 64], const char *text) {
    return hex_bytes(buffer, 64, text);
}

static void check_equal(const uint8_t *at, size_t len, const char *text) {
    uint8_t buffer[64];
    CHECK(wf_bytes_equal(wf_bytes_of(at, len), hex(buffer, text)));
}

#define MASTER_SECRET "0102030405060708090a0b0c0d0e0f10"

static void keys_are_those_of_rfc_8613_c_1_1(void) {
    uint8_t secret[64], salt[64];
    wf_record_keys keys = {.send_kid = {{0}, 0}, .receive_kid = {{0x01}, 1}};
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_record_derive(&keys, hex(secret, MASTER_SECRET), hex(salt, "9e7ca92223786340"), 10));
    check_equal(keys.send_key, sizeof keys.send_key, "f0910ed7295e6ad4b54fc793154302ff");
    check_equal(keys.receive_key, sizeof keys.receive_key, "ffb14e093c94c9cac9471648b4f98710");
    check_equal(keys.common_iv, sizeof keys.common_iv, "4622d4dd6d944168eefb54987c");
}

static void keys_are_those_of_rfc_8613_c_1_2(void) {
    uint8_t secret[64], salt[64];
    wf_record_keys keys = {.send_kid = {{0x01}, 1}, .receive_kid = {{0}, 0}};
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_record_derive(&keys, hex(secret, MASTER_SECRET), hex(salt, "9e7ca92223786340"), 10));
    check_equal(keys.send_key, sizeof keys.send_key, "ffb14e093c94c9cac9471648b4f98710");
    check_equal(keys.receive_key, sizeof keys.receive_key, "f0910ed7295e6ad4b54fc793154302ff");
}

static void keys_without_a_salt_are_those_of_rfc_8613_c_2_1(void) {
    uint8_t secret[64];
    wf_record_keys keys = {.send_kid = {{0x00}, 1}, .receive_kid = {{0x01}, 1}};
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_record_derive(&keys, hex(secret, MASTER_SECRET), wf_bytes_of(NULL, 0), 10));
    check_equal(keys.send_key, sizeof keys.send_key, "321b26943253c7ffb6003b0b64d74041");
    check_equal(keys.receive_key, sizeof keys.receive_key, "e57b5635815177cd679ab4bcec9d7dda");
    check_equal(keys.common_iv, sizeof keys.common_iv, "be35ae297d2dace910c52e99f9");
}

/* ---- two ends ---- */

typedef struct ends {
    wf_record_keys a, b;
} ends;

static ends make_ends(void) {
    static const uint8_t secret[16] = {1, 2, 3}, salt[8] = {4, 5};
    ends e = {.a = {.send_kid = {{0x37}, 1}, .receive_kid = {{0xAB, 0xCD}, 2}},
              .b = {.send_kid = {{0xAB, 0xCD}, 2}, .receive_kid = {{0x37}, 1}}};
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_record_derive(&e.a, wf_bytes_of(secret, 16), wf_bytes_of(salt, 8), WF_RECORD_ALG));
    CHECK_OK(wf_record_derive(&e.b, wf_bytes_of(secret, 16), wf_bytes_of(salt, 8), WF_RECORD_ALG));
    return e;
}

static size_t seal(uint8_t out[static WF_DATAGRAM_LEN], const wf_record_keys *keys, wf_da_type type, uint64_t piv,
                   const wf_record_bond *bond, const char *text) {
    wf_writer w = wf_writer_of(out, WF_DATAGRAM_LEN);
    CHECK_OK(wf_record_seal(&w, keys, type, 0x1234, piv, bond, wf_bytes_of((const uint8_t *)text, strlen(text))));
    return w.len;
}

static wf_error open_bytes(const wf_record_keys *keys, const uint8_t *at, size_t len, const wf_record_bond *bond,
                           uint8_t out[static WF_DATAGRAM_LEN], size_t *out_len) {
    wf_da_frame frame;
    wf_error error = wf_da_frame_parse(&frame, wf_bytes_of(at, len));
    *out_len = 0;
    return error != WF_OK ? error : wf_record_open(out, out_len, keys, &frame, bond);
}

static bool opens(const wf_record_keys *keys, const uint8_t *at, size_t len, const wf_record_bond *bond,
                  const char *text) {
    uint8_t out[WF_DATAGRAM_LEN];
    size_t out_len;
    return open_bytes(keys, at, len, bond, out, &out_len) == WF_OK && out_len == strlen(text) &&
           memcmp(out, text, out_len) == 0;
}

static void the_two_ends_understand_each_other(void) {
    ends e = make_ends();
    uint8_t d[WF_DATAGRAM_LEN];
    for (uint64_t piv = 0; piv < 0x10000000000; piv = piv * 7 + 1) {
        CHECK(opens(&e.b, d, seal(d, &e.a, WF_DA_REQUEST, piv, NULL, "hello"), NULL, "hello"));
        CHECK(opens(&e.a, d, seal(d, &e.b, WF_DA_REQUEST, piv, NULL, "hello"), NULL, "hello"));
    }
    CHECK(memcmp(e.a.send_key, e.a.receive_key, WF_AES_KEY_LEN) != 0);
}

/* Written here once more, by the text of RFC 8613 5.2 and 5.4. */
static void nonce_and_associated_data_are_those_of_rfc_8613(void) {
    ends e = make_ends();
    uint8_t d[WF_DATAGRAM_LEN], nonce[WF_CCM_NONCE_LEN], sealed[5 + 16], buffer[64];
    size_t len = seal(d, &e.b, WF_DA_REQUEST, 0x0102, NULL, "hello");
    static const uint8_t open_nonce[WF_CCM_NONCE_LEN] = {2, 0, 0, 0, 0, 0, 0xAB, 0xCD, 0, 0, 0, 0x01, 0x02};
    for (size_t i = 0; i < sizeof nonce; i++) {
        nonce[i] = open_nonce[i] ^ e.b.common_iv[i];
    }
    /* ["Encrypt0", h'', h'8501 81181e 42abcd 420102 4a<clear>'] */
    wf_bytes aad = hex(buffer, "83 68456e637279707430 40 56 85 01 81181e 42abcd 420102 4a 1082123418 22abcd0102");
    CHECK_OK(wf_ccm_seal(sealed, e.b.send_key, nonce, WF_CCM_TAG_LEN, aad, wf_bytes_of((const uint8_t *)"hello", 5)));
    CHECK(len == 10 + sizeof sealed && memcmp(d + 10, sealed, sizeof sealed) == 0);
}

static void an_answer_carries_its_requests_kid_and_piv_in_the_associated_data(void) {
    ends e = make_ends();
    uint8_t d[WF_DATAGRAM_LEN], nonce[WF_CCM_NONCE_LEN], sealed[5 + 16], buffer[64];
    wf_record_bond bond = {wf_bytes_of(e.b.send_kid.bytes, 2), 0x77};
    size_t len = seal(d, &e.a, WF_DA_ANSWER, 5, &bond, "hello");
    static const uint8_t open_nonce[WF_CCM_NONCE_LEN] = {1, 0, 0, 0, 0, 0, 0, 0x37, 0, 0, 0, 0, 5};
    for (size_t i = 0; i < sizeof nonce; i++) {
        nonce[i] = open_nonce[i] ^ e.a.common_iv[i];
    }
    wf_bytes aad = hex(buffer, "83 68456e637279707430 40 53 85 01 81181e 42abcd 4177 48 1082123419 113705");
    CHECK_OK(wf_ccm_seal(sealed, e.a.send_key, nonce, WF_CCM_TAG_LEN, aad, wf_bytes_of((const uint8_t *)"hello", 5)));
    CHECK(len == 8 + sizeof sealed && memcmp(d + 8, sealed, sizeof sealed) == 0);
}

static void no_bit_of_a_record_can_be_changed(void) {
    ends e = make_ends();
    uint8_t d[WF_DATAGRAM_LEN], out[WF_DATAGRAM_LEN];
    size_t out_len, len = seal(d, &e.b, WF_DA_REQUEST, 0x010203, NULL, "hello");
    for (size_t bit = 0; bit < 8 * len; bit++) {
        d[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        CHECK(open_bytes(&e.a, d, len, NULL, out, &out_len) != WF_OK && out_len == 0);
        d[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t cut = 0; cut < len; cut++) {
        CHECK(open_bytes(&e.a, d, cut, NULL, out, &out_len) != WF_OK);
    }
    d[len] = 0;
    CHECK(open_bytes(&e.a, d, len + 1, NULL, out, &out_len) == WF_ERROR_TAG);
    CHECK(opens(&e.a, d, len, NULL, "hello"));
}

static void no_bit_of_an_answer_can_be_changed(void) {
    ends e = make_ends();
    uint8_t d[WF_DATAGRAM_LEN], out[WF_DATAGRAM_LEN];
    wf_record_bond bond = {wf_bytes_of(e.b.send_kid.bytes, 2), 9};
    size_t out_len, len = seal(d, &e.a, WF_DA_ANSWER, 70000, &bond, "hello");
    for (size_t bit = 0; bit < 8 * len; bit++) {
        d[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        CHECK(open_bytes(&e.b, d, len, &bond, out, &out_len) != WF_OK);
        d[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    CHECK(opens(&e.b, d, len, &bond, "hello"));
}

static void an_answer_answers_its_own_request_only(void) {
    ends e = make_ends();
    uint8_t d[WF_DATAGRAM_LEN], out[WF_DATAGRAM_LEN];
    wf_record_bond bond = {wf_bytes_of(e.b.send_kid.bytes, 2), 9};
    size_t out_len, len = seal(d, &e.a, WF_DA_ANSWER, 1, &bond, "hello");
    for (uint64_t piv = 0; piv < 1000; piv++) {
        wf_record_bond other = {wf_bytes_of(e.b.send_kid.bytes, 2), piv};
        CHECK((open_bytes(&e.b, d, len, &other, out, &out_len) == WF_OK) == (piv == 9));
    }
    wf_record_bond other = {wf_bytes_of(e.a.send_kid.bytes, 1), 9};
    CHECK(open_bytes(&e.b, d, len, &other, out, &out_len) == WF_ERROR_TAG);
    CHECK(open_bytes(&e.b, d, len, NULL, out, &out_len) == WF_ERROR_TAG);
}

static void a_record_is_not_taken_back_by_its_sender(void) {
    ends e = make_ends();
    uint8_t d[WF_DATAGRAM_LEN], out[WF_DATAGRAM_LEN];
    size_t out_len, len = seal(d, &e.a, WF_DA_REQUEST, 1, NULL, "hello");
    CHECK(open_bytes(&e.a, d, len, NULL, out, &out_len) == WF_ERROR_TAG);
}

static void a_record_that_does_not_fit_is_not_written(void) {
    ends e = make_ends();
    uint8_t d[64];
    for (size_t room = 0; room < 8 + 5 + 16; room++) {
        memset(d, 0xEE, sizeof d);
        wf_writer w = wf_writer_of(d, room);
        CHECK(wf_record_seal(&w, &e.a, WF_DA_REQUEST, 1, 1, NULL, wf_bytes_of((const uint8_t *)"hello", 5)) ==
              WF_ERROR_TOO_SMALL);
        CHECK(d[room] == 0xEE);
    }
}

/* ---- the replay window ---- */

enum { MODEL_NUMBERS = 1024, SEQUENCE = 12 };

/* The rule, said naively: not seen before, and not 64 or more behind the highest. */
typedef struct model {
    bool seen[MODEL_NUMBERS];
    uint64_t highest;
    bool any;
} model;

static bool model_is_fresh(const model *m, uint64_t number) {
    return !m->any || (!m->seen[number] && number + 64 > m->highest);
}

static void model_accept(model *m, uint64_t number) {
    m->seen[number] = true;
    m->highest = m->any && m->highest > number ? m->highest : number;
    m->any = true;
}

static uint32_t random_of(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void the_replay_window_agrees_with_the_rule_said_naively(void) {
    for (uint64_t seed = 0; seed < 5000; seed++) {
        uint64_t state = seed, centre = random_of(&state) % 100;
        wf_replay_window window = {0, 0};
        model m = {0};
        uint32_t spread = 1 + random_of(&state) % 150;
        for (unsigned step = 0; step < 120; step++) {
            uint64_t number = centre + random_of(&state) % spread;
            CHECK(wf_replay_is_fresh(&window, number) == model_is_fresh(&m, number));
            if (model_is_fresh(&m, number) && random_of(&state) % 8 != 0) { /* some have a wrong tag */
                wf_replay_accept(&window, number);
                model_accept(&m, number);
            }
            centre += random_of(&state) % 6;
        }
        for (uint64_t number = 0; number < MODEL_NUMBERS; number++) {
            CHECK(wf_replay_is_fresh(&window, number) == model_is_fresh(&m, number));
        }
    }
}

/* The rule as a list of all numbers that were accepted. */
typedef struct accepted {
    uint64_t numbers[SEQUENCE];
    unsigned count;
} accepted;

static bool list_is_fresh(const accepted *list, uint64_t number) {
    for (unsigned i = 0; i < list->count; i++) {
        if (list->numbers[i] == number || list->numbers[i] >= number + 64) {
            return false;
        }
    }
    return true;
}

/* Anywhere among the numbers of five bytes, with steps that are small, or about as large as the window, or huge. */
static uint64_t next_number(uint64_t *state, uint64_t last) {
    static const uint64_t reach[] = {2, 8, 70, 130, 1u << 20};
    uint64_t step = random_of(state) % reach[random_of(state) % 5];
    uint64_t number = random_of(state) % 3 == 0 && step <= last ? last - step : last + step;
    return number < 0xFFFFFFFFFF ? number : 0xFFFFFFFFFF;
}

static void a_million_random_sequences_agree_with_a_list_of_what_was_accepted(void) {
    uint64_t state = 20;
    for (unsigned sequence = 0; sequence < 1000000; sequence++) {
        wf_replay_window window = {0, 0};
        accepted list = {.count = 0};
        uint64_t number = random_of(&state) % 4 == 0 ? 0xFFFFFFFFFF - random_of(&state) % 100 : random_of(&state) % 200;
        for (unsigned step = 0; step < SEQUENCE; step++) {
            bool fresh = list_is_fresh(&list, number);
            CHECK(wf_replay_is_fresh(&window, number) == fresh);
            if (fresh) {
                wf_replay_accept(&window, number);
                list.numbers[list.count++] = number;
            }
            number = next_number(&state, number);
        }
    }
}

static void the_replay_window_takes_the_first_and_the_last_number(void) {
    wf_replay_window window = {0, 0};
    CHECK(wf_replay_is_fresh(&window, 0));
    wf_replay_accept(&window, 0);
    CHECK(!wf_replay_is_fresh(&window, 0));
    wf_replay_accept(&window, 0xFFFFFFFFFF);
    CHECK(!wf_replay_is_fresh(&window, 0xFFFFFFFFFF) && !wf_replay_is_fresh(&window, 1));
    CHECK(wf_replay_is_fresh(&window, 0xFFFFFFFFFF - 63) && !wf_replay_is_fresh(&window, 0xFFFFFFFFFF - 64));
}

static void a_leap_of_64_forgets_all_that_was_seen(void) {
    for (uint64_t leap = 60; leap < 70; leap++) {
        wf_replay_window window = {0, 0};
        wf_replay_accept(&window, 100);
        wf_replay_accept(&window, 100 + leap);
        CHECK(!wf_replay_is_fresh(&window, 100)); /* seen, or too old */
        CHECK(wf_replay_is_fresh(&window, 99) == (leap < 63));
        CHECK(wf_replay_is_fresh(&window, 101 + leap) && wf_replay_is_fresh(&window, 99 + leap));
    }
}

static const check_case cases[] = {
    {"keys_are_those_of_rfc_8613_c_1_1", keys_are_those_of_rfc_8613_c_1_1},
    {"keys_are_those_of_rfc_8613_c_1_2", keys_are_those_of_rfc_8613_c_1_2},
    {"keys_without_a_salt_are_those_of_rfc_8613_c_2_1", keys_without_a_salt_are_those_of_rfc_8613_c_2_1},
    {"the_two_ends_understand_each_other", the_two_ends_understand_each_other},
    {"nonce_and_associated_data_are_those_of_rfc_8613", nonce_and_associated_data_are_those_of_rfc_8613},
    {"an_answer_carries_its_requests_kid_and_piv_in_the_associated_data",
     an_answer_carries_its_requests_kid_and_piv_in_the_associated_data},
    {"no_bit_of_a_record_can_be_changed", no_bit_of_a_record_can_be_changed},
    {"no_bit_of_an_answer_can_be_changed", no_bit_of_an_answer_can_be_changed},
    {"an_answer_answers_its_own_request_only", an_answer_answers_its_own_request_only},
    {"a_record_is_not_taken_back_by_its_sender", a_record_is_not_taken_back_by_its_sender},
    {"a_record_that_does_not_fit_is_not_written", a_record_that_does_not_fit_is_not_written},
    {"the_replay_window_agrees_with_the_rule_said_naively", the_replay_window_agrees_with_the_rule_said_naively},
    {"a_million_random_sequences_agree_with_a_list_of_what_was_accepted",
     a_million_random_sequences_agree_with_a_list_of_what_was_accepted},
    {"the_replay_window_takes_the_first_and_the_last_number", the_replay_window_takes_the_first_and_the_last_number},
    {"a_leap_of_64_forgets_all_that_was_seen", a_leap_of_64_forgets_all_that_was_seen},
};

CHECK_MAIN(cases)
