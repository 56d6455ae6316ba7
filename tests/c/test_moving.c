/* Peers that move: an address counts once a challenge was answered from there, whatever a record says of its origin. */
#include "da/state.h"
#include "engine/state.h"
#include "world.h"

enum { CONTROLLER, DEVICE, CHALLENGE_LEN = 36 };

static const wf_bytes nothing = {NULL, 0};

static uint8_t type_of(const world_datagram *d) {
    return d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static bool is_record(const world_datagram *d) {
    return type_of(d) == WF_DA_REQUEST || type_of(d) == WF_DA_ANSWER;
}

static world *paired(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    w->log_count = w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
    return w;
}

static wf_session *session_of(world *w, unsigned i) {
    wf_da *da = w->nodes[i].engine->da;
    return &da->sessions.entries[wf_session_to_send(&da->sessions, world_peer(w, i).value - 1)];
}

/* Where node i believes its peer to be, by its session and by its pairing. */
static bool knows_at(world *w, unsigned i, const wf_address *address) {
    unsigned at = 0;
    wf_peer peer;
    CHECK(wf_engine_next_peer(w->nodes[i].engine, &at, &peer) && peer.has_session);
    CHECK(wf_address_equal(&peer.address, &session_of(w, i)->address));
    return wf_address_equal(&peer.address, address);
}

static wf_address new_place(bool ipv6) {
    wf_address at = {{0x20, 0x01, 0x0d, 0xb8, [15] = 0x77}, WF_PORT, 0};
    return ipv6 ? at : wf_address_ipv4(10, 0, 0, 77, WF_PORT);
}

static void deliver_from(world *w, unsigned to, const wf_address *from, const world_datagram *d) {
    world_deliver(w, to, from, false, wf_bytes_of(d->bytes, d->len));
}

static unsigned count_to(const world *w, const wf_address *to, size_t *bytes) {
    unsigned count = 0;
    *bytes = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        if (wf_address_same_host(&w->log[i].to, to)) {
            *bytes += w->log[i].len;
            count++;
        }
    }
    return count;
}

static unsigned count_handshakes(const world *w) {
    unsigned count = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        count += type_of(&w->log[i]) == WF_DA_MESSAGE_1 || type_of(&w->log[i]) == WF_DA_WAKE;
    }
    return count;
}

static unsigned count_moves(const world *w, unsigned i) {
    unsigned count = 0;
    for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
        count += w->nodes[i].events[k].event.kind == WF_EVENT_PEER_MOVED;
    }
    return count;
}

static wf_request_id get(world *w) {
    return world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, nothing);
}

static void put(world *w, uint8_t degrees) {
    CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, 0xB3, wf_bytes_of(&degrees, 1)));
}

/* ---- real moves ---- */

static void a_controller_that_moves_is_followed_without_a_handshake(void) {
    for (unsigned ipv6 = 0; ipv6 < 2; ipv6++) {
        world *w = paired();
        wf_address at = w->nodes[CONTROLLER].address = new_place(ipv6);
        wf_request_id request = get(w);
        world_settle(w);
        CHECK_OK(world_outcome(w, CONTROLLER, request)->error); /* and without waiting */
        CHECK(knows_at(w, DEVICE, &at) && count_handshakes(w) == 0 && count_moves(w, DEVICE) == 1);
        const wf_event *moved = world_event_of(w, DEVICE, WF_EVENT_PEER_MOVED);
        CHECK(wf_address_equal(&moved->from, &at) && moved->peer.value == world_peer(w, DEVICE).value);
        CHECK(memcmp(moved->number, w->nodes[CONTROLLER].number, WF_NUMBER_LEN) == 0);
        put(w, 25);
        world_settle(w);
        CHECK(world_event_of(w, CONTROLLER, WF_EVENT_NOTIFICATION)->edata.at[10] == 25);
        world_end(w);
    }
}

static void a_device_that_moves_is_followed_without_a_handshake(void) {
    for (unsigned ipv6 = 0; ipv6 < 2; ipv6++) {
        world *w = paired();
        wf_address at = w->nodes[DEVICE].address = new_place(ipv6);
        put(w, 25); /* it says something, from where it is now */
        world_settle(w);
        CHECK(world_event_of(w, CONTROLLER, WF_EVENT_NOTIFICATION)->edata.at[10] == 25);
        CHECK(knows_at(w, CONTROLLER, &at) && count_moves(w, CONTROLLER) == 1);
        wf_request_id request = get(w);
        world_settle(w);
        CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
        CHECK(count_handshakes(w) == 0);
        world_end(w);
    }
}

static void a_command_from_a_new_address_is_done_once_and_its_answer_arrives(void) {
    world *w = paired();
    w->nodes[CONTROLLER].address = new_place(false);
    const uint8_t degrees = 28;
    wf_request_id request = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_run(w, 30000);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    unsigned sets = 0;
    for (unsigned k = 0; k < w->nodes[DEVICE].event_count; k++) {
        sets += w->nodes[DEVICE].events[k].event.kind == WF_EVENT_PROPERTY_SET;
    }
    CHECK(sets == 1 && world_value(w, DEVICE, 0xB3) == 28);
    world_end(w);
}

static void a_new_address_is_still_known_after_a_restart(void) {
    for (unsigned who = CONTROLLER; who <= DEVICE; who++) {
        world *w = paired();
        wf_address at = w->nodes[who].address = new_place(true);
        put(w, 25);
        (void)get(w);
        world_settle(w);
        world_stop(w, 1 - who);
        world_start(w, 1 - who);
        unsigned place = 0;
        wf_peer peer;
        CHECK(wf_engine_next_peer(w->nodes[1 - who].engine, &place, &peer) && wf_address_equal(&peer.address, &at));
        world_end(w);
    }
}

static void a_peer_may_move_again_and_back(void) {
    world *w = paired();
    wf_address home = w->nodes[DEVICE].address;
    for (unsigned round = 0; round < 6; round++) {
        wf_address at = w->nodes[DEVICE].address = round % 2 ? home : new_place(round % 4 == 0);
        world_run(w, 10000);
        put(w, (uint8_t)(30 + round));
        world_run(w, 10);
        CHECK(knows_at(w, CONTROLLER, &at));
    }
    CHECK(count_handshakes(w) == 0 && count_moves(w, CONTROLLER) == 6);
    world_end(w);
}

static bool lose_the_first_to_a_new_place(world *w, world_datagram *d) {
    unsigned *lost = w->context;
    wf_address at = new_place(false);
    return !wf_address_same_host(&d->to, &at) || (*lost)++ >= 1;
}

static void a_lost_challenge_is_made_up_for_by_the_next_record(void) {
    world *w = paired();
    unsigned lost = 0;
    w->context = &lost;
    w->pass = lose_the_first_to_a_new_place;
    w->nodes[CONTROLLER].address = new_place(false);
    wf_request_id request = get(w);
    world_run(w, 3500); /* its first copy again after 3 s */
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(knows_at(w, DEVICE, &w->nodes[CONTROLLER].address) && count_handshakes(w) == 0);
    world_end(w);
}

/* ---- records that somebody moved ---- */

typedef struct held {
    uint8_t type;
    unsigned from, count, limit;
    world_datagram datagrams[256];
} held;

static bool hold(world *w, world_datagram *d) {
    held *h = w->context;
    if (d->from == h->from && type_of(d) == h->type && h->count < h->limit) {
        h->datagrams[h->count++] = *d;
        return false;
    }
    return true;
}

static void hold_next(world *w, held *h, unsigned from, uint8_t type, unsigned limit) {
    *h = (held){.type = type, .from = from, .limit = limit};
    w->context = h;
    w->pass = hold;
}

/* Node `from` says something that an attacker on the path keeps. */
static world_datagram kept_record(world *w, held *h, unsigned from) {
    hold_next(w, h, from, WF_DA_REQUEST, 1);
    if (from == CONTROLLER) {
        (void)get(w);
    } else {
        put(w, (uint8_t)(world_value(w, DEVICE, 0xB3) + 1));
    }
    world_settle(w);
    CHECK(h->count == 1);
    w->pass = NULL;
    return h->datagrams[0];
}

static void a_record_moved_to_a_forged_address_moves_nothing(void) {
    static held h;
    for (unsigned from = CONTROLLER; from <= DEVICE; from++) {
        world *w = paired();
        wf_address forged = new_place(false);
        world_datagram record = kept_record(w, &h, from);
        w->log_count = 0;
        deliver_from(w, 1 - from, &forged, &record);
        world_run(w, 30000);
        size_t bytes;
        CHECK(count_to(w, &forged, &bytes) == 1 && bytes <= record.len);
        CHECK(knows_at(w, 1 - from, &w->nodes[from].address) && count_moves(w, 1 - from) == 0);
        wf_request_id request = get(w);
        world_settle(w);
        CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
        world_end(w);
    }
}

static void until_it_moved_a_peer_is_answered_where_it_was(void) {
    static held h;
    world *w = paired();
    wf_address forged = new_place(false);
    world_datagram record = kept_record(w, &h, CONTROLLER);
    w->log_count = 0;
    deliver_from(w, DEVICE, &forged, &record);
    world_settle(w);
    unsigned answers = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        if (type_of(&w->log[i]) == WF_DA_ANSWER) {
            CHECK(wf_address_equal(&w->log[i].to, &w->nodes[CONTROLLER].address));
            answers++;
        }
    }
    CHECK(answers == 1);
    world_end(w);
}

static void a_replayed_record_earns_no_challenge(void) {
    world *w = paired();
    (void)get(w);
    put(w, 25);
    world_settle(w);
    wf_address forged = new_place(false);
    unsigned count = w->log_count, records = 0;
    for (unsigned i = 0; i < count; i++) {
        world_datagram d = w->log[i];
        records += is_record(&d);
        deliver_from(w, 1 - d.from, &forged, &d);
    }
    world_settle(w);
    CHECK(records >= 3 && w->log_count == count && count_moves(w, CONTROLLER) + count_moves(w, DEVICE) == 0);
    world_end(w);
}

/* The challenge is carried to the true peer, whose answer comes from where it is. */
static void a_challenge_passed_on_to_the_true_peer_moves_nothing(void) {
    static held h;
    for (unsigned from = CONTROLLER; from <= DEVICE; from++) {
        world *w = paired();
        wf_address forged = new_place(false);
        world_datagram record = kept_record(w, &h, from);
        hold_next(w, &h, 1 - from, WF_DA_REQUEST, 1);
        deliver_from(w, 1 - from, &forged, &record);
        world_settle(w);
        CHECK(h.count == 1 && wf_address_equal(&h.datagrams[0].to, &forged));
        w->pass = NULL;
        w->log_count = 0;
        deliver_from(w, from, &forged, &h.datagrams[0]); /* as if it came from the attacker */
        world_settle(w);
        CHECK(knows_at(w, 1 - from, &w->nodes[from].address) && count_moves(w, 1 - from) == 0);
        CHECK(knows_at(w, from, &w->nodes[1 - from].address));
        unsigned count = w->log_count;
        for (unsigned i = 0; i < count; i++) { /* and it is late for the answer to come from there too */
            world_datagram d = w->log[i];
            deliver_from(w, 1 - from, &forged, &d);
        }
        world_settle(w);
        CHECK(knows_at(w, 1 - from, &w->nodes[from].address));
        world_end(w);
    }
}

static void the_answer_to_an_earlier_challenge_moves_nothing(void) {
    static held h;
    world *w = paired();
    wf_address home = w->nodes[DEVICE].address, away = new_place(false);
    hold_next(w, &h, DEVICE, WF_DA_ANSWER, 1); /* the answer to the challenge is kept */
    w->nodes[DEVICE].address = away;
    put(w, 25);
    world_settle(w);
    CHECK(h.count == 1);
    w->pass = NULL;
    w->nodes[DEVICE].address = home;
    world_run(w, 2000);
    world_datagram answer = h.datagrams[0];
    world_datagram record = kept_record(w, &h, DEVICE); /* moved to the same place, it makes a new challenge */
    deliver_from(w, CONTROLLER, &away, &record);
    world_settle(w);
    deliver_from(w, CONTROLLER, &away, &answer);
    world_settle(w);
    CHECK(knows_at(w, CONTROLLER, &home) && count_moves(w, CONTROLLER) == 0);
    world_end(w);
}

static void challenges_are_one_a_second_and_no_more_bytes_than_came(void) {
    static held h;
    world *w = paired();
    hold_next(w, &h, DEVICE, WF_DA_REQUEST, 200);
    for (unsigned i = 0; i < 200; i++) {
        put(w, (uint8_t)(30 + i % 2));
    }
    world_settle(w);
    CHECK(h.count == 200);
    w->log_count = 0;
    wf_address forged = new_place(false);
    size_t came = 0, went;
    for (unsigned i = 0; i < h.count; i++) {
        deliver_from(w, CONTROLLER, &forged, &h.datagrams[i]);
        came += h.datagrams[i].len;
        world_run(w, 25);
        unsigned count = count_to(w, &forged, &went);
        CHECK(went <= came && count <= 1 + i / 40);
    }
    CHECK(count_to(w, &forged, &went) >= 4); /* 5 s */
    world_end(w);
}

static void records_too_short_for_a_challenge_add_up(void) {
    world *w = paired();
    session_of(w, CONTROLLER)->next_piv = 0x10000; /* its challenges have 35 bytes by now, more than one such record */
    uint8_t datagram[2][WF_DATAGRAM_LEN];
    wf_session *s = session_of(w, DEVICE);
    const uint8_t plain[] = {WF_KIND_EDATA, 1, 2};
    wf_address elsewhere = new_place(false);
    w->log_count = 0;
    for (unsigned i = 0; i < 2; i++) {
        wf_writer out = wf_writer_of(datagram[i], sizeof datagram[i]);
        CHECK_OK(wf_record_seal(&out, &s->keys, WF_DA_REQUEST, 7, s->next_piv++, NULL, wf_bytes_of(plain, 3)));
        CHECK(out.len < CHALLENGE_LEN - 1);
        world_deliver(w, CONTROLLER, &elsewhere, false, wf_bytes_of(datagram[i], out.len));
        world_settle(w);
        size_t bytes;
        CHECK(count_to(w, &elsewhere, &bytes) == i && bytes <= CHALLENGE_LEN);
    }
    world_end(w);
}

/* Somebody moves every other record elsewhere: who really moved has its second. */
static void a_peer_that_moved_is_followed_beside_an_attacker(void) {
    static held h;
    world *w = paired();
    world_datagram record = kept_record(w, &h, DEVICE);
    wf_address forged = new_place(true), at = w->nodes[DEVICE].address = new_place(false);
    hold_next(w, &h, DEVICE, WF_DA_ANSWER, 1);
    put(w, 29);
    world_settle(w);
    CHECK(h.count == 1);
    deliver_from(w, CONTROLLER, &forged, &record); /* while the challenge is under way */
    deliver_from(w, CONTROLLER, &at, &h.datagrams[0]);
    world_settle(w);
    CHECK(knows_at(w, CONTROLLER, &at));
    world_end(w);
}

/* ---- what earns no challenge ---- */

static void records_of_old_keys_and_of_those_who_leave_move_nothing(void) {
    static held h;
    for (unsigned leaves = 0; leaves < 2; leaves++) {
        world *w = paired();
        world_datagram record = kept_record(w, &h, CONTROLLER);
        wf_engine *controller = w->nodes[CONTROLLER].engine;
        wf_request_id request;
        if (leaves) {
            CHECK_OK(wf_engine_unpair(controller, w->now, &request, world_peer(w, CONTROLLER)));
        } else {
            wf_da_want_session(controller->da, w->now, world_peer(w, CONTROLLER));
            wf_engine_tick(controller, w->now);
        }
        world_run(w, 1000);
        w->log_count = 0;
        wf_address forged = new_place(false);
        deliver_from(w, DEVICE, &forged, &record);
        world_settle(w);
        size_t bytes;
        CHECK(count_to(w, &forged, &bytes) == 0 && w->log_count == 1); /* it is answered where it belongs */
        world_end(w);
    }
}

static void a_challenge_out_of_form_is_not_answered(void) {
    world *w = paired();
    wf_session *s = session_of(w, CONTROLLER);
    for (size_t len = 1; len <= 12; len++) {
        uint8_t datagram[WF_DATAGRAM_LEN];
        const uint8_t plain[12] = {WF_KIND_CHALLENGE, 1, 2, 3, 4, 5, 6, 7, 8};
        wf_writer out = wf_writer_of(datagram, sizeof datagram);
        CHECK_OK(wf_record_seal(&out, &s->keys, WF_DA_REQUEST, 7, s->next_piv++, NULL, wf_bytes_of(plain, len)));
        w->log_count = 0;
        world_deliver(w, DEVICE, &w->nodes[CONTROLLER].address, false, wf_bytes_of(datagram, out.len));
        world_settle(w);
        CHECK(w->log_count == (len == 9));
    }
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_controller_that_moves_is_followed_without_a_handshake),
    CASE(a_device_that_moves_is_followed_without_a_handshake),
    CASE(a_command_from_a_new_address_is_done_once_and_its_answer_arrives),
    CASE(a_new_address_is_still_known_after_a_restart),
    CASE(a_peer_may_move_again_and_back),
    CASE(a_lost_challenge_is_made_up_for_by_the_next_record),
    CASE(a_record_moved_to_a_forged_address_moves_nothing),
    CASE(until_it_moved_a_peer_is_answered_where_it_was),
    CASE(a_replayed_record_earns_no_challenge),
    CASE(a_challenge_passed_on_to_the_true_peer_moves_nothing),
    CASE(the_answer_to_an_earlier_challenge_moves_nothing),
    CASE(challenges_are_one_a_second_and_no_more_bytes_than_came),
    CASE(records_too_short_for_a_challenge_add_up),
    CASE(a_peer_that_moved_is_followed_beside_an_attacker),
    CASE(records_of_old_keys_and_of_those_who_leave_move_nothing),
    CASE(a_challenge_out_of_form_is_not_answered),
};

CHECK_MAIN(cases)
