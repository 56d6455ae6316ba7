/* Pairings through a network that loses, repeats, reorders and lies; cookies; rivals for the slot. */
#include <warifu/edhoc.h>

#include "pairing_world.h"

/* ---- loss, repetition, order ---- */

typedef struct nuisance {
    unsigned at, seen;
    void (*act)(world *w, const world_datagram *d);
    bool drop;
    world_datagram kept;
} nuisance;

static bool disturb(world *w, world_datagram *d) {
    nuisance *n = w->context;
    if (!is_of_pairing(d) || n->seen++ != n->at) {
        return true;
    }
    if (n->act != NULL) {
        n->act(w, d);
    }
    return !n->drop;
}

/* Straight to whom a datagram is for, as if it came from its sender. */
static void send_copy(world *w, const world_datagram *d, const uint8_t *bytes, size_t len) {
    for (unsigned j = 0; j < WORLD_NODES; j++) {
        if (wf_address_same_host(&w->nodes[j].address, &d->to)) {
            world_deliver(w, j, &w->nodes[d->from].address, false, wf_bytes_of(bytes, len));
        }
    }
}

static void disturbed(nuisance n) {
    for (n.at = 0; n.at < 8; n.at++) {
        world *w = two_with_open_window();
        nuisance own = n;
        w->context = &own;
        w->pass = disturb;
        CHECK_OK(pair_by_number(w));
        CHECK(own.seen > n.at);
        check_paired(w);
        world_end(w);
    }
}

static void the_loss_of_any_datagram_is_made_up_for(void) {
    disturbed((nuisance){.drop = true});
}

static void twice(world *w, const world_datagram *d) {
    send_copy(w, d, d->bytes, d->len);
}

typedef struct copies {
    world_datagram first[2]; /* message_2 and message_4 */
    unsigned seen[2];
} copies;

static bool lose_two_answers(world *w, world_datagram *d) {
    copies *c = w->context;
    unsigned i = type_of(d) == WF_DA_MESSAGE_4;
    if (i == 0 && type_of(d) != WF_DA_MESSAGE_2) {
        return true;
    }
    if (c->seen[i]++ == 0) {
        c->first[i] = *d;
    }
    CHECK(d->len == c->first[i].len && memcmp(d->bytes, c->first[i].bytes, d->len) == 0);
    return c->seen[i] > 2;
}

/* Computed anew they would use a nonce for two texts. */
static void a_repeated_message_gets_the_very_same_answer(void) {
    world *w = two_with_open_window();
    copies c = {.seen = {0, 0}};
    w->context = &c;
    w->pass = lose_two_answers;
    CHECK_OK(pair_by_number(w));
    CHECK(c.seen[0] == 3 && c.seen[1] == 3);
    world_end(w);
}

static void any_datagram_may_come_twice(void) {
    disturbed((nuisance){.act = twice});
}

static void flipped(world *w, const world_datagram *d) {
    uint8_t bytes[WF_DATAGRAM_LEN];
    bool before_cookie = type_of(d) == WF_DA_MESSAGE_1 || type_of(d) == WF_DA_RETRY;
    size_t step = before_cookie ? d->len : 1 + d->len / 16; /* at most three RETRYs are followed: one copy less */
    for (size_t at = 9; at < d->len - 1; at += step) {
        memcpy(bytes, d->bytes, d->len);
        bytes[at] ^= 0x01;
        send_copy(w, d, bytes, d->len);
    }
    memcpy(bytes, d->bytes, d->len);
    if (!before_cookie) {
        bytes[d->len - 1] ^= 0x80;
        send_copy(w, d, bytes, d->len);
    }
    bytes[d->len - 1] ^= 0x80;
    bytes[4] ^= 0x01;
    send_copy(w, d, bytes, d->len);
}

static void forged_copies_before_any_datagram_do_not_end_the_run(void) {
    disturbed((nuisance){.act = flipped});
}

static void garbage(world *w, const world_datagram *d) {
    uint8_t bytes[WF_DATAGRAM_LEN];
    for (unsigned type = WF_DA_HELLO; type <= WF_DA_WAKE; type++) {
        for (size_t len = WF_DA_HEADER_LEN; len < 80; len += 7) {
            memset(bytes, (int)type, len);
            memcpy(bytes, d->bytes, WF_DA_HEADER_LEN); /* with the right TID */
            bytes[4] = (uint8_t)type;
            if (type != WF_DA_RETRY) { /* at most three of these are followed: a test of its own */
                send_copy(w, d, bytes, len);
            }
        }
    }
}

static void garbage_of_every_type_does_not_end_the_run(void) {
    disturbed((nuisance){.act = garbage});
}

/* EDHOC errors protect nothing and prove nothing. */
static void edhoc_error(world *w, const world_datagram *d) {
    const wf_error reasons[] = {WF_ERROR_UNSUPPORTED_SUITE, WF_ERROR_CREDENTIAL, WF_ERROR_PAIRINGS_FULL};
    for (unsigned i = 0; i < 3; i++) {
        uint8_t bytes[WF_DATAGRAM_LEN];
        static const wf_edhoc_config config = {.chain_len = 1};
        wf_writer out = wf_writer_of(bytes, sizeof bytes);
        wf_da_write_header(&out, (uint16_t)(d->bytes[2] << 8 | d->bytes[3]), WF_DA_EDHOC_ERROR);
        CHECK_OK(wf_edhoc_write_error(&out, &config, reasons[i]));
        send_copy(w, d, bytes, out.len);
    }
}

static void edhoc_errors_do_not_end_the_run(void) {
    disturbed((nuisance){.act = edhoc_error});
}

static bool hold_and_swap(world *w, world_datagram *d) {
    nuisance *n = w->context;
    if (!is_of_pairing(d)) {
        return true;
    }
    if (n->seen++ == n->at) {
        n->kept = *d;
        n->drop = true;
        return false;
    }
    if (n->drop && n->kept.from == d->from) {
        n->drop = false;
        send_copy(w, d, d->bytes, d->len);
        *d = n->kept;
    }
    return true;
}

static void any_datagram_may_come_after_the_next_of_its_sender(void) {
    for (unsigned at = 0; at < 8; at++) {
        world *w = two_with_open_window();
        nuisance n = {.at = at};
        w->context = &n;
        w->pass = hold_and_swap;
        CHECK_OK(pair_by_number(w));
        check_paired(w);
        world_end(w);
    }
}

/* A copy of message_1 that comes late must not take away the answer to message_3. */
static bool late_message_1(world *w, world_datagram *d) {
    nuisance *n = w->context;
    if (type_of(d) == WF_DA_MESSAGE_1) {
        n->kept = *d;
    }
    if (type_of(d) == WF_DA_MESSAGE_4 && n->seen++ == 0) {
        send_copy(w, &n->kept, n->kept.bytes, n->kept.len);
        return false;
    }
    return true;
}

static void a_late_copy_of_message_1_does_not_spoil_a_lost_message_4(void) {
    world *w = two_with_open_window();
    nuisance n = {0};
    w->context = &n;
    w->pass = late_message_1;
    CHECK_OK(pair_by_number(w));
    CHECK(n.seen >= 2);
    check_paired(w);
    world_end(w);
}

/* ---- cookies ---- */

static bool answer_with_retries(world *w, world_datagram *d) {
    unsigned *count = w->context;
    if (type_of(d) == WF_DA_MESSAGE_1) {
        uint8_t retry[WF_DA_HEADER_LEN + WF_DA_COOKIE_LEN] = {0x10, 0x82, d->bytes[2], d->bytes[3], WF_DA_RETRY};
        ++*count;
        retry[6] = (uint8_t)*count;
        world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false, wf_bytes_of(retry, sizeof retry));
        return false;
    }
    return true;
}

static void at_most_three_retries_are_followed(void) {
    world *w = two_with_open_window();
    unsigned count = 0;
    w->context = &count;
    w->pass = answer_with_retries;
    wf_request_id request = begin_by_number(w);
    world_settle(w);
    CHECK(count == 4); /* the first message_1 and three more; then its timer only */
    world_run(w, 200000);
    CHECK(count < 100 && world_outcome(w, CONTROLLER, request)->error == WF_ERROR_DISTURBED);
    world_end(w);
}

static bool forge_two_retries(world *w, world_datagram *d) {
    unsigned *count = w->context;
    if (type_of(d) == WF_DA_RETRY && *count < 2) {
        ++*count;
        uint8_t retry[WF_DA_HEADER_LEN + WF_DA_COOKIE_LEN] = {0x10, 0x82, d->bytes[2], d->bytes[3], WF_DA_RETRY};
        world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false, wf_bytes_of(retry, sizeof retry));
        return false;
    }
    return true;
}

static void two_forged_retries_are_survived(void) {
    world *w = two_with_open_window();
    unsigned count = 0;
    w->context = &count;
    w->pass = forge_two_retries;
    CHECK_OK(pair_by_number(w));
    world_end(w);
}

static size_t answered_by(world *w, unsigned to, const wf_address *from, const uint8_t *bytes, size_t len) {
    size_t out_len = 0;
    wf_datagram out;
    wf_engine_receive(w->nodes[to].engine, w->now, from, false, wf_bytes_of(bytes, len));
    while (wf_engine_next_datagram(w->nodes[to].engine, &out)) {
        out_len += out.bytes.len;
    }
    world_settle(w);
    return out_len;
}

static void nobody_unconfirmed_gets_more_than_he_sent(void) {
    world *w = two_with_open_window();
    wf_address stranger = wf_address_ipv4(10, 9, 9, 9, WF_PORT);
    for (unsigned type = 0; type < 256; type += type < 0x20 ? 1 : 8) {
        for (size_t len = WF_DA_HEADER_LEN; len < 120; len++) {
            if (wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms < 1000) {
                CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 900000, 1));
            }
            for (unsigned fill = 0; fill < 4; fill++) {
                uint8_t bytes[120];
                memset(bytes, (int)fill, sizeof bytes);
                memcpy(bytes, "\x10\x82\x00\x01", 4);
                bytes[4] = (uint8_t)type;
                w->now += 100; /* hello is rate-limited */
                CHECK(answered_by(w, DEVICE, &stranger, bytes, len) <= len);
                CHECK(answered_by(w, CONTROLLER, &stranger, bytes, len) <= len);
                w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
            }
        }
    }
    world_end(w);
}

static bool only_message_1(world *w, world_datagram *d) {
    (void)w;
    return d->bytes[1] == WF_EHD2_SPECIFIED || type_of(d) == WF_DA_MESSAGE_1;
}

static const world_datagram *logged(const world *w, uint8_t type) {
    for (unsigned i = 0; i < w->log_count; i++) {
        if (type_of(&w->log[i]) == type) {
            return &w->log[i];
        }
    }
    return NULL;
}

static void message_1_by_multicast_is_ignored(void) {
    world *w = two();
    w->pass = only_message_1;
    (void)begin_by_number(w);
    world_settle(w);
    open_window(w);
    world_datagram first = *logged(w, WF_DA_MESSAGE_1);
    w->log_count = 0;
    uint64_t before = wf_engine_counters(w->nodes[DEVICE].engine)->wrong_path;
    world_deliver(w, DEVICE, &w->nodes[CONTROLLER].address, true, wf_bytes_of(first.bytes, first.len));
    w->pass = NULL;
    world_settle(w);
    CHECK(w->log_count == 0 && wf_engine_counters(w->nodes[DEVICE].engine)->wrong_path == before + 1);
    world_end(w);
}

static void no_certificate_leaves_the_device_before_the_cookie_came_back(void) {
    world *w = two_with_open_window();
    w->pass = only_message_1; /* the RETRY is lost */
    wf_request_id request = begin_by_number(w);
    world_run(w, 60000);
    CHECK(logged(w, WF_DA_MESSAGE_2) == NULL && wf_engine_counters(w->nodes[DEVICE].engine)->retries_sent > 3);
    CHECK(world_outcome(w, CONTROLLER, request)->error != WF_OK);
    world_end(w);
}

/* ---- rivals ---- */

static void of_two_controllers_at_once_one_gets_in_and_the_other_says_why(void) {
    world *w = two_with_open_window();
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    wf_request_id first = begin_by_number(w), second = begin(w, OTHER, w->nodes[DEVICE].number);
    world_run(w, 60000);
    wf_error a = world_outcome(w, CONTROLLER, first)->error, b = world_outcome(w, OTHER, second)->error;
    CHECK((a == WF_OK) != (b == WF_OK));
    wf_error loser = a == WF_OK ? b : a;
    CHECK(loser == WF_ERROR_WINDOW_CLOSED || loser == WF_ERROR_BUSY);
    CHECK(peers_of(w, DEVICE) == 1 && peers_of(w, CONTROLLER) + peers_of(w, OTHER) == 1);
    world_end(w);
}

/* Confirms its address and then says no more. */
static bool squatter_goes_silent(world *w, world_datagram *d) {
    (void)w;
    return !(d->from == OTHER && type_of(d) == WF_DA_MESSAGE_3);
}

static void a_squatter_holds_the_slot_for_3_seconds_only(void) {
    world *w = two_with_open_window();
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    w->pass = squatter_goes_silent;
    (void)begin(w, OTHER, w->nodes[DEVICE].number);
    world_settle(w);
    wf_request_id request = begin_by_number(w);
    world_run(w, 2900);
    CHECK(world_outcome(w, CONTROLLER, request) == NULL);
    world_run(w, 4000);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    world_end(w);
}

static void a_squatter_who_begins_again_and_again_does_not_keep_the_slot(void) {
    world *w = two_with_open_window();
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    w->pass = squatter_goes_silent;
    wf_request_id squats = begin(w, OTHER, w->nodes[DEVICE].number);
    world_settle(w);
    wf_request_id request = begin_by_number(w);
    for (unsigned i = 0; i < 10; i++) {
        world_run(w, 1000);
        wf_engine_cancel(w->nodes[OTHER].engine, w->now, squats);
        squats = begin(w, OTHER, w->nodes[DEVICE].number);
    }
    CHECK(world_outcome(w, CONTROLLER, request) != NULL);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(the_loss_of_any_datagram_is_made_up_for),
    CASE(a_repeated_message_gets_the_very_same_answer),
    CASE(any_datagram_may_come_twice),
    CASE(forged_copies_before_any_datagram_do_not_end_the_run),
    CASE(garbage_of_every_type_does_not_end_the_run),
    CASE(edhoc_errors_do_not_end_the_run),
    CASE(any_datagram_may_come_after_the_next_of_its_sender),
    CASE(a_late_copy_of_message_1_does_not_spoil_a_lost_message_4),
    CASE(at_most_three_retries_are_followed),
    CASE(two_forged_retries_are_survived),
    CASE(nobody_unconfirmed_gets_more_than_he_sent),
    CASE(message_1_by_multicast_is_ignored),
    CASE(no_certificate_leaves_the_device_before_the_cookie_came_back),
    CASE(of_two_controllers_at_once_one_gets_in_and_the_other_says_why),
    CASE(a_squatter_holds_the_slot_for_3_seconds_only),
    CASE(a_squatter_who_begins_again_and_again_does_not_keep_the_slot),
};

CHECK_MAIN(cases)
