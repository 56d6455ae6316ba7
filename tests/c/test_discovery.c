/* Whom a discovery greets: nodes that say that they take the arbitrary format, and nobody else. */
#include "quirky.h"

enum { CONTROLLER, DEVICE };

static quirky_street street;
static bool loses_hello_answers, greets_all;

static bool is_arbitrary(const world_datagram *d) {
    return d->bytes[1] == WF_EHD2_ARBITRARY;
}

/* quirky_take ends the test at a frame that it can't read, as uecho ends its work. */
static bool pass(world *w, world_datagram *d) {
    if (is_arbitrary(d)) {
        CHECK(greets_all || !wf_address_is_unspecified(&d->to));
    }
    if (loses_hello_answers && is_arbitrary(d) && d->from == DEVICE) {
        return false;
    }
    return quirky_pass(w, d);
}

/* A controller and a device with DA, and a plain device at 10.0.0.9. */
static world *home(void) {
    world *w = world_new();
    memset(&street, 0, sizeof street);
    loses_hello_answers = greets_all = false;
    w->context = &street;
    w->pass = pass;
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    w->nodes[CONTROLLER].config.calls = w->nodes[CONTROLLER].config.nodes = 8;
    world_start(w, CONTROLLER);
    street.devices[0].address = wf_address_ipv4(10, 0, 0, 9, WF_PORT);
    return w;
}

static wf_request_id discover(world *w, const wf_address *to) {
    wf_request_id id;
    CHECK_OK(wf_engine_discover(w->nodes[CONTROLLER].engine, w->now, &id, to, 2000, false));
    return id;
}

/* Devices of the street answer to the controller only while quirky_run runs; the device's engine has its time too. */
static void run(world *w, wf_time ms) {
    for (wf_time end = w->now + ms; w->now < end;) {
        quirky_run(w, 50);
        wf_engine_tick(w->nodes[DEVICE].engine, w->now);
        world_settle(w);
    }
}

static unsigned count(const world *w, wf_event_kind kind, const wf_address *from) {
    unsigned sum = 0;
    for (unsigned i = 0; i < w->nodes[CONTROLLER].event_count; i++) {
        const wf_event *event = &w->nodes[CONTROLLER].events[i].event;
        sum += event->kind == kind && wf_address_same_host(&event->from, from);
    }
    return sum;
}

static void only_those_that_take_the_arbitrary_format_are_greeted(void) {
    static const wf_address everybody = {{0}, 0, 0};
    world *w = home();
    wf_request_id id = discover(w, &everybody);
    run(w, 3000);
    CHECK_OK(world_outcome(w, CONTROLLER, id)->error);
    CHECK(count(w, WF_EVENT_FOUND, &w->nodes[DEVICE].address) > 0);
    CHECK(count(w, WF_EVENT_ANSWER, &street.devices[0].address) > 0);
    CHECK(count(w, WF_EVENT_FOUND, &street.devices[0].address) == 0);
    world_end(w);
}

static void a_node_without_identity_greets_nobody(void) {
    static const wf_address everybody = {{0}, 0, 0};
    world *w = home();
    w->nodes[CONTROLLER].config.identity = (wf_identity){0};
    world_start(w, CONTROLLER);
    w->log_count = 0;
    (void)discover(w, &everybody);
    run(w, 3000);
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(!is_arbitrary(&w->log[i]));
    }
    CHECK(count(w, WF_EVENT_ANSWER, &w->nodes[DEVICE].address) > 0);
    world_end(w);
}

static void by_its_address_a_node_is_found_as_soon_as_it_has_said_all(void) {
    world *w = home();
    wf_request_id plain = discover(w, &street.devices[0].address);
    wf_request_id with_da = discover(w, &w->nodes[DEVICE].address);
    run(w, 100);
    CHECK_OK(world_outcome(w, CONTROLLER, plain)->error);
    CHECK_OK(world_outcome(w, CONTROLLER, with_da)->error);
    CHECK(count(w, WF_EVENT_FOUND, &w->nodes[DEVICE].address) == 1);
    CHECK(count(w, WF_EVENT_ANSWER, &w->nodes[DEVICE].address) == 1);
    world_end(w);
}

static void a_lost_hello_is_made_up_for(void) {
    world *w = home();
    loses_hello_answers = true;
    wf_request_id id = discover(w, &w->nodes[DEVICE].address);
    run(w, 500);
    CHECK(world_outcome(w, CONTROLLER, id) == NULL);
    loses_hello_answers = false;
    run(w, 1000);
    CHECK_OK(world_outcome(w, CONTROLLER, id)->error);
    CHECK(count(w, WF_EVENT_FOUND, &w->nodes[DEVICE].address) == 1);
    CHECK(count(w, WF_EVENT_ANSWER, &w->nodes[DEVICE].address) == 1);
    world_end(w);
}

static void who_never_answers_a_hello_is_found_all_the_same(void) {
    world *w = home();
    loses_hello_answers = true;
    wf_request_id id = discover(w, &w->nodes[DEVICE].address);
    run(w, 2500);
    CHECK_OK(world_outcome(w, CONTROLLER, id)->error);
    CHECK(count(w, WF_EVENT_ANSWER, &w->nodes[DEVICE].address) == 1);
    wf_address nobody = wf_address_ipv4(10, 0, 0, 77, WF_PORT);
    id = discover(w, &nobody);
    run(w, 2500);
    CHECK(world_outcome(w, CONTROLLER, id)->error == WF_ERROR_NO_ANSWER);
    world_end(w);
}

static void who_does_not_listen_in_clear_says_hello_to_all(void) {
    static const wf_address everybody = {{0}, 0, 0};
    world *w = home();
    street.devices[0].address = everybody; /* it would not bear that */
    greets_all = true;
    w->nodes[CONTROLLER].config.listeners_off = WF_LISTENER_PLAINTEXT;
    world_start(w, CONTROLLER);
    w->log_count = 0;
    wf_request_id id = discover(w, &everybody);
    run(w, 2500);
    CHECK_OK(world_outcome(w, CONTROLLER, id)->error);
    CHECK(count(w, WF_EVENT_FOUND, &w->nodes[DEVICE].address) > 0);
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(is_arbitrary(&w->log[i]));
    }
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(only_those_that_take_the_arbitrary_format_are_greeted),
    CASE(a_node_without_identity_greets_nobody),
    CASE(by_its_address_a_node_is_found_as_soon_as_it_has_said_all),
    CASE(a_lost_hello_is_made_up_for),
    CASE(who_does_not_listen_in_clear_says_hello_to_all),
    CASE(who_never_answers_a_hello_is_found_all_the_same),
};

CHECK_MAIN(cases)
