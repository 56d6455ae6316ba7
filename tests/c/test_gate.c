/* What an engine makes of its policy and its listeners: who is let do what, what leaves in clear, what is reported. */
#include "world.h"

enum { CONTROLLER, DEVICE, STRANGER, FRIEND };

static const uint8_t epc_power = 0x80, epc_degrees = 0xB3;

/* A device, its controller (paired), a plain stranger and a plain friend, whose address the device lists. */
static world *mixed_home(const wf_policy *policy, unsigned listeners_off) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_configure(w, FRIEND, false, false);
    for (unsigned i = STRANGER; i <= FRIEND; i++) {
        world_configure(w, i, false, false);
        w->nodes[i].config.node.number[16] = (uint8_t)(i + 1);
        world_start(w, i);
    }
    wf_certificate_order order = world_order(w, &w->nodes[DEVICE], WF_ROLE_DEVICE, DEVICE + 1);
    world_issue(w, &w->nodes[DEVICE], order, w->anchors[0], &w->root_key);
    world_configure(w, DEVICE, true, true);
    wf_engine_config *config = &w->nodes[DEVICE].config;
    config->policy = policy;
    config->known = &w->nodes[FRIEND].address;
    config->known_count = 1;
    config->listeners_off = listeners_off;
    world_start(w, DEVICE);
    return w;
}

static void pair(world *w) {
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
}

static wf_error asks(world *w, unsigned who, uint8_t esv, uint8_t epc, uint8_t value) {
    bool sets = esv == WF_ESV_SETC;
    wf_request_id id = world_ask(w, who, DEVICE, esv, epc, wf_bytes_of(&value, sets ? 1 : 0));
    world_run(w, 30000);
    return world_outcome(w, who, id)->error;
}

static const wf_event *last_refusal(const world *w, unsigned i) {
    const wf_event *event = world_event_of(w, i, WF_EVENT_SECURITY);
    CHECK(event != NULL && event->error == WF_ERROR_POLICY);
    return event;
}

/* A clear frame as if from `from`; gives what the device sent back. */
static unsigned frame_from(world *w, unsigned from, bool multicast, uint8_t esv, wf_eoj seoj, wf_eoj deoj, uint8_t epc,
                           wf_bytes edt) {
    uint8_t bytes[64];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    static const uint8_t head[] = {WF_EHD1, 0x81, 0x12, 0x34};
    wf_write_bytes(&out, head, sizeof head);
    wf_frame_writer frame = wf_edata_begin(&out, seoj, deoj, esv);
    CHECK(wf_frame_property(&frame, epc, edt));
    unsigned before = w->log_count, answers = 0;
    world_deliver(w, DEVICE, &w->nodes[from].address, multicast, wf_bytes_of(bytes, out.len));
    world_run(w, 1000);
    for (unsigned i = before; i < w->log_count; i++) {
        answers += w->log[i].from == DEVICE && w->log[i].bytes[1] == 0x81;
    }
    return answers;
}

/* ---- peers ---- */

static void under_mixed_a_known_address_may_more_than_a_stranger_and_less_than_who_paired(void) {
    world *w = mixed_home(&wf_policy_mixed, 0);
    pair(w);
    static const struct {
        uint8_t esv, epc, value;
        bool stranger, friend, paired;
    } rows[] = {
        {WF_ESV_GET, 0xBB, 0, true, true, true},       /* room temperature */
        {WF_ESV_GET, 0x81, 0, false, false, true},     /* place */
        {WF_ESV_SETC, 0xB3, 21, false, true, true},    /* target temperature */
        {WF_ESV_SETC, 0xB0, 0x42, false, false, true}, /* mode */
        {WF_ESV_SETC, 0x80, 0x31, false, false, true}, /* on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK((asks(w, STRANGER, rows[i].esv, rows[i].epc, rows[i].value) == WF_OK) == rows[i].stranger);
        CHECK((asks(w, FRIEND, rows[i].esv, rows[i].epc, rows[i].value) == WF_OK) == rows[i].friend);
        CHECK((asks(w, CONTROLLER, rows[i].esv, rows[i].epc, rows[i].value) == WF_OK) == rows[i].paired);
    }
    world_end(w);
}

static void only_the_host_of_a_known_address_counts_not_its_port(void) {
    world *w = mixed_home(&wf_policy_mixed, 0);
    wf_address elsewhere = w->nodes[FRIEND].address;
    elsewhere.port = 40000;
    w->nodes[DEVICE].config.known = &elsewhere;
    world_start(w, DEVICE);
    CHECK_OK(asks(w, FRIEND, WF_ESV_SETC, epc_degrees, 21));
    world_end(w);
}

static void the_list_of_known_addresses_holds_hosts_only(void) {
    world *w = mixed_home(&wf_policy_strict, 0);
    const wf_address bad[] = {{{0}, 0, 0}, wf_address_group_ipv4(0), wf_address_group_ipv6(0, 1)};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        wf_engine *engine;
        wf_engine_config config = w->nodes[DEVICE].config;
        config.known = &bad[i];
        CHECK(wf_engine_start(&engine, &config, w->nodes[DEVICE].memory, w->nodes[DEVICE].size, w->now) ==
              WF_ERROR_ARGUMENT);
    }
    w->nodes[DEVICE].engine = NULL;
    world_end(w);
}

static void a_policy_that_is_not_sound_starts_no_engine(void) {
    const wf_policy_rule rule = {WF_PEER_MEMBER, WF_MAY_WRITE, false, 0, WF_ANY_CLASS, {{0x80, 0xFF}}, NULL, 0};
    const wf_policy policy = {"own", &rule, 1, NULL, false};
    world *w = mixed_home(&wf_policy_strict, 0);
    wf_engine *engine;
    wf_engine_config config = w->nodes[DEVICE].config;
    config.policy = &policy;
    CHECK(wf_engine_start(&engine, &config, w->nodes[DEVICE].memory, w->nodes[DEVICE].size, w->now) ==
          WF_ERROR_ARGUMENT);
    w->nodes[DEVICE].engine = NULL;
    world_end(w);
}

static void a_rule_may_take_from_who_is_paired(void) {
    static const wf_policy_rule rules[] = {{WF_PEER_PAIRED,
                                            WF_MAY_READ | WF_MAY_WRITE,
                                            true,
                                            1,
                                            0x0130,
                                            0x0130,
                                            {{0xB0, 0xB0}, {0xB3, 0xB3}},
                                            "not from outside",
                                            3}};
    static const wf_policy policy = {"own", rules, 1, &wf_policy_strict, false};
    world *w = mixed_home(&policy, 0);
    pair(w);
    CHECK(asks(w, CONTROLLER, WF_ESV_SETC, epc_degrees, 21) == WF_ERROR_REFUSED);
    CHECK(asks(w, CONTROLLER, WF_ESV_GET, epc_degrees, 0) == WF_ERROR_REFUSED);
    CHECK_OK(asks(w, CONTROLLER, WF_ESV_SETC, epc_power, 0x31));
    world_end(w);
}

static void what_a_peer_may_not_read_it_is_not_told_either(void) {
    static const wf_policy_rule rules[] = {
        {WF_PEER_PAIRED, WF_MAY_READ, true, WF_ANY_INSTANCE, 0x0130, 0x0130, {{0xB3, 0xB3}}, NULL, 1}};
    static const wf_policy policy = {"own", rules, 1, &wf_policy_strict, false};
    world *w = mixed_home(&policy, 0);
    pair(w);
    static const uint8_t degrees = 25, off = 0x30;
    CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, epc_degrees, wf_bytes_of(&degrees, 1)));
    world_settle(w);
    CHECK(world_event_of(w, CONTROLLER, WF_EVENT_NOTIFICATION) == NULL);
    CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, epc_power, wf_bytes_of(&off, 1)));
    world_settle(w);
    CHECK(world_event_of(w, CONTROLLER, WF_EVENT_NOTIFICATION) != NULL);
    world_end(w);
}

/* ---- refusals ---- */

static void a_refusal_is_counted_and_reported_with_object_and_properties(void) {
    world *w = mixed_home(&wf_policy_strict, 0);
    CHECK(asks(w, STRANGER, WF_ESV_SETC, epc_degrees, 21) == WF_ERROR_REFUSED);
    const wf_event *event = last_refusal(w, DEVICE);
    CHECK(event->eoj == AIR_CONDITIONER && event->epc == epc_degrees && event->access == WF_MAY_WRITE);
    CHECK(wf_address_same_host(&event->from, &w->nodes[STRANGER].address));
    CHECK(event->peer.value == 0 && !event->is_protected);
    CHECK(event->edata.len == 1 && event->edata.at[0] == epc_degrees);
    CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->policy_refused == 1);
    world_end(w);
}

static void each_refused_property_of_a_request_is_named(void) {
    world *w = mixed_home(&wf_policy_strict, 0);
    uint8_t edata[64];
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, WF_ESV_GET);
    static const uint8_t epcs[] = {0x80, 0xB0, 0xBB};
    for (size_t i = 0; i < 3; i++) {
        CHECK(wf_frame_property(&frame, epcs[i], wf_bytes_of(NULL, 0)));
    }
    wf_request request = {.target = {.address = w->nodes[DEVICE].address}, .edata = wf_bytes_of(edata, out.len)};
    wf_request_id id;
    CHECK_OK(wf_engine_request(w->nodes[STRANGER].engine, w->now, &id, &request));
    world_settle(w);
    const wf_event *event = last_refusal(w, DEVICE);
    CHECK(wf_bytes_equal(event->edata, wf_bytes_of(epcs, sizeof epcs)) && event->access == WF_MAY_READ);
    CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->policy_refused == 3);
    world_end(w);
}

static void a_refusal_of_a_paired_peer_names_it(void) {
    static const wf_policy_rule rules[] = {
        {WF_PEER_PAIRED, WF_MAY_WRITE, true, WF_ANY_INSTANCE, WF_ANY_CLASS, {{0x80, 0x80}}, NULL, 1}};
    static const wf_policy policy = {"own", rules, 1, &wf_policy_strict, false};
    world *w = mixed_home(&policy, 0);
    pair(w);
    CHECK(asks(w, CONTROLLER, WF_ESV_SETC, epc_power, 0x31) == WF_ERROR_REFUSED);
    const wf_event *event = last_refusal(w, DEVICE);
    CHECK(event->is_protected && event->peer.value == world_peer(w, DEVICE).value && event->access == WF_MAY_WRITE);
    world_end(w);
}

static void a_notification_that_is_not_wanted_is_reported(void) {
    world *w = mixed_home(&wf_policy_strict, 0);
    static const uint8_t on = 0x30;
    frame_from(w, STRANGER, true, WF_ESV_INF, 0x026F01, WF_EOJ_NODE_PROFILE, 0x80, wf_bytes_of(&on, 1));
    const wf_event *event = last_refusal(w, DEVICE);
    CHECK(event->eoj == 0x026F01 && event->epc == 0x80 && event->access == WF_MAY_NOTIFY);
    CHECK(world_event_of(w, DEVICE, WF_EVENT_NOTIFICATION) == NULL);
    CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->policy_refused == 1);
    world_end(w);
}

/* ---- clear multicast ---- */

static unsigned clear_multicasts(const world *w, unsigned from, bool other_than_instances) {
    unsigned count = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        const world_datagram *d = &w->log[i];
        bool clear = d->from == from && wf_address_is_unspecified(&d->to) && d->bytes[1] == 0x81;
        count += clear && !(other_than_instances && d->bytes[10] == WF_ESV_INF && d->bytes[12] == 0xD5);
    }
    return count;
}

/* Announces, changes every property and is asked for announcements of all of them. */
static void live_a_little(world *w, bool may_tell_instances) {
    static const uint8_t values[] = {0x30, 0x31};
    wf_engine *engine = w->nodes[DEVICE].engine;
    for (unsigned epc = 0x80; epc < 0x100; epc++) {
        w->log_count = 0;
        wf_engine_announce(engine, w->now);
        for (size_t i = 0; i < 2; i++) {
            wf_error ignored = wf_engine_put(engine, w->now, AIR_CONDITIONER, (uint8_t)epc, wf_bytes_of(&values[i], 1));
            (void)ignored; /* it has six of them */
            world_settle(w);
        }
        frame_from(w, STRANGER, epc % 2 == 0, WF_ESV_INF_REQ, WF_EOJ_CONTROLLER, AIR_CONDITIONER, (uint8_t)epc,
                   wf_bytes_of(NULL, 0));
        frame_from(w, FRIEND, epc % 2 == 0, WF_ESV_INF_REQ, WF_EOJ_CONTROLLER, WF_EOJ_NODE_PROFILE, (uint8_t)epc,
                   wf_bytes_of(NULL, 0));
        CHECK(clear_multicasts(w, DEVICE, may_tell_instances) == 0 && w->log_count < WORLD_LOG);
    }
}

static void without_a_permitted_announcement_only_the_instance_list_leaves_by_clear_multicast(void) {
    const wf_policy *policies[] = {&wf_policy_strict, &wf_policy_mixed};
    for (size_t i = 0; i < 2; i++) {
        world *w = mixed_home(policies[i], 0);
        pair(w);
        live_a_little(w, true);
        world_end(w);
    }
}

static wf_error informs(world *w, unsigned from, const wf_address *to, wf_eoj seoj, uint8_t epc) {
    uint8_t edata[32];
    static const uint8_t value = 0x30;
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, seoj, WF_EOJ_NODE_PROFILE, WF_ESV_INF);
    CHECK(wf_frame_property(&frame, epc, wf_bytes_of(&value, 1)));
    wf_request request = {.target = {.address = *to}, .edata = wf_bytes_of(edata, out.len)};
    wf_request_id id;
    return wf_engine_request(w->nodes[from].engine, w->now, &id, &request);
}

static void the_owner_too_informs_in_clear_of_nothing_that_the_policy_keeps(void) {
    world *w = mixed_home(&wf_policy_mixed, 0);
    const wf_address everybody = {{0}, 0, 0};
    CHECK(informs(w, DEVICE, &everybody, AIR_CONDITIONER, 0xBB) == WF_ERROR_POLICY);
    CHECK_OK(informs(w, DEVICE, &w->nodes[STRANGER].address, AIR_CONDITIONER, 0xBB)); /* it might read it */
    CHECK(informs(w, DEVICE, &w->nodes[STRANGER].address, AIR_CONDITIONER, 0x81) == WF_ERROR_POLICY);
    CHECK_OK(informs(w, DEVICE, &everybody, WF_EOJ_NODE_PROFILE, 0xD5));
    world_end(w);
}

static void who_may_announce_is_heard_by_everybody(void) {
    world *w = mixed_home(&wf_policy_open, 0);
    static const uint8_t off = 0x30, on = 0x31;
    w->log_count = 0;
    CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, epc_power, wf_bytes_of(&off, 1)));
    CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, epc_power, wf_bytes_of(&on, 1)));
    world_settle(w);
    CHECK(clear_multicasts(w, DEVICE, true) > 0);
    world_end(w);
}

/* ---- no way back to plaintext ---- */

static void from_a_paired_address_a_clear_command_is_refused_under_every_policy(void) {
    const wf_policy *policy;
    static const uint8_t off = 0x30;
    for (unsigned at = 0; (policy = wf_policy_shipped(at)) != NULL; at++) {
        world *w = mixed_home(policy, 0);
        w->nodes[DEVICE].config.known = &w->nodes[CONTROLLER].address; /* even if it is listed */
        world_start(w, DEVICE);
        pair(w);
        CHECK(frame_from(w, CONTROLLER, false, WF_ESV_SETC, WF_EOJ_CONTROLLER, AIR_CONDITIONER, epc_power,
                         wf_bytes_of(&off, 1)) == 1);
        CHECK(world_value(w, DEVICE, epc_power) == 0x31);
        const wf_event *event = last_refusal(w, DEVICE);
        CHECK(event->peer.value == world_peer(w, DEVICE).value && !event->is_protected);
        CHECK(event->eoj == AIR_CONDITIONER && event->epc == epc_power);
        CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->plaintext_from_paired == 1);
        const wf_target place = {.address = w->nodes[CONTROLLER].address};
        wf_policy_question question = {WF_PEER_KNOWN, WF_EOJ_NODE_PROFILE, 0xD6, WF_MAY_READ};
        wf_policy_verdict verdict;
        CHECK_OK(wf_engine_explain(w->nodes[DEVICE].engine, &verdict, &question, &place));
        CHECK(verdict.allowed && question.peer == WF_PEER_UNKNOWN);
        world_end(w);
    }
}

static void from_a_paired_address_a_clear_read_gets_what_discovery_needs_only(void) {
    world *w = mixed_home(&wf_policy_open, 0);
    pair(w);
    const wf_bytes none = wf_bytes_of(NULL, 0);
    CHECK(frame_from(w, CONTROLLER, true, WF_ESV_GET, WF_EOJ_CONTROLLER, WF_EOJ_NODE_PROFILE, 0xD6, none) == 1);
    CHECK(world_event_of(w, DEVICE, WF_EVENT_SECURITY) == NULL);
    CHECK(w->log[w->log_count - 1].bytes[10] == WF_ESV_GET_RES);
    frame_from(w, CONTROLLER, false, WF_ESV_GET, WF_EOJ_CONTROLLER, AIR_CONDITIONER, 0xBB, none);
    CHECK(last_refusal(w, DEVICE)->epc == 0xBB);
    world_end(w);
}

static void from_a_paired_address_no_clear_notification_is_passed_on_but_the_instance_list(void) {
    static const uint8_t instances[] = {1, 0x02, 0x6F, 0x01}, unlocked = 0x42;
    for (unsigned esv = WF_ESV_INF; esv <= WF_ESV_INFC; esv++) {
        world *w = mixed_home(&wf_policy_open, 0);
        pair(w);
        CHECK(frame_from(w, CONTROLLER, false, (uint8_t)esv, 0x026F01, WF_EOJ_NODE_PROFILE, 0xE0,
                         wf_bytes_of(&unlocked, 1)) == 0);
        CHECK(world_event_of(w, DEVICE, WF_EVENT_NOTIFICATION) == NULL);
        const wf_event *event = last_refusal(w, DEVICE);
        CHECK(event->eoj == 0x026F01 && event->epc == 0xE0 && event->access == WF_MAY_NOTIFY);
        CHECK(frame_from(w, CONTROLLER, false, (uint8_t)esv, WF_EOJ_NODE_PROFILE, WF_EOJ_NODE_PROFILE, 0xD5,
                         wf_bytes_of(instances, sizeof instances)) == 0);
        const wf_event *note = world_event_of(w, DEVICE, WF_EVENT_NOTIFICATION);
        CHECK((note != NULL) == (esv == WF_ESV_INF));
        CHECK(note == NULL || (note->peer.value == 0 && !note->is_protected));
        world_end(w);
    }
}

/* The controller has restarted and has no session yet, when somebody speaks in clear from its device's address. */
static void from_a_paired_address_no_clear_value_enters_roster_or_calls(void) {
    static const uint8_t instances[] = {1, 0x02, 0x6F, 0x01}, number[17] = {0xFE, 1, 2, 3}, room = 99;
    world *w = mixed_home(&wf_policy_open, 0);
    pair(w);
    wf_engine_config *config = &w->nodes[CONTROLLER].config;
    config->policy = &wf_policy_open;
    config->nodes = config->calls = 4;
    world_start(w, CONTROLLER);
    static const uint8_t gets[] = {0xBB};
    wf_request_id id;
    const wf_call call = {.target = {.address = w->nodes[DEVICE].address},
                          .seoj = WF_EOJ_CONTROLLER,
                          .deoj = AIR_CONDITIONER,
                          .gets = gets,
                          .get_count = 1};
    w->nodes[DEVICE].config.node.number[16] = 0;
    CHECK_OK(wf_engine_call(w->nodes[CONTROLLER].engine, w->now, &id, &call));
    for (unsigned tid = 0; tid < 0x10000; tid++) {
        uint8_t bytes[64];
        wf_writer out = wf_writer_of(bytes, sizeof bytes);
        const uint8_t head[] = {WF_EHD1, 0x81, (uint8_t)(tid >> 8), (uint8_t)tid};
        wf_write_bytes(&out, head, sizeof head);
        bool reads = tid % 3 == 0;
        wf_frame_writer frame =
            wf_edata_begin(&out, reads ? AIR_CONDITIONER : WF_EOJ_NODE_PROFILE, WF_EOJ_CONTROLLER, WF_ESV_GET_RES);
        CHECK(wf_frame_property(&frame, reads ? 0xBB : (tid % 3 == 1 ? 0xD6 : 0x83),
                                reads ? wf_bytes_of(&room, 1)
                                      : (tid % 3 == 1 ? wf_bytes_of(instances, 4) : wf_bytes_of(number, 17))));
        world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false, wf_bytes_of(bytes, out.len));
        wf_event event;
        while (wf_engine_next_event(w->nodes[CONTROLLER].engine, &event)) {
            CHECK(event.kind == WF_EVENT_SECURITY && event.error == WF_ERROR_POLICY);
        }
    }
    unsigned at = 0;
    wf_known known;
    CHECK(!wf_engine_next_known(w->nodes[CONTROLLER].engine, &at, &known));
    CHECK(wf_engine_counters(w->nodes[CONTROLLER].engine)->plaintext_from_paired == 0x10000);
    world_end(w);
}

static void discovery_still_finds_a_paired_device_that_answers_in_clear(void) {
    world *w = mixed_home(&wf_policy_strict, 0);
    pair(w);
    wf_request_id id;
    const wf_address everybody = {{0}, 0, 0};
    CHECK_OK(wf_engine_discover(w->nodes[CONTROLLER].engine, w->now, &id, &everybody, 1000, false));
    world_run(w, 2000);
    bool found = false;
    for (unsigned i = 0; i < w->nodes[CONTROLLER].event_count; i++) {
        const wf_event *event = &w->nodes[CONTROLLER].events[i].event;
        found |= event->kind == WF_EVENT_ANSWER && wf_address_same_host(&event->from, &w->nodes[DEVICE].address);
    }
    CHECK(found);
    world_end(w);
}

/* ---- listeners ---- */

static void scan_listener(unsigned off, bool hello, bool plaintext, bool by_group, bool by_ipv6) {
    world *w = mixed_home(&wf_policy_strict, off);
    static const uint8_t question[] = {0x10, 0x82, 0, 1, 0x10, 0, 0, 0, 0, 0};
    static const uint8_t get[] = {0x10, 0x81, 0, 2, 0x05, 0xFF, 0x01, 0x0E, 0xF0, 0x01, 0x62, 1, 0xD6, 0};
    wf_address ipv6 = {{0xFE, 0x80, [15] = 9}, WF_PORT, 1};
    uint64_t shut = 0;
    for (unsigned i = 0; i < 8; i++) {
        bool is_hello = (i & 1) != 0, multicast = (i & 2) != 0, is_ipv6 = (i & 4) != 0;
        wf_bytes bytes = is_hello ? wf_bytes_of(question, sizeof question) : wf_bytes_of(get, sizeof get);
        world_deliver(w, DEVICE, is_ipv6 ? &ipv6 : &w->nodes[STRANGER].address, multicast, bytes);
        world_run(w, 1000);
        unsigned answers = 0;
        for (unsigned k = 0; k < w->log_count; k++) {
            answers += w->log[k].from == DEVICE;
        }
        bool open = (is_hello ? hello : plaintext) && (!multicast || by_group) && (!is_ipv6 || by_ipv6);
        CHECK(answers == (open ? 1 : 0));
        shut += !open;
        w->log_count = 0;
    }
    CHECK(wf_engine_counters(w->nodes[DEVICE].engine)->listener_off == shut);
    world_end(w);
}

static void each_listener_can_be_switched_off_alone(void) {
    scan_listener(0, true, true, true, true);
    scan_listener(WF_LISTENER_HELLO, false, true, true, true);
    scan_listener(WF_LISTENER_PLAINTEXT, true, false, true, true);
    scan_listener(WF_LISTENER_GROUP, true, true, false, true);
    scan_listener(WF_LISTENER_IPV6, true, true, true, false);
    scan_listener(WF_LISTENER_HELLO | WF_LISTENER_PLAINTEXT | WF_LISTENER_GROUP | WF_LISTENER_IPV6, false, false, false,
                  false);
}

static void with_every_listener_off_who_is_paired_is_still_served(void) {
    world *w =
        mixed_home(&wf_policy_strict, WF_LISTENER_HELLO | WF_LISTENER_PLAINTEXT | WF_LISTENER_GROUP | WF_LISTENER_IPV6);
    pair(w);
    CHECK_OK(asks(w, CONTROLLER, WF_ESV_SETC, epc_power, 0x30));
    CHECK(world_value(w, DEVICE, epc_power) == 0x30);
    world_start(w, DEVICE);
    wf_engine_announce(w->nodes[DEVICE].engine, w->now);
    world_run(w, 1000);
    CHECK_OK(asks(w, CONTROLLER, WF_ESV_GET, epc_power, 0));
    world_end(w);
}

static void without_plaintext_nothing_in_clear_leaves_either(void) {
    world *w = mixed_home(&wf_policy_open, WF_LISTENER_PLAINTEXT);
    pair(w);
    live_a_little(w, false);
    wf_request_id id;
    const wf_address everybody = {{0}, 0, 0};
    CHECK_OK(wf_engine_discover(w->nodes[DEVICE].engine, w->now, &id, &everybody, 0, false)); /* a hello goes out */
    world_settle(w);
    CHECK(clear_multicasts(w, DEVICE, false) == 0);
    CHECK(informs(w, DEVICE, &everybody, WF_EOJ_NODE_PROFILE, 0xD5) == WF_ERROR_POLICY);
    world_end(w);
}

/* ---- explaining ---- */

static void an_engine_explains_for_peers_addresses_and_kinds(void) {
    world *w = mixed_home(&wf_policy_mixed, 0);
    pair(w);
    const wf_engine *engine = w->nodes[DEVICE].engine;
    const wf_target paired = {.peer = world_peer(w, DEVICE)}, nobody = {.peer = {77}};
    const wf_target in_clear = {.address = w->nodes[CONTROLLER].address},
                    friend = {.address = w->nodes[FRIEND].address};
    const struct {
        const wf_target *who;
        wf_peer_kind asked, counted;
        uint8_t epc;
        wf_policy_access access;
        bool allowed;
    } rows[] = {
        {&paired, WF_PEER_UNKNOWN, WF_PEER_PAIRED, 0x80, WF_MAY_WRITE, true},
        {&in_clear, WF_PEER_PAIRED, WF_PEER_UNKNOWN, 0x80, WF_MAY_WRITE, false},
        {&in_clear, WF_PEER_PAIRED, WF_PEER_UNKNOWN, 0xBB, WF_MAY_READ, false}, /* others may in clear, it not */
        {&friend, WF_PEER_UNKNOWN, WF_PEER_KNOWN, 0xB3, WF_MAY_WRITE, true},
        {&friend, WF_PEER_UNKNOWN, WF_PEER_UNKNOWN, 0xB3, WF_MAY_ANNOUNCE, false},
        {NULL, WF_PEER_KNOWN, WF_PEER_KNOWN, 0xB0, WF_MAY_WRITE, false},
        {NULL, WF_PEER_MEMBER, WF_PEER_MEMBER, 0xB0, WF_MAY_NOTIFY, true},
    };
    wf_policy_verdict verdict;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wf_policy_question question = {rows[i].asked, AIR_CONDITIONER, rows[i].epc, rows[i].access};
        CHECK_OK(wf_engine_explain(engine, &verdict, &question, rows[i].who));
        CHECK(verdict.allowed == rows[i].allowed && question.peer == rows[i].counted);
    }
    wf_policy_question question = {WF_PEER_PAIRED, AIR_CONDITIONER, 0x80, WF_MAY_READ};
    CHECK(wf_engine_explain(engine, &verdict, &question, &nobody) == WF_ERROR_NOT_PAIRED);
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(under_mixed_a_known_address_may_more_than_a_stranger_and_less_than_who_paired),
    CASE(only_the_host_of_a_known_address_counts_not_its_port),
    CASE(the_list_of_known_addresses_holds_hosts_only),
    CASE(a_policy_that_is_not_sound_starts_no_engine),
    CASE(a_rule_may_take_from_who_is_paired),
    CASE(what_a_peer_may_not_read_it_is_not_told_either),
    CASE(a_refusal_is_counted_and_reported_with_object_and_properties),
    CASE(each_refused_property_of_a_request_is_named),
    CASE(a_refusal_of_a_paired_peer_names_it),
    CASE(a_notification_that_is_not_wanted_is_reported),
    CASE(without_a_permitted_announcement_only_the_instance_list_leaves_by_clear_multicast),
    CASE(the_owner_too_informs_in_clear_of_nothing_that_the_policy_keeps),
    CASE(who_may_announce_is_heard_by_everybody),
    CASE(from_a_paired_address_a_clear_command_is_refused_under_every_policy),
    CASE(from_a_paired_address_a_clear_read_gets_what_discovery_needs_only),
    CASE(from_a_paired_address_no_clear_notification_is_passed_on_but_the_instance_list),
    CASE(from_a_paired_address_no_clear_value_enters_roster_or_calls),
    CASE(discovery_still_finds_a_paired_device_that_answers_in_clear),
    CASE(each_listener_can_be_switched_off_alone),
    CASE(with_every_listener_off_who_is_paired_is_still_served),
    CASE(without_plaintext_nothing_in_clear_leaves_either),
    CASE(an_engine_explains_for_peers_addresses_and_kinds),
};

CHECK_MAIN(cases)
