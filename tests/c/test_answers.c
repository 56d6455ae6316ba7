/* How an engine's answers leave: after a random while, later than asked, in parts, from every instance, or never. */
#include "hex.h"
#include "world.h"

enum { CONTROLLER, DEVICE, STRANGER, SECOND_AIR_CONDITIONER = 0x013005, ROOM = 0xBB };

/* ---- the owner of the device ---- */

typedef struct owner {
    wf_engine *engine;
    wf_later_id later[8];
    unsigned count;
    unsigned asked;
    uint8_t epc; /* the one that is decided later */
} owner;

static owner the_owner;

static bool put_off(uint8_t epc) {
    owner *o = &the_owner;
    o->asked++;
    if (epc == o->epc && o->count < 8) {
        o->later[o->count] = wf_engine_later(o->engine);
        o->count += o->later[o->count].value != 0;
    }
    return false;
}

static bool on_set(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    (void)context, (void)eoj, (void)old, (void)edt;
    return put_off(epc) || epc != the_owner.epc;
}

static bool on_get(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_writer *fresh) {
    (void)context, (void)eoj, (void)old, (void)fresh;
    return put_off(epc) || epc != the_owner.epc;
}

static void restart(world *w, unsigned i) {
    world_start(w, i);
    the_owner.engine = w->nodes[i].engine;
}

/* A device in clear whose `epc` is decided later, and two controllers without DA. */
static world *clear_world(uint8_t epc) {
    world *w = world_new();
    the_owner = (owner){.epc = epc};
    world_configure(w, CONTROLLER, false, false);
    world_configure(w, DEVICE, true, false);
    world_configure(w, STRANGER, false, false);
    wf_engine_config *config = &w->nodes[DEVICE].config;
    config->policy = &wf_policy_open;
    config->node.properties = 700;
    config->node.objects = 210;
    config->node.value_bytes = 1000;
    config->node.set_hook = on_set;
    config->node.get_hook = on_get;
    config->later = 2;
    w->nodes[CONTROLLER].config.policy = &wf_policy_open;
    world_start(w, CONTROLLER);
    world_start(w, STRANGER);
    restart(w, DEVICE);
    world_settle(w);
    w->log_count = 0;
    return w;
}

static world *paired_world(uint8_t epc) {
    world *w = world_new();
    the_owner = (owner){.epc = epc};
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    wf_engine_config *config = &w->nodes[DEVICE].config;
    config->node.objects = 210;
    config->node.properties = 700;
    config->node.value_bytes = 1000;
    config->node.set_hook = on_set;
    config->node.get_hook = on_get;
    config->later = 2;
    restart(w, DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    the_owner.asked = 0; /* pairing asks for 82 in clear */
    w->log_count = 0;
    return w;
}

static wf_bytes no_value(void) {
    return wf_bytes_of(NULL, 0);
}

/* Delivers a request of the controller's in clear, without its engine. */
static void deliver(world *w, bool multicast, const char *frame) {
    uint8_t bytes[256];
    world_deliver(w, DEVICE, &w->nodes[CONTROLLER].address, multicast, hex_bytes(bytes, sizeof bytes, frame));
}

static unsigned sent_by_device(const world *w) {
    unsigned count = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        count += w->log[i].from == DEVICE;
    }
    return count;
}

static bool last_sent_is(const world *w, const char *frame) {
    uint8_t expected[512];
    CHECK(w->log_count > 0);
    const world_datagram *d = &w->log[w->log_count - 1];
    bool equal = wf_bytes_equal(wf_bytes_of(d->bytes, d->len), hex_bytes(expected, sizeof expected, frame));
    if (!equal) {
        hex_print(stderr, wf_bytes_of(d->bytes, d->len));
    }
    return equal && d->from == DEVICE;
}

/* ---- the random while ---- */

static const char get_d6[] = "1081 0001 05ff01 0ef001 62 01 d3 00";

static void an_answer_to_multicast_leaves_after_a_random_while_within_half_a_second(void) {
    world *w = clear_world(0);
    bool waited = false, differs = false;
    wf_time first = 0;
    for (unsigned i = 0; i < 40; i++) {
        w->log_count = 0;
        deliver(w, true, get_d6);
        world_settle(w);
        wf_time asked_at = w->now, wait = 0;
        while (sent_by_device(w) == 0) {
            wf_time deadline = wf_engine_deadline(w->nodes[DEVICE].engine);
            CHECK(deadline > w->now && deadline <= asked_at + 500);
            world_run(w, deadline - w->now);
            wait = w->now - asked_at;
        }
        CHECK(sent_by_device(w) == 1);
        waited = waited || wait > 250;
        differs = differs || (i > 0 && wait != first);
        first = i == 0 ? wait : first;
        world_run(w, 1000);
    }
    CHECK(waited && differs);
    world_end(w);
}

static void an_answer_to_unicast_leaves_at_once(void) {
    world *w = clear_world(0);
    deliver(w, false, get_d6);
    world_settle(w);
    CHECK(last_sent_is(w, "1081 0001 0ef001 05ff01 72 01 d3 03 000001"));
    world_end(w);
}

static void the_longest_while_can_be_set_or_be_none(void) {
    world *w = clear_world(0);
    w->nodes[DEVICE].config.answer_delay_ms = WF_ANSWER_AT_ONCE;
    restart(w, DEVICE);
    deliver(w, true, get_d6);
    world_settle(w);
    CHECK(sent_by_device(w) == 1);
    w->nodes[DEVICE].config.answer_delay_ms = 20000;
    restart(w, DEVICE);
    bool late = false;
    for (unsigned i = 0; i < 20; i++) {
        w->log_count = 0;
        deliver(w, true, get_d6);
        world_run(w, 1000);
        late = late || sent_by_device(w) == 0;
        world_run(w, 20000);
        CHECK(sent_by_device(w) == 1);
    }
    CHECK(late);
    w->nodes[DEVICE].config.answer_delay_ms = 60001;
    wf_engine *engine;
    CHECK(wf_engine_start(&engine, &w->nodes[DEVICE].config, w->nodes[DEVICE].memory, w->nodes[DEVICE].size, w->now) ==
          WF_ERROR_ARGUMENT);
    w->nodes[DEVICE].engine = NULL;
    world_end(w);
}

static void answers_that_find_no_room_to_wait_leave_at_once(void) {
    world *w = clear_world(0);
    unsigned at_once = 0;
    for (unsigned i = 0; i < 300; i++) {
        deliver(w, true, get_d6);
        world_settle(w);
    }
    at_once = sent_by_device(w);
    CHECK(at_once > 0 && at_once < 300);
    world_run(w, 500);
    CHECK(sent_by_device(w) == 300);
    CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->queue_full == 0);
    world_end(w);
}

/* ---- later ---- */

static void a_read_is_answered_when_its_owner_decides(void) {
    world *w = clear_world(ROOM);
    const uint8_t degrees = 27;
    deliver(w, false, "1081 0001 05ff01 013001 62 02 80 00 bb 00");
    world_run(w, 2000);
    CHECK(sent_by_device(w) == 0 && the_owner.count == 1);
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, wf_bytes_of(&degrees, 1)));
    world_settle(w);
    CHECK(last_sent_is(w, "1081 0001 013001 05ff01 72 02 80 01 31 bb 01 1b"));
    CHECK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, no_value()) == WF_ERROR_STATE);
    world_end(w);
}

static void a_set_counts_when_its_owner_accepts_it(void) {
    world *w = clear_world(0xB3);
    deliver(w, false, "1081 0001 05ff01 013001 61 01 b3 01 1c");
    world_run(w, 2000);
    CHECK(world_value(w, DEVICE, 0xB3) == 20 && world_event_of(w, DEVICE, WF_EVENT_PROPERTY_SET) == NULL);
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, no_value()));
    world_settle(w);
    CHECK(world_value(w, DEVICE, 0xB3) == 28 && sent_by_device(w) == 2); /* the answer, then the announcement */
    const uint8_t announced[] = {0x01, 0x30, 0x01, 0x0E, 0xF0, 0x01, WF_ESV_INF, 1, 0xB3, 1, 28};
    CHECK(memcmp(w->log[w->log_count - 1].bytes + 4, announced, sizeof announced) == 0);
    const wf_event *set = world_event_of(w, DEVICE, WF_EVENT_PROPERTY_SET);
    CHECK(set != NULL && set->epc == 0xB3 && set->edata.at[0] == 28);
    CHECK(set->from.port == WF_PORT && set->is_protected == (set->peer.value != 0)); /* it says by whom */
    world_end(w);
}

static void a_set_that_its_owner_refuses_changes_nothing(void) {
    world *w = clear_world(0xB3);
    deliver(w, false, "1081 0001 05ff01 013001 61 01 b3 01 1c");
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], false, no_value()));
    world_settle(w);
    CHECK(last_sent_is(w, "1081 0001 013001 05ff01 51 01 b3 01 1c") && world_value(w, DEVICE, 0xB3) == 20);
    CHECK(world_event_of(w, DEVICE, WF_EVENT_PROPERTY_SET) == NULL);
    world_end(w);
}

static void what_is_not_decided_in_time_is_refused(void) {
    world *w = clear_world(ROOM);
    deliver(w, false, "1081 0001 05ff01 013001 62 02 80 00 bb 00");
    world_run(w, 9999);
    CHECK(sent_by_device(w) == 0);
    world_run(w, 1);
    CHECK(last_sent_is(w, "1081 0001 013001 05ff01 52 02 80 01 31 bb 00"));
    CHECK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, no_value()) == WF_ERROR_STATE);
    world_end(w);
}

static void no_more_wait_than_there_is_room_for(void) {
    world *w = clear_world(ROOM);
    deliver(w, false, "1081 0001 05ff01 013001 62 01 bb 00");
    deliver(w, false, "1081 0002 05ff01 013001 62 01 bb 00");
    deliver(w, false, "1081 0003 05ff01 013001 62 01 bb 00");
    world_settle(w);
    CHECK(the_owner.count == 2 && sent_by_device(w) == 1);
    CHECK(last_sent_is(w, "1081 0003 013001 05ff01 52 01 bb 00"));
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[1], true, no_value()));
    deliver(w, false, "1081 0004 05ff01 013001 62 01 bb 00");
    CHECK(the_owner.count == 3);
    world_end(w);
}

static void a_copy_of_what_waits_asks_nobody_again(void) {
    world *w = clear_world(ROOM);
    for (unsigned i = 0; i < 5; i++) {
        deliver(w, false, "1081 0001 05ff01 013001 62 01 bb 00");
    }
    CHECK(the_owner.asked == 1);
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, no_value()));
    world_settle(w);
    CHECK(sent_by_device(w) == 1);
    world_end(w);
}

static void an_object_that_left_meanwhile_does_not_answer(void) {
    world *w = clear_world(ROOM);
    deliver(w, false, "1081 0001 05ff01 013001 62 01 bb 00");
    CHECK_OK(wf_node_remove_object(wf_engine_node(the_owner.engine), AIR_CONDITIONER));
    CHECK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, no_value()) == WF_OK);
    world_run(w, 20000);
    CHECK(sent_by_device(w) == 0 && wf_engine_deadline(the_owner.engine) == WF_TIME_NEVER);
    world_end(w);
}

static void a_decision_is_for_hooks_only(void) {
    world *w = clear_world(ROOM);
    CHECK(wf_engine_later(the_owner.engine).value == 0);
    CHECK(wf_engine_answer_later(the_owner.engine, w->now, (wf_later_id){0}, true, no_value()) == WF_ERROR_STATE);
    CHECK(wf_engine_answer_later(the_owner.engine, w->now, (wf_later_id){0x12345}, true, no_value()) == WF_ERROR_STATE);
    world_end(w);
}

static void under_a_session_the_answer_is_bound_to_its_request(void) {
    world *w = paired_world(ROOM);
    const uint8_t degrees = 29;
    wf_request_id id = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, ROOM, no_value());
    world_run(w, 2000);
    CHECK(world_outcome(w, CONTROLLER, id) == NULL && the_owner.count == 1);
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, wf_bytes_of(&degrees, 1)));
    world_settle(w);
    CHECK(world_outcome(w, CONTROLLER, id) != NULL);
    CHECK_OK(world_outcome(w, CONTROLLER, id)->error);
    CHECK(world_outcome(w, CONTROLLER, id)->edata.at[10] == 29 && world_outcome(w, CONTROLLER, id)->is_protected);
    world_end(w);
}

static void a_repeated_question_under_a_session_asks_nobody_again(void) {
    world *w = paired_world(ROOM);
    wf_request_id id = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, ROOM, no_value());
    world_run(w, 8000); /* it repeats after 3 s */
    CHECK(the_owner.asked == 1);
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, no_value()));
    world_settle(w);
    CHECK(world_outcome(w, CONTROLLER, id) != NULL);
    CHECK_OK(world_outcome(w, CONTROLLER, id)->error);
    world_end(w);
}

static void a_command_under_a_session_counts_when_its_owner_accepts_it(void) {
    world *w = paired_world(0xB3);
    const uint8_t degrees = 28;
    wf_request_id id = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_run(w, 5000);
    CHECK(world_value(w, DEVICE, 0xB3) == 20);
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, no_value()));
    world_settle(w);
    CHECK(world_outcome(w, CONTROLLER, id) != NULL);
    CHECK_OK(world_outcome(w, CONTROLLER, id)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == 28);
    world_end(w);
}

/* Nothing may leave for a session that is over: not under other keys, and not in clear. */
static void a_session_that_ended_meanwhile_gets_no_answer(void) {
    world *w = paired_world(ROOM);
    wf_request_id gone;
    world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, ROOM, no_value());
    world_settle(w);
    CHECK(the_owner.count == 1);
    CHECK_OK(wf_engine_unpair(w->nodes[CONTROLLER].engine, w->now, &gone, world_peer(w, CONTROLLER)));
    world_run(w, 5000);
    CHECK(world_peer(w, DEVICE).value == 0);
    w->log_count = 0;
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, no_value()));
    world_run(w, 1000);
    CHECK(sent_by_device(w) == 0);
    world_end(w);
}

static void a_session_after_it_in_its_place_gets_no_answer(void) {
    world *w = paired_world(ROOM);
    wf_request_id gone;
    world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, ROOM, no_value());
    world_settle(w);
    CHECK_OK(wf_engine_unpair(w->nodes[CONTROLLER].engine, w->now, &gone, world_peer(w, CONTROLLER)));
    world_run(w, 1000);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    wf_request_id again;
    CHECK_OK(wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &again,
                            &(wf_pair_order){.address = w->nodes[DEVICE].address, .number = w->nodes[DEVICE].number}));
    world_run(w, 2000);
    CHECK(world_peer(w, DEVICE).value != 0);
    w->log_count = 0;
    CHECK_OK(wf_engine_answer_later(the_owner.engine, w->now, the_owner.later[0], true, no_value()));
    world_settle(w);
    CHECK(sent_by_device(w) == 0);
    world_end(w);
}

/* ---- every instance, every part ---- */

static void add_second(world *w) {
    const uint8_t on = 0x30;
    wf_node *node = wf_engine_node(w->nodes[DEVICE].engine);
    CHECK_OK(wf_node_add_object(node, SECOND_AIR_CONDITIONER));
    CHECK_OK(wf_node_add_property(node, SECOND_AIR_CONDITIONER, 0x80, 7, 1, 1, wf_bytes_of(&on, 1)));
}

static void instance_0_is_answered_by_every_instance_in_its_own_name(void) {
    world *w = clear_world(0);
    add_second(w);
    deliver(w, false, "1081 0001 05ff01 013000 62 01 80 00");
    world_settle(w);
    CHECK(sent_by_device(w) == 2);
    CHECK(last_sent_is(w, "1081 0001 013005 05ff01 72 01 80 01 30"));
    w->log_count--;
    CHECK(last_sent_is(w, "1081 0001 013001 05ff01 72 01 80 01 31"));
    world_end(w);
}

/* Answers bound to one request: each instance's own record. */
static void instance_0_under_a_session_is_answered_by_every_instance(void) {
    world *w = paired_world(0);
    add_second(w);
    uint8_t edata[32];
    wf_request request = {.target = {.peer = world_peer(w, CONTROLLER)},
                          .edata = hex_bytes(edata, sizeof edata, "05ff01 013000 62 01 80 00")};
    wf_request_id id;
    CHECK_OK(wf_engine_request(w->nodes[CONTROLLER].engine, w->now, &id, &request));
    world_settle(w);
    CHECK(sent_by_device(w) == 2);
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(w->log[i].bytes[1] == WF_EHD2_ARBITRARY);
    }
    CHECK(world_outcome(w, CONTROLLER, id) == NULL); /* there may be more of them */
    const wf_event *last = world_event_of(w, CONTROLLER, WF_EVENT_ANSWER);
    CHECK(last != NULL && last->edata.at[2] == 0x05);
    world_end(w);
}

static void fill(world *w, unsigned count) {
    wf_node *node = wf_engine_node(w->nodes[DEVICE].engine);
    for (unsigned i = 1; i < count; i++) { /* the air conditioner is there */
        CHECK_OK(wf_node_add_object(node, (i <= 100 ? 0x026B00u : 0x029000u) + (i - 1) % 100 + 1));
    }
}

static unsigned instances_announced(const world *w, const uint8_t esv_and_deoj[4], uint16_t tid) {
    unsigned instances = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        const world_datagram *d = &w->log[i];
        if (d->from != DEVICE) {
            continue;
        }
        wf_frame frame;
        wf_property list;
        size_t at = 0;
        CHECK_OK(wf_frame_parse(&frame, wf_bytes_of(d->bytes, d->len)));
        CHECK(frame.esv == esv_and_deoj[0] && frame.seoj == WF_EOJ_NODE_PROFILE &&
              memcmp(d->bytes + 7, esv_and_deoj + 1, 3) == 0);
        CHECK((tid == 0 || frame.tid == tid) && wf_address_is_unspecified(&d->to));
        CHECK(wf_property_next(&frame.list, &at, &list) && list.epc == 0xD5 && frame.list.count == 1);
        CHECK(list.edt.len == 1u + 3u * list.edt.at[0] && list.edt.at[0] <= 84);
        instances += list.edt.at[0];
    }
    return instances;
}

static const uint8_t to_all[] = {WF_ESV_INF, 0x0E, 0xF0, 0x01}, to_controller[] = {WF_ESV_INF, 0x05, 0xFF, 0x01};

static void two_hundred_instances_are_announced_in_three_frames(void) {
    world *w = clear_world(0);
    fill(w, 200);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_settle(w);
    CHECK(sent_by_device(w) == 3 && instances_announced(w, to_all, 0) == 200);
    world_end(w);
}

static void inf_req_for_d5_is_answered_with_all_parts(void) {
    world *w = clear_world(0);
    fill(w, 200);
    deliver(w, false, "1081 1234 05ff01 0ef001 63 01 d5 00");
    world_settle(w);
    CHECK(sent_by_device(w) == 3 && instances_announced(w, to_controller, 0x1234) == 200);
    w->log_count = 0;
    deliver(w, true, "1081 1235 05ff01 0ef001 63 01 d5 00");
    world_run(w, 500);
    CHECK(sent_by_device(w) == 3 && instances_announced(w, to_controller, 0x1235) == 200);
    w->log_count = 0;
    deliver(w, false, "1081 1236 05ff01 0ef001 62 01 d6 00");
    world_settle(w);
    CHECK(sent_by_device(w) == 1 && w->log[w->log_count - 1].bytes[14] == 84);
    world_end(w);
}

static void inf_req_for_d5_under_a_session_brings_all_parts_to_the_asker(void) {
    world *w = paired_world(0);
    fill(w, 200);
    uint8_t edata[32];
    wf_request request = {.target = {.peer = world_peer(w, CONTROLLER)},
                          .edata = hex_bytes(edata, sizeof edata, "05ff01 0ef001 63 01 d5 00")};
    wf_request_id id;
    CHECK_OK(wf_engine_request(w->nodes[CONTROLLER].engine, w->now, &id, &request));
    world_settle(w);
    CHECK(world_outcome(w, CONTROLLER, id) != NULL && sent_by_device(w) == 3);
    unsigned instances = world_outcome(w, CONTROLLER, id)->edata.at[10];
    for (unsigned i = 0; i < w->nodes[CONTROLLER].event_count; i++) {
        const wf_event *event = &w->nodes[CONTROLLER].events[i].event;
        if (event->kind == WF_EVENT_NOTIFICATION) {
            CHECK(event->is_protected);
            instances += event->edata.at[10];
        }
    }
    CHECK(instances == 200);
    world_end(w);
}

static void the_instance_list_is_announced_again_when_objects_come_and_go(void) {
    world *w = clear_world(0);
    add_second(w);
    wf_engine_announce_instances(w->nodes[DEVICE].engine, w->now);
    world_settle(w);
    CHECK(sent_by_device(w) == 1 && instances_announced(w, to_all, 0) == 2);
    CHECK_OK(wf_node_remove_object(wf_engine_node(w->nodes[DEVICE].engine), SECOND_AIR_CONDITIONER));
    w->log_count = 0;
    wf_engine_announce_instances(w->nodes[DEVICE].engine, w->now);
    world_settle(w);
    CHECK(sent_by_device(w) == 1 && instances_announced(w, to_all, 0) == 1);
    world_end(w);
}

static void paired_controllers_learn_of_new_objects_under_their_session(void) {
    world *w = paired_world(0);
    add_second(w);
    w->nodes[CONTROLLER].event_count = 0;
    wf_engine_announce_instances(w->nodes[DEVICE].engine, w->now);
    world_settle(w);
    bool proven = false;
    for (unsigned i = 0; i < w->nodes[CONTROLLER].event_count; i++) {
        const wf_event *event = &w->nodes[CONTROLLER].events[i].event;
        proven = proven || (event->kind == WF_EVENT_NOTIFICATION && event->is_protected && event->edata.at[10] == 2);
    }
    CHECK(proven);
    world_end(w);
}

/* ---- a node that only transmits ---- */

static void a_node_that_only_transmits_announces_and_hears_nothing(void) {
    world *w = clear_world(0);
    const uint8_t warm = 30;
    w->nodes[DEVICE].config.node.transmits_only = true;
    restart(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_settle(w);
    const world_datagram *d = &w->log[w->log_count - 1];
    const uint8_t frame[] = {0x0E, 0xF0, 0x02, 0x0E, 0xF0, 0x01, 0x73, 1, 0xD5, 4, 1, 0x01, 0x30, 0x01};
    CHECK(w->log_count == 1 && d->len == 4 + sizeof frame && memcmp(d->bytes + 4, frame, sizeof frame) == 0);
    CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, 0xB3, wf_bytes_of(&warm, 1)));
    world_settle(w);
    CHECK(w->log_count == 2 && w->log[1].bytes[10] == WF_ESV_INF);
    deliver(w, false, get_d6);
    deliver(w, true, "1081 0001 05ff01 0ef002 62 01 d6 00");
    deliver(w, false, "1081 0001 05ff01 013001 62 01 80 00");
    deliver(w, false, "1081 0001 05ff01 013001 74 01 80 01 30");
    world_run(w, 1000);
    CHECK(w->log_count == 2 && world_event_of(w, DEVICE, WF_EVENT_NOTIFICATION) == NULL);
    world_end(w);
}

static void a_node_that_only_transmits_can_have_no_identity(void) {
    world *w = world_new();
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    world_node *n = &w->nodes[DEVICE];
    wf_engine *engine;
    n->config.node.transmits_only = true;
    CHECK(wf_engine_start(&engine, &n->config, n->memory, n->size, w->now) == WF_ERROR_ARGUMENT);
    n->engine = NULL;
    world_end(w);
}

/* ---- the identification number ---- */

static void number_of(const world *w, uint8_t out[17]) {
    wf_writer value = wf_writer_of(out, 17);
    CHECK_OK(wf_node_get(wf_engine_node(w->nodes[DEVICE].engine), WF_EOJ_NODE_PROFILE, 0x83, &value));
}

static void a_node_without_an_identity_keeps_its_number_over_restarts(void) {
    world *w = clear_world(0);
    uint8_t first[17], again[17];
    wf_engine_config *config = &w->nodes[DEVICE].config;
    config->keep_number = true;
    memset(config->node.number, 0, sizeof config->node.number);
    restart(w, DEVICE);
    number_of(w, first);
    CHECK(first[0] == 0xFE && memcmp(first + 1, config->node.maker, 3) == 0);
    restart(w, DEVICE);
    number_of(w, again);
    CHECK(memcmp(first, again, sizeof first) == 0);
    config->node.number[0] = 0xFE; /* what was written down counts, not a new proposal */
    restart(w, DEVICE);
    number_of(w, again);
    CHECK(memcmp(first, again, sizeof first) == 0);
    memset(&w->nodes[DEVICE].store, 0, sizeof w->nodes[DEVICE].store);
    memset(config->node.number, 0x55, sizeof config->node.number);
    restart(w, DEVICE);
    memset(config->node.number, 0, sizeof config->node.number);
    restart(w, DEVICE);
    number_of(w, again);
    CHECK(again[0] == 0x55 && again[16] == 0x55);
    world_end(w);
}

static void a_store_that_fails_or_lies_about_the_number_stops_the_start(void) {
    world *w = clear_world(0);
    world_node *n = &w->nodes[DEVICE];
    wf_engine *engine;
    n->config.keep_number = true;
    n->store.fails = true;
    CHECK(wf_engine_start(&engine, &n->config, n->memory, n->size, w->now) == WF_ERROR_STORE);
    n->store.fails = false;
    CHECK_OK(world_save(&n->store, 0x0003, n->config.node.number, 5));
    CHECK(wf_engine_start(&engine, &n->config, n->memory, n->size, w->now) == WF_ERROR_STORE_DAMAGED);
    n->engine = NULL;
    world_end(w);
}

static void a_certified_node_bears_the_number_of_its_certificate(void) {
    world *w = world_new();
    uint8_t number[17];
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    w->nodes[DEVICE].config.keep_number = true;
    restart(w, DEVICE);
    number_of(w, number);
    CHECK(memcmp(number, w->nodes[DEVICE].number, sizeof number) == 0);
    world_end(w);
}

/* ---- unique identifier data ---- */

static bool unique_is(const world *w, uint8_t first, uint8_t second) {
    uint8_t bytes[2];
    wf_writer value = wf_writer_of(bytes, sizeof bytes);
    CHECK_OK(wf_node_get(wf_engine_node(w->nodes[DEVICE].engine), WF_EOJ_NODE_PROFILE, 0xBF, &value));
    return bytes[0] == first && bytes[1] == second;
}

static void ask_for_unique(world *w, uint8_t first, uint8_t second) {
    const uint8_t set[] = {0x10, 0x81, 0, 1, 0x05, 0xFF, 0x01, 0x0E, 0xF0, 0x01, 0x61, 1, 0xBF, 2, first, second};
    wf_engine_receive(w->nodes[DEVICE].engine, w->now, &w->nodes[0].address, false, wf_bytes_of(set, sizeof set));
}

static void unique_identifier_data_outlives_restarts(void) {
    world *w = clear_world(0);
    world_node *n = &w->nodes[DEVICE];
    const uint8_t own[] = {0x81, 0x23};
    n->config.policy = &wf_policy_open;
    n->config.node.unique[0] = 0x80;
    n->config.node.unique[1] = 0x01;
    restart(w, DEVICE);
    ask_for_unique(w, 0x45, 0x67);
    CHECK(unique_is(w, 0xC5, 0x67));
    restart(w, DEVICE);
    CHECK(unique_is(w, 0xC5, 0x67));
    CHECK_OK(wf_engine_put(n->engine, w->now, WF_EOJ_NODE_PROFILE, 0xBF, wf_bytes_of(own, sizeof own)));
    restart(w, DEVICE);
    CHECK(unique_is(w, 0x81, 0x23));
    world_end(w);
}

static void unique_identifier_data_that_cannot_be_kept_is_refused(void) {
    world *w = clear_world(0);
    world_node *n = &w->nodes[DEVICE];
    wf_engine *engine;
    n->config.policy = &wf_policy_open;
    n->config.node.unique[0] = 0x80;
    restart(w, DEVICE);
    n->store.fails = true;
    ask_for_unique(w, 0x45, 0x67);
    CHECK(unique_is(w, 0x80, 0x00));
    n->store.fails = false;
    CHECK_OK(world_save(&n->store, WF_STORE_UNIQUE, n->config.node.number, 1));
    CHECK(wf_engine_start(&engine, &n->config, n->memory, n->size, w->now) == WF_ERROR_STORE_DAMAGED);
    n->engine = NULL;
    world_end(w);
}

static bool puts_off(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    world *w = context;
    (void)eoj, (void)epc, (void)old, (void)edt;
    CHECK(wf_engine_later(w->nodes[DEVICE].engine).value == 0);
    return true;
}

static void unique_identifier_data_is_decided_at_once(void) {
    world *w = clear_world(0);
    world_node *n = &w->nodes[DEVICE];
    n->config.policy = &wf_policy_open;
    n->config.later = 4;
    n->config.node.set_hook = puts_off;
    n->config.node.set_context = w;
    n->config.node.unique[0] = 0x80;
    restart(w, DEVICE);
    ask_for_unique(w, 0x41, 0x02);
    CHECK(unique_is(w, 0xC1, 0x02));
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(an_answer_to_multicast_leaves_after_a_random_while_within_half_a_second),
    CASE(an_answer_to_unicast_leaves_at_once),
    CASE(the_longest_while_can_be_set_or_be_none),
    CASE(answers_that_find_no_room_to_wait_leave_at_once),
    CASE(a_read_is_answered_when_its_owner_decides),
    CASE(a_set_counts_when_its_owner_accepts_it),
    CASE(a_set_that_its_owner_refuses_changes_nothing),
    CASE(what_is_not_decided_in_time_is_refused),
    CASE(no_more_wait_than_there_is_room_for),
    CASE(a_copy_of_what_waits_asks_nobody_again),
    CASE(an_object_that_left_meanwhile_does_not_answer),
    CASE(a_decision_is_for_hooks_only),
    CASE(under_a_session_the_answer_is_bound_to_its_request),
    CASE(a_repeated_question_under_a_session_asks_nobody_again),
    CASE(a_command_under_a_session_counts_when_its_owner_accepts_it),
    CASE(a_session_that_ended_meanwhile_gets_no_answer),
    CASE(a_session_after_it_in_its_place_gets_no_answer),
    CASE(instance_0_is_answered_by_every_instance_in_its_own_name),
    CASE(instance_0_under_a_session_is_answered_by_every_instance),
    CASE(two_hundred_instances_are_announced_in_three_frames),
    CASE(inf_req_for_d5_is_answered_with_all_parts),
    CASE(inf_req_for_d5_under_a_session_brings_all_parts_to_the_asker),
    CASE(the_instance_list_is_announced_again_when_objects_come_and_go),
    CASE(paired_controllers_learn_of_new_objects_under_their_session),
    CASE(a_node_that_only_transmits_announces_and_hears_nothing),
    CASE(a_node_that_only_transmits_can_have_no_identity),
    CASE(a_node_without_an_identity_keeps_its_number_over_restarts),
    CASE(a_store_that_fails_or_lies_about_the_number_stops_the_start),
    CASE(a_certified_node_bears_the_number_of_its_certificate),
    CASE(unique_identifier_data_outlives_restarts),
    CASE(unique_identifier_data_that_cannot_be_kept_is_refused),
    CASE(unique_identifier_data_is_decided_at_once),
};

CHECK_MAIN(cases)
