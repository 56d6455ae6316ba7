/* Attackers on the network while an owner pairs: who lacks the code, who has a certificate, who injects, replays,
 * delays and forges. */
#include "code_world.h"

enum { DATAGRAM_MS = 50, HIS_HOSTS = 40, MESSAGE_1_LEN = 39 };

static uint8_t random_byte(world *w) {
    uint8_t byte;
    CHECK_OK(world_entropy(w, &byte, 1));
    return byte;
}

static void say(world *w, unsigned to, const wf_address *from, const uint8_t *bytes, size_t len) {
    world_deliver(w, to, from, false, wf_bytes_of(bytes, len));
}

/* ---- where the device has a code ---- */

static void head(uint8_t *bytes, uint16_t tid, uint8_t type) {
    const uint8_t header[] = {0x10, 0x82, (uint8_t)(tid >> 8), (uint8_t)tid, type};
    memcpy(bytes, header, sizeof header);
}

/* message_1 from a host of his own that has its cookie, with a tag of whatever kind. */
static void knock(world *w, unsigned host, uint8_t flags) {
    uint8_t bytes[WF_DA_HEADER_LEN + 1 + 16 + 16 + MESSAGE_1_LEN] = {0},
                                                   message[MESSAGE_1_LEN] = {0x00, 0x03, 0x58, 0x20};
    wf_address from = wf_address_ipv4(10, 0, 1, (uint8_t)host, WF_PORT);
    for (unsigned i = 4; i < 36; i++) {
        message[i] = random_byte(w);
    }
    message[36] = 0x42;
    head(bytes, random_byte(w), WF_DA_MESSAGE_1);
    bytes[5] = flags;
    uint8_t *at = bytes + 6;
    CHECK_OK(wf_cookie_make(at, &da_of(w, DEVICE)->cookie_key, w->now, &from, wf_bytes_of(message, sizeof message)));
    at += WF_DA_COOKIE_LEN;
    for (unsigned i = 0; i < WF_DA_TAG_LEN && (flags & WF_DA_HAS_TAG) != 0; i++) {
        *at++ = random_byte(w);
    }
    memcpy(at, message, sizeof message);
    say(w, DEVICE, &from, bytes, (size_t)(at - bytes) + sizeof message);
}

/* In the controller's name to the device, and in the device's to the controller, with the TID of the run. */
static void impersonate(world *w, uint8_t type, size_t body) {
    uint8_t bytes[200];
    const wf_run *run = &da_of(w, CONTROLLER)->runs[0];
    head(bytes, run->tid, type);
    for (size_t i = WF_DA_HEADER_LEN; i < WF_DA_HEADER_LEN + body; i++) {
        bytes[i] = random_byte(w);
    }
    if (type == WF_DA_MESSAGE_3) {
        bytes[5] = da_of(w, DEVICE)->slots[WF_SLOT_FOR_STRANGERS].connection_id;
    }
    if (type == WF_DA_HELLO_ANSWER) {
        memcpy(bytes + 5, "\x21\x03\x00\x00\x00", 5); /* closed, it says */
    }
    if (type == WF_DA_EDHOC_ERROR) {
        memcpy(bytes + 5,
               "\x01\x64"
               "BUSY",
               6);
    }
    say(w, DEVICE, &w->nodes[CONTROLLER].address, bytes, WF_DA_HEADER_LEN + body);
    say(w, CONTROLLER, &w->nodes[DEVICE].address, bytes, WF_DA_HEADER_LEN + body);
}

/* One moment of an attack at a high rate. All but RETRY, which needs no more than a look at the TID. */
static void hammer(world *w) {
    static const uint8_t flags[] = {1, 3, 11}; /* no tag, a peer's, one of a code */
    static const struct {
        uint8_t type;
        size_t body;
    } forged[] = {{WF_DA_HELLO_ANSWER, 5}, {WF_DA_MESSAGE_2, 120}, {WF_DA_MESSAGE_3, 90}, {WF_DA_MESSAGE_4, 17},
                  {WF_DA_EDHOC_ERROR, 6},  {WF_DA_REQUEST, 40},    {WF_DA_ANSWER, 40},    {WF_DA_WAKE, 56}};
    for (unsigned i = 0; i < HIS_HOSTS; i++) {
        knock(w, i, flags[i % 3]);
    }
    for (unsigned i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        impersonate(w, forged[i].type, forged[i].body);
    }
    for (unsigned i = 0; i < WORLD_NODES; i++) {
        world_collect(w, i);
        w->nodes[i].event_count = i == CONTROLLER ? w->nodes[i].event_count : 0;
    }
    w->log_count = 0;
}

static bool lose_half_for_10_s(world *w, world_datagram *d) {
    const wf_time *began = w->context;
    bool is_honest = d->from == CONTROLLER || (d->from == DEVICE && d->to.ip[14] == 0 && d->to.ip[15] == 1);
    return !is_honest || w->now > *began + 10000 || random_byte(w) < 128;
}

static wf_error outcome_among(world *w, wf_request_id request, wf_time most) {
    for (wf_time end = w->now + most; w->now < end;) {
        world_run(w, DATAGRAM_MS);
        for (unsigned k = 0; k < w->nodes[CONTROLLER].event_count; k++) {
            const wf_event *event = &w->nodes[CONTROLLER].events[k].event;
            if (event->kind == WF_EVENT_DONE && event->request.value == request.value) {
                return event->error;
            }
        }
        w->nodes[CONTROLLER].event_count = 0;
        hammer(w);
    }
    return WF_ERROR_NO_ANSWER;
}

static void who_lacks_the_code_can_not_keep_the_owner_from_pairing(void) {
    for (code_mode mode = CODE_AND_ROOT; mode <= CODE_ALONE; mode++) {
        for (unsigned seed = 0; seed < 3; seed++) {
            world *w = code_world(mode);
            wf_time began = w->now;
            w->seed += seed;
            w->context = &began;
            w->pass = lose_half_for_10_s;
            world_add(w, OTHER, WF_ROLE_CONTROLLER); /* with a certificate of the same root */
            open_window(w, 1);
            wf_request_id his;
            wf_pair_order order = {.address = w->nodes[DEVICE].address, .number = w->nodes[DEVICE].number};
            CHECK_OK(wf_engine_pair(w->nodes[OTHER].engine, w->now, &his, &order));
            hammer(w);
            wf_request_id request = begin(w, CONTROLLER, &device_code, false);
            CHECK_OK(outcome_among(w, request, WINDOW_MS));
            CHECK(w->now - began < WINDOW_MS && peers_of(w, DEVICE) == 1 && peers_of(w, OTHER) == 0);
            CHECK(failures_of(w) == 0);
            w->pass = NULL;
            check_paired(w, CONTROLLER);
            world_end(w);
        }
    }
}

static void who_lacks_the_code_spends_nobodys_tokens_but_his_own(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 1);
    wf_tokens before = da_of(w, DEVICE)->tokens;
    for (unsigned i = 0; i < 20; i++) {
        hammer(w);
    }
    CHECK(memcmp(&before, &da_of(w, DEVICE)->tokens, sizeof before) == 0);
    CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->handshakes_refused >= 20 * HIS_HOSTS);
    CHECK(!da_of(w, DEVICE)->slots[WF_SLOT_FOR_STRANGERS].used);
    world_end(w);
}

static bool forge_message_3(world *w, world_datagram *d) {
    if (d->from == CONTROLLER && type_of(d) == WF_DA_MESSAGE_3) {
        for (unsigned i = 0; i < 100; i++) {
            world_datagram forged = *d;
            forged.bytes[20 + i] ^= 1;
            say(w, DEVICE, &w->nodes[CONTROLLER].address, forged.bytes, forged.len);
        }
    }
    return true;
}

static void a_message_3_forged_in_a_controllers_name_costs_it_no_tokens(void) {
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        world *w = code_world(mode);
        open_window(w, 1);
        w->pass = forge_message_3;
        CHECK_OK(pair_by(w, CONTROLLER, mode != NO_CODE ? &device_code : NULL));
        CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->handshakes_refused >= 100);
        CHECK(da_of(w, DEVICE)->tokens.hosts[0].paid <= w->now + WF_TOKEN_MS); /* its own handshake's */
        world_end(w);
    }
}

/* ---- where it has none: what an attacker with a certificate of the same root can do ---- */

static void without_a_code_who_has_a_certificate_may_be_the_first_and_both_owners_see_it(void) {
    world *w = code_world(NO_CODE);
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    open_window(w, 1);
    CHECK_OK(pair_by(w, OTHER, NULL));
    const wf_event *paired = world_event_of(w, DEVICE, WF_EVENT_PAIRED); /* what a device has to show */
    CHECK(paired != NULL && memcmp(paired->number, w->nodes[OTHER].number, WF_NUMBER_LEN) == 0);
    CHECK(pair_by(w, CONTROLLER, NULL) == WF_ERROR_WINDOW_CLOSED);
    wf_peer_id intruder = world_peer(w, DEVICE);
    CHECK_OK(wf_engine_forget_peer(w->nodes[DEVICE].engine, w->now, intruder)); /* and its owner can remove */
    open_window(w, 1);
    CHECK_OK(pair_by(w, CONTROLLER, NULL));
    world_end(w);
}

/* Two hosts take turns at the slot and never get on, so that the tokens of neither end. */
static void hold_the_slot(world *w, unsigned *turn) {
    wf_slot *slot = &da_of(w, DEVICE)->slots[WF_SLOT_FOR_STRANGERS];
    if ((slot->used && slot->safe_until > w->now) || wf_window_left(&da_of(w, DEVICE)->window, w->now) == 0) {
        return;
    }
    uint8_t bytes[6 + 16 + MESSAGE_1_LEN] = {0x10, 0x82, 0x77, 0x77, WF_DA_MESSAGE_1, WF_DA_HAS_COOKIE};
    wf_address from = wf_address_ipv4(10, 0, 1, (uint8_t)(1 + *turn % 2), WF_PORT);
    wf_edhoc run = {0};
    wf_edhoc_id id = {{0x11, (uint8_t)*turn}, 2};
    wf_writer out = wf_writer_of(bytes + 22, MESSAGE_1_LEN);
    CHECK_OK(wf_edhoc_write_1(&run, &da_of(w, CONTROLLER)->by_chain, WF_EDHOC_SUITE_3, &id, NULL, &out));
    CHECK_OK(wf_cookie_make(bytes + 6, &da_of(w, DEVICE)->cookie_key, w->now, &from, wf_bytes_of(bytes + 22, out.len)));
    say(w, DEVICE, &from, bytes, 22 + out.len);
    CHECK(slot->used && wf_address_equal(&slot->address, &from));
    ++*turn;
}

static void without_a_code_two_hosts_can_hold_the_slot_and_the_owner_is_told(void) {
    world *w = code_world(NO_CODE);
    unsigned turn = 0;
    open_window(w, 1);
    hold_the_slot(w, &turn);
    wf_request_id request = begin(w, CONTROLLER, NULL, false);
    while (world_outcome(w, CONTROLLER, request) == NULL) {
        CHECK(w->now < 1000000 + OWNERS_TIME_MS);
        for (unsigned ms = 0; ms < 500; ms++) { /* they are always the first */
            w->now++;
            hold_the_slot(w, &turn);
        }
        world_run(w, 1);
    }
    CHECK(turn > 50);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_BUSY ||
          world_outcome(w, CONTROLLER, request)->error == WF_ERROR_WINDOW_CLOSED);
    CHECK(peers_of(w, DEVICE) == 0);
    open_window(w, 1);
    world_run(w, 4000); /* when they are gone */
    CHECK_OK(pair_by(w, CONTROLLER, NULL));
    world_end(w);
}

/* ---- tokens ---- */

static unsigned taken(wf_tokens *tokens, wf_time now, const wf_address *from) {
    unsigned count = 0;
    while (count < 100 && wf_tokens_take(tokens, now, from)) {
        count++;
    }
    return count;
}

static void a_host_has_8_tokens_and_one_more_each_3_seconds(void) {
    wf_tokens tokens = {0};
    wf_address one = wf_address_ipv4(10, 0, 0, 1, WF_PORT), two = wf_address_ipv4(10, 0, 0, 2, WF_PORT);
    wf_address again = wf_address_ipv4(10, 0, 0, 1, 4711);
    CHECK(taken(&tokens, 5000, &one) == 8 && taken(&tokens, 5000, &again) == 0); /* ports don't matter */
    CHECK(taken(&tokens, 5000, &two) == 8);
    CHECK(taken(&tokens, 7999, &one) == 0 && taken(&tokens, 8000, &one) == 1 && taken(&tokens, 8000, &one) == 0);
    CHECK(taken(&tokens, 8000 + 100000, &one) == 8);
}

static void an_ipv6_host_is_its_network_of_64_bits_and_a_link_local_one_is_itself(void) {
    wf_tokens tokens = {0};
    wf_address a = {{0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, WF_PORT, 0}, b = a, c = a;
    b.ip[15] = 2;
    c.ip[7] = 2;
    CHECK(taken(&tokens, 1, &a) == 8 && taken(&tokens, 1, &b) == 0 && taken(&tokens, 1, &c) == 8);
    wf_address near = {{0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, WF_PORT, 3}, next = near, there = near;
    next.ip[15] = 2;
    there.scope = 4;
    CHECK(taken(&tokens, 1, &near) == 8 && taken(&tokens, 1, &next) == 8 && taken(&tokens, 1, &there) == 8);
}

static void the_host_that_is_forgotten_is_one_that_had_the_most_tokens(void) {
    wf_tokens tokens = {0};
    wf_address greedy = wf_address_ipv4(10, 0, 0, 1, WF_PORT);
    CHECK(taken(&tokens, 1000, &greedy) == 8);
    for (unsigned i = 2; i < 200; i++) {
        wf_address modest = wf_address_ipv4(10, 0, 0, (uint8_t)i, WF_PORT);
        CHECK(wf_tokens_take(&tokens, 1000, &modest));
    }
    CHECK(taken(&tokens, 1000, &greedy) == 0);
}

static void a_host_without_tokens_is_put_off_and_others_are_not(void) {
    world *w = code_world(NO_CODE);
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    open_window(w, 1);
    for (unsigned i = 0; i < WF_TOKENS_AT_ONCE; i++) {
        CHECK(wf_tokens_take(&da_of(w, DEVICE)->tokens, w->now, &w->nodes[OTHER].address));
    }
    wf_request_id request = begin(w, OTHER, NULL, false);
    world_run(w, 1000);
    CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->strangers_limited > 0 && logged(w, WF_DA_MESSAGE_2) == 0);
    CHECK_OK(pair_by(w, CONTROLLER, NULL));
    CHECK(wait_for(w, OTHER, request) != WF_OK);
    world_end(w);
}

/* Each of them would cost the device two signatures to verify. */
static void a_host_without_tokens_can_not_go_on_with_message_3(void) {
    world *w = code_world(NO_CODE);
    certify_under_another_root(w, CONTROLLER, WF_ROLE_CONTROLLER);
    open_window(w, 1);
    (void)begin(w, CONTROLLER, NULL, false);
    world_settle(w);
    CHECK(logged(w, WF_DA_MESSAGE_3) == 1 && logged(w, WF_DA_EDHOC_ERROR) == 1);
    unsigned at = 0;
    while (type_of(&w->log[at]) != WF_DA_MESSAGE_3) {
        at++;
    }
    for (unsigned i = 0; i < 100; i++) {
        say(w, DEVICE, &w->nodes[CONTROLLER].address, w->log[at].bytes, w->log[at].len);
    }
    world_settle(w);
    CHECK(logged(w, WF_DA_EDHOC_ERROR) == WF_TOKENS_AT_ONCE);
    CHECK(!da_of(w, DEVICE)->slots[WF_SLOT_FOR_STRANGERS].used);
    world_end(w);
}

/* ---- every manipulation of every datagram ---- */

enum { MOST_KEPT = 24 };

typedef struct meddler {
    unsigned at, seen;
    void (*meddle)(world *w, struct meddler *m, world_datagram *d);
    bool swallow;
    wf_time hold; /* so long */
    wf_time due;
    world_datagram held, kept[MOST_KEPT]; /* all that passed */
} meddler;

static unsigned receiver_of(const world_datagram *d) {
    return d->from == DEVICE ? CONTROLLER : DEVICE;
}

static void repeat_it(world *w, meddler *m, world_datagram *d) {
    (void)m;
    for (unsigned i = 0; i < 3; i++) {
        say(w, receiver_of(d), &w->nodes[d->from].address, d->bytes, d->len);
    }
}

static void flip_copies(world *w, meddler *m, world_datagram *d) {
    (void)m;
    for (size_t i = 0; i < d->len; i += 1 + d->len / 40) {
        world_datagram copy = *d;
        copy.bytes[i] ^= (uint8_t)(1 << i % 8);
        say(w, receiver_of(d), &w->nodes[d->from].address, copy.bytes, copy.len);
    }
}

static void cut_copies(world *w, meddler *m, world_datagram *d) {
    (void)m;
    for (size_t len = 0; len < d->len; len += 1 + d->len / 40) {
        say(w, receiver_of(d), &w->nodes[d->from].address, d->bytes, len);
    }
}

static void send_from_elsewhere(world *w, meddler *m, world_datagram *d) {
    (void)m;
    wf_address elsewhere = wf_address_ipv4(10, 0, 9, 9, WF_PORT);
    say(w, receiver_of(d), &elsewhere, d->bytes, d->len);
}

static void replay_all(world *w, meddler *m, world_datagram *d) {
    (void)d;
    for (unsigned i = 0; i < m->seen && i < MOST_KEPT; i++) {
        say(w, receiver_of(&m->kept[i]), &w->nodes[m->kept[i].from].address, m->kept[i].bytes, m->kept[i].len);
    }
}

static void send_back(world *w, meddler *m, world_datagram *d) {
    (void)m;
    say(w, d->from, &w->nodes[receiver_of(d)].address, d->bytes, d->len);
}

static void change_tid(world *w, meddler *m, world_datagram *d) {
    (void)m;
    world_datagram copy = *d;
    copy.bytes[3] ^= 1;
    say(w, receiver_of(d), &w->nodes[d->from].address, copy.bytes, copy.len);
}

static bool meddle(world *w, world_datagram *d) {
    meddler *m = w->context;
    if (type_of(d) < WF_DA_MESSAGE_1) {
        return true;
    }
    if (m->seen < MOST_KEPT) {
        m->kept[m->seen] = *d;
    }
    if (m->seen++ != m->at) {
        return true;
    }
    if (m->meddle != NULL) {
        m->meddle(w, m, d);
    }
    if (m->hold != 0) {
        m->held = *d;
        m->due = w->now + m->hold;
    }
    return m->hold == 0 && !m->swallow;
}

static void pair_with(meddler m, code_mode mode) {
    for (m.at = 0; m.at < 8; m.at++) {
        world *w = code_world(mode);
        meddler own = m;
        w->context = &own;
        w->pass = meddle;
        open_window(w, 1);
        wf_time began = w->now;
        wf_request_id request = begin(w, CONTROLLER, mode != NO_CODE ? &device_code : NULL, false);
        world_settle(w);
        while (world_outcome(w, CONTROLLER, request) == NULL) {
            CHECK(w->now < began + WINDOW_MS);
            world_run(w, 500);
            if (own.due != 0 && own.due <= w->now) {
                own.due = 0;
                say(w, receiver_of(&own.held), &w->nodes[own.held.from].address, own.held.bytes, own.held.len);
            }
        }
        CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
        CHECK(own.seen > own.at);
        w->pass = NULL;
        check_paired(w, CONTROLLER);
        world_end(w);
    }
}

static void meddle_in_every_datagram(meddler m) {
    pair_with(m, CODE_ALONE);
    pair_with(m, NO_CODE);
}

static void any_datagram_may_be_lost(void) {
    pair_with((meddler){.swallow = true}, CODE_AND_ROOT);
}

static void any_datagram_may_come_four_times(void) {
    pair_with((meddler){.meddle = repeat_it}, CODE_AND_ROOT);
}

static void any_datagram_may_come_2_or_35_seconds_late(void) {
    meddle_in_every_datagram((meddler){.hold = 2000});
    meddle_in_every_datagram((meddler){.hold = 35000});
}

static void changed_copies_may_come_before_any_datagram(void) {
    meddle_in_every_datagram((meddler){.meddle = flip_copies});
}

static void changed_copies_may_come_instead_of_any_datagram(void) {
    meddle_in_every_datagram((meddler){.meddle = flip_copies, .swallow = true});
}

static void cut_copies_may_come_instead_of_any_datagram(void) {
    pair_with((meddler){.meddle = cut_copies, .swallow = true}, CODE_AND_ROOT);
}

static void any_datagram_may_come_from_elsewhere_too(void) {
    pair_with((meddler){.meddle = send_from_elsewhere}, CODE_AND_ROOT);
    pair_with((meddler){.meddle = send_from_elsewhere, .swallow = true}, CODE_AND_ROOT);
}

static void all_that_was_said_may_be_played_again_at_any_point(void) {
    meddle_in_every_datagram((meddler){.meddle = replay_all});
    meddle_in_every_datagram((meddler){.meddle = replay_all, .swallow = true});
}

static void any_datagram_may_be_sent_back_to_its_sender(void) {
    pair_with((meddler){.meddle = send_back}, CODE_AND_ROOT);
}

static void any_datagram_may_come_with_another_tid(void) {
    pair_with((meddler){.meddle = change_tid, .swallow = true}, CODE_AND_ROOT);
}

/* What was said in an order that was given up is played again in the next one. */
static void stale_answers_of_an_earlier_run_change_nothing(void) {
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        for (unsigned at = 2; at < 8; at++) {
            world *w = code_world(mode);
            const wf_setup_code *code = mode != NO_CODE ? &device_code : NULL;
            meddler first = {.at = 7, .swallow = true}; /* CONFIRMED is lost */
            w->context = &first;
            w->pass = meddle;
            open_window(w, 2);
            wf_request_id request = begin(w, CONTROLLER, code, false);
            world_settle(w);
            wf_engine_cancel(w->nodes[CONTROLLER].engine, w->now, request);
            world_settle(w);
            meddler second = {.at = at, .meddle = replay_all};
            memcpy(second.kept, first.kept, sizeof second.kept);
            w->context = &second;
            request = begin(w, CONTROLLER, code, false);
            CHECK_OK(wait_for(w, CONTROLLER, request));
            w->pass = NULL;
            check_paired(w, CONTROLLER);
            world_end(w);
        }
    }
}

static bool lose_message_3_for_5_s(world *w, world_datagram *d) {
    const wf_time *began = w->context;
    return type_of(d) != WF_DA_MESSAGE_3 || w->now >= *began + 5000;
}

/* It still has a right cookie, and where there is a code a right tag. */
static void a_message_1_of_an_earlier_run_can_not_end_a_newer_one(void) {
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        world *w = code_world(mode);
        const wf_setup_code *code = mode != NO_CODE ? &device_code : NULL;
        wf_time began = w->now;
        w->context = &began;
        w->pass = lose_message_3_for_5_s;
        open_window(w, 1);
        wf_request_id request = begin(w, CONTROLLER, code, false);
        world_settle(w);
        world_datagram earlier = {.len = 0};
        for (unsigned i = 0; i < w->log_count; i++) {
            earlier = type_of(&w->log[i]) == WF_DA_MESSAGE_1 ? w->log[i] : earlier;
        }
        CHECK((earlier.bytes[5] & WF_DA_HAS_COOKIE) != 0 && logged(w, WF_DA_MESSAGE_2) == 1);
        wf_engine_cancel(w->nodes[CONTROLLER].engine, w->now, request);
        request = begin(w, CONTROLLER, code, false);
        world_settle(w);
        wf_tokens before = da_of(w, DEVICE)->tokens;
        while (w->now < began + 8000) {
            say(w, DEVICE, &w->nodes[CONTROLLER].address, earlier.bytes, earlier.len);
            world_run(w, DATAGRAM_MS);
        }
        CHECK(memcmp(&before, &da_of(w, DEVICE)->tokens, sizeof before) == 0);
        CHECK_OK(wait_for(w, CONTROLLER, request));
        CHECK(w->now < began + 12000);
        w->pass = NULL;
        check_paired(w, CONTROLLER);
        world_end(w);
    }
}

/* ---- who changes everything of a kind ---- */

static bool change_all(world *w, world_datagram *d) {
    const uint8_t *type = w->context;
    if (type_of(d) == *type) {
        d->bytes[d->len - 1] ^= 1;
    }
    return true;
}

static void who_changes_all_answers_of_the_device_is_named_in_the_outcome(void) {
    static const uint8_t types[] = {WF_DA_RETRY, WF_DA_MESSAGE_2, WF_DA_MESSAGE_4};
    for (unsigned i = 0; i < sizeof types; i++) {
        uint8_t type = types[i];
        world *w = code_world(CODE_ALONE);
        open_window(w, 1);
        w->context = &type;
        w->pass = change_all;
        CHECK(pair_by(w, CONTROLLER, &device_code) == WF_ERROR_DISTURBED);
        CHECK(peers_of(w, DEVICE) == 0 && failures_of(w) == 0);
        world_end(w);
    }
}

static void who_changes_all_records_leaves_the_pairing_incomplete_and_is_seen(void) {
    static const uint8_t types[] = {WF_DA_REQUEST, WF_DA_ANSWER};
    for (unsigned i = 0; i < sizeof types; i++) {
        uint8_t type = types[i];
        unsigned victim = type == WF_DA_REQUEST ? DEVICE : CONTROLLER;
        world *w = code_world(CODE_ALONE);
        open_window(w, 1);
        w->context = &type;
        w->pass = change_all;
        CHECK(pair_by(w, CONTROLLER, &device_code) == WF_ERROR_PAIRING_INCOMPLETE);
        CHECK(wf_engine_counters(w->nodes[victim].engine)->tampered_dropped > 5 && failures_of(w) == 0);
        world_end(w);
    }
}

/* ---- amplification ---- */

static size_t answered(world *w, unsigned to, const wf_address *from, const world_datagram *d) {
    size_t len = 0;
    wf_datagram out;
    say(w, to, from, d->bytes, d->len);
    while (wf_engine_next_datagram(w->nodes[to].engine, &out)) {
        len += out.bytes.len;
    }
    return len;
}

/* Every message of a pairing, played from an address that nobody has confirmed, to a device that may answer it. */
static void no_message_earns_an_unconfirmed_address_more_than_its_length(void) {
    size_t worst[0x20][2] = {{0}};
    for (code_mode mode = NO_CODE; mode <= CODE_ALONE; mode++) {
        world *w = code_world(mode);
        world_add(w, OTHER, WF_ROLE_CONTROLLER);
        open_window(w, 2);
        CHECK_OK(pair_by(w, CONTROLLER, mode != NO_CODE ? &device_code : NULL));
        world_stop(w, DEVICE);
        world_start(w, DEVICE);
        wf_engine_announce(w->nodes[DEVICE].engine, w->now); /* and WAKE */
        world_run(w, 20000);
        check_paired(w, CONTROLLER);
        open_window(w, 1);
        for (unsigned i = 0; i < w->log_count; i++) {
            const world_datagram *d = &w->log[i];
            uint8_t type = type_of(d);
            for (unsigned to = CONTROLLER; to <= OTHER && type != 0; to++) {
                wf_address stranger = wf_address_ipv4(10, 9, (uint8_t)i, (uint8_t)(1 + to), WF_PORT);
                size_t len = answered(w, to, &stranger, d);
                CHECK(len <= d->len);
                if (worst[type][1] == 0 || len * worst[type][1] > worst[type][0] * d->len) {
                    worst[type][0] = len;
                    worst[type][1] = d->len;
                }
                w->now += 100;
            }
        }
        world_end(w);
    }
    for (unsigned type = 0; type < 0x20; type++) {
        if (worst[type][1] != 0) {
            printf("%s %zu/%zu\n", wf_da_type_name((uint8_t)type), worst[type][0], worst[type][1]);
            CHECK(type == WF_DA_HELLO || worst[type][0] < worst[type][1]);
        }
    }
    CHECK(worst[WF_DA_MESSAGE_1][0] > 0 && worst[WF_DA_HELLO][0] > 0);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(who_lacks_the_code_can_not_keep_the_owner_from_pairing),
    CASE(who_lacks_the_code_spends_nobodys_tokens_but_his_own),
    CASE(a_message_3_forged_in_a_controllers_name_costs_it_no_tokens),
    CASE(without_a_code_who_has_a_certificate_may_be_the_first_and_both_owners_see_it),
    CASE(without_a_code_two_hosts_can_hold_the_slot_and_the_owner_is_told),
    CASE(a_host_has_8_tokens_and_one_more_each_3_seconds),
    CASE(an_ipv6_host_is_its_network_of_64_bits_and_a_link_local_one_is_itself),
    CASE(the_host_that_is_forgotten_is_one_that_had_the_most_tokens),
    CASE(a_host_without_tokens_is_put_off_and_others_are_not),
    CASE(a_host_without_tokens_can_not_go_on_with_message_3),
    CASE(any_datagram_may_be_lost),
    CASE(any_datagram_may_come_four_times),
    CASE(any_datagram_may_come_2_or_35_seconds_late),
    CASE(changed_copies_may_come_before_any_datagram),
    CASE(changed_copies_may_come_instead_of_any_datagram),
    CASE(cut_copies_may_come_instead_of_any_datagram),
    CASE(any_datagram_may_come_from_elsewhere_too),
    CASE(all_that_was_said_may_be_played_again_at_any_point),
    CASE(any_datagram_may_be_sent_back_to_its_sender),
    CASE(any_datagram_may_come_with_another_tid),
    CASE(stale_answers_of_an_earlier_run_change_nothing),
    CASE(a_message_1_of_an_earlier_run_can_not_end_a_newer_one),
    CASE(who_changes_all_answers_of_the_device_is_named_in_the_outcome),
    CASE(who_changes_all_records_leaves_the_pairing_incomplete_and_is_seen),
    CASE(no_message_earns_an_unconfirmed_address_more_than_its_length),
};
CHECK_MAIN(cases)
