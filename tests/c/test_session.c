/* Sessions: whose kid it is, which session sends, the session clock, and when a command is in time. */
#include "da/session.h"

#include "check.h"

enum { SESSIONS = 20, PAIRINGS = 5 };

typedef struct room {
    wf_session entries[SESSIONS];
    uint32_t first_of_pairing[PAIRINGS];
    wf_session_table table;
    wf_drbg drbg;
} room;

static wf_error counting_entropy(void *context, uint8_t *out, size_t len) {
    static uint8_t next;
    (void)context;
    for (size_t i = 0; i < len; i++) {
        out[i] = next++;
    }
    return WF_OK;
}

static void start(room *r, uint32_t count) {
    memset(r, 0, sizeof *r);
    r->table = (wf_session_table){
        .entries = r->entries, .count = count, .first_of_pairing = r->first_of_pairing, .next_end = WF_TIME_NEVER};
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_drbg_start(&r->drbg, (wf_entropy){counting_entropy, NULL}, wf_bytes_of(NULL, 0), wf_bytes_of(NULL, 0)));
}

static uint32_t reserve(room *r, bool initiator, wf_kid *kid) {
    uint32_t index;
    CHECK_OK(wf_session_reserve(&r->table, &index, kid, initiator, &r->drbg));
    return index;
}

/* A live session of this pairing, opened then. */
static wf_session *live(room *r, uint32_t pairing, wf_time opened, bool proven) {
    wf_kid kid;
    uint32_t index = reserve(r, true, &kid);
    wf_session *s = &r->entries[index];
    wf_session_bind(&r->table, index, pairing);
    s->opened = opened;
    s->keyed = s->trusted = true;
    s->proven = proven;
    return s;
}

static void a_controllers_kid_has_two_bytes_and_finds_its_session(void) {
    room r;
    for (uint32_t count = 1; count <= SESSIONS; count++) {
        start(&r, count);
        for (uint32_t i = 0; i < count; i++) {
            wf_kid kid;
            CHECK(reserve(&r, true, &kid) == i && kid.len == 2);
            CHECK(wf_session_by_kid(&r.table, wf_bytes_of(kid.bytes, 2)) == i);
            CHECK((((uint32_t)kid.bytes[0] << 8 | kid.bytes[1]) % count) == i);
        }
        wf_kid kid;
        uint32_t index;
        CHECK(wf_session_reserve(&r.table, &index, &kid, true, &r.drbg) == WF_ERROR_CAPACITY);
    }
}

static void a_devices_kid_is_one_byte_that_edhoc_writes_as_one(void) {
    room r;
    start(&r, SESSIONS);
    for (unsigned round = 0; round < 1000; round++) {
        wf_kid kid;
        uint32_t index = reserve(&r, false, &kid);
        CHECK(kid.len == 1 && (kid.bytes[0] <= 0x17 || (kid.bytes[0] >= 0x20 && kid.bytes[0] <= 0x37)));
        CHECK(wf_session_by_kid(&r.table, wf_bytes_of(kid.bytes, 1)) == index);
        if (round % SESSIONS == SESSIONS - 1) {
            memset(r.entries, 0, sizeof r.entries);
        }
    }
}

static void no_two_live_sessions_share_a_kid(void) {
    room r;
    start(&r, SESSIONS);
    uint64_t state = 7;
    for (unsigned step = 0; step < 5000; step++) {
        wf_kid kid;
        uint32_t index;
        state = state * 6364136223846793005u + 1;
        if (wf_session_reserve(&r.table, &index, &kid, (state >> 40 & 1) != 0, &r.drbg) != WF_OK) {
            index = (uint32_t)(state >> 33) % SESSIONS;
        }
        for (uint32_t i = 0; i < SESSIONS; i++) {
            const wf_kid *a = &r.entries[i].keys.receive_kid;
            for (uint32_t j = i + 1; r.entries[i].used && j < SESSIONS; j++) {
                const wf_kid *b = &r.entries[j].keys.receive_kid;
                CHECK(!r.entries[j].used || a->len != b->len || memcmp(a->bytes, b->bytes, a->len) != 0);
            }
        }
        if (state >> 60 < 8) {
            wf_session_close(&r.table, (uint32_t)(state >> 33) % SESSIONS);
        }
    }
}

static void a_kid_that_is_not_there_finds_nothing(void) {
    room r;
    wf_kid kid;
    start(&r, SESSIONS);
    uint32_t index = reserve(&r, true, &kid);
    const uint8_t other[2] = {kid.bytes[0], (uint8_t)(kid.bytes[1] ^ 1)};
    CHECK(wf_session_by_kid(&r.table, wf_bytes_of(other, 2)) == WF_NO_SESSION);
    CHECK(wf_session_by_kid(&r.table, wf_bytes_of(kid.bytes, 1)) == WF_NO_SESSION);
    wf_session_close(&r.table, index);
    CHECK(wf_session_by_kid(&r.table, wf_bytes_of(kid.bytes, 2)) == WF_NO_SESSION);
    const uint8_t zero[2] = {0, 0}; /* an unused entry is all zeros */
    CHECK(wf_session_by_kid(&r.table, wf_bytes_of(zero, 2)) == WF_NO_SESSION);
    CHECK(wf_session_by_kid(&r.table, wf_bytes_of(zero, 1)) == WF_NO_SESSION);
}

static void a_closed_session_leaves_no_key_behind(void) {
    room r;
    start(&r, 2);
    wf_session *s = live(&r, 0, 5, true);
    memset(s->keys.send_key, 0xAA, sizeof s->keys.send_key);
    wf_session_close(&r.table, (uint32_t)(s - r.entries));
    const wf_session empty = {0};
    CHECK(memcmp(s->keys.send_key, empty.keys.send_key, sizeof s->keys.send_key) == 0 && !s->used);
}

static void the_newest_proven_session_sends(void) {
    room r;
    start(&r, SESSIONS);
    CHECK(wf_session_to_send(&r.table, 3) == WF_NO_SESSION);
    wf_session *unproven = live(&r, 3, 300, false);
    CHECK(wf_session_to_send(&r.table, 3) == (uint32_t)(unproven - r.entries));
    wf_session *old = live(&r, 3, 100, true);
    CHECK(wf_session_to_send(&r.table, 3) == (uint32_t)(old - r.entries));
    wf_session *newer = live(&r, 3, 200, true);
    CHECK(wf_session_to_send(&r.table, 3) == (uint32_t)(newer - r.entries));
    CHECK(wf_session_to_send(&r.table, 4) == WF_NO_SESSION);
    newer->leaving = true;
    CHECK(wf_session_to_send(&r.table, 3) == (uint32_t)(old - r.entries));
    old->trusted = false;
    CHECK(wf_session_to_send(&r.table, 3) == (uint32_t)(unproven - r.entries));
    unproven->ends = 12345;
    CHECK(wf_session_to_send(&r.table, 3) == WF_NO_SESSION);
}

static void retired_sessions_end_after_30_seconds_and_send_no_more(void) {
    room r;
    start(&r, SESSIONS);
    wf_session *old = live(&r, 3, 100, true), *other = live(&r, 4, 100, true), *newer = live(&r, 3, 200, true);
    wf_session *newest = live(&r, 3, 300, false);
    wf_session_retire_others(&r.table, (uint32_t)(newer - r.entries), 1000);
    CHECK(old->ends == 31000 && other->ends == WF_TIME_NEVER && newer->ends == WF_TIME_NEVER);
    CHECK(newest->ends == WF_TIME_NEVER); /* the later run wins */
    wf_session_retire_others(&r.table, (uint32_t)(newer - r.entries), 2000);
    CHECK(old->ends == 31000); /* and its time does not start again */
}

static void closing_a_pairing_closes_its_sessions_only(void) {
    room r;
    start(&r, SESSIONS);
    wf_session *a = live(&r, 3, 100, true), *b = live(&r, 4, 100, true), *c = live(&r, 3, 200, false);
    wf_session_close_pairing(&r.table, 3);
    CHECK(!a->used && b->used && !c->used);
}

static void the_session_clock_counts_tenths_since_the_keys(void) {
    wf_session s = {.opened = 5000};
    CHECK(wf_session_clock(&s, 5000) == 0 && wf_session_clock(&s, 5099) == 0 && wf_session_clock(&s, 5100) == 1);
    CHECK(wf_session_clock(&s, 5000 + 86400000) == 864000);
}

static void the_peers_clock_is_unknown_until_learnt(void) {
    wf_session s = {.opened = 5000};
    CHECK(wf_session_peer_clock(&s, 6000) == WF_CLOCK_UNKNOWN);
    wf_session_learn_clock(&s, 6000, 500);
    CHECK(wf_session_peer_clock(&s, 6000) == 500 && wf_session_peer_clock(&s, 7000) == 510);
    wf_session_learn_clock(&s, 8000, 3); /* it may be behind ours */
    CHECK(wf_session_peer_clock(&s, 8000) == 3 && wf_session_peer_clock(&s, 8100) == 4);
}

static void a_command_is_in_time_up_to_10_seconds(void) {
    wf_session s = {.opened = 0};
    wf_time now = 60000; /* clock 600 */
    CHECK(wf_session_is_timely(&s, now, 600));
    CHECK(wf_session_is_timely(&s, now, 500));  /* 10.0 s */
    CHECK(!wf_session_is_timely(&s, now, 499)); /* 10.1 s */
    CHECK(!wf_session_is_timely(&s, now, 0));
}

static void a_command_from_the_future_is_refused(void) {
    wf_session s = {.opened = 0};
    CHECK(wf_session_is_timely(&s, 60000, 700)); /* clocks drift */
    CHECK(!wf_session_is_timely(&s, 60000, 701));
    CHECK(!wf_session_is_timely(&s, 60000, WF_CLOCK_UNKNOWN - 1));
}

static void a_command_with_an_unknown_stamp_is_refused(void) {
    wf_session s = {.opened = 0};
    CHECK(!wf_session_is_timely(&s, 0, WF_CLOCK_UNKNOWN));
    CHECK(!wf_session_is_timely(&s, 60000, WF_CLOCK_UNKNOWN));
    CHECK(!wf_session_is_timely(&s, (wf_time)WF_CLOCK_UNKNOWN * 100, WF_CLOCK_UNKNOWN));
}

static void an_exchange_is_found_by_its_tid(void) {
    wf_session s = {.opened = 0};
    CHECK(wf_session_exchange(&s, 0) == NULL);
    wf_session_note_exchange(&s, 7, 70);
    CHECK(wf_session_exchange(&s, 7) != NULL && wf_session_exchange(&s, 7)->piv == 70);
    CHECK(wf_session_exchange(&s, 8) == NULL);
}

static void an_exchange_under_a_tid_used_again_is_the_later_one(void) {
    wf_session s = {.opened = 0};
    wf_session_note_exchange(&s, 7, 70);
    wf_session_note_exchange(&s, 8, 71);
    wf_session_note_exchange(&s, 7, 72);
    CHECK(wf_session_exchange(&s, 7)->piv == 72);
}

static void as_many_exchanges_as_promised_are_remembered(void) {
    wf_session s = {.opened = 0};
    for (uint16_t tid = 0; tid < WF_SESSION_EXCHANGES; tid++) {
        wf_session_note_exchange(&s, tid, 100u + tid);
    }
    for (uint16_t tid = 0; tid < WF_SESSION_EXCHANGES; tid++) {
        CHECK(wf_session_exchange(&s, tid)->piv == 100u + tid);
    }
    wf_session_note_exchange(&s, 1000, 5);
    CHECK(wf_session_exchange(&s, 0) == NULL && wf_session_exchange(&s, 1) != NULL);
}

static const check_case cases[] = {
    {"a_controllers_kid_has_two_bytes_and_finds_its_session", a_controllers_kid_has_two_bytes_and_finds_its_session},
    {"a_devices_kid_is_one_byte_that_edhoc_writes_as_one", a_devices_kid_is_one_byte_that_edhoc_writes_as_one},
    {"no_two_live_sessions_share_a_kid", no_two_live_sessions_share_a_kid},
    {"a_kid_that_is_not_there_finds_nothing", a_kid_that_is_not_there_finds_nothing},
    {"a_closed_session_leaves_no_key_behind", a_closed_session_leaves_no_key_behind},
    {"the_newest_proven_session_sends", the_newest_proven_session_sends},
    {"retired_sessions_end_after_30_seconds_and_send_no_more", retired_sessions_end_after_30_seconds_and_send_no_more},
    {"closing_a_pairing_closes_its_sessions_only", closing_a_pairing_closes_its_sessions_only},
    {"the_session_clock_counts_tenths_since_the_keys", the_session_clock_counts_tenths_since_the_keys},
    {"the_peers_clock_is_unknown_until_learnt", the_peers_clock_is_unknown_until_learnt},
    {"a_command_is_in_time_up_to_10_seconds", a_command_is_in_time_up_to_10_seconds},
    {"a_command_from_the_future_is_refused", a_command_from_the_future_is_refused},
    {"a_command_with_an_unknown_stamp_is_refused", a_command_with_an_unknown_stamp_is_refused},
    {"an_exchange_is_found_by_its_tid", an_exchange_is_found_by_its_tid},
    {"an_exchange_under_a_tid_used_again_is_the_later_one", an_exchange_under_a_tid_used_again_is_the_later_one},
    {"as_many_exchanges_as_promised_are_remembered", as_many_exchanges_as_promised_are_remembered},
};

CHECK_MAIN(cases)
