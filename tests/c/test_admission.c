/* Cookies, admission tags and calls: what each is bound to. */
#include "da/admission.h"

#include "check.h"

static const wf_cookie_key key = {{1, 2, 3}};
static const uint8_t admission_key[WF_ADMISSION_KEY_LEN] = {9, 8, 7};
static const uint8_t message[] = {0x00, 0x82, 0x02, 0x03, 0x58, 0x20};

static wf_bytes message_view(void) {
    return wf_bytes_of(message, sizeof message);
}

static wf_address somebody(void) {
    return wf_address_ipv4(10, 0, 0, 7, WF_PORT);
}

static wf_bytes make_cookie(uint8_t cookie[static WF_DA_COOKIE_LEN], wf_time now) {
    wf_address from = somebody();
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_cookie_make(cookie, &key, now, &from, message_view()));
    return wf_bytes_of(cookie, WF_DA_COOKIE_LEN);
}

static void a_cookie_is_right_where_it_was_made(void) {
    uint8_t cookie[WF_DA_COOKIE_LEN];
    wf_address from = somebody();
    wf_bytes c = make_cookie(cookie, 5);
    CHECK(wf_cookie_is_right(c, &key, 5, &from, message_view()));
}

static void a_cookie_is_bound_to_the_address(void) {
    uint8_t cookie[WF_DA_COOKIE_LEN];
    wf_bytes c = make_cookie(cookie, 5);
    for (size_t i = 0; i < 16; i++) {
        wf_address other = somebody();
        other.ip[i] ^= 1;
        CHECK(!wf_cookie_is_right(c, &key, 5, &other, message_view()));
    }
    wf_address port = somebody(), scope = somebody();
    port.port++;
    scope.scope++;
    CHECK(!wf_cookie_is_right(c, &key, 5, &port, message_view()));
    CHECK(!wf_cookie_is_right(c, &key, 5, &scope, message_view()));
}

static void a_cookie_is_bound_to_message_1(void) {
    uint8_t cookie[WF_DA_COOKIE_LEN], other[sizeof message];
    wf_address from = somebody();
    wf_bytes c = make_cookie(cookie, 5);
    for (size_t i = 0; i < sizeof message; i++) {
        memcpy(other, message, sizeof other);
        other[i] ^= 0x80;
        CHECK(!wf_cookie_is_right(c, &key, 5, &from, wf_bytes_of(other, sizeof other)));
    }
    CHECK(!wf_cookie_is_right(c, &key, 5, &from, wf_bytes_of(message, sizeof message - 1)));
}

static void a_cookie_lives_for_its_slot_and_the_next(void) {
    uint8_t cookie[WF_DA_COOKIE_LEN];
    wf_address from = somebody();
    wf_bytes c = make_cookie(cookie, 32000);
    CHECK(wf_cookie_is_right(c, &key, 63999, &from, message_view()));
    CHECK(wf_cookie_is_right(c, &key, 95999, &from, message_view()));
    CHECK(!wf_cookie_is_right(c, &key, 96000, &from, message_view()));
    CHECK(!wf_cookie_is_right(c, &key, 31999, &from, message_view())); /* none from the future */
}

static void a_cookie_is_bound_to_the_key_and_to_each_of_its_bits(void) {
    uint8_t cookie[WF_DA_COOKIE_LEN];
    wf_address from = somebody();
    wf_bytes c = make_cookie(cookie, 5);
    const wf_cookie_key other = {{1, 2, 4}};
    CHECK(!wf_cookie_is_right(c, &other, 5, &from, message_view()));
    for (unsigned bit = 0; bit < 8 * WF_DA_COOKIE_LEN; bit++) {
        cookie[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        CHECK(!wf_cookie_is_right(c, &key, 5, &from, message_view()));
        cookie[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    CHECK(!wf_cookie_is_right(wf_bytes_of(cookie, 15), &key, 5, &from, message_view()));
    CHECK(!wf_cookie_is_right(wf_bytes_of(NULL, 0), &key, 5, &from, message_view()));
}

typedef struct tagged {
    uint8_t cookie[WF_DA_COOKIE_LEN], nonce[WF_DA_NONCE_LEN], tag[WF_DA_TAG_LEN];
} tagged;

static tagged make_tag(bool with_cookie, bool with_nonce) {
    tagged t = {{5, 5}, {6, 6}, {0}};
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_admission_tag(t.tag, admission_key, wf_bytes_of(t.cookie, with_cookie ? sizeof t.cookie : 0),
                              wf_bytes_of(t.nonce, with_nonce ? sizeof t.nonce : 0), message_view()));
    return t;
}

static bool is_right(const tagged *t, bool with_cookie, bool with_nonce) {
    return wf_admission_is_right(wf_bytes_of(t->tag, sizeof t->tag), admission_key,
                                 wf_bytes_of(t->cookie, with_cookie ? sizeof t->cookie : 0),
                                 wf_bytes_of(t->nonce, with_nonce ? sizeof t->nonce : 0), message_view());
}

static void a_tag_says_whether_cookie_and_nonce_are_there(void) {
    for (unsigned made = 0; made < 4; made++) {
        tagged t = make_tag((made & 1) != 0, (made & 2) != 0);
        for (unsigned shown = 0; shown < 4; shown++) {
            CHECK(is_right(&t, (shown & 1) != 0, (shown & 2) != 0) == (shown == made));
        }
    }
}

static void a_tag_covers_every_byte_of_cookie_nonce_and_message_1(void) {
    tagged t = make_tag(true, true);
    for (size_t i = 0; i < sizeof t.cookie; i++) {
        tagged other = t;
        other.cookie[i] ^= 1;
        CHECK(!is_right(&other, true, true));
    }
    for (size_t i = 0; i < sizeof t.nonce; i++) {
        tagged other = t;
        other.nonce[i] ^= 1;
        CHECK(!is_right(&other, true, true));
    }
    for (size_t i = 0; i < sizeof t.tag; i++) {
        tagged other = t;
        other.tag[i] ^= 1;
        CHECK(!is_right(&other, true, true));
    }
    CHECK(!wf_admission_is_right(wf_bytes_of(t.tag, sizeof t.tag), admission_key, wf_bytes_of(t.cookie, 16),
                                 wf_bytes_of(t.nonce, 8), wf_bytes_of(message, sizeof message - 1)));
}

/* The bytes of cookie and nonce can't be shifted into the message. */
static void a_tag_tells_its_parts_apart(void) {
    uint8_t shifted[WF_DA_NONCE_LEN + sizeof message];
    tagged t = make_tag(false, true);
    memcpy(shifted, t.nonce, sizeof t.nonce);
    memcpy(shifted + sizeof t.nonce, message, sizeof message);
    CHECK(!wf_admission_is_right(wf_bytes_of(t.tag, sizeof t.tag), admission_key, wf_bytes_of(NULL, 0),
                                 wf_bytes_of(NULL, 0), wf_bytes_of(shifted, sizeof shifted)));
}

static void a_tag_of_another_pairing_is_wrong(void) {
    tagged t = make_tag(true, false);
    uint8_t other[WF_ADMISSION_KEY_LEN] = {9, 8, 6};
    CHECK(!wf_admission_is_right(wf_bytes_of(t.tag, sizeof t.tag), other, wf_bytes_of(t.cookie, 16),
                                 wf_bytes_of(NULL, 0), message_view()));
    CHECK(!wf_admission_is_right(wf_bytes_of(NULL, 0), admission_key, wf_bytes_of(t.cookie, 16), wf_bytes_of(NULL, 0),
                                 message_view()));
}

static void a_call_is_bound_to_its_nonce_and_key(void) {
    uint8_t nonce[WF_DA_NONCE_LEN] = {1}, tag[WF_DA_TAG_LEN], other[WF_ADMISSION_KEY_LEN] = {1};
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_wake_tag(tag, admission_key, wf_bytes_of(nonce, sizeof nonce)));
    wf_bytes t = wf_bytes_of(tag, sizeof tag);
    CHECK(wf_wake_is_right(t, admission_key, wf_bytes_of(nonce, sizeof nonce)));
    CHECK(!wf_wake_is_right(t, other, wf_bytes_of(nonce, sizeof nonce)));
    nonce[7] ^= 1;
    CHECK(!wf_wake_is_right(t, admission_key, wf_bytes_of(nonce, sizeof nonce)));
}

/* One key makes calls and tags; the one is never taken for the other. */
static void a_call_is_no_admission_tag(void) {
    uint8_t nonce[WF_DA_NONCE_LEN] = {1}, tag[WF_DA_TAG_LEN];
    CHECK_OK(wf_crypto_start());
    wf_bytes n = wf_bytes_of(nonce, sizeof nonce);
    CHECK_OK(wf_wake_tag(tag, admission_key, n));
    wf_bytes t = wf_bytes_of(tag, sizeof tag), empty = wf_bytes_of(NULL, 0);
    CHECK(!wf_admission_is_right(t, admission_key, empty, n, empty));
    CHECK(!wf_admission_is_right(t, admission_key, empty, empty, n));
}

static void a_hint_tells_pairings_apart_and_is_no_tag(void) {
    uint8_t hint[WF_DA_HINT_LEN], other[WF_DA_HINT_LEN], tag[WF_DA_TAG_LEN];
    const uint8_t another[WF_ADMISSION_KEY_LEN] = {1};
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_wake_hint(hint, admission_key));
    CHECK_OK(wf_wake_hint(other, another));
    CHECK(memcmp(hint, other, sizeof hint) != 0);
    CHECK_OK(wf_wake_tag(tag, admission_key, wf_bytes_of(NULL, 0)));
    CHECK(memcmp(hint, tag, sizeof hint) != 0);
}

static const check_case cases[] = {
    {"a_cookie_is_right_where_it_was_made", a_cookie_is_right_where_it_was_made},
    {"a_cookie_is_bound_to_the_address", a_cookie_is_bound_to_the_address},
    {"a_cookie_is_bound_to_message_1", a_cookie_is_bound_to_message_1},
    {"a_cookie_lives_for_its_slot_and_the_next", a_cookie_lives_for_its_slot_and_the_next},
    {"a_cookie_is_bound_to_the_key_and_to_each_of_its_bits", a_cookie_is_bound_to_the_key_and_to_each_of_its_bits},
    {"a_tag_says_whether_cookie_and_nonce_are_there", a_tag_says_whether_cookie_and_nonce_are_there},
    {"a_tag_covers_every_byte_of_cookie_nonce_and_message_1", a_tag_covers_every_byte_of_cookie_nonce_and_message_1},
    {"a_tag_tells_its_parts_apart", a_tag_tells_its_parts_apart},
    {"a_tag_of_another_pairing_is_wrong", a_tag_of_another_pairing_is_wrong},
    {"a_call_is_bound_to_its_nonce_and_key", a_call_is_bound_to_its_nonce_and_key},
    {"a_call_is_no_admission_tag", a_call_is_no_admission_tag},
    {"a_hint_tells_pairings_apart_and_is_no_tag", a_hint_tells_pairings_apart_and_is_no_tag},
};

CHECK_MAIN(cases)
