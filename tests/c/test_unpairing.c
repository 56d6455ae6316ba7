/* Unpairing: told, untold, at once, in the middle of a restart. */
#include "paired_world.h"

static void restart(world *w, unsigned i) {
    world_stop(w, i);
    world_start(w, i);
    wf_engine_announce(engine_of(w, i), w->now);
}

static void either_side_may_unpair(void) {
    for (unsigned side = CONTROLLER; side <= DEVICE; side++) {
        world *w = paired();
        wf_request_id request = unpair(w, side);
        world_settle(w);
        CHECK_OK(world_outcome(w, side, request)->error);
        for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
            CHECK(peers_of(w, i) == 0 && count_events(w, i, WF_EVENT_UNPAIRED) == 1);
            CHECK(memcmp(world_event_of(w, i, WF_EVENT_UNPAIRED)->number, w->nodes[1 - i].number, WF_NUMBER_LEN) == 0);
            restart(w, i);
            CHECK(peers_of(w, i) == 0);
        }
        world_end(w);
    }
}

static bool lose_answers(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) != WF_DA_ANSWER;
}

static void a_lost_unpaired_is_asked_for_again(void) {
    world *w = paired();
    w->pass = lose_answers;
    wf_request_id request = unpair(w, CONTROLLER);
    world_run(w, 1500);
    CHECK(world_outcome(w, CONTROLLER, request) == NULL && peers_of(w, DEVICE) == 0);
    w->pass = NULL;
    world_run(w, 3000);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(peers_of(w, CONTROLLER) == 0);
    world_end(w);
}

static void a_peer_that_is_away_is_unpaired_here_only(void) {
    for (unsigned side = CONTROLLER; side <= DEVICE; side++) {
        for (unsigned fresh = 0; fresh < 2; fresh++) {
            world *w = paired();
            world_stop(w, 1 - side);
            if (fresh) { /* and there is no session */
                restart(w, side);
            }
            wf_request_id request = unpair(w, side);
            world_run(w, 10000);
            CHECK(world_outcome(w, side, request)->error == WF_ERROR_UNPAIRED_HERE_ONLY);
            CHECK(peers_of(w, side) == 0);
            restart(w, side);
            CHECK(peers_of(w, side) == 0);
            world_end(w);
        }
    }
}

static void a_controller_without_a_session_makes_one_to_unpair(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    world_start(w, CONTROLLER);
    wf_request_id request = unpair(w, CONTROLLER);
    world_run(w, 2000);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 0);
    world_end(w);
}

static void both_may_unpair_at_once(void) {
    world *w = paired();
    wf_request_id here = unpair(w, CONTROLLER), there = unpair(w, DEVICE);
    world_run(w, 20000);
    CHECK(world_outcome(w, CONTROLLER, here) != NULL && world_outcome(w, DEVICE, there) != NULL);
    CHECK_OK(world_outcome(w, CONTROLLER, here)->error);
    CHECK_OK(world_outcome(w, DEVICE, there)->error);
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 0);
    CHECK(count_events(w, CONTROLLER, WF_EVENT_UNPAIRED) == 1 && count_events(w, DEVICE, WF_EVENT_UNPAIRED) == 1);
    world_end(w);
}

static void after_unpairing_the_old_session_opens_nothing(void) {
    for (unsigned side = CONTROLLER; side <= DEVICE; side++) {
        world *w = paired();
        held h = {.limit = 2};
        w->context = &h;
        w->pass = hold_requests;
        (void)set(w, WF_ESV_SETC, 26);
        (void)get(w);
        world_settle(w);
        CHECK(h.count == 2);
        w->pass = NULL;
        wf_request_id request = unpair(w, side);
        world_settle(w);
        CHECK_OK(world_outcome(w, side, request)->error);
        w->log_count = 0;
        deliver(w, DEVICE, CONTROLLER, &h.datagrams[0]);
        deliver(w, DEVICE, CONTROLLER, &h.datagrams[1]);
        world_run(w, 3000);
        CHECK(world_value(w, DEVICE, 0xB3) == 20);
        for (unsigned i = 0; i < w->log_count; i++) { /* at most a refusal: no state */
            CHECK(w->log[i].from != DEVICE || w->log[i].len <= 9 + 7 + WF_CCM_TAG_LEN);
        }
        world_end(w);
    }
}

static void requests_to_a_peer_that_leaves_end_and_never_reach_the_next(void) {
    world *w = paired();
    held h = {.limit = 3};
    w->context = &h;
    w->pass = hold_requests;
    wf_request_id reading = get(w), setting = set(w, WF_ESV_SETC, 26);
    world_settle(w);
    w->pass = NULL;
    wf_request_id left = unpair(w, CONTROLLER);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, left)->error);
    CHECK(world_outcome(w, CONTROLLER, reading)->error == WF_ERROR_NOT_PAIRED);
    CHECK(world_outcome(w, CONTROLLER, setting)->error == WF_ERROR_OUTCOME_UNKNOWN);
    world_end(w);
}

static void a_request_without_session_does_not_wait_for_the_next_peer_in_its_place(void) {
    world *w = paired();
    world_stop(w, DEVICE);
    restart(w, CONTROLLER);
    uint8_t edata[64];
    const uint8_t degrees = 31;
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, WF_ESV_SETC);
    CHECK(wf_frame_property(&frame, 0xB3, wf_bytes_of(&degrees, 1)));
    wf_request given = {
        .target = {.peer = world_peer(w, CONTROLLER)}, .edata = wf_bytes_of(edata, out.len), .timeout_ms = 100000};
    wf_request_id request;
    CHECK_OK(wf_engine_request(engine_of(w, CONTROLLER), w->now, &request, &given));
    wf_request_id left = unpair(w, CONTROLLER);
    world_run(w, 9000);
    CHECK(world_outcome(w, CONTROLLER, left)->error == WF_ERROR_UNPAIRED_HERE_ONLY);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_NOT_PAIRED);
    world_add(w, SECOND, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(engine_of(w, SECOND), w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, SECOND));
    CHECK(world_value(w, SECOND, 0xB3) == 20);
    world_end(w);
}

static void a_device_that_can_not_erase_does_not_say_that_it_did(void) {
    world *w = paired();
    w->nodes[DEVICE].store.fails = true;
    wf_request_id request = unpair(w, CONTROLLER);
    world_run(w, 20000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_UNPAIRED_HERE_ONLY);
    world_end(w);
}

static void a_peer_removes_only_itself(void) {
    world *w = paired();
    world_add(w, SECOND, WF_ROLE_CONTROLLER);
    CHECK_OK(wf_engine_open_window(engine_of(w, DEVICE), w->now, 0, 1));
    CHECK_OK(world_pair(w, SECOND, DEVICE));
    CHECK(peers_of(w, DEVICE) == 2);
    wf_request_id request = unpair(w, SECOND);
    world_settle(w);
    CHECK_OK(world_outcome(w, SECOND, request)->error);
    CHECK(peers_of(w, DEVICE) == 1 && peers_of(w, CONTROLLER) == 1);
    wf_request_id reading = get(w);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, reading)->error);
    world_end(w);
}

/* One device's records mean nothing under the other's session. */
static void two_devices_of_one_controller_are_told_apart(void) {
    world *w = paired();
    world_add(w, SECOND, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(engine_of(w, SECOND), w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, SECOND));
    w->log_count = 0;
    const uint8_t one = 27, two = 28;
    wf_request_id first = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&one, 1));
    wf_request_id second = world_ask(w, CONTROLLER, SECOND, WF_ESV_SETC, 0xB3, wf_bytes_of(&two, 1));
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, first)->error);
    CHECK_OK(world_outcome(w, CONTROLLER, second)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == 27 && world_value(w, SECOND, 0xB3) == 28);
    unsigned count = w->log_count;
    for (unsigned i = 0; i < count; i++) {
        world_datagram d = w->log[i];
        if (d.from == CONTROLLER) {
            deliver(w, wf_address_same_host(&d.to, &w->nodes[DEVICE].address) ? SECOND : DEVICE, CONTROLLER, &d);
        }
    }
    world_settle(w);
    CHECK(world_value(w, DEVICE, 0xB3) == 27 && world_value(w, SECOND, 0xB3) == 28);
    world_end(w);
}

/* The device has no idea yet that the controller lost its keys. */
static void an_unpairing_follows_the_peer_to_its_new_keys(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    world_start(w, CONTROLLER);
    wf_request_id request = unpair(w, DEVICE);
    world_run(w, 10000);
    CHECK_OK(world_outcome(w, DEVICE, request)->error);
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 0);
    world_end(w);
}

typedef struct outage {
    unsigned at, seen;
} outage;

static bool cut_off(world *w, world_datagram *d) {
    outage *o = w->context;
    (void)d;
    return o->seen++ < o->at;
}

static void a_restart_in_the_middle_of_unpairing_leaves_nobody_stuck(void) {
    for (unsigned who = CONTROLLER; who <= DEVICE; who++) {
        for (unsigned side = CONTROLLER; side <= DEVICE; side++) {
            for (unsigned at = 0; at < 3; at++) {
                world *w = paired();
                outage o = {.at = at};
                w->context = &o;
                w->pass = cut_off;
                wf_request_id request = unpair(w, side);
                world_settle(w);
                w->pass = NULL;
                restart(w, who);
                world_run(w, 20000);
                CHECK(who == side || world_outcome(w, side, request) != NULL);
                CHECK(who == side || peers_of(w, side) == 0);
                for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
                    while (peers_of(w, i) > 0) {
                        (void)unpair(w, i);
                        world_run(w, 10000);
                    }
                }
                CHECK_OK(wf_engine_open_window(engine_of(w, DEVICE), w->now, 0, 1));
                w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
                CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
                world_end(w);
            }
        }
    }
}

static void unpaired_sides_may_pair_again(void) {
    world *w = paired();
    for (unsigned round = 0; round < 5; round++) {
        wf_request_id request = unpair(w, round % 2);
        world_settle(w);
        CHECK_OK(world_outcome(w, round % 2, request)->error);
        CHECK_OK(wf_engine_open_window(engine_of(w, DEVICE), w->now, 0, 1));
        w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
        CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
        wf_request_id reading = get(w);
        world_settle(w);
        CHECK_OK(world_outcome(w, CONTROLLER, reading)->error);
    }
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(either_side_may_unpair),
    CASE(a_lost_unpaired_is_asked_for_again),
    CASE(a_peer_that_is_away_is_unpaired_here_only),
    CASE(a_controller_without_a_session_makes_one_to_unpair),
    CASE(both_may_unpair_at_once),
    CASE(after_unpairing_the_old_session_opens_nothing),
    CASE(requests_to_a_peer_that_leaves_end_and_never_reach_the_next),
    CASE(a_request_without_session_does_not_wait_for_the_next_peer_in_its_place),
    CASE(a_device_that_can_not_erase_does_not_say_that_it_did),
    CASE(a_peer_removes_only_itself),
    CASE(two_devices_of_one_controller_are_told_apart),
    CASE(an_unpairing_follows_the_peer_to_its_new_keys),
    CASE(a_restart_in_the_middle_of_unpairing_leaves_nobody_stuck),
    CASE(unpaired_sides_may_pair_again),
};

CHECK_MAIN(cases)
