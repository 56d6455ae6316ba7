/* A pairing from the window to the store: the honest run, who may, and how many. */
#include "pairing_world.h"

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
};

CHECK_MAIN(cases)
