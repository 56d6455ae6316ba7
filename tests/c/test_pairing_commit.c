/* The commit of a pairing: lost words, restarts in between, pairing again. */
#include "pairing_world.h"

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
