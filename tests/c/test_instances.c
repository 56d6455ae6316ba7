/* Requests to instance 0: each instance of the class answers for itself, in clear and under a session alike. */
#include "engine/state.h"
#include "world.h"

enum { CONTROLLER, DEVICE, INSTANCES = 3 };
#define CLASS 0x013000u

static const wf_bytes nothing = {NULL, 0};

static bool is_answer(const world_datagram *d) {
    return d->from == DEVICE && (d->bytes[1] == WF_EHD2_SPECIFIED || d->bytes[4] == WF_DA_ANSWER);
}

static void add_instances(wf_node *node) {
    const uint8_t degrees = 20;
    for (unsigned i = 2; i <= INSTANCES; i++) {
        CHECK_OK(wf_node_add_object(node, CLASS + i));
        CHECK_OK(
            wf_node_add_property(node, CLASS + i, 0xB3, WF_ACCESS_GET | WF_ACCESS_SET, 1, 1, wf_bytes_of(&degrees, 1)));
    }
}

/* A controller and a device with three air conditioners, in clear or paired. */
static world *home(bool is_paired) {
    world *w = world_new();
    if (is_paired) {
        world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
        world_add(w, DEVICE, WF_ROLE_DEVICE);
    } else {
        world_configure(w, CONTROLLER, false, false);
        world_configure(w, DEVICE, true, false);
    }
    w->nodes[CONTROLLER].config.policy = w->nodes[DEVICE].config.policy = &wf_policy_open;
    w->nodes[CONTROLLER].config.calls = w->nodes[CONTROLLER].config.nodes = 4;
    w->nodes[DEVICE].config.node.objects = INSTANCES + 1;
    w->nodes[DEVICE].config.node.properties = 32;
    world_start(w, CONTROLLER);
    world_start(w, DEVICE);
    add_instances(wf_engine_node(w->nodes[DEVICE].engine));
    if (is_paired) {
        CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
        CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    }
    w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = w->log_count = 0;
    return w;
}

static wf_request_id ask(world *w, uint8_t esv, wf_eoj deoj, wf_bytes edt, uint32_t timeout_ms) {
    uint8_t edata[32];
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, deoj, esv);
    CHECK(wf_frame_property(&frame, 0xB3, edt));
    wf_request request = {.target = {.address = w->nodes[DEVICE].address},
                          .edata = wf_bytes_of(edata, out.len),
                          .timeout_ms = timeout_ms};
    wf_request_id id;
    CHECK_OK(wf_engine_request(w->nodes[CONTROLLER].engine, w->now, &id, &request));
    return id;
}

/* Answers to `id`; *who has a bit for each instance. */
static unsigned answers(const world *w, wf_request_id id, unsigned *who) {
    unsigned count = 0;
    *who = 0;
    for (unsigned i = 0; i < w->nodes[CONTROLLER].event_count; i++) {
        const wf_event *event = &w->nodes[CONTROLLER].events[i].event;
        if (event->kind == WF_EVENT_ANSWER && event->request.value == id.value) {
            count++;
            *who |= 1u << event->edata.at[2];
        }
    }
    return count;
}

static void check_all_three(const world *w, wf_request_id id) {
    unsigned who;
    CHECK(answers(w, id, &who) == INSTANCES && who == 0xE);
    const wf_event *done = world_outcome(w, CONTROLLER, id);
    CHECK(done != NULL && done->error == WF_OK && done->edata.len == 0);
}

static void every_instance_is_heard(bool is_paired) {
    world *w = home(is_paired);
    wf_request_id id = ask(w, WF_ESV_GET, CLASS, nothing, 0);
    world_run(w, 500);
    unsigned who;
    CHECK(answers(w, id, &who) == INSTANCES && world_outcome(w, CONTROLLER, id) == NULL);
    world_run(w, 3000);
    check_all_three(w, id); /* copies that went out meanwhile brought nothing twice */
    world_end(w);
}

static void every_instance_is_heard_in_clear(void) {
    every_instance_is_heard(false);
}

static void every_instance_is_heard_under_a_session(void) {
    every_instance_is_heard(true);
}

static void every_instance_is_set(bool is_paired) {
    static const uint8_t esvs[] = {WF_ESV_SETC, WF_ESV_SETI};
    for (size_t i = 0; i < sizeof esvs; i++) {
        world *w = home(is_paired);
        const uint8_t degrees = 27;
        wf_request_id id = ask(w, esvs[i], CLASS, wf_bytes_of(&degrees, 1), 0);
        world_run(w, 4000);
        for (unsigned k = 1; k <= INSTANCES; k++) {
            uint8_t value = 0;
            wf_writer out = wf_writer_of(&value, 1);
            CHECK_OK(wf_node_get(wf_engine_node(w->nodes[DEVICE].engine), CLASS + k, 0xB3, &out));
            CHECK(value == degrees);
        }
        unsigned who;
        CHECK(answers(w, id, &who) == (esvs[i] == WF_ESV_SETC ? INSTANCES : 0));
        CHECK_OK(world_outcome(w, CONTROLLER, id)->error);
        world_end(w);
    }
}

static void every_instance_is_set_in_clear(void) {
    every_instance_is_set(false);
}

static void every_instance_is_set_under_a_session(void) {
    every_instance_is_set(true);
}

static bool lose_first_two_answers(world *w, world_datagram *d) {
    unsigned *lost = w->context;
    return !is_answer(d) || ++*lost > 2;
}

static void a_lost_answer_is_made_up_for_by_a_copy(bool is_paired) {
    world *w = home(is_paired);
    unsigned lost = 0, who;
    w->context = &lost;
    w->pass = lose_first_two_answers;
    wf_request_id id = ask(w, WF_ESV_GET, CLASS, nothing, 0);
    world_run(w, 500);
    CHECK(answers(w, id, &who) == 1);
    world_run(w, 3000);
    check_all_three(w, id);
    world_end(w);
}

static void a_lost_answer_is_made_up_for_in_clear(void) {
    a_lost_answer_is_made_up_for_by_a_copy(false);
}

static void a_lost_answer_is_made_up_for_under_a_session(void) {
    a_lost_answer_is_made_up_for_by_a_copy(true);
}

static bool lose_all(world *w, world_datagram *d) {
    (void)w;
    return d->from != CONTROLLER;
}

static void when_nobody_answers_the_outcome_says_why(void) {
    for (int is_paired = 0; is_paired < 2; is_paired++) {
        world *w = home(is_paired != 0);
        unsigned who;
        wf_request_id none = ask(w, WF_ESV_GET, 0x029000, nothing, 0); /* silence is the rule */
        world_run(w, 4000);
        CHECK(answers(w, none, &who) == 0 && world_outcome(w, CONTROLLER, none)->error == WF_ERROR_NO_ANSWER);
        w->pass = lose_all;
        const uint8_t degrees = 27;
        wf_request_id lost = ask(w, WF_ESV_SETC, CLASS, wf_bytes_of(&degrees, 1), 2000);
        world_run(w, 2500);
        wf_error why = world_outcome(w, CONTROLLER, lost)->error;
        CHECK(why == (is_paired ? WF_ERROR_OUTCOME_UNKNOWN : WF_ERROR_NO_ANSWER));
        world_end(w);
    }
}

static void a_peer_that_answered_is_not_asked_for_new_keys(void) {
    world *w = home(true);
    wf_request_id id = ask(w, WF_ESV_GET, CLASS, nothing, 60000);
    world_run(w, 61000);
    check_all_three(w, id);
    CHECK(world_event_of(w, CONTROLLER, WF_EVENT_SESSION_UP) == NULL);
    world_end(w);
}

/* ---- answers under a session after their time ---- */

typedef struct held {
    unsigned count;
    world_datagram datagrams[8];
} held;

static bool hold_answers(world *w, world_datagram *d) {
    held *h = w->context;
    if (is_answer(d) && h->count < 8) {
        h->datagrams[h->count++] = *d;
        return false;
    }
    return true;
}

static void deliver_held(world *w, held *h) {
    w->pass = NULL;
    for (unsigned i = 0; i < h->count; i++) {
        world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false,
                      wf_bytes_of(h->datagrams[i].bytes, h->datagrams[i].len));
        world_settle(w);
    }
}

static unsigned late_ones(const world *w) {
    unsigned count = 0;
    for (unsigned i = 0; i < w->nodes[CONTROLLER].event_count; i++) {
        const wf_event *event = &w->nodes[CONTROLLER].events[i].event;
        if (event->kind == WF_EVENT_LATE_ANSWER) {
            CHECK(event->is_protected && event->peer.value == world_peer(w, CONTROLLER).value);
            CHECK(event->edata.len == 11 && event->edata.at[6] == WF_ESV_GET_RES && event->edata.at[10] == 20);
            count++;
        }
    }
    return count;
}

static void a_late_answer_under_a_session_is_told_and_changes_no_outcome(void) {
    world *w = home(true);
    held h = {0};
    w->context = &h;
    w->pass = hold_answers;
    wf_request_id id = ask(w, WF_ESV_GET, CLASS + 1, nothing, 2000);
    world_run(w, 2500);
    CHECK(h.count == 1 && world_outcome(w, CONTROLLER, id)->error == WF_ERROR_NO_ANSWER);
    deliver_held(w, &h);
    CHECK(late_ones(w) == 1 && world_outcome(w, CONTROLLER, id)->error == WF_ERROR_NO_ANSWER);
    deliver_held(w, &h); /* the same record again */
    CHECK(late_ones(w) == 1 && wf_engine_counters(w->nodes[CONTROLLER].engine)->replays_dropped == 1);
    world_end(w);
}

static void a_late_answer_under_a_session_gives_a_call_what_it_lacks(void) {
    world *w = home(true);
    held h = {0};
    const uint8_t gets[] = {0xB0, 0xB3};
    wf_call call = {.target = {.address = w->nodes[DEVICE].address},
                    .seoj = WF_EOJ_CONTROLLER,
                    .deoj = CLASS + 1,
                    .gets = gets,
                    .get_count = sizeof gets,
                    .timeout_ms = 2000};
    wf_request_id id;
    w->context = &h;
    w->pass = hold_answers;
    CHECK_OK(wf_engine_call(w->nodes[CONTROLLER].engine, w->now, &id, &call));
    world_run(w, 2500); /* the probe is under way now */
    CHECK(h.count == 2 && world_outcome(w, CONTROLLER, id) == NULL);
    h.count = 1;
    deliver_held(w, &h);
    CHECK(late_ones(w) == 0); /* it went to the call */
    unsigned before = w->log_count;
    world_run(w, 10000);
    CHECK_OK(world_outcome(w, CONTROLLER, id)->error);
    for (unsigned i = before; i < w->log_count; i++) {
        CHECK(w->log[i].from == DEVICE); /* nothing was left to be asked for */
    }
    world_end(w);
}

static void the_outcome_says_from_where_the_answer_came(void) {
    for (int is_paired = 0; is_paired < 2; is_paired++) {
        world *w = home(is_paired != 0);
        uint8_t edata[32];
        wf_writer out = wf_writer_of(edata, sizeof edata);
        wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, CLASS + 1, WF_ESV_GET);
        CHECK(wf_frame_property(&frame, 0xB3, nothing));
        wf_request request = {.edata = wf_bytes_of(edata, out.len)};
        if (is_paired) {
            request.target.peer = world_peer(w, CONTROLLER);
        } else {
            request.target.address = w->nodes[DEVICE].address;
        }
        wf_request_id id;
        CHECK_OK(wf_engine_request(w->nodes[CONTROLLER].engine, w->now, &id, &request));
        world_run(w, 1000);
        const wf_event *done = world_outcome(w, CONTROLLER, id);
        CHECK(done != NULL && wf_address_same_host(&done->from, &w->nodes[DEVICE].address));
        world_end(w);
    }
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(every_instance_is_heard_in_clear),
    CASE(every_instance_is_heard_under_a_session),
    CASE(every_instance_is_set_in_clear),
    CASE(every_instance_is_set_under_a_session),
    CASE(a_lost_answer_is_made_up_for_in_clear),
    CASE(a_lost_answer_is_made_up_for_under_a_session),
    CASE(when_nobody_answers_the_outcome_says_why),
    CASE(the_outcome_says_from_where_the_answer_came),
    CASE(a_peer_that_answered_is_not_asked_for_new_keys),
    CASE(a_late_answer_under_a_session_is_told_and_changes_no_outcome),
    CASE(a_late_answer_under_a_session_gives_a_call_what_it_lacks),
};

CHECK_MAIN(cases)
