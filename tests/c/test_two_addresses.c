/* Nodes that are there in IPv4 and in IPv6: one node, asked at one address. */
#include "street.h"

static world *street_with_both_families(void) {
    world *w = street_of_two();
    street.devices[0].other = host6(9);
    return w;
}

static void a_node_in_both_families_is_one_node(void) {
    world *w = street_with_both_families();
    for (unsigned i = 0; i < 3; i++) {
        discover(w, false);
        CHECK(count_known(w) == 2);
        CHECK(count_events(w, WF_EVENT_NODE_FOUND) == (i == 0 ? 2 : 0) && count_events(w, WF_EVENT_NODE_GONE) == 0);
        CHECK(i == 0 || count_events(w, WF_EVENT_NODE_CHANGED) == 0); /* it does not move to and fro */
    }
    wf_known four = known_at(w, &street.devices[0].address), six = known_at(w, &street.devices[0].other);
    CHECK(four.id.value == six.id.value);
    CHECK(wf_address_same_host(&four.address, &street.devices[0].address));
    CHECK(wf_address_same_host(&four.other, &street.devices[0].other));
    world_end(w);
}

static void ipv4_is_asked_whichever_family_was_heard_first(void) {
    world *w = street_with_both_families();
    hear(w, &street.devices[0].other, 0x83, street.devices[0].number);
    wf_known known = known_at(w, &street.devices[0].other);
    CHECK(wf_address_same_host(&known.address, &street.devices[0].other));
    hear(w, &street.devices[0].address, 0x83, street.devices[0].number);
    known = known_at(w, &street.devices[0].other);
    CHECK(wf_address_same_host(&known.address, &street.devices[0].address));
    CHECK(wf_address_same_host(&known.other, &street.devices[0].other));
    world_end(w);
}

static void a_move_in_one_family_leaves_the_other_address(void) {
    world *w = street_with_both_families();
    discover(w, false);
    wf_known before = known_at(w, &street.devices[0].address);
    street.devices[0].address = wf_address_ipv4(10, 0, 0, 77, WF_PORT);
    discover(w, false);
    wf_known after = known_at(w, &street.devices[0].address);
    CHECK(after.id.value == before.id.value && wf_address_same_host(&after.other, &street.devices[0].other));
    street.devices[0].other = host6(78);
    discover(w, false);
    CHECK(known_at(w, &street.devices[0].other).id.value == before.id.value && count_known(w) == 2);
    world_end(w);
}

/* IPv6 of the first device is given to the second, or its IPv4. */
static void another_device_at_one_of_two_addresses_is_another_node(void) {
    for (int of_ipv4 = 0; of_ipv4 < 2; of_ipv4++) {
        world *w = street_with_both_families();
        discover(w, false);
        wf_address lost = of_ipv4 ? street.devices[0].address : street.devices[0].other;
        wf_address kept = of_ipv4 ? street.devices[0].other : street.devices[0].address;
        hear(w, &lost, 0x83, wf_bytes_of(numbers[1], 17));
        wf_known first, second;
        CHECK(wf_engine_known_by_number(w->nodes[0].engine, numbers[1], &second));
        CHECK(wf_address_same_host(&second.address, &lost) && wf_address_is_unspecified(&second.other));
        hear(w, &kept, 0x83, street.devices[0].number);
        CHECK(wf_engine_known_by_number(w->nodes[0].engine, street.devices[0].number.at, &first));
        CHECK(wf_address_same_host(&first.address, &kept) && wf_address_is_unspecified(&first.other));
        CHECK(first.id.value != second.id.value);
        hear(w, &kept, 0x83, wf_bytes_of(numbers[1], 17)); /* and the other one too */
        CHECK(wf_engine_known_by_number(w->nodes[0].engine, numbers[1], &second));
        CHECK(known_at(w, &kept).id.value == second.id.value && known_at(w, &lost).id.value == second.id.value);
        CHECK(!wf_engine_known_by_number(w->nodes[0].engine, street.devices[0].number.at, &first));
        world_end(w);
    }
}

static void of_two_addresses_a_known_node_can_take_one(void) {
    world *w = street_with_both_families();
    street.devices[1].number = wf_bytes_of(numbers[1], 17);
    discover(w, false);
    hear(w, &street.devices[0].other, 0x83, street.devices[1].number);
    wf_known first = known_at(w, &street.devices[0].address), second = known_at(w, &street.devices[1].address);
    CHECK(first.id.value != second.id.value && wf_address_is_unspecified(&first.other));
    CHECK(wf_address_same_host(&second.other, &street.devices[0].other));
    world_end(w);
}

static wf_error read_one(world *w, const wf_address *address) {
    const uint8_t get = 0xB0;
    wf_call call = {.target = {.address = *address},
                    .seoj = WF_EOJ_CONTROLLER,
                    .deoj = AIR_CONDITIONER,
                    .gets = &get,
                    .get_count = 1,
                    .timeout_ms = 2000};
    wf_request_id id;
    CHECK_OK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call));
    quirky_run(w, 5000);
    return world_outcome(w, 0, id)->error;
}

static bool lose_ipv4(world *w, world_datagram *d) {
    return !wf_address_same_host(&d->to, &street.devices[0].address) && quirky_pass(w, d);
}

static void who_is_silent_at_one_address_is_asked_at_the_other(void) {
    world *w = street_with_both_families();
    discover(w, false);
    wf_known known = known_at(w, &street.devices[0].address);
    w->pass = lose_ipv4;
    discover(w, true);
    w->nodes[0].event_count = 0;
    street.devices[0].is_off = true; /* so that the look at everybody finds it silent */
    discover(w, true);
    quirky_run(w, 20000);
    street.devices[0].is_off = false;
    CHECK(wf_engine_known(w->nodes[0].engine, known.id, &known));
    CHECK(known.state == WF_KNOWN_OFFLINE && wf_address_same_host(&known.address, &street.devices[0].other));
    CHECK_OK(read_one(w, &known.address));
    CHECK(wf_engine_known(w->nodes[0].engine, known.id, &known) && known.state == WF_KNOWN_ONLINE);
    CHECK(wf_address_same_host(&known.address, &street.devices[0].other));
    world_end(w);
}

static void one_property_unanswered_is_enough_to_try_the_other_address(void) {
    world *w = street_with_both_families();
    discover(w, false);
    wf_known known = known_at(w, &street.devices[0].address);
    w->pass = lose_ipv4;
    CHECK(read_one(w, &known.address) == WF_ERROR_NO_ANSWER);
    CHECK(wf_engine_known(w->nodes[0].engine, known.id, &known));
    CHECK(wf_address_same_host(&known.address, &street.devices[0].other));
    CHECK_OK(read_one(w, &known.address));
    w->pass = quirky_pass;
    street.devices[0].has[0xB0] = false;
    street.devices[0].silent_epc = 0xB0; /* it is there, but keeps silent about that */
    w->nodes[0].event_count = 0;
    CHECK(read_one(w, &known.address) == WF_ERROR_NO_ANSWER);
    CHECK(wf_engine_known(w->nodes[0].engine, known.id, &known) && known.state == WF_KNOWN_ONLINE);
    world_end(w);
}

static void the_address_that_the_caller_names_is_asked(void) {
    world *w = street_with_both_families();
    discover(w, false);
    w->log_count = 0;
    CHECK_OK(read_one(w, &street.devices[0].other));
    CHECK(w->log_count == 1 && wf_address_same_host(&w->log[0].to, &street.devices[0].other));
    wf_address six = street.devices[0].other;
    street.devices[0].other = (wf_address){0}; /* gone in that family */
    CHECK(read_one(w, &six) == WF_ERROR_NO_ANSWER);
    wf_known known = known_at(w, &street.devices[0].address);
    CHECK(known.state == WF_KNOWN_ONLINE && wf_address_same_host(&known.address, &street.devices[0].address));
    world_end(w);
}

/* The device answers in clear from IPv6 too, where its pairing does not say that it is. */
static void a_paired_peer_in_both_families_is_one_node(void) {
    world *w = world_new();
    world_add(w, 0, WF_ROLE_CONTROLLER);
    world_add(w, 1, WF_ROLE_DEVICE);
    w->nodes[0].config.calls = w->nodes[0].config.nodes = 4;
    world_start(w, 0);
    CHECK_OK(wf_engine_open_window(w->nodes[1].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, 0, 1));
    (void)world_ask(w, 0, 1, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 5000);
    w->nodes[0].event_count = 0;
    wf_address six = host6(1);
    for (unsigned i = 0; i < 3; i++) {
        hear(w, &six, 0x83, wf_bytes_of(w->nodes[1].number, 17));
        hear(w, &six, 0xD5, wf_bytes_of((const uint8_t *)"\x01\x05\xFD\x01", 4));
    }
    wf_known known;
    CHECK(count_known(w) == 1 && count_events(w, WF_EVENT_NODE_FOUND) == 0);
    CHECK(wf_engine_known_at(w->nodes[0].engine, &six, &known) && known.is_peer && known.instances == 0);
    CHECK(wf_address_same_host(&known.address, &w->nodes[1].address) && wf_address_is_unspecified(&known.other));
    wf_request_id id;
    CHECK_OK(wf_engine_unpair(w->nodes[0].engine, w->now, &id, world_peer(w, 0)));
    world_run(w, 5000);
    hear(w, &w->nodes[1].address, 0xD5, wf_bytes_of((const uint8_t *)"\x01\x01\x30\x01", 4));
    known = known_at(w, &w->nodes[1].address); /* in clear it counts again */
    CHECK(!known.is_peer && known.instances == 1 && wf_address_same_host(&known.other, &six));
    world_end(w);
}

/* Two addresses of one family under one number: a second interface, or two devices that were made with the same one. */
static void a_number_at_two_addresses_of_one_family_does_not_go_to_and_fro(void) {
    for (unsigned ipv6 = 0; ipv6 < 2; ipv6++) {
        world *w = street_of_two();
        const wf_bytes number = street.devices[0].number;
        const wf_address here = ipv6 ? host6(1) : host(101), there = ipv6 ? host6(2) : host(102);
        hear(w, &here, 0x83, number);
        const wf_known_id id = known_at(w, &here).id;
        hear(w, &there, 0x83, number); /* it may have moved, once */
        CHECK(known_at(w, &there).id.value == id.value);
        w->nodes[0].event_count = 0;
        for (unsigned i = 0; i < 5; i++) {
            hear(w, &here, 0x83, number);
            hear(w, &there, 0x83, number);
        }
        CHECK(known_at(w, &there).id.value == id.value && count_events(w, WF_EVENT_NODE_CHANGED) == 0);
        CHECK(known_at(w, &here).id.value != id.value && !known_at(w, &here).has_number);
        CHECK(read_one(w, &there) == WF_ERROR_NO_ANSWER); /* silent: now the other address is its own */
        hear(w, &here, 0x83, number);
        CHECK(known_at(w, &here).id.value == id.value && count_known(w) == 1);
        CHECK(known_at(w, &here).state == WF_KNOWN_ONLINE);
        world_end(w);
    }
}

static void a_full_roster_still_follows_and_merges(void) {
    world *w = street_of_two();
    const wf_bytes number = street.devices[0].number;
    const wf_address before = host(201), after = host(202), six = host6(3);
    wf_known known;
    hear(w, &before, 0x83, number);
    for (unsigned i = 1; i < w->nodes[0].config.nodes; i++) {
        wf_address other = host(i);
        hear(w, &other, 0xD5, wf_bytes_of((const uint8_t *)"\x00", 1));
    }
    CHECK(count_known(w) == w->nodes[0].config.nodes);
    hear(w, &six, 0xD5, wf_bytes_of((const uint8_t *)"\x00", 1));
    hear(w, &six, 0x83, wf_bytes_of(numbers[1], 17));
    CHECK(!wf_engine_known_at(w->nodes[0].engine, &six, &known));
    hear(w, &six, 0x83, number);
    known = known_at(w, &six);
    CHECK(wf_address_same_host(&known.address, &before));
    hear(w, &after, 0x83, number);
    CHECK(known_at(w, &after).id.value == known_at(w, &six).id.value);
    CHECK(count_known(w) == w->nodes[0].config.nodes);
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(a_node_in_both_families_is_one_node),
    CASE(ipv4_is_asked_whichever_family_was_heard_first),
    CASE(a_move_in_one_family_leaves_the_other_address),
    CASE(another_device_at_one_of_two_addresses_is_another_node),
    CASE(of_two_addresses_a_known_node_can_take_one),
    CASE(who_is_silent_at_one_address_is_asked_at_the_other),
    CASE(one_property_unanswered_is_enough_to_try_the_other_address),
    CASE(the_address_that_the_caller_names_is_asked),
    CASE(a_paired_peer_in_both_families_is_one_node),
    CASE(a_number_at_two_addresses_of_one_family_does_not_go_to_and_fro),
    CASE(a_full_roster_still_follows_and_merges),
};

CHECK_MAIN(cases)
