/* Pairing between engines: the honest run, every way to disturb it, and what is left behind afterwards. */
#include <warifu/edhoc.h>

#include "world.h"

enum { CONTROLLER, DEVICE, OTHER, FOURTH };

static uint8_t type_of(const world_datagram *d) {
    return d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static bool is_handshake(const world_datagram *d) {
    return type_of(d) >= WF_DA_MESSAGE_1 && type_of(d) <= WF_DA_MESSAGE_4;
}

static bool is_of_pairing(const world_datagram *d) {
    return is_handshake(d) || type_of(d) == WF_DA_REQUEST || type_of(d) == WF_DA_ANSWER;
}

static world *two(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    return w;
}

static void open_window(world *w) {
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
}

static world *two_with_open_window(void) {
    world *w = two();
    open_window(w);
    return w;
}

static wf_request_id begin(world *w, unsigned c, const uint8_t *number) {
    wf_request_id request;
    CHECK_OK(wf_engine_pair(w->nodes[c].engine, w->now, &request,
                            &(wf_pair_order){.address = w->nodes[DEVICE].address, .number = number}));
    return request;
}

static wf_request_id begin_by_number(world *w) {
    return begin(w, CONTROLLER, w->nodes[DEVICE].number);
}

static wf_error pair_by_number(world *w) {
    wf_request_id request = begin_by_number(w);
    for (unsigned i = 0; i < 5 && world_outcome(w, CONTROLLER, request) == NULL; i++) {
        world_run(w, 60000);
    }
    CHECK(world_outcome(w, CONTROLLER, request) != NULL);
    return world_outcome(w, CONTROLLER, request)->error;
}

static unsigned peers_of(const world *w, unsigned i) {
    unsigned at = 0, count = 0;
    wf_peer peer;
    while (wf_engine_next_peer(w->nodes[i].engine, &at, &peer)) {
        count++;
    }
    return count;
}

/* The two know each other, by their certificates, and a command gets through. */
static void check_paired(world *w) {
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        const world_node *other = &w->nodes[1 - i];
        unsigned at = 0;
        wf_peer peer;
        uint8_t fingerprint[WF_HASH_LEN];
        CHECK_OK(wf_certificate_fingerprint(fingerprint, other->chain[0]));
        CHECK(peers_of(w, i) == 1 && wf_engine_next_peer(w->nodes[i].engine, &at, &peer));
        CHECK(memcmp(peer.fingerprint, fingerprint, sizeof fingerprint) == 0 && peer.has_session);
        CHECK(memcmp(peer.number, other->number, WF_NUMBER_LEN) == 0);
        CHECK(peer.role == (i == DEVICE ? WF_ROLE_CONTROLLER : WF_ROLE_DEVICE));
        CHECK(wf_address_equal(&peer.address, &other->address));
    }
    const uint8_t degrees = (uint8_t)(w->now % 50);
    wf_request_id set = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_run(w, 20000);
    CHECK_OK(world_outcome(w, CONTROLLER, set)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == degrees);
}

static void check_strangers(const world *w) {
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 0);
}

/* ---- the honest run ---- */

static void certify_at_464(world *w, unsigned i, wf_role role) {
    static char name[65];
    world_node *node = &w->nodes[i];
    wf_certificate_order order = world_order(w, node, role, (uint8_t)(i + 1));
    order.common_name = name;
    for (size_t len = 1; len <= 64; len++) {
        memset(name, 'x', len);
        name[len] = '\0';
        world_issue(w, node, order, w->anchors[0], &w->root_key);
        for (unsigned tries = 0; node->chain[0].len > 461 && tries < 99; tries++) {
            if (node->chain[0].len == 464) {
                return;
            }
            world_issue(w, node, order, w->anchors[0], &w->root_key); /* the signature's DER varies by a few bytes */
        }
    }
    CHECK(node->chain[0].len == 464);
}

static void six_datagrams_and_at_most_1300_bytes_with_certificates_of_464(void) {
    static const uint8_t order[] = {WF_DA_MESSAGE_1, WF_DA_RETRY,     WF_DA_MESSAGE_1,
                                    WF_DA_MESSAGE_2, WF_DA_MESSAGE_3, WF_DA_MESSAGE_4};
    world *w = world_new();
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        certify_at_464(w, i, i == DEVICE ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER);
        world_configure(w, i, i == DEVICE, true);
        world_start(w, i);
    }
    open_window(w);
    CHECK_OK(pair_by_number(w));
    unsigned count = 0;
    size_t bytes = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        if (is_handshake(&w->log[i])) {
            CHECK(count < 6 && type_of(&w->log[i]) == order[count]);
            bytes += w->log[i].len;
            count++;
        }
    }
    CHECK(count == 6 && bytes <= 1300);
    check_paired(w);
    world_end(w);
}

static void both_sides_tell_their_steps_and_the_peer(void) {
    world *w = two_with_open_window();
    wf_request_id request = begin_by_number(w);
    world_settle(w);
    unsigned step = 0;
    for (unsigned i = 0; i < w->nodes[CONTROLLER].event_count; i++) {
        const wf_event *event = &w->nodes[CONTROLLER].events[i].event;
        if (event->kind == WF_EVENT_PAIR_STEP) {
            CHECK(event->step == (wf_pair_step)step && event->request.value == request.value);
            step++;
        }
    }
    CHECK(step == WF_PAIR_CONFIRMED + 1);
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        const wf_event *paired = world_event_of(w, i, WF_EVENT_PAIRED);
        CHECK(paired != NULL && memcmp(paired->number, w->nodes[1 - i].number, WF_NUMBER_LEN) == 0);
        CHECK(world_event_of(w, i, WF_EVENT_SESSION_UP) != NULL);
    }
    check_paired(w);
    world_end(w);
}

/* ---- the window ---- */

static void a_closed_window_answers_strangers_with_silence(void) {
    world *w = two();
    wf_request_id request = begin_by_number(w);
    world_run(w, 29000);
    CHECK(world_outcome(w, CONTROLLER, request) == NULL); /* not before its timer */
    world_run(w, 10000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_WINDOW_CLOSED);
    for (unsigned i = 0; i < w->log_count; i++) {
        bool hint = type_of(&w->log[i]) == WF_DA_HELLO_ANSWER || w->log[i].bytes[1] == WF_EHD2_SPECIFIED;
        CHECK(w->log[i].from != DEVICE || hint);
    }
    check_strangers(w);
    world_end(w);
}

static void the_window_closes_on_success(void) {
    world *w = two_with_open_window();
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms == 180000);
    CHECK_OK(pair_by_number(w));
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms == 0);
    CHECK(world_event_of(w, DEVICE, WF_EVENT_WINDOW_CLOSED)->error == WF_OK);
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    wf_request_id second = begin(w, OTHER, w->nodes[DEVICE].number);
    world_run(w, 40000);
    CHECK(world_outcome(w, OTHER, second)->error == WF_ERROR_WINDOW_CLOSED);
    world_end(w);
}

static void the_window_closes_by_time(void) {
    world *w = two_with_open_window();
    world_run(w, 179999);
    CHECK(world_event_of(w, DEVICE, WF_EVENT_WINDOW_CLOSED) == NULL);
    world_run(w, 1);
    CHECK(world_event_of(w, DEVICE, WF_EVENT_WINDOW_CLOSED)->error != WF_OK);
    CHECK(pair_by_number(w) == WF_ERROR_WINDOW_CLOSED);
    world_end(w);
}

static void a_window_is_open_for_900_seconds_at_most_and_only_on_a_device(void) {
    world *w = two();
    CHECK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 900001, 1) == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 900000, 1));
    CHECK(wf_engine_open_window(w->nodes[CONTROLLER].engine, w->now, 0, 1) == WF_ERROR_STATE);
    wf_engine_close_window(w->nodes[DEVICE].engine, w->now);
    CHECK(pair_by_number(w) == WF_ERROR_WINDOW_CLOSED);
    world_end(w);
}

static void a_restart_closes_the_window(void) {
    world *w = two_with_open_window();
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms == 0);
    CHECK(pair_by_number(w) == WF_ERROR_WINDOW_CLOSED);
    world_end(w);
}

static void a_window_that_closes_while_the_owner_thinks_lets_nobody_in(void) {
    world *w = two();
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 5000, 1));
    wf_request_id request = begin(w, CONTROLLER, NULL);
    world_run(w, 6000);
    wf_engine_pair_decide(w->nodes[CONTROLLER].engine, w->now, request, true);
    world_run(w, 30000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_WINDOW_CLOSED);
    check_strangers(w);
    world_end(w);
}

/* ---- certificates ---- */

static void certify(world *w, unsigned i, wf_role bears, int64_t not_before, int64_t not_after) {
    wf_certificate_order order = world_order(w, &w->nodes[i], bears, (uint8_t)(i + 1));
    order.not_before = not_before;
    order.not_after = not_after;
    world_issue(w, &w->nodes[i], order, w->anchors[0], &w->root_key);
}

static wf_error outcome_with(int64_t not_before, int64_t not_after, unsigned bad) {
    world *w = two();
    certify(w, bad, bad == DEVICE ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER, not_before, not_after);
    world_stop(w, bad);
    world_start(w, bad);
    open_window(w);
    wf_error error = pair_by_number(w);
    check_strangers(w);
    world_end(w);
    return error;
}

static void an_expired_certificate_is_refused_on_either_side(void) {
    CHECK(outcome_with(WORLD_DATE - 1000, WORLD_DATE - 1, DEVICE) == WF_ERROR_EXPIRED);
    CHECK(outcome_with(WORLD_DATE - 1000, WORLD_DATE - 1, CONTROLLER) == WF_ERROR_EXPIRED);
}

static void a_certificate_of_tomorrow_is_refused_on_either_side(void) {
    CHECK(outcome_with(WORLD_DATE + 86400, WORLD_DATE + 90000, DEVICE) == WF_ERROR_NOT_YET_VALID);
    CHECK(outcome_with(WORLD_DATE + 86400, WORLD_DATE + 90000, CONTROLLER) == WF_ERROR_NOT_YET_VALID);
}

static void a_certificate_of_another_root_is_refused_on_either_side(void) {
    for (unsigned bad = CONTROLLER; bad <= DEVICE; bad++) {
        world *w = two();
        wf_p256_key key;
        uint8_t der[WF_CERTIFICATE_LEN];
        wf_bytes root = world_root(w, &key, der, "Other root");
        wf_role role = bad == DEVICE ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER;
        world_issue(w, &w->nodes[bad], world_order(w, &w->nodes[bad], role, (uint8_t)(bad + 1)), root, &key);
        world_stop(w, bad);
        world_start(w, bad);
        open_window(w);
        CHECK(pair_by_number(w) == WF_ERROR_UNTRUSTED);
        check_strangers(w);
        world_end(w);
    }
}

static void another_certificate_of_a_paired_number_is_refused_until_it_is_unpaired(void) {
    world *w = two_with_open_window();
    CHECK_OK(pair_by_number(w));
    world_stop(w, CONTROLLER);
    certify(w, CONTROLLER, WF_ROLE_CONTROLLER, WORLD_DATE - 1000, WORLD_DATE + 100000);
    memset(&w->nodes[CONTROLLER].store, 0, sizeof w->nodes[CONTROLLER].store);
    world_start(w, CONTROLLER);
    open_window(w);
    CHECK(pair_by_number(w) == WF_ERROR_PAIRING_REFUSED);
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 1);
    wf_request_id request;
    CHECK_OK(wf_engine_unpair(w->nodes[DEVICE].engine, w->now, &request, world_peer(w, DEVICE)));
    world_run(w, 10000);
    open_window(w);
    CHECK_OK(pair_by_number(w));
    check_paired(w);
    world_end(w);
}

static void an_expired_certificate_keeps_no_paired_peer_away(void) {
    world *w = two_with_open_window();
    CHECK_OK(pair_by_number(w));
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        wf_engine_set_date(w->nodes[i].engine, w->now, WORLD_DATE + 200000);
    }
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_run(w, 1000);
    check_paired(w);
    open_window(w);
    CHECK(pair_by_number(w) == WF_ERROR_EXPIRED);
    check_paired(w);
    world_end(w);
}

static void a_controller_does_not_pair_with_a_controller(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_CONTROLLER);
    wf_request_id request = begin(w, CONTROLLER, NULL);
    world_run(w, 60000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_WINDOW_CLOSED);
    check_strangers(w);
    world_end(w);
}

static void a_device_does_not_begin_a_pairing(void) {
    world *w = two_with_open_window();
    wf_request_id request;
    CHECK(wf_engine_pair(w->nodes[DEVICE].engine, w->now, &request,
                         &(wf_pair_order){.address = w->nodes[CONTROLLER].address}) == WF_ERROR_STATE);
    CHECK(request.value == 0);
    world_end(w);
}

/* ---- the right device ---- */

static void the_owner_is_asked_and_may_say_yes(void) {
    world *w = two_with_open_window();
    wf_request_id request = begin(w, CONTROLLER, NULL);
    world_settle(w);
    const wf_event *question = world_event_of(w, CONTROLLER, WF_EVENT_PAIR_QUESTION);
    CHECK(question != NULL && question->request.value == request.value);
    CHECK(memcmp(question->number, w->nodes[DEVICE].number, WF_NUMBER_LEN) == 0);
    check_strangers(w);                                                                  /* nothing counts yet */
    CHECK(w->nodes[CONTROLLER].store.writes == 1 && w->nodes[DEVICE].store.writes == 2); /* seeds, and the window */
    wf_engine_pair_decide(w->nodes[CONTROLLER].engine, w->now, request, true);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    check_paired(w);
    world_end(w);
}

static void the_owner_may_say_no_and_change_his_mind(void) {
    world *w = two_with_open_window();
    for (unsigned attempt = 0; attempt < 8; attempt++) {
        wf_request_id request = begin(w, CONTROLLER, NULL);
        world_settle(w);
        wf_engine_pair_decide(w->nodes[CONTROLLER].engine, w->now, request, false);
        world_settle(w);
        CHECK(world_outcome(w, CONTROLLER, request) != NULL);
        CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_WRONG_DEVICE);
        check_strangers(w);
    }
    CHECK_OK(pair_by_number(w));
    check_paired(w);
    world_end(w);
}

static void an_owner_who_does_not_answer_ends_the_pairing(void) {
    world *w = two_with_open_window();
    wf_request_id request = begin(w, CONTROLLER, NULL);
    world_run(w, 60000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_CANCELLED);
    wf_engine_pair_decide(w->nodes[CONTROLLER].engine, w->now, request, true);
    world_run(w, 60000);
    check_strangers(w);
    world_end(w);
}

static void another_number_is_the_wrong_device(void) {
    world *w = two_with_open_window();
    uint8_t number[WF_NUMBER_LEN];
    memcpy(number, w->nodes[DEVICE].number, sizeof number);
    number[16] ^= 1;
    wf_request_id request = begin(w, CONTROLLER, number);
    world_run(w, 60000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_WRONG_DEVICE);
    check_strangers(w);
    world_end(w);
}

static void nobody_there_is_no_answer(void) {
    world *w = two();
    world_stop(w, DEVICE);
    CHECK(pair_by_number(w) == WF_ERROR_NO_ANSWER);
    world_end(w);
}

static void a_node_without_da_is_plaintext_only(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_configure(w, DEVICE, true, false);
    world_start(w, DEVICE);
    CHECK(pair_by_number(w) == WF_ERROR_PLAINTEXT_ONLY);
    world_end(w);
}

/* ---- room ---- */

static void a_full_device_refuses_and_keeps_its_peers(void) {
    world *w = world_new();
    for (unsigned i = CONTROLLER; i <= OTHER; i++) {
        world_add(w, i, i == DEVICE ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER);
    }
    world_stop(w, DEVICE);
    w->nodes[DEVICE].config.pairings = 1;
    world_start(w, DEVICE);
    open_window(w);
    CHECK_OK(pair_by_number(w));
    open_window(w);
    wf_request_id request = begin(w, OTHER, w->nodes[DEVICE].number);
    world_run(w, 60000);
    CHECK(world_outcome(w, OTHER, request)->error == WF_ERROR_PAIRINGS_FULL);
    CHECK(peers_of(w, OTHER) == 0);
    check_paired(w);
    CHECK_OK(pair_by_number(w)); /* but the one that is there may pair again */
    check_paired(w);
    world_end(w);
}

static void a_full_controller_says_so(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    world_add(w, OTHER, WF_ROLE_DEVICE);
    world_stop(w, CONTROLLER);
    w->nodes[CONTROLLER].config.pairings = 1;
    world_start(w, CONTROLLER);
    open_window(w);
    CHECK_OK(pair_by_number(w));
    wf_request_id request;
    CHECK_OK(wf_engine_open_window(w->nodes[OTHER].engine, w->now, 0, 1));
    CHECK_OK(wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &request,
                            &(wf_pair_order){.address = w->nodes[OTHER].address, .number = w->nodes[OTHER].number}));
    world_run(w, 60000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_CAPACITY);
    CHECK(peers_of(w, OTHER) == 0);
    check_paired(w);
    world_end(w);
}

/* ---- the store ---- */

/* Whatever write fails, in the end the two are paired or can pair again; after a restart both mean the same. */
static void no_failing_write_leaves_a_pairing_half_made(void) {
    for (unsigned side = CONTROLLER; side <= DEVICE; side++) {
        for (unsigned again = 0; again < 2; again++) {
            for (unsigned k = 1; k <= 4; k++) {
                world *w = two_with_open_window();
                if (again) {
                    CHECK_OK(pair_by_number(w));
                    open_window(w);
                }
                w->nodes[side].store.fail_at = w->nodes[side].store.writes + k;
                wf_error error = pair_by_number(w);
                CHECK(error == WF_OK || error == WF_ERROR_STORE);
                w->nodes[side].store.fail_at = 0;
                for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
                    world_stop(w, i);
                    world_start(w, i);
                    wf_engine_announce(w->nodes[i].engine, w->now);
                }
                world_run(w, 120000);
                CHECK(peers_of(w, CONTROLLER) == peers_of(w, DEVICE));
                if (again || error == WF_OK || peers_of(w, CONTROLLER) != 0) {
                    check_paired(w);
                }
                open_window(w);
                CHECK_OK(pair_by_number(w));
                check_paired(w);
                world_end(w);
            }
        }
    }
}

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

/* ---- the commit ---- */

static bool lose_answers(world *w, world_datagram *d) {
    unsigned *count = w->context;
    return type_of(d) != WF_DA_ANSWER || (*count)-- == 0;
}

static bool lose_requests(world *w, world_datagram *d) {
    unsigned *count = w->context;
    return type_of(d) != WF_DA_REQUEST || (*count)-- == 0;
}

static bool lose_all_answers(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) != WF_DA_ANSWER;
}

static bool lose_all_requests(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) != WF_DA_REQUEST;
}

static void a_lost_confirm_or_confirmed_is_sent_again(void) {
    for (unsigned answers = 0; answers < 2; answers++) {
        world *w = two_with_open_window();
        unsigned count = 1;
        w->context = &count;
        w->pass = answers ? lose_answers : lose_requests;
        wf_request_id request = begin_by_number(w);
        world_run(w, 1100);
        w->pass = NULL;
        world_run(w, 10000);
        CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
        check_paired(w);
        world_end(w);
    }
}

static void without_confirmed_the_pairing_is_incomplete_and_heals_at_the_next_start(void) {
    world *w = two_with_open_window();
    w->pass = lose_all_answers;
    CHECK(pair_by_number(w) == WF_ERROR_PAIRING_INCOMPLETE);
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 1);
    w->pass = NULL;
    world_stop(w, CONTROLLER);
    world_start(w, CONTROLLER);
    world_run(w, 60000);
    CHECK(world_event_of(w, CONTROLLER, WF_EVENT_PAIRED) != NULL);
    check_paired(w);
    world_end(w);
}

static void without_confirm_the_pairing_is_dropped_at_the_next_start(void) {
    world *w = two_with_open_window();
    w->pass = lose_all_requests;
    CHECK(pair_by_number(w) == WF_ERROR_PAIRING_INCOMPLETE);
    check_strangers(w);
    w->pass = NULL;
    world_stop(w, CONTROLLER);
    world_start(w, CONTROLLER);
    world_run(w, 60000);
    check_strangers(w);
    unsigned writes = w->nodes[CONTROLLER].store.writes;
    world_stop(w, CONTROLLER);
    world_start(w, CONTROLLER);
    world_run(w, 60000);
    CHECK(w->nodes[CONTROLLER].store.writes == writes + 1); /* the seed: nothing is left to try */
    open_window(w);
    CHECK_OK(pair_by_number(w));
    check_paired(w);
    world_end(w);
}

static void an_incomplete_pairing_can_be_made_again_at_once(void) {
    world *w = two_with_open_window();
    for (unsigned attempt = 0; attempt < 6; attempt++) {
        w->pass = lose_all_answers;
        CHECK(pair_by_number(w) == WF_ERROR_PAIRING_INCOMPLETE);
        open_window(w);
    }
    w->pass = NULL;
    CHECK_OK(pair_by_number(w));
    check_paired(w);
    world_end(w);
}

/* ---- restarts in between ---- */

typedef struct outage {
    unsigned at, seen;
    bool due;
} outage;

static bool cut_power(world *w, world_datagram *d) {
    outage *o = w->context;
    if (is_of_pairing(d) && o->seen++ == o->at) {
        o->due = true;
        return false;
    }
    return !(o->due && is_of_pairing(d));
}

static void restart(world *w, unsigned i) {
    world_stop(w, i);
    world_start(w, i);
    wf_engine_announce(w->nodes[i].engine, w->now);
}

static void restarts_at(unsigned who, bool again) {
    for (unsigned at = 0; at < 9; at++) {
        world *w = two_with_open_window();
        if (again) {
            CHECK_OK(pair_by_number(w));
            open_window(w);
        }
        outage o = {.at = at};
        w->context = &o;
        w->pass = cut_power;
        (void)begin_by_number(w);
        world_settle(w);
        w->pass = NULL;
        restart(w, who);
        world_run(w, 120000);
        if (who == DEVICE) { /* the controller tries provisional ones at its start */
            restart(w, CONTROLLER);
            world_run(w, 120000);
        }
        CHECK(peers_of(w, CONTROLLER) == peers_of(w, DEVICE));
        if (again || peers_of(w, DEVICE) == 1) {
            check_paired(w);
        }
        open_window(w);
        CHECK_OK(pair_by_number(w));
        check_paired(w);
        world_end(w);
    }
}

static void a_device_may_restart_at_any_moment(void) {
    restarts_at(DEVICE, false);
}

static void a_controller_may_restart_at_any_moment(void) {
    restarts_at(CONTROLLER, false);
}

static void a_device_may_restart_at_any_moment_of_a_pairing_made_again(void) {
    restarts_at(DEVICE, true);
}

static void a_controller_may_restart_at_any_moment_of_a_pairing_made_again(void) {
    restarts_at(CONTROLLER, true);
}

/* ---- pairing again ---- */

static void the_old_pairing_works_until_the_new_one_is_confirmed(void) {
    world *w = two_with_open_window();
    CHECK_OK(pair_by_number(w));
    open_window(w);
    wf_request_id request = begin(w, CONTROLLER, NULL);
    world_settle(w);
    CHECK(world_event_of(w, CONTROLLER, WF_EVENT_PAIR_QUESTION) != NULL);
    check_paired(w);
    wf_engine_pair_decide(w->nodes[CONTROLLER].engine, w->now, request, false);
    world_run(w, 60000);
    check_paired(w);
    restart(w, CONTROLLER);
    restart(w, DEVICE);
    world_run(w, 30000);
    check_paired(w);
    world_end(w);
}

static void a_pairing_can_be_made_again_many_times(void) {
    world *w = two_with_open_window();
    for (unsigned round = 0; round < 12; round++) {
        open_window(w);
        CHECK_OK(pair_by_number(w));
        check_paired(w);
        w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
        w->log_count = 0;
    }
    world_end(w);
}

static void a_cancelled_pairing_leaves_nothing_behind(void) {
    for (unsigned at = 0; at < 8; at++) {
        world *w = two_with_open_window();
        outage o = {.at = at};
        w->context = &o;
        w->pass = cut_power;
        wf_request_id request = begin_by_number(w);
        world_settle(w);
        wf_engine_cancel(w->nodes[CONTROLLER].engine, w->now, request);
        w->pass = NULL;
        world_run(w, 60000);
        CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_CANCELLED);
        restart(w, CONTROLLER);
        world_run(w, 60000);
        CHECK(peers_of(w, CONTROLLER) == peers_of(w, DEVICE));
        world_end(w);
    }
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(six_datagrams_and_at_most_1300_bytes_with_certificates_of_464),
    CASE(both_sides_tell_their_steps_and_the_peer),
    CASE(a_closed_window_answers_strangers_with_silence),
    CASE(the_window_closes_on_success),
    CASE(the_window_closes_by_time),
    CASE(a_window_is_open_for_900_seconds_at_most_and_only_on_a_device),
    CASE(a_restart_closes_the_window),
    CASE(a_window_that_closes_while_the_owner_thinks_lets_nobody_in),
    CASE(an_expired_certificate_is_refused_on_either_side),
    CASE(a_certificate_of_tomorrow_is_refused_on_either_side),
    CASE(a_certificate_of_another_root_is_refused_on_either_side),
    CASE(another_certificate_of_a_paired_number_is_refused_until_it_is_unpaired),
    CASE(an_expired_certificate_keeps_no_paired_peer_away),
    CASE(a_controller_does_not_pair_with_a_controller),
    CASE(a_device_does_not_begin_a_pairing),
    CASE(the_owner_is_asked_and_may_say_yes),
    CASE(the_owner_may_say_no_and_change_his_mind),
    CASE(an_owner_who_does_not_answer_ends_the_pairing),
    CASE(another_number_is_the_wrong_device),
    CASE(nobody_there_is_no_answer),
    CASE(a_node_without_da_is_plaintext_only),
    CASE(a_full_device_refuses_and_keeps_its_peers),
    CASE(a_full_controller_says_so),
    CASE(no_failing_write_leaves_a_pairing_half_made),
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
    CASE(a_lost_confirm_or_confirmed_is_sent_again),
    CASE(without_confirmed_the_pairing_is_incomplete_and_heals_at_the_next_start),
    CASE(without_confirm_the_pairing_is_dropped_at_the_next_start),
    CASE(an_incomplete_pairing_can_be_made_again_at_once),
    CASE(a_device_may_restart_at_any_moment),
    CASE(a_controller_may_restart_at_any_moment),
    CASE(a_device_may_restart_at_any_moment_of_a_pairing_made_again),
    CASE(a_controller_may_restart_at_any_moment_of_a_pairing_made_again),
    CASE(the_old_pairing_works_until_the_new_one_is_confirmed),
    CASE(a_pairing_can_be_made_again_many_times),
    CASE(a_cancelled_pairing_leaves_nothing_behind),
};

CHECK_MAIN(cases)
