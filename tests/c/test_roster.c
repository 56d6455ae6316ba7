/* The roster: who is found, followed, lost; and that looking somebody up costs the same among 10,000. */
#include "controller/state.h"
#include "engine/state.h"
#include "street.h"

/* ---- the table alone ---- */

enum { MANY = 10000 };

static wf_roster table(unsigned capacity, void **memory, size_t *size) {
    static const uint64_t key[2] = {0x0706050403020100u, 0x0F0E0D0C0B0A0908u};
    wf_arena counting = {NULL, 0, 0};
    wf_roster roster;
    wf_roster_layout(&counting, NULL, capacity, 84);
    *size = counting.used;
    *memory = malloc(counting.used);
    CHECK(*memory != NULL);
    wf_arena real = {*memory, counting.used, 0};
    wf_roster_layout(&real, &roster, capacity, 84);
    wf_roster_start(&roster, key);
    return roster;
}

static void fill(wf_roster *roster, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        uint8_t number[17];
        wf_address address = host(i);
        uint32_t index = wf_roster_add(roster, &address);
        CHECK(index != WF_NOBODY);
        number_of(i, number);
        wf_roster_set_number(roster, index, number);
    }
}

/* Mean steps in thousandths, and the most of one look-up, over all that are there and as many that are not. */
static uint64_t cost(wf_roster *roster, unsigned count, uint64_t *most) {
    roster->lookups = roster->steps = *most = 0;
    for (unsigned i = 0; i < 2 * count; i++) {
        uint8_t number[17];
        wf_address address = host(i);
        number_of(i, number);
        uint64_t before = roster->steps;
        CHECK((wf_roster_by_address(roster, &address) != WF_NOBODY) == (i < count));
        uint64_t between = roster->steps;
        CHECK((wf_roster_by_number(roster, number) != WF_NOBODY) == (i < count));
        *most = between - before > *most ? between - before : *most;
        *most = roster->steps - between > *most ? roster->steps - between : *most;
    }
    return roster->steps * 1000 / roster->lookups;
}

static void looking_up_costs_the_same_among_ten_thousand(void) {
    void *memory[2];
    size_t size;
    uint64_t most;
    wf_roster few = table(100, &memory[0], &size), many = table(MANY, &memory[1], &size);
    fill(&few, 100);
    fill(&many, MANY);
    uint64_t of_few = cost(&few, 100, &most);
    uint64_t of_many = cost(&many, MANY, &most);
    CHECK(of_few < 3000 && of_many < 3000); /* expected 2.5 steps of one that is missing in a half full table */
    CHECK(most < 64);
    free(memory[0]);
    free(memory[1]);
}

static void memory_of_a_node_is_what_the_header_states(void) {
    size_t empty, full;
    wf_engine_config config = {.requests = 1, .send_bytes = 4096, .event_bytes = 4096, .calls = 1};
    empty = wf_engine_size(&config);
    config.nodes = MANY;
    full = wf_engine_size(&config);
    CHECK(sizeof(wf_neighbour) <= 144 && WF_MAPS_EACH * sizeof(wf_object_map) <= 96);
    CHECK((full - empty) / MANY <= 144 + 96 + 48 + 3 * 84);
    config.nodes = 0;
    config.calls = 2;
    CHECK(wf_engine_size(&config) - empty <= 1740 + 2048);
}

static void a_full_table_takes_nobody_and_a_freed_place_is_used_again(void) {
    void *memory;
    size_t size;
    wf_roster roster = table(50, &memory, &size);
    fill(&roster, 50);
    wf_address address = host(1000);
    CHECK(wf_roster_add(&roster, &address) == WF_NOBODY);
    wf_known_id gone = wf_roster_id(&roster, 7);
    wf_roster_remove(&roster, 7);
    CHECK(wf_roster_add(&roster, &address) == 7);
    CHECK(wf_roster_of(&roster, gone) == NULL); /* an old id never means a new node */
    CHECK(wf_roster_of(&roster, wf_roster_id(&roster, 7)) != NULL);
    free(memory);
}

static void nobody_is_lost_when_others_leave_or_move(void) {
    void *memory;
    size_t size;
    wf_roster roster = table(256, &memory, &size);
    unsigned where[256]; /* entry -> host, or 0: none */
    uint32_t random = 1;
    memset(where, 0, sizeof where);
    for (unsigned step = 1; step < 20000; step++) {
        random = random * 1664525u + 1013904223u;
        wf_address address = host(step);
        unsigned i = random >> 24;
        if (where[i] == 0 && roster.count < 256) {
            uint32_t index = wf_roster_add(&roster, &address);
            CHECK(index < 256 && where[index] == 0);
            where[index] = step;
        } else if (where[i] != 0 && (random & 0x10000) != 0) {
            wf_roster_remove(&roster, i);
            where[i] = 0;
        } else if (where[i] != 0) {
            wf_roster_set_address(&roster, i, &address);
            where[i] = step;
        }
        if (step % 500 == 0) {
            for (unsigned k = 0; k < 256; k++) {
                wf_address there = host(where[k]);
                CHECK(where[k] == 0 || wf_roster_by_address(&roster, &there) == k);
            }
        }
    }
    free(memory);
}

/* ---- in an engine ---- */

typedef struct path_cost {
    uint64_t heard, added, found, moved, left, forgotten, most; /* mean steps in thousandths; the most of one */
} path_cost;

static void announce_from(wf_engine *engine, wf_address from, unsigned i) {
    uint8_t bytes[40], number[17];
    wf_event event;
    wf_datagram datagram;
    number_of(i, number);
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_frame_writer frame = wf_frame_begin(&out, 1, WF_EOJ_NODE_PROFILE, WF_EOJ_NODE_PROFILE, WF_ESV_INF);
    CHECK(wf_frame_property(&frame, 0x83, wf_bytes_of(number, sizeof number)));
    wf_engine_receive(engine, 1000, &from, true, wf_bytes_of(bytes, out.len));
    while (wf_engine_next_event(engine, &event) || wf_engine_next_datagram(engine, &datagram)) {
    }
}

/* Adds what was done since, to a sum and to the most. */
static void count_steps(wf_engine *engine, uint64_t *sum, uint64_t *most) {
    wf_roster *roster = &engine->controller->roster;
    *sum += roster->steps * 1000;
    *most = roster->steps > *most ? roster->steps : *most;
    roster->steps = 0;
}

/* The life of `count` nodes, each with two addresses, and all of them awaiting their interview. */
static path_cost live(world *w, unsigned count) {
    path_cost cost = {0};
    w->nodes[0].config.nodes = count + 1; /* who is not recognized yet takes a place */
    w->nodes[0].config.interview = true;
    w->nodes[0].config.instances = 1;
    world_start(w, 0);
    wf_engine *engine = w->nodes[0].engine;
    wf_known known;
    for (unsigned i = 0; i < count; i++) {
        announce_from(engine, host(i), i);
        count_steps(engine, &cost.heard, &cost.most);
        announce_from(engine, host6(i), i);
        count_steps(engine, &cost.added, &cost.most);
    }
    for (unsigned i = 0; i < count; i++) {
        wf_address four = host(i), six = host6(i), nobody = host(count + i);
        uint8_t number[17];
        number_of(i, number);
        CHECK(wf_engine_known_at(engine, &four, &known) && wf_engine_known(engine, known.id, &known));
        CHECK(wf_address_same_host(&known.address, &four) && wf_address_same_host(&known.other, &six));
        CHECK(wf_engine_known_at(engine, &six, &known) && !wf_engine_known_at(engine, &nobody, &known));
        CHECK(wf_engine_known_by_number(engine, number, &known));
        count_steps(engine, &cost.found, &cost.most);
    }
    for (unsigned i = 0; i < count; i++) {
        announce_from(engine, host(count + i), i);
        count_steps(engine, &cost.moved, &cost.most);
    }
    for (unsigned i = count; i-- > 0;) { /* from the end of the queue of guests */
        uint8_t number[17];
        wf_event event;
        number_of(i, number);
        CHECK(wf_engine_known_by_number(engine, number, &known));
        count_steps(engine, &cost.left, &cost.most);
        wf_engine_forget_known(engine, known.id);
        while (wf_engine_next_event(engine, &event)) {
        }
        count_steps(engine, &cost.forgotten, &cost.most);
    }
    CHECK(engine->controller->roster.count == 0);
    uint64_t *sums[] = {&cost.heard, &cost.added, &cost.found, &cost.moved, &cost.left, &cost.forgotten};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        *sums[i] /= count;
    }
    return cost;
}

static void whatever_is_done_with_a_node_costs_the_same_among_ten_thousand(void) {
    world *w = quirky_world(&street, 8);
    w->pass = NULL;
    path_cost few = live(w, 100), many = live(w, MANY);
    uint64_t pairs[][2] = {{few.heard, many.heard}, {few.added, many.added}, {few.found, many.found},
                           {few.moved, many.moved}, {few.left, many.left},   {few.forgotten, many.forgotten}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        CHECK(pairs[i][0] > 0 && pairs[i][1] > 0 && pairs[i][1] < 2 * pairs[i][0] + 2000);
    }
    CHECK(many.most < 100);
    world_end(w);
}

static void a_discovery_finds_nodes_with_and_without_a_number(void) {
    world *w = street_of_two();
    discover(w, false);
    CHECK(count_events(w, WF_EVENT_NODE_FOUND) == 2);
    wf_known known;
    CHECK(wf_engine_known_by_number(w->nodes[0].engine, numbers[0], &known));
    CHECK(known.state == WF_KNOWN_ONLINE && known.instances == 2);
    wf_eoj eoj;
    CHECK(wf_engine_known_instance(w->nodes[0].engine, known.id, 1, &eoj) && eoj == 0x013002);
    CHECK(!wf_engine_known_instance(w->nodes[0].engine, known.id, 2, &eoj));
    CHECK(!known_at(w, &street.devices[1].address).has_number);
    unsigned at = 0, count = 0;
    while (wf_engine_next_known(w->nodes[0].engine, &at, &known)) {
        count++;
    }
    CHECK(count == 2);
    discover(w, false); /* nothing is new */
    CHECK(count_events(w, WF_EVENT_NODE_FOUND) == 0 && count_events(w, WF_EVENT_NODE_CHANGED) == 0);
    world_end(w);
}

static void a_node_is_found_by_listening(void) {
    world *w = street_of_two();
    hear(w, &street.devices[0].address, 0xD5, wf_bytes_of((const uint8_t *)"\x01\x01\x30\x01", 4));
    CHECK(count_events(w, WF_EVENT_NODE_FOUND) == 1);
    CHECK(known_at(w, &street.devices[0].address).instances == 1);
    world_end(w);
}

static void a_node_is_followed_to_its_new_address_with_what_was_learnt(void) {
    world *w = street_of_two();
    discover(w, false);
    wf_known before = known_at(w, &street.devices[0].address);
    wf_address old = street.devices[0].address;
    street.devices[0].address = wf_address_ipv4(10, 0, 0, 77, WF_PORT);
    discover(w, false);
    wf_known after = known_at(w, &street.devices[0].address);
    CHECK(after.id.value == before.id.value);
    wf_known none;
    CHECK(!wf_engine_known_at(w->nodes[0].engine, &old, &none));
    const wf_event *changed = world_event_of(w, 0, WF_EVENT_NODE_CHANGED);
    CHECK(changed != NULL && (changed->changes & WF_CHANGED_ADDRESS) != 0);
    world_end(w);
}

static void another_device_at_an_address_inherits_nothing(void) {
    world *w = street_of_two();
    street.devices[0].cap = 2;
    discover(w, false);
    const uint8_t gets[] = {0xB0, 0xB1, 0xB2, 0xB3};
    wf_call call = {.target = {.address = street.devices[0].address},
                    .seoj = WF_EOJ_CONTROLLER,
                    .deoj = AIR_CONDITIONER,
                    .gets = gets,
                    .get_count = sizeof gets};
    wf_request_id id;
    CHECK_OK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call));
    quirky_run(w, 1000);
    CHECK(known_at(w, &street.devices[0].address).limit == 2);
    street.devices[0].number = wf_bytes_of(numbers[1], 17);
    street.devices[0].cap = 0;
    discover(w, false);
    CHECK(known_at(w, &street.devices[0].address).limit == 0);
    world_end(w);
}

static void a_number_that_names_nobody_is_no_number(void) {
    static const uint8_t zeros[17] = {0xFE, 0, 0, 6};
    world *w = street_of_two();
    street.devices[0].number = street.devices[1].number = wf_bytes_of(zeros, 17);
    discover(w, false);
    CHECK(!known_at(w, &street.devices[0].address).has_number && !known_at(w, &street.devices[1].address).has_number);
    world_end(w);
}

static void a_list_in_several_parts_is_one_list(void) {
    world *w = quirky_world(&street, 4);
    w->nodes[0].config.instances = 200;
    world_start(w, 0);
    uint8_t list[253] = {84};
    for (unsigned part = 0; part < 3; part++) {
        unsigned count = part < 2 ? 84 : 32;
        list[0] = (uint8_t)count;
        for (unsigned i = 0; i < count; i++) {
            memcpy(list + 1 + (size_t)i * 3, "\x02\x90", 2);
            list[3 + i * 3] = (uint8_t)(part * 84 + i + 1);
        }
        hear(w, &street.devices[0].address, 0xD5, wf_bytes_of(list, 1 + (size_t)count * 3));
    }
    wf_known known = known_at(w, &street.devices[0].address);
    wf_eoj eoj;
    CHECK(known.instances == 200);
    CHECK(wf_engine_known_instance(w->nodes[0].engine, known.id, 199, &eoj) && eoj == 0x0290C8);
    hear(w, &street.devices[0].address, 0xD5, wf_bytes_of((const uint8_t *)"\x01\x01\x30\x01", 4));
    CHECK(known_at(w, &street.devices[0].address).instances == 1); /* a new list */
    world_end(w);
}

static void a_lying_list_is_taken_as_far_as_it_goes(void) {
    world *w = quirky_world(&street, 4);
    hear(w, &street.devices[0].address, 0xD5, wf_bytes_of((const uint8_t *)"\x05\x01\x30\x01\x02", 5));
    CHECK(known_at(w, &street.devices[0].address).instances == 1);
    hear(w, &street.devices[0].address, 0xD5, wf_bytes_of((const uint8_t *)"\x00", 1));
    CHECK(known_at(w, &street.devices[0].address).instances == 0);
    world_end(w);
}

static void who_stays_silent_at_a_rescan_is_offline_and_comes_back(void) {
    world *w = street_of_two();
    discover(w, true);
    CHECK(count_events(w, WF_EVENT_NODE_GONE) == 0);
    street.devices[1].is_off = true;
    discover(w, true);
    quirky_run(w, 15000);
    const wf_event *gone = world_event_of(w, 0, WF_EVENT_NODE_GONE);
    CHECK(gone != NULL && gone->error == WF_ERROR_NO_ANSWER && count_events(w, WF_EVENT_NODE_GONE) == 1);
    wf_known known = known_at(w, &street.devices[1].address);
    CHECK(known.state == WF_KNOWN_OFFLINE && known.reason == WF_ERROR_NO_ANSWER);
    street.devices[1].is_off = false;
    discover(w, true);
    const wf_event *back = world_event_of(w, 0, WF_EVENT_NODE_CHANGED);
    CHECK(back != NULL && (back->changes & WF_CHANGED_ONLINE) != 0);
    world_end(w);
}

static void an_interview_tells_of_every_object(void) {
    world *w = street_of_two();
    discover(w, false);
    wf_known known = known_at(w, &street.devices[0].address);
    CHECK_OK(wf_engine_interview(w->nodes[0].engine, w->now, known.id));
    quirky_run(w, 20000);
    CHECK(count_events(w, WF_EVENT_NODE_OBJECT) == 3);
    CHECK(known_at(w, &street.devices[0].address).has_version);
    wf_eoj eojs[3] = {WF_EOJ_NODE_PROFILE, 0x013001, 0x013002};
    unsigned seen = 0;
    for (unsigned i = 0; i < w->nodes[0].event_count; i++) {
        const wf_event *event = &w->nodes[0].events[i].event;
        if (event->kind == WF_EVENT_NODE_OBJECT) {
            CHECK(event->known.value == known.id.value && event->eoj == eojs[seen++]);
        }
    }
    wf_engine_forget_known(w->nodes[0].engine, known.id);
    CHECK(wf_engine_interview(w->nodes[0].engine, w->now, known.id) == WF_ERROR_NO_OBJECT);
    world_end(w);
}

static void found_nodes_are_interviewed_where_that_is_wanted(void) {
    world *w = street_of_two();
    w->nodes[0].config.interview = true;
    world_start(w, 0);
    discover(w, false);
    quirky_run(w, 30000);
    CHECK(count_events(w, WF_EVENT_NODE_OBJECT) == 5); /* two profiles, three objects */
    world_end(w);
}

static void a_stranger_in_clear_does_not_move_a_paired_peer(void) {
    world *w = world_new();
    world_add(w, 0, WF_ROLE_CONTROLLER);
    world_add(w, 1, WF_ROLE_DEVICE);
    w->nodes[0].config.calls = w->nodes[0].config.nodes = 4;
    world_start(w, 0);
    CHECK_OK(wf_engine_open_window(w->nodes[1].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, 0, 1));
    (void)world_ask(w, 0, 1, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 5000);
    wf_address elsewhere = wf_address_ipv4(10, 0, 0, 66, WF_PORT);
    hear(w, &elsewhere, 0x83, wf_bytes_of(w->nodes[1].number, 17));
    wf_known known;
    CHECK(wf_engine_known_by_number(w->nodes[0].engine, w->nodes[1].number, &known));
    CHECK(known.is_peer && wf_address_same_host(&known.address, &w->nodes[1].address));
    world_end(w);
}

static void what_a_stranger_taught_of_a_number_does_not_bind_its_peer(void) {
    world *w = world_new();
    world_add(w, 0, WF_ROLE_CONTROLLER);
    world_add(w, 1, WF_ROLE_DEVICE);
    w->nodes[0].config.calls = w->nodes[0].config.nodes = 4;
    world_start(w, 0);
    wf_address elsewhere = wf_address_ipv4(10, 0, 0, 66, WF_PORT);
    hear(w, &elsewhere, 0x83, wf_bytes_of(w->nodes[1].number, 17));
    hear(w, &elsewhere, 0xD5, wf_bytes_of((const uint8_t *)"\x01\x05\xFD\x01", 4));
    CHECK(known_at(w, &elsewhere).instances == 1);
    CHECK_OK(wf_engine_open_window(w->nodes[1].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, 0, 1));
    (void)world_ask(w, 0, 1, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 5000);
    wf_known known;
    CHECK(wf_engine_known_by_number(w->nodes[0].engine, w->nodes[1].number, &known));
    CHECK(known.is_peer && wf_address_same_host(&known.address, &w->nodes[1].address) && known.instances == 0);
    CHECK(!wf_engine_known_at(w->nodes[0].engine, &elsewhere, &known));
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(looking_up_costs_the_same_among_ten_thousand),
    CASE(whatever_is_done_with_a_node_costs_the_same_among_ten_thousand),
    CASE(memory_of_a_node_is_what_the_header_states),
    CASE(a_full_table_takes_nobody_and_a_freed_place_is_used_again),
    CASE(nobody_is_lost_when_others_leave_or_move),
    CASE(a_discovery_finds_nodes_with_and_without_a_number),
    CASE(a_node_is_found_by_listening),
    CASE(a_node_is_followed_to_its_new_address_with_what_was_learnt),
    CASE(another_device_at_an_address_inherits_nothing),
    CASE(a_number_that_names_nobody_is_no_number),
    CASE(a_list_in_several_parts_is_one_list),
    CASE(a_lying_list_is_taken_as_far_as_it_goes),
    CASE(who_stays_silent_at_a_rescan_is_offline_and_comes_back),
    CASE(an_interview_tells_of_every_object),
    CASE(found_nodes_are_interviewed_where_that_is_wanted),
    CASE(a_stranger_in_clear_does_not_move_a_paired_peer),
    CASE(what_a_stranger_taught_of_a_number_does_not_bind_its_peer),
};

CHECK_MAIN(cases)
