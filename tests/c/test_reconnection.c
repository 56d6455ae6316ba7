/* Fresh keys with a known peer: after restarts of either side, against replays, and when keys wear out. */
#include "da/state.h"
#include "engine/state.h"
#include "world.h"

enum { CONTROLLER, DEVICE, OTHER, FOURTH };

static uint8_t type_of(const world_datagram *d) {
    return d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static world *paired(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    w->log_count = 0;
    return w;
}

static void restart(world *w, unsigned i) {
    world_stop(w, i);
    world_start(w, i);
    wf_engine_announce(w->nodes[i].engine, w->now);
}

static bool has_session(const world *w, unsigned i) {
    unsigned at = 0;
    wf_peer peer;
    return wf_engine_next_peer(w->nodes[i].engine, &at, &peer) && peer.has_session;
}

static const wf_counters *counters(const world *w, unsigned i) {
    return wf_engine_counters(w->nodes[i].engine);
}

static wf_error get(world *w, wf_time ms) {
    wf_request_id request = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, ms);
    const wf_event *done = world_outcome(w, CONTROLLER, request);
    return done != NULL ? done->error : WF_ERROR_STATE;
}

static bool is_notified(world *w) {
    w->nodes[CONTROLLER].event_count = 0;
    const uint8_t mode = world_value(w, DEVICE, 0xB0) == 0x41 ? 0x42 : 0x41;
    CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, 0xB0, wf_bytes_of(&mode, 1)));
    world_run(w, 1000);
    const wf_event *note = world_event_of(w, CONTROLLER, WF_EVENT_NOTIFICATION);
    return note != NULL && note->is_protected && note->edata.at[10] == mode;
}

static const world_datagram *logged(const world *w, unsigned from, uint8_t type) {
    for (unsigned i = 0; i < w->log_count; i++) {
        if (w->log[i].from == from && type_of(&w->log[i]) == type) {
            return &w->log[i];
        }
    }
    return NULL;
}

static unsigned count_logged(const world *w, unsigned from, uint8_t type) {
    unsigned count = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        count += w->log[i].from == from && type_of(&w->log[i]) == type;
    }
    return count;
}

/* ---- restarts ---- */

static void a_device_that_restarts_calls_and_gets_fresh_keys(void) {
    world *w = paired();
    restart(w, DEVICE);
    CHECK(!has_session(w, DEVICE));
    world_run(w, 100);
    CHECK(logged(w, DEVICE, WF_DA_WAKE) != NULL && has_session(w, DEVICE) && has_session(w, CONTROLLER));
    CHECK_OK(get(w, 1000));
    CHECK(is_notified(w));
    world_end(w);
}

static void a_controller_that_restarts_shakes_hands(void) {
    world *w = paired();
    restart(w, CONTROLLER);
    world_run(w, 100);
    CHECK(has_session(w, CONTROLLER));
    CHECK_OK(get(w, 1000));
    world_end(w);
}

static void a_controller_that_restarts_is_told_of_changes_before_it_asks_for_anything(void) {
    world *w = paired();
    CHECK(is_notified(w));
    restart(w, CONTROLLER);
    world_run(w, 100);
    CHECK(is_notified(w));
    world_end(w);
}

static void both_may_restart_in_either_order(void) {
    for (unsigned first = 0; first < 2; first++) {
        world *w = paired();
        restart(w, first);
        restart(w, 1 - first);
        world_run(w, 1000);
        CHECK_OK(get(w, 1000));
        CHECK(is_notified(w));
        world_end(w);
    }
}

static void a_peer_may_restart_any_number_of_times(void) {
    for (unsigned who = 0; who < 2; who++) {
        world *w = paired();
        for (unsigned round = 0; round < 24; round++) {
            restart(w, who);
            world_run(w, 50);
            CHECK(has_session(w, CONTROLLER));
            w->nodes[0].event_count = w->nodes[1].event_count = w->log_count = 0;
        }
        CHECK_OK(get(w, 1000));
        CHECK(is_notified(w));
        world_end(w);
    }
}

static void reconnecting_does_not_use_certificates_by_value(void) {
    world *w = paired();
    restart(w, DEVICE);
    world_run(w, 100);
    CHECK(logged(w, DEVICE, WF_DA_MESSAGE_2)->len < 200 && logged(w, CONTROLLER, WF_DA_MESSAGE_3)->len < 200);
    world_end(w);
}

static void a_device_that_comes_back_at_another_address_is_found(void) {
    world *w = paired();
    world_stop(w, DEVICE);
    w->nodes[DEVICE].address = wf_address_ipv4(10, 0, 0, 77, WF_PORT);
    world_start(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_run(w, 1000);
    CHECK_OK(get(w, 1000));
    unsigned at = 0;
    wf_peer peer;
    CHECK(wf_engine_next_peer(w->nodes[CONTROLLER].engine, &at, &peer));
    CHECK(wf_address_equal(&peer.address, &w->nodes[DEVICE].address));
    world_end(w);
}

static void a_device_without_session_calls_once_in_10_seconds_at_most(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    restart(w, DEVICE);
    world_run(w, 9900);
    CHECK(count_logged(w, DEVICE, WF_DA_WAKE) == 2); /* by unicast and by multicast */
    world_run(w, 200);
    CHECK(count_logged(w, DEVICE, WF_DA_WAKE) == 4);
    for (unsigned i = 0; i < 50; i++) { /* whatever it has to tell meanwhile */
        const uint8_t mode = (uint8_t)(0x41 + i % 2);
        CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, 0xB0, wf_bytes_of(&mode, 1)));
        world_run(w, 100);
    }
    CHECK(count_logged(w, DEVICE, WF_DA_WAKE) == 4);
    world_end(w);
}

static bool lose_message_4(world *w, world_datagram *d) {
    unsigned *count = w->context;
    return type_of(d) != WF_DA_MESSAGE_4 || (*count)++ > 0;
}

static void a_reconnection_survives_the_loss_of_message_4(void) {
    world *w = paired();
    unsigned count = 0;
    w->context = &count;
    w->pass = lose_message_4;
    restart(w, DEVICE);
    world_run(w, 3000);
    CHECK(count == 2 && has_session(w, CONTROLLER));
    CHECK_OK(get(w, 1000));
    world_end(w);
}

static bool lose_everything_of_da(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) == 0;
}

static bool lose_all_message_4(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) != WF_DA_MESSAGE_4;
}

static bool lose_first_message_4_to_the_controller(world *w, world_datagram *d) {
    unsigned *count = w->context;
    bool his = type_of(d) == WF_DA_MESSAGE_4 && wf_address_same_host(&d->to, &w->nodes[CONTROLLER].address);
    return !his || (*count)++ > 0;
}

static void a_lost_message_4_is_said_again_though_another_peer_took_the_slot(void) {
    world *w = paired();
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, OTHER, DEVICE));
    unsigned count = 0;
    w->context = &count;
    w->pass = lose_first_message_4_to_the_controller;
    restart(w, CONTROLLER);
    world_run(w, 100);
    CHECK(count == 1 && !has_session(w, CONTROLLER));
    restart(w, OTHER);
    world_run(w, 100);
    CHECK(has_session(w, OTHER));
    w->log_count = 0;
    world_run(w, 2000);
    CHECK(count == 2 && has_session(w, CONTROLLER) && count_logged(w, CONTROLLER, WF_DA_MESSAGE_1) == 0);
    CHECK_OK(get(w, 1000));
    world_end(w);
}

static void a_run_that_fails_changes_nothing(void) {
    world *w = paired();
    w->pass = lose_all_message_4;
    wf_da_want_session(w->nodes[CONTROLLER].engine->da, w->now, world_peer(w, CONTROLLER));
    wf_engine_tick(w->nodes[CONTROLLER].engine, w->now);
    world_run(w, 120000); /* the device has three sessions by now that the controller knows nothing of */
    CHECK(logged(w, DEVICE, WF_DA_REQUEST) == NULL);
    CHECK(is_notified(w));
    CHECK_OK(get(w, 1000));
    world_end(w);
}

static void runs_that_fail_for_an_hour_fill_nothing(void) {
    world *w = paired();
    w->pass = lose_all_message_4;
    for (unsigned attempt = 0; attempt < 30; attempt++) {
        wf_da_want_session(w->nodes[CONTROLLER].engine->da, w->now, world_peer(w, CONTROLLER));
        world_run(w, 120000);
        w->nodes[0].event_count = w->nodes[1].event_count = w->log_count = 0;
    }
    w->pass = NULL;
    world_run(w, 400000);
    CHECK_OK(get(w, 1000));
    CHECK(is_notified(w));
    world_end(w);
}

/* ---- certificates that expire ---- */

static unsigned count_expired(const world *w, unsigned i) {
    unsigned count = 0;
    for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
        const wf_event *e = &w->nodes[i].events[k].event;
        bool expired = e->kind == WF_EVENT_SECURITY && e->error == WF_ERROR_EXPIRED;
        CHECK(!expired || e->peer.value == world_peer(w, i).value);
        CHECK(!expired || memcmp(e->number, w->nodes[1 - i].number, WF_NUMBER_LEN) == 0);
        count += expired;
    }
    return count;
}

static void an_expired_peer_goes_on_and_is_reported_once_a_session(void) {
    static const int64_t last = WORLD_DATE + 100000;
    for (unsigned days = 0; days < 2; days++) {
        world *w = paired();
        for (unsigned round = 1; round <= 3; round++) {
            restart(w, DEVICE);
            for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
                wf_engine_set_date(w->nodes[i].engine, w->now, last + days * 86400);
            }
            world_run(w, 900);
            CHECK_OK(get(w, 50));
            CHECK(count_expired(w, CONTROLLER) == days * round && count_expired(w, DEVICE) == days);
        }
        CHECK(is_notified(w));
        world_end(w);
    }
}

static void the_date_of_a_peer_paired_by_its_code_alone_says_nothing(void) {
    world *w = paired();
    restart(w, DEVICE);
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        wf_da *da = w->nodes[i].engine->da;
        da->pairings.entries[world_peer(w, i).value - 1].origin.pinned = true;
        wf_engine_set_date(w->nodes[i].engine, w->now, WORLD_DATE + 200000);
    }
    world_run(w, 1000);
    CHECK(has_session(w, DEVICE) && count_expired(w, CONTROLLER) == 0 && count_expired(w, DEVICE) == 0);
    world_end(w);
}

/* ---- replays and forgeries ---- */

static void deliver(world *w, unsigned to, unsigned as, bool multicast, const world_datagram *d) {
    world_deliver(w, to, &w->nodes[as].address, multicast, wf_bytes_of(d->bytes, d->len));
}

static void a_wake_played_again_is_ignored(void) {
    world *w = paired();
    restart(w, DEVICE);
    world_run(w, 100);
    world_datagram wake = *logged(w, DEVICE, WF_DA_WAKE);
    w->log_count = 0;
    deliver(w, CONTROLLER, DEVICE, false, &wake);
    deliver(w, CONTROLLER, DEVICE, true, &wake);
    deliver(w, CONTROLLER, OTHER, true, &wake);
    world_run(w, 1000);
    CHECK(w->log_count == 0);
    world_end(w);
}

/* As many old calls as somebody cares to keep: each has a lower number than one that was heard. */
static void old_wakes_start_nothing_wherever_they_come_from(void) {
    enum { KEPT = 12 };
    static world_datagram old[KEPT];
    world *w = paired();
    for (unsigned i = 0; i < KEPT; i++) {
        restart(w, DEVICE);
        world_run(w, 100);
        old[i] = *logged(w, DEVICE, WF_DA_WAKE);
        w->log_count = 0;
    }
    restart(w, DEVICE);
    world_run(w, 2000);
    w->log_count = 0;
    for (unsigned i = 0; i < 10 * KEPT; i++) {
        deliver(w, CONTROLLER, i % 2 ? OTHER : DEVICE, i % 3 == 0, &old[i % KEPT]);
        world_run(w, 500);
        w->nodes[CONTROLLER].event_count = 0;
    }
    CHECK(w->log_count == 0);
    CHECK_OK(get(w, 1000));
    CHECK(is_notified(w));
    world_end(w);
}

/* While the device is off, old calls start the sparing search for it, where it was last; nothing goes elsewhere. */
static void without_a_session_old_wakes_make_a_controller_look_where_the_peer_was(void) {
    static world_datagram old[2];
    world *w = paired();
    for (unsigned i = 0; i < 2; i++) {
        restart(w, DEVICE);
        world_run(w, 2000);
        old[i] = *logged(w, DEVICE, WF_DA_WAKE);
        w->log_count = 0;
    }
    wf_da *da = w->nodes[CONTROLLER].engine->da;
    wf_session_close_pairing(&da->sessions, world_peer(w, CONTROLLER).value - 1);
    world_stop(w, DEVICE);
    for (unsigned i = 0; i < 300; i++) {
        deliver(w, CONTROLLER, OTHER, false, &old[0]);
        world_run(w, 100);
    }
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(wf_address_same_host(&w->log[i].to, &w->nodes[DEVICE].address));
    }
    CHECK(count_logged(w, CONTROLLER, WF_DA_MESSAGE_1) >= 1 && count_logged(w, CONTROLLER, WF_DA_MESSAGE_1) < 12);
    world_start(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_run(w, 3000);
    CHECK(has_session(w, DEVICE));
    world_end(w);
}

/* Whoever passes a call on from a forged address before it arrives makes the controller say no more than came. */
static void a_call_from_a_new_address_is_answered_once_and_with_no_more_bytes(void) {
    world *w = paired();
    w->pass = lose_everything_of_da;
    world_datagram wake = {0};
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    wf_datagram out;
    while (wf_engine_next_datagram(w->nodes[DEVICE].engine, &out)) {
        if (out.bytes.at[1] == WF_EHD2_ARBITRARY && out.bytes.at[4] == WF_DA_WAKE) {
            wake.len = out.bytes.len;
            memcpy(wake.bytes, out.bytes.at, wake.len);
        }
    }
    w->pass = NULL;
    w->log_count = 0;
    world_stop(w, DEVICE);
    deliver(w, CONTROLLER, OTHER, false, &wake);
    world_run(w, 25000);
    CHECK(w->log_count == 1 && type_of(&w->log[0]) == WF_DA_MESSAGE_1 && w->log[0].len <= wake.len);
    CHECK(wf_address_same_host(&w->log[0].to, &w->nodes[OTHER].address));
    world_end(w);
}

static void a_device_whose_store_was_put_back_is_still_heard(void) {
    world *w = paired();
    static world_store before;
    before = w->nodes[DEVICE].store;
    for (unsigned i = 0; i < 3; i++) {
        restart(w, DEVICE);
        world_run(w, 100);
    }
    restart(w, CONTROLLER);
    world_run(w, 100); /* it hears numbers from here on */
    restart(w, DEVICE);
    world_run(w, 100);
    world_stop(w, DEVICE);
    w->nodes[DEVICE].store = before;
    world_start(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    CHECK_OK(get(w, 15000));
    CHECK(is_notified(w));
    world_end(w);
}

static void a_forged_wake_is_ignored(void) {
    world *w = paired();
    restart(w, DEVICE);
    world_run(w, 100);
    world_datagram wake = *logged(w, DEVICE, WF_DA_WAKE);
    w->log_count = 0;
    for (size_t at = WF_DA_HEADER_LEN; at < wake.len; at++) {
        world_datagram forged = wake;
        forged.bytes[at] ^= 1;
        deliver(w, CONTROLLER, DEVICE, false, &forged);
    }
    world_run(w, 1000);
    CHECK(w->log_count == 0);
    world_end(w);
}

static void the_first_message_1_played_again_earns_only_a_retry(void) {
    world *w = paired();
    restart(w, CONTROLLER); /* its tag covers no call, so that it stays right */
    world_run(w, 100);
    world_datagram first = *logged(w, CONTROLLER, WF_DA_MESSAGE_1);
    CHECK((first.bytes[5] & WF_DA_HAS_COOKIE) == 0 && (first.bytes[5] & WF_DA_HAS_TAG) != 0);
    world_run(w, 100000);
    w->log_count = 0;
    w->pass = NULL;
    world_stop(w, CONTROLLER);
    deliver(w, DEVICE, CONTROLLER, false, &first);
    world_run(w, 1000);
    CHECK(w->log_count == 1 && type_of(&w->log[0]) == WF_DA_RETRY && w->log[0].len <= first.len);
    deliver(w, DEVICE, OTHER, false, &first);
    world_run(w, 1000);
    CHECK(count_logged(w, DEVICE, WF_DA_MESSAGE_2) == 0);
    world_end(w);
}

static void a_message_1_with_its_cookie_is_worth_nothing_from_elsewhere(void) {
    world *w = paired();
    restart(w, CONTROLLER);
    world_run(w, 100);
    world_datagram second = {0};
    for (unsigned i = 0; i < w->log_count; i++) {
        second = type_of(&w->log[i]) == WF_DA_MESSAGE_1 ? w->log[i] : second;
    }
    CHECK((second.bytes[5] & WF_DA_HAS_COOKIE) != 0);
    w->log_count = 0;
    wf_address elsewhere = wf_address_ipv4(10, 9, 9, 9, WF_PORT);
    world_deliver(w, DEVICE, &elsewhere, false, wf_bytes_of(second.bytes, second.len));
    world_settle(w);
    CHECK(count_logged(w, DEVICE, WF_DA_MESSAGE_2) == 0);
    world_end(w);
}

static void a_wrong_tag_is_answered_with_silence(void) {
    world *w = paired();
    restart(w, CONTROLLER);
    world_run(w, 100);
    world_datagram first = *logged(w, CONTROLLER, WF_DA_MESSAGE_1);
    w->log_count = 0;
    uint64_t refused = counters(w, DEVICE)->handshakes_refused;
    for (size_t at = 6; at < first.len; at++) {
        world_datagram forged = first;
        forged.bytes[at] ^= 0x10;
        deliver(w, DEVICE, CONTROLLER, false, &forged);
    }
    first.bytes[5] = 0; /* and so is none */
    deliver(w, DEVICE, CONTROLLER, false, &first);
    world_run(w, 1000);
    CHECK(w->log_count == 0 && counters(w, DEVICE)->handshakes_refused == refused + first.len - 6 + 1);
    world_end(w);
}

static bool hold_messages_3(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) != WF_DA_MESSAGE_3;
}

static void a_paired_peer_has_a_slot_beside_strangers(void) {
    world *w = paired();
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    w->pass = hold_messages_3;
    wf_request_id request;
    CHECK_OK(wf_engine_pair(w->nodes[OTHER].engine, w->now, &request,
                            &(wf_pair_order){.address = w->nodes[DEVICE].address}));
    world_settle(w);
    w->pass = NULL;
    restart(w, CONTROLLER);
    world_run(w, 100);
    CHECK(has_session(w, CONTROLLER));
    world_end(w);
}

/* Two peers are away, and a controller that begins two handshakes at a time looks for them. */
static void what_the_owner_asks_for_goes_before_looking_for_peers(void) {
    world *w = paired();
    world_add(w, OTHER, WF_ROLE_DEVICE);
    world_add(w, FOURTH, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[OTHER].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, OTHER));
    world_stop(w, DEVICE);
    world_stop(w, OTHER);
    restart(w, CONTROLLER);
    CHECK_OK(wf_engine_open_window(w->nodes[FOURTH].engine, w->now, 0, 1));
    w->nodes[CONTROLLER].event_count = 0;
    CHECK_OK(world_pair(w, CONTROLLER, FOURTH));
    world_start(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    CHECK_OK(get(w, 15000));
    world_end(w);
}

/* Both runs look for devices that are away; the third one calls, and need not wait until they give up. */
static void a_device_that_calls_goes_before_those_that_are_looked_for(void) {
    world *w = paired();
    for (unsigned i = OTHER; i <= FOURTH; i++) {
        world_add(w, i, WF_ROLE_DEVICE);
        CHECK_OK(wf_engine_open_window(w->nodes[i].engine, w->now, 0, 1));
        CHECK_OK(world_pair(w, CONTROLLER, i));
    }
    for (unsigned i = DEVICE; i <= FOURTH; i++) {
        world_stop(w, i);
    }
    restart(w, CONTROLLER);
    world_run(w, 2000);
    world_start(w, FOURTH);
    wf_engine_announce(w->nodes[FOURTH].engine, w->now);
    world_run(w, 100);
    CHECK(has_session(w, FOURTH));
    world_end(w);
}

/* ---- requests across a restart ---- */

static void a_get_is_repeated_over_a_restart_of_the_device(void) {
    world *w = paired();
    world_stop(w, DEVICE);
    wf_request_id request = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 5000);
    CHECK(world_outcome(w, CONTROLLER, request) == NULL);
    world_start(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_run(w, 500);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    world_end(w);
}

static bool lose_answers(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) != WF_DA_ANSWER;
}

static void a_set_is_not_repeated_and_its_outcome_is_unknown(void) {
    world *w = paired();
    const uint8_t degrees = 27;
    w->pass = lose_answers;
    wf_request_id request = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_settle(w);
    CHECK(world_value(w, DEVICE, 0xB3) == 27); /* it had its effect */
    restart(w, DEVICE);
    w->pass = NULL;
    world_run(w, 30000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_OUTCOME_UNKNOWN);
    CHECK(world_value(w, DEVICE, 0xB3) == 20);
    world_end(w);
}

static wf_request_id ask_with(world *w, uint8_t esv, uint8_t epc, wf_bytes edt, wf_request given) {
    uint8_t edata[64];
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, esv);
    CHECK(wf_frame_property(&frame, epc, edt));
    wf_request_id id;
    given.target.address = w->nodes[DEVICE].address;
    given.edata = wf_bytes_of(edata, out.len);
    CHECK_OK(wf_engine_request(w->nodes[CONTROLLER].engine, w->now, &id, &given));
    return id;
}

static void a_set_that_may_be_repeated_is(void) {
    world *w = paired();
    const uint8_t degrees = 27;
    world_stop(w, DEVICE);
    wf_request_id request = ask_with(w, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1), (wf_request){.repeatable = true});
    world_run(w, 5000);
    world_start(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_run(w, 500);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == 27);
    world_end(w);
}

/* Every kind of request is kept while there is no session, and then goes out once. */
static void requests_are_kept_while_there_is_no_session(void) {
    static const uint8_t esvs[] = {WF_ESV_GET, WF_ESV_SETC, WF_ESV_SETI, WF_ESV_INF, WF_ESV_INFC, WF_ESV_INF_REQ};
    const uint8_t degrees = 28;
    for (size_t i = 0; i < sizeof esvs; i++) {
        world *w = paired();
        world_stop(w, DEVICE);
        restart(w, CONTROLLER);
        bool reads = esvs[i] == WF_ESV_GET || esvs[i] == WF_ESV_INF_REQ;
        wf_request_id request = world_ask(w, CONTROLLER, DEVICE, esvs[i], 0xB3, wf_bytes_of(&degrees, reads ? 0 : 1));
        world_run(w, 9000);
        CHECK(world_outcome(w, CONTROLLER, request) == NULL);
        world_start(w, DEVICE);
        wf_engine_announce(w->nodes[DEVICE].engine, w->now);
        world_run(w, 5000);
        CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
        if (esvs[i] == WF_ESV_SETC || esvs[i] == WF_ESV_SETI) {
            CHECK(world_value(w, DEVICE, 0xB3) == 28);
        }
        if (esvs[i] == WF_ESV_INF || esvs[i] == WF_ESV_INFC) {
            CHECK(world_event_of(w, DEVICE, WF_EVENT_NOTIFICATION) != NULL);
        }
        world_end(w);
    }
}

static void a_request_that_never_got_a_session_says_so(void) {
    world *w = paired();
    world_stop(w, DEVICE);
    restart(w, CONTROLLER);
    CHECK(get(w, 21000) == WF_ERROR_NO_SESSION);
    world_end(w);
}

/* ---- old keys ---- */

static bool keep_and_lose(world *w, world_datagram *d) {
    world_datagram *kept = w->context;
    if (d->from == CONTROLLER && type_of(d) == WF_DA_REQUEST) {
        *kept = *d;
        return false;
    }
    return true;
}

static uint64_t late_old_record(wf_time after) {
    world *w = paired();
    world_datagram old = {0};
    w->context = &old;
    w->pass = keep_and_lose;
    CHECK(get(w, 100) == WF_ERROR_STATE); /* no answer yet */
    CHECK(old.len > 0);
    w->pass = NULL;
    wf_engine *controller = w->nodes[CONTROLLER].engine;
    wf_da_want_session(controller->da, w->now, world_peer(w, CONTROLLER));
    wf_engine_tick(controller, w->now);
    world_run(w, 1000);
    CHECK_OK(get(w, 1000)); /* the new keys are proven */
    world_run(w, after);
    w->log_count = 0;
    deliver(w, DEVICE, CONTROLLER, false, &old);
    world_settle(w);
    uint64_t answers = count_logged(w, DEVICE, WF_DA_ANSWER);
    world_end(w);
    return answers;
}

static void old_keys_receive_for_30_seconds_more(void) {
    CHECK(late_old_record(20000) == 1);
    CHECK(late_old_record(31000) == 0);
}

static wf_session *session_of(world *w, unsigned i) {
    wf_da *da = w->nodes[i].engine->da;
    return &da->sessions.entries[wf_session_to_send(&da->sessions, world_peer(w, i).value - 1)];
}

static void keys_are_renewed_at_2_19_records_and_the_request_goes_through(void) {
    world *w = paired();
    session_of(w, CONTROLLER)->next_piv = WF_SESSION_REKEY_AT - 2;
    CHECK_OK(get(w, 1000));
    CHECK(logged(w, CONTROLLER, WF_DA_MESSAGE_1) == NULL);
    CHECK_OK(get(w, 1000));
    CHECK(logged(w, CONTROLLER, WF_DA_MESSAGE_1) != NULL);
    CHECK(session_of(w, CONTROLLER)->next_piv < 100);
    CHECK_OK(get(w, 1000));
    world_end(w);
}

static void a_device_whose_keys_wear_out_by_answering_asks_for_new_ones(void) {
    world *w = paired();
    session_of(w, DEVICE)->next_piv = WF_SESSION_REKEY_AT;
    CHECK_OK(get(w, 1000));
    world_run(w, 1000);
    CHECK(session_of(w, DEVICE)->next_piv < 100);
    CHECK_OK(get(w, 1000));
    world_end(w);
}

static void no_record_is_sent_after_2_20(void) {
    world *w = paired();
    w->pass = lose_everything_of_da;
    session_of(w, CONTROLLER)->next_piv = WF_SESSION_STOP_AT - 1;
    (void)get(w, 10);
    CHECK(session_of(w, CONTROLLER)->next_piv == WF_SESSION_STOP_AT);
    wf_request_id request = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 10000);
    CHECK(session_of(w, CONTROLLER)->next_piv == WF_SESSION_STOP_AT);
    w->pass = NULL; /* and with the network back the request is done under new keys */
    world_run(w, 9000);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    world_end(w);
}

static void failures_renew_the_keys_and_then_end_them(void) {
    world *w = paired();
    w->pass = keep_and_lose;
    world_datagram record = {0};
    w->context = &record;
    (void)get(w, 10);
    w->pass = NULL;
    world_datagram forged = record;
    forged.bytes[forged.len - 1] ^= 1;
    session_of(w, DEVICE)->failures = WF_SESSION_STOP_AT - 1;
    wf_session *worn = session_of(w, DEVICE);
    deliver(w, DEVICE, CONTROLLER, false, &forged);
    CHECK(worn->failures == WF_SESSION_STOP_AT);
    deliver(w, DEVICE, CONTROLLER, false, &record); /* right, but the keys are worn out */
    CHECK(!worn->used || worn->window.next <= 2);
    world_run(w, 20000);
    CHECK_OK(get(w, 20000));
    CHECK(session_of(w, DEVICE)->failures == 0);
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_device_that_restarts_calls_and_gets_fresh_keys),
    CASE(a_controller_that_restarts_shakes_hands),
    CASE(a_controller_that_restarts_is_told_of_changes_before_it_asks_for_anything),
    CASE(both_may_restart_in_either_order),
    CASE(a_peer_may_restart_any_number_of_times),
    CASE(reconnecting_does_not_use_certificates_by_value),
    CASE(a_device_that_comes_back_at_another_address_is_found),
    CASE(a_device_without_session_calls_once_in_10_seconds_at_most),
    CASE(a_reconnection_survives_the_loss_of_message_4),
    CASE(a_lost_message_4_is_said_again_though_another_peer_took_the_slot),
    CASE(a_run_that_fails_changes_nothing),
    CASE(runs_that_fail_for_an_hour_fill_nothing),
    CASE(an_expired_peer_goes_on_and_is_reported_once_a_session),
    CASE(the_date_of_a_peer_paired_by_its_code_alone_says_nothing),
    CASE(a_wake_played_again_is_ignored),
    CASE(old_wakes_start_nothing_wherever_they_come_from),
    CASE(without_a_session_old_wakes_make_a_controller_look_where_the_peer_was),
    CASE(a_call_from_a_new_address_is_answered_once_and_with_no_more_bytes),
    CASE(a_device_whose_store_was_put_back_is_still_heard),
    CASE(a_forged_wake_is_ignored),
    CASE(the_first_message_1_played_again_earns_only_a_retry),
    CASE(a_message_1_with_its_cookie_is_worth_nothing_from_elsewhere),
    CASE(a_wrong_tag_is_answered_with_silence),
    CASE(a_paired_peer_has_a_slot_beside_strangers),
    CASE(what_the_owner_asks_for_goes_before_looking_for_peers),
    CASE(a_device_that_calls_goes_before_those_that_are_looked_for),
    CASE(a_get_is_repeated_over_a_restart_of_the_device),
    CASE(a_set_is_not_repeated_and_its_outcome_is_unknown),
    CASE(a_set_that_may_be_repeated_is),
    CASE(requests_are_kept_while_there_is_no_session),
    CASE(a_request_that_never_got_a_session_says_so),
    CASE(old_keys_receive_for_30_seconds_more),
    CASE(keys_are_renewed_at_2_19_records_and_the_request_goes_through),
    CASE(a_device_whose_keys_wear_out_by_answering_asks_for_new_ones),
    CASE(no_record_is_sent_after_2_20),
    CASE(failures_renew_the_keys_and_then_end_them),
};

CHECK_MAIN(cases)
