/* What a node tells because its owner wants it to: INF to everybody or one node, and INFC, which is confirmed. */
#include "world.h"

enum { CONTROLLER, DEVICE, PLAIN };

static const uint8_t two[] = {0xB3, 0xBB};

/* A device, a controller that is paired with it and one that is not. */
static world *home(const wf_policy *policy) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    world_configure(w, PLAIN, false, false);
    w->nodes[DEVICE].config.policy = policy;
    w->nodes[PLAIN].config.policy = &wf_policy_open;
    world_start(w, DEVICE);
    world_start(w, PLAIN);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    w->nodes[CONTROLLER].event_count = w->nodes[PLAIN].event_count = w->log_count = 0;
    return w;
}

static wf_inform order_to(const world *w, unsigned to, bool confirm) {
    return (wf_inform){.target = {.address = w->nodes[to].address},
                       .eoj = AIR_CONDITIONER,
                       .epcs = two,
                       .epc_count = sizeof two,
                       .confirm = confirm};
}

static wf_error inform(world *w, wf_request_id *id, wf_inform order) {
    return wf_engine_inform(w->nodes[DEVICE].engine, w->now, id, &order);
}

/* How often node i heard B3 = 20 and BB = 24, and nothing else. */
static unsigned heard(const world *w, unsigned i, bool is_protected) {
    static const uint8_t both[] = {0xB3, 1, 20, 0xBB, 1, 24};
    unsigned count = 0;
    for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
        const wf_event *event = &w->nodes[i].events[k].event;
        if (event->kind == WF_EVENT_NOTIFICATION) {
            CHECK(event->eoj == AIR_CONDITIONER && event->is_protected == is_protected);
            CHECK(event->edata.len == 8 + sizeof both && memcmp(event->edata.at + 8, both, sizeof both) == 0);
            count++;
        }
    }
    return count;
}

static void everybody_is_told_and_peers_under_their_session(void) {
    world *w = home(&wf_policy_open);
    wf_request_id id;
    wf_inform order = order_to(w, PLAIN, false);
    order.target = (wf_target){0};
    CHECK_OK(inform(w, &id, order));
    CHECK(id.value == 0);
    world_settle(w);
    CHECK(heard(w, PLAIN, false) == 1 && heard(w, CONTROLLER, true) == 1);
    world_end(w);
}

static void in_clear_leaves_only_what_may_be_announced(void) {
    world *w = home(&wf_policy_strict);
    wf_request_id id;
    wf_inform order = order_to(w, PLAIN, false);
    CHECK(inform(w, &id, order) == WF_ERROR_POLICY && id.value == 0);
    order.confirm = true;
    CHECK(inform(w, &id, order) == WF_ERROR_POLICY);
    order = order_to(w, PLAIN, false);
    order.target = (wf_target){0};
    CHECK_OK(inform(w, &id, order));
    world_settle(w);
    CHECK(w->nodes[PLAIN].event_count == 0 && heard(w, CONTROLLER, true) == 1);
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(w->log[i].bytes[1] == WF_EHD2_ARBITRARY);
    }
    world_end(w);
}

static void one_node_is_told_alone(void) {
    static const unsigned who[] = {CONTROLLER, PLAIN};
    for (unsigned i = 0; i < 2; i++) {
        world *w = home(&wf_policy_open);
        wf_request_id id;
        CHECK_OK(inform(w, &id, order_to(w, who[i], false)));
        world_settle(w);
        CHECK_OK(world_outcome(w, DEVICE, id)->error); /* there is nothing to wait for */
        CHECK(heard(w, who[i], who[i] == CONTROLLER) == 1 && w->log_count == 1);
        world_end(w);
    }
}

static bool lose_first(world *w, world_datagram *d) {
    unsigned *left = w->context;
    bool lost = d->from != DEVICE && *left > 0;
    *left -= lost;
    return !lost;
}

static void infc_is_confirmed_and_sent_again_until_it_is(void) {
    static const unsigned who[] = {CONTROLLER, PLAIN};
    for (unsigned i = 0; i < 2; i++) {
        world *w = home(&wf_policy_open);
        unsigned losses = 1;
        w->context = &losses;
        w->pass = lose_first;
        wf_request_id id;
        CHECK_OK(inform(w, &id, order_to(w, who[i], true)));
        world_run(w, 1000);
        CHECK(world_outcome(w, DEVICE, id) == NULL);
        world_run(w, 5000);
        const wf_event *done = world_outcome(w, DEVICE, id);
        CHECK(done != NULL && done->error == WF_OK && done->edata.at[6] == WF_ESV_INFC_RES);
        CHECK(heard(w, who[i], who[i] == CONTROLLER) == 2);
        world_end(w);
    }
}

static void who_is_not_there_confirms_nothing(void) {
    world *w = home(&wf_policy_open);
    wf_request_id id;
    wf_inform order = order_to(w, PLAIN, true);
    order.target.address = wf_address_ipv4(10, 0, 0, 77, WF_PORT);
    order.timeout_ms = 2000;
    CHECK_OK(inform(w, &id, order));
    world_run(w, 2500);
    CHECK(world_outcome(w, DEVICE, id)->error == WF_ERROR_NO_ANSWER);
    world_end(w);
}

static void what_makes_no_sense_is_refused_by_the_call(void) {
    world *w = home(&wf_policy_open);
    const uint8_t lacking = 0xF7;
    wf_request_id id;
    wf_inform order = order_to(w, PLAIN, false);
    order.epc_count = 0;
    CHECK(inform(w, &id, order) == WF_ERROR_ARGUMENT);
    order = order_to(w, PLAIN, true);
    order.target = (wf_target){0};
    CHECK(inform(w, &id, order) == WF_ERROR_ARGUMENT); /* INFC to everybody */
    order = order_to(w, PLAIN, false);
    order.eoj = 0x029001;
    CHECK(inform(w, &id, order) == WF_ERROR_NO_OBJECT);
    order = order_to(w, PLAIN, false);
    order.epcs = &lacking;
    order.epc_count = 1;
    CHECK(inform(w, &id, order) == WF_ERROR_NO_PROPERTY);
    world_settle(w);
    CHECK(w->log_count == 0);
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(everybody_is_told_and_peers_under_their_session),
    CASE(in_clear_leaves_only_what_may_be_announced),
    CASE(one_node_is_told_alone),
    CASE(infc_is_confirmed_and_sent_again_until_it_is),
    CASE(who_is_not_there_confirms_nothing),
    CASE(what_makes_no_sense_is_refused_by_the_call),
};

CHECK_MAIN(cases)
