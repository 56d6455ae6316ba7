/* Calls: many properties read and written whatever the habits of a device. */
#include "controller/controller.h"
#include "quirky.h"
#include <warifu/named_call.h>

enum { PROPERTIES = 16 };

typedef struct outcome {
    bool done;
    wf_error error;
    wf_result results[WF_CALL_PROPERTIES];
    uint8_t values[WF_CALL_PROPERTIES];
    unsigned count;
} outcome;

static quirky_street street;

/* Takes events, and with a call's end its results; other events are dropped. */
static outcome collect(world *w, wf_request_id id, wf_time ms) {
    outcome out = {0};
    wf_time end = w->now + ms;
    while (!out.done && w->now < end) {
        wf_event event;
        while (world_carry(w)) {
        }
        while (wf_engine_next_event(w->nodes[0].engine, &event)) {
            if (event.kind == WF_EVENT_DONE && event.request.value == id.value) {
                CHECK(!out.done);
                out.done = true;
                out.error = event.error;
                unsigned at = 0;
                while (wf_engine_next_result(w->nodes[0].engine, &at, &out.results[out.count])) {
                    wf_bytes edt = out.results[out.count].edt;
                    out.values[out.count++] = edt.len > 0 ? edt.at[0] : 0;
                }
            }
        }
        if (!out.done) {
            wf_time next = wf_engine_deadline(w->nodes[0].engine);
            for (unsigned i = 0; i < QUIRKY_REPLIES; i++) {
                wf_time due = street.replies[i].due;
                next = due != 0 && due < next ? due : next;
            }
            w->now = next > w->now && next < end ? next : next >= end ? end : w->now + 1;
            for (unsigned i = 0; i < QUIRKY_REPLIES; i++) {
                quirky_reply *r = &street.replies[i];
                if (r->due != 0 && r->due <= w->now) {
                    r->due = 0;
                    world_deliver(w, 0, &r->from, false, wf_bytes_of(r->bytes, r->len));
                }
            }
            wf_engine_tick(w->nodes[0].engine, w->now);
        }
    }
    return out;
}

static wf_request_id begin(world *w, const wf_property *sets, size_t set_count, const uint8_t *gets, size_t get_count,
                           uint32_t timeout_ms, uint32_t verify_ms, bool repeatable) {
    wf_call call = {.target = {.address = street.devices[0].address},
                    .seoj = WF_EOJ_CONTROLLER,
                    .deoj = AIR_CONDITIONER,
                    .sets = sets,
                    .set_count = set_count,
                    .gets = gets,
                    .get_count = get_count,
                    .timeout_ms = timeout_ms,
                    .verify_ms = verify_ms,
                    .repeatable = repeatable};
    wf_request_id id;
    CHECK_OK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call));
    return id;
}

static wf_request_id begin_all(world *w, unsigned first, unsigned count) {
    uint8_t gets[PROPERTIES];
    for (unsigned i = 0; i < count; i++) {
        gets[i] = (uint8_t)(first + i);
    }
    return begin(w, NULL, 0, gets, count, 0, 0, false);
}

static outcome read_all(world *w, unsigned first, unsigned count) {
    return collect(w, begin_all(w, first, count), 1000000);
}

static void check_all_values(const outcome *out, unsigned first, unsigned count) {
    CHECK(out->done && out->error == WF_OK && out->count == count);
    for (unsigned i = 0; i < count; i++) {
        CHECK(out->results[i].epc == first + i && out->results[i].status == WF_RESULT_VALUE);
        CHECK(out->results[i].edt.len == 1 && out->values[i] == (uint8_t)(first + i + 1));
    }
}

static void a_device_without_quirks_is_asked_once(void) {
    world *w = quirky_world(&street, 8);
    wf_time before = w->now;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    CHECK(street.devices[0].asked == 1);
    CHECK(w->now - before == 1); /* the rest of the node is not the caller's */
    world_end(w);
}

static void a_cap_on_properties_is_learnt_and_remembered(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].cap = 6;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    CHECK(street.devices[0].asked == 3 && street.devices[0].most_asked == 16);
    wf_known known;
    CHECK(wf_engine_known_at(w->nodes[0].engine, &street.devices[0].address, &known) && known.limit == 6);
    street.devices[0].most_asked = 0;
    out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    CHECK(street.devices[0].most_asked == 6 && street.devices[0].asked == 6);
    world_end(w);
}

static void a_device_that_is_silent_when_asked_too_much_is_asked_less(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].silent_above = 4;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    wf_known known;
    CHECK(wf_engine_known_at(w->nodes[0].engine, &street.devices[0].address, &known) && known.limit == 4);
    street.devices[0].asked = 0;
    wf_time before = w->now;
    out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    CHECK(street.devices[0].asked == 4 && w->now - before < 1000);
    world_end(w);
}

static void a_silent_property_is_found_and_the_others_are_read(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].silent_epc = 0xB5;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    CHECK(out.done && out.error == WF_ERROR_REFUSED && out.count == PROPERTIES);
    for (unsigned i = 0; i < PROPERTIES; i++) {
        CHECK(out.results[i].status == (i == 5 ? WF_RESULT_SILENT : WF_RESULT_VALUE));
        CHECK(i == 5 || out.values[i] == 0xB1 + i);
    }
    street.devices[0].asked = 0;
    wf_time before = w->now;
    out = read_all(w, 0xB0, PROPERTIES); /* it is remembered: asked alone, at the end */
    CHECK(out.results[5].status == WF_RESULT_SILENT && out.results[6].status == WF_RESULT_VALUE);
    CHECK(w->now - before < 30000 && street.devices[0].esvs[0] == WF_ESV_GET && street.devices[0].most_asked == 16);
    world_end(w);
}

static void refused_properties_are_told_from_those_that_came(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].has[0xB2] = street.devices[0].has[0xBE] = false;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    CHECK(out.error == WF_ERROR_REFUSED);
    for (unsigned i = 0; i < PROPERTIES; i++) {
        CHECK(out.results[i].status == (i == 2 || i == 14 ? WF_RESULT_REFUSED : WF_RESULT_VALUE));
    }
    CHECK(street.devices[0].asked == 3);
    world_end(w);
}

static void a_device_that_refuses_all_for_one_is_bisected(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].all_or_nothing = true;
    street.devices[0].has[0xB9] = false;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    CHECK(out.error == WF_ERROR_REFUSED);
    for (unsigned i = 0; i < PROPERTIES; i++) {
        CHECK(out.results[i].status == (i == 9 ? WF_RESULT_REFUSED : WF_RESULT_VALUE));
    }
    CHECK(street.devices[0].asked <= 9);
    world_end(w);
}

static void two_that_are_not_given_together_are_read_apart(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].lonely[0] = 0xB3;
    street.devices[0].lonely[1] = 0xB7;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    world_end(w);
}

static void a_full_answer_that_calls_itself_a_refusal_is_a_full_answer(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].wrong_esv = true;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    CHECK(street.devices[0].asked == 1);
    world_end(w);
}

static void a_slow_device_from_any_port_is_waited_for(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].delay_ms = 5000;
    street.devices[0].port = 2524;
    street.devices[0].cap = 6;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    world_end(w);
}

static void a_late_answer_to_an_older_message_gives_its_values_and_no_others(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].cap = 8;
    street.devices[0].first_delay_ms = 61000; /* past the time of a group, while its halves are asked */
    street.devices[0].delay_ms = 900;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    world_end(w);
}

static void duplicates_change_nothing(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].twice = true;
    street.devices[0].cap = 5;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    check_all_values(&out, 0xB0, PROPERTIES);
    CHECK(street.devices[0].asked == 4);
    world_end(w);
}

static void an_answer_after_the_end_is_told_as_late(void) {
    world *w = quirky_world(&street, 8);
    uint8_t epc = 0xB0;
    street.devices[0].delay_ms = 3000;
    outcome out = collect(w, begin(w, NULL, 0, &epc, 1, 1000, 0, false), 10000);
    CHECK(out.error == WF_ERROR_NO_ANSWER && out.results[0].status == WF_RESULT_SILENT);
    quirky_run(w, 5000);
    const wf_event *late = world_event_of(w, 0, WF_EVENT_LATE_ANSWER);
    CHECK(late != NULL && late->edata.len == 11 && late->edata.at[10] == 0xB1);
    world_end(w);
}

static void a_node_that_is_off_costs_two_waits_and_is_no_longer_known(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].is_off = true;
    wf_time before = w->now;
    outcome out = read_all(w, 0xB0, PROPERTIES);
    CHECK(out.error == WF_ERROR_NO_ANSWER && w->now - before <= 80000);
    wf_known known;
    CHECK(!wf_engine_known_at(w->nodes[0].engine, &street.devices[0].address, &known));
    world_end(w);
}

static void one_message_at_a_time_goes_to_a_node_with_a_rest_between(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].delay_ms = 500;
    wf_request_id ids[4];
    for (unsigned i = 0; i < 4; i++) {
        ids[i] = begin_all(w, 0xB0 + i, 1);
    }
    outcome out = collect(w, ids[3], 10000);
    CHECK_OK(out.error);
    CHECK(street.devices[0].asked == 4);
    for (unsigned i = 1; i < 4; i++) {
        CHECK(street.devices[0].asked_at[i] - street.devices[0].asked_at[i - 1] >= 600);
    }
    world_end(w);
}

static void a_write_passes_a_read_that_takes_long(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].cap = 1;
    const uint8_t on = 0x30;
    wf_property set = {0xB0, {&on, 1}};
    (void)begin_all(w, 0xB0, PROPERTIES);
    wf_request_id id = begin(w, &set, 1, NULL, 0, 0, 0, false);
    outcome out = collect(w, id, 10000);
    CHECK_OK(out.error);
    CHECK(street.devices[0].esvs[0] == WF_ESV_GET && street.devices[0].esvs[1] == WF_ESV_SETC);
    world_end(w);
}

static void different_nodes_are_asked_at_the_same_time(void) {
    world *w = quirky_world(&street, 8);
    street.devices[1] = street.devices[0];
    street.devices[1].address = wf_address_ipv4(10, 0, 0, 10, WF_PORT);
    street.devices[0].delay_ms = street.devices[1].delay_ms = 5000;
    wf_time before = w->now;
    (void)begin_all(w, 0xB0, 4);
    uint8_t get = 0xB1;
    wf_call call = {.target = {.address = street.devices[1].address},
                    .seoj = WF_EOJ_CONTROLLER,
                    .deoj = AIR_CONDITIONER,
                    .gets = &get,
                    .get_count = 1};
    wf_request_id id;
    CHECK_OK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call));
    outcome out = collect(w, id, 100000);
    CHECK(out.error == WF_OK && w->now - before < 5100);
    CHECK(street.devices[0].asked_at[0] == before && street.devices[1].asked_at[0] == before);
    world_end(w);
}

static void a_call_waits_while_no_request_is_free(void) {
    world *w = quirky_world(&street, 8);
    w->nodes[0].config.requests = 1;
    world_start(w, 0);
    static const wf_address everybody = {{0}, 0, 0};
    wf_request_id search;
    CHECK_OK(wf_engine_discover(w->nodes[0].engine, w->now, &search, &everybody, 1000, false));
    outcome out = read_all(w, 0xB0, 2);
    check_all_values(&out, 0xB0, 2);
    CHECK(street.devices[0].asked == 3); /* Get D6, INF_REQ D5 and then the call */
    world_end(w);
}

/* ---- writes ---- */

static outcome write_one(world *w, uint8_t epc, uint8_t value, uint32_t verify_ms) {
    wf_property set = {epc, {&value, 1}};
    return collect(w, begin(w, &set, 1, NULL, 0, 0, verify_ms, false), 200000);
}

static void a_write_is_read_back_until_the_value_is_there(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].set_takes_ms = 4000;
    outcome out = write_one(w, 0xB3, 25, 20000);
    CHECK(out.error == WF_OK && out.results[0].status == WF_RESULT_VERIFIED && out.values[0] == 25);
    CHECK(street.devices[0].asked >= 3);
    world_end(w);
}

static void an_accepted_write_without_effect_is_told(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].ignores_sets = true;
    wf_time before = w->now;
    outcome out = write_one(w, 0xB3, 25, 10000);
    CHECK(out.error == WF_ERROR_REFUSED && out.results[0].status == WF_RESULT_DIFFERS && out.values[0] == 0xB4);
    CHECK(w->now - before >= 10000 && w->now - before < 31000);
    out = write_one(w, 0xB3, 25, 0);
    CHECK(out.error == WF_OK && out.results[0].status == WF_RESULT_SET);
    world_end(w);
}

static void accepted_and_refused_writes_are_told_apart(void) {
    world *w = quirky_world(&street, 8);
    const uint8_t value = 7;
    wf_property sets[2] = {{0xB1, {&value, 1}}, {0xA1, {&value, 1}}};
    outcome out = collect(w, begin(w, sets, 2, NULL, 0, 0, 0, false), 100000);
    CHECK(out.error == WF_ERROR_REFUSED && out.results[0].status == WF_RESULT_SET &&
          out.results[1].status == WF_RESULT_REFUSED);
    CHECK(street.devices[0].value[0xB1] == 7 && street.devices[0].asked == 1);
    world_end(w);
}

static void a_refusal_that_names_nothing_counts_for_all(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].as_seti = true;
    const uint8_t value = 7;
    wf_property sets[2] = {{0xB1, {&value, 1}}, {0xA1, {&value, 1}}};
    outcome out = collect(w, begin(w, sets, 2, NULL, 0, 0, 0, false), 100000);
    CHECK(out.error == WF_ERROR_REFUSED && out.count == 2 && out.results[0].status == WF_RESULT_REFUSED &&
          out.results[1].status == WF_RESULT_REFUSED);
    CHECK(street.devices[0].asked == 1);
    world_end(w);
}

static void a_write_without_an_answer_is_not_sent_again(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].is_off = true;
    outcome out = write_one(w, 0xB3, 25, 0);
    CHECK(out.error == WF_ERROR_NO_ANSWER && street.devices[0].asked == 1);
    world_end(w);
}

/* ---- an index and what it selects ---- */

static outcome select_and_read(world *w, uint8_t index, bool repeatable) {
    const uint8_t get = 0xE6;
    wf_property set = {0xE5, {&index, 1}};
    street.devices[0].has[0xE5] = street.devices[0].has[0xE6] = true;
    street.devices[0].selected[1] = 11;
    street.devices[0].selected[2] = 22;
    return collect(w, begin(w, &set, 1, &get, 1, 0, 0, repeatable), 500000);
}

static void setget_is_one_message_where_the_device_has_it(void) {
    world *w = quirky_world(&street, 8);
    outcome out = select_and_read(w, 2, false);
    CHECK(out.error == WF_OK && out.results[0].status == WF_RESULT_SET && out.values[1] == 22);
    CHECK(street.devices[0].asked == 1 && street.devices[0].esvs[0] == WF_ESV_SETGET);
    world_end(w);
}

static void what_a_named_call_reads_at_an_index_goes_out_as_one_setget(void) {
    const wf_value yesterday = {.kind = WF_VALUE_NUMBER, .number = 1};
    wf_named_call named;
    if (wf_dictionary_builtin() == NULL) {
        CHECK_SKIP("built without the dictionary");
    }
    world *w = quirky_world(&street, 8);
    street.devices[0].has[0xE5] = street.devices[0].has[0xE2] = true;
    street.devices[0].value[0xE2] = 7;
    wf_named_call_start(&named, wf_dictionary_builtin(), 0x0288, 0);
    CHECK_OK(wf_named_call_get_at(&named, NULL, "normalDirectionCumulativeElectricEnergyLog1", &yesterday, 1));
    outcome out = collect(w, begin(w, named.sets, named.set_count, named.gets, named.get_count, 0, 0, false), 100000);
    CHECK(out.error == WF_OK && out.results[0].epc == 0xE5 && out.results[1].epc == 0xE2 && out.values[1] == 7);
    CHECK(street.devices[0].asked == 1 && street.devices[0].esvs[0] == WF_ESV_SETGET);
    CHECK(street.devices[0].value[0xE5] == 1);
    world_end(w);
}

static void setget_falls_back_to_setc_and_get_and_that_is_remembered(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].setget = SETGET_REFUSED;
    outcome out = select_and_read(w, 2, false);
    CHECK(out.error == WF_OK && out.values[1] == 22 && street.devices[0].asked == 3);
    out = select_and_read(w, 1, false);
    CHECK(out.error == WF_OK && out.values[1] == 11 && street.devices[0].asked == 5);
    world_end(w);
}

static void an_ignored_setget_is_split_only_if_it_may_be_repeated(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].setget = SETGET_IGNORED;
    outcome out = select_and_read(w, 2, false);
    CHECK(out.error == WF_ERROR_NO_ANSWER && street.devices[0].value[0xE5] == 0);
    out = select_and_read(w, 2, true);
    CHECK(out.error == WF_OK && out.values[1] == 22);
    world_end(w);
}

static void nothing_is_read_beside_an_index_that_was_refused(void) {
    world *w = quirky_world(&street, 8);
    const uint8_t index[2] = {1, 2}, get = 0xE6;
    wf_property set = {0xE5, {index, 2}}; /* too long: refused */
    street.devices[0].has[0xE5] = street.devices[0].has[0xE6] = true;
    outcome out = collect(w, begin(w, &set, 1, &get, 1, 0, 0, false), 100000);
    CHECK(out.error == WF_ERROR_REFUSED && out.results[0].status == WF_RESULT_REFUSED);
    CHECK(out.results[1].status == WF_RESULT_OPEN);
    world_end(w);
}

static void nobody_comes_between_an_index_and_its_value(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].setget = SETGET_REFUSED;
    street.devices[0].has[0xE5] = street.devices[0].has[0xE6] = true;
    street.devices[0].selected[1] = 11;
    street.devices[0].selected[2] = 22;
    const uint8_t one = 1, two = 2, get = 0xE6;
    wf_property first = {0xE5, {&one, 1}}, second = {0xE5, {&two, 1}};
    wf_request_id a = begin(w, &first, 1, &get, 1, 0, 0, false);
    wf_request_id b = begin(w, &second, 1, &get, 1, 0, 0, false);
    outcome out = collect(w, a, 100000);
    CHECK(out.error == WF_OK && out.values[1] == 11);
    out = collect(w, b, 100000);
    CHECK(out.error == WF_OK && out.values[1] == 22);
    world_end(w);
}

/* ---- what a property map excludes ---- */

static const uint8_t six_of_them[] = {7, 0x9F, 0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5};

static outcome read_map(world *w) {
    const uint8_t map = 0x9F;
    return collect(w, begin(w, NULL, 0, &map, 1, 0, 0, false), 10000);
}

/* A device that lists B0 to B5, and a controller that has read so. */
static world *mapped_world(wf_bytes map) {
    world *w = quirky_world(&street, 8);
    street.devices[0].map = map;
    outcome out = read_map(w);
    CHECK(out.error == WF_OK && out.results[0].status == WF_RESULT_VALUE);
    street.devices[0].asked = street.devices[0].most_asked = 0;
    return w;
}

static void what_a_known_map_excludes_is_not_asked_for_among_many(void) {
    world *w = mapped_world(wf_bytes_of(six_of_them, sizeof six_of_them));
    outcome out = read_all(w, 0xB0, 8);
    CHECK(out.error == WF_ERROR_REFUSED && street.devices[0].asked == 1 && street.devices[0].most_asked == 6);
    for (unsigned i = 0; i < 8; i++) {
        CHECK(out.results[i].status == (i < 6 ? WF_RESULT_VALUE : WF_RESULT_UNLISTED));
    }
    wf_time before = w->now;
    out = read_all(w, 0xB8, 4); /* none of them: no message at all */
    CHECK(out.done && out.error == WF_ERROR_REFUSED && w->now - before <= 100 && street.devices[0].asked == 1);
    world_end(w);
}

static void one_property_alone_and_by_force_is_asked_for_whatever_the_map_says(void) {
    world *w = mapped_world(wf_bytes_of(six_of_them, sizeof six_of_them));
    outcome out = read_all(w, 0xB8, 1);
    check_all_values(&out, 0xB8, 1);
    const uint8_t gets[] = {0xB5, 0xB6, 0xB7}, on = 0x30;
    wf_call call = {.target = {.address = street.devices[0].address},
                    .seoj = WF_EOJ_CONTROLLER,
                    .deoj = AIR_CONDITIONER,
                    .gets = gets,
                    .get_count = sizeof gets,
                    .force = true};
    wf_request_id id;
    CHECK_OK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call));
    out = collect(w, id, 10000);
    check_all_values(&out, 0xB5, 3);
    wf_property set = {0xB0, {&on, 1}};
    out = collect(w, begin(w, &set, 1, gets + 1, 2, 0, 0, false), 10000); /* half of a SetGet is another thing */
    CHECK(out.error == WF_OK && out.results[2].status == WF_RESULT_VALUE);
    world_end(w);
}

static void a_map_that_does_not_list_itself_is_not_believed(void) {
    static const uint8_t nonsense[] = {1, 0xB0};
    world *w = mapped_world(wf_bytes_of(nonsense, sizeof nonsense));
    outcome out = read_all(w, 0xB0, 8);
    check_all_values(&out, 0xB0, 8);
    world_end(w);
}

static void announce(world *w, uint8_t epc, wf_bytes edt) {
    uint8_t bytes[64];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_frame_writer frame = wf_frame_begin(&out, 1, WF_EOJ_NODE_PROFILE, WF_EOJ_NODE_PROFILE, WF_ESV_INF);
    CHECK(wf_frame_property(&frame, epc, edt));
    world_deliver(w, 0, &street.devices[0].address, true, wf_bytes_of(bytes, out.len));
    world_settle(w);
}

static void a_map_holds_until_the_node_may_have_become_another(void) {
    static const uint8_t list[] = {1, 0x01, 0x30, 0x01}, number[17] = {0xFE, 0, 0, 6, 1, 2, 3}, /* */
        another[17] = {0xFE, 0, 0, 6, 4, 5, 6};
    world *w = mapped_world(wf_bytes_of(six_of_them, sizeof six_of_them));
    const struct {
        uint8_t epc;
        wf_bytes edt;
        bool is_news;
    } steps[] = {{0xD5, {list, sizeof list}, true},
                 {0xD5, {list, sizeof list}, false},
                 {0x83, {number, 17}, false}, /* it names itself, that is all */
                 {0x83, {another, 17}, true}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        announce(w, steps[i].epc, steps[i].edt);
        CHECK((read_all(w, 0xB0, 8).error == WF_OK) == steps[i].is_news);
        CHECK_OK(read_map(w).error);
    }
    street.devices[0].is_off = true;
    CHECK(read_all(w, 0xB0, 4).error == WF_ERROR_NO_ANSWER);
    street.devices[0].is_off = false;
    CHECK_OK(read_all(w, 0xB0, 1).error); /* it is back, perhaps with other firmware */
    CHECK_OK(read_all(w, 0xB0, 8).error);
    world_end(w);
}

/* ---- the frame of it ---- */

static void a_cancelled_call_ends_once_and_frees_the_node(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].is_off = true;
    wf_request_id id = begin_all(w, 0xB0, 4);
    wf_engine_cancel(w->nodes[0].engine, w->now, id);
    CHECK(collect(w, id, 10).error == WF_ERROR_CANCELLED);
    street.devices[0].is_off = false;
    outcome out = read_all(w, 0xB0, 4);
    check_all_values(&out, 0xB0, 4);
    world_end(w);
}

static void a_call_is_checked_before_anything_is_sent(void) {
    world *w = quirky_world(&street, 8);
    const uint8_t twice[] = {0xB0, 0xB0};
    wf_request_id id;
    wf_call call = {.target = {.address = street.devices[0].address}, .deoj = AIR_CONDITIONER};
    CHECK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call) == WF_ERROR_ARGUMENT);
    call.gets = twice;
    call.get_count = 2;
    CHECK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call) == WF_ERROR_ARGUMENT);
    call.get_count = 1;
    call.deoj = 0x013000;
    CHECK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call) == WF_ERROR_ARGUMENT);
    call.deoj = AIR_CONDITIONER;
    call.target = (wf_target){0};
    CHECK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call) == WF_ERROR_ARGUMENT);
    CHECK(street.devices[0].asked == 0);
    world_end(w);
}

static void calls_beyond_the_capacity_are_refused_at_once(void) {
    world *w = quirky_world(&street, 8);
    const uint8_t get = 0xB0;
    wf_call call = {.target = {.address = street.devices[0].address},
                    .seoj = WF_EOJ_CONTROLLER,
                    .deoj = AIR_CONDITIONER,
                    .gets = &get,
                    .get_count = 1};
    wf_request_id id;
    for (unsigned i = 0; i < 8; i++) {
        CHECK_OK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call));
    }
    CHECK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call) == WF_ERROR_CAPACITY);
    world_end(w);
}

static void without_a_roster_calls_work_but_nothing_is_remembered(void) {
    world *w = quirky_world(&street, 0);
    street.devices[0].cap = 6;
    for (unsigned i = 1; i <= 2; i++) {
        outcome out = read_all(w, 0xB0, PROPERTIES);
        check_all_values(&out, 0xB0, PROPERTIES);
        CHECK(street.devices[0].asked == 3 * i);
    }
    world_end(w);
}

static void a_paired_peer_is_only_asked_under_its_session(void) {
    world *w = world_new();
    world_add(w, 0, WF_ROLE_CONTROLLER);
    world_add(w, 1, WF_ROLE_DEVICE);
    w->nodes[0].config.calls = 4;
    w->nodes[0].config.nodes = 4;
    world_start(w, 0);
    CHECK_OK(wf_engine_open_window(w->nodes[1].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, 0, 1));
    w->log_count = 0;
    const uint8_t gets[] = {0xB3, 0xBB, 0xF0}, degrees = 27;
    wf_property set = {0xB3, {&degrees, 1}};
    wf_call call = {.target = {.address = w->nodes[1].address},
                    .seoj = WF_EOJ_CONTROLLER,
                    .deoj = AIR_CONDITIONER,
                    .sets = &set,
                    .set_count = 1,
                    .verify_ms = 5000};
    wf_request_id id;
    CHECK_OK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call));
    outcome out = collect(w, id, 60000);
    CHECK(out.error == WF_OK && out.results[0].status == WF_RESULT_VERIFIED);
    call = (wf_call){.target = call.target, .seoj = call.seoj, .deoj = call.deoj, .gets = gets, .get_count = 3};
    CHECK_OK(wf_engine_call(w->nodes[0].engine, w->now, &id, &call));
    out = collect(w, id, 60000);
    CHECK(out.error == WF_ERROR_REFUSED && out.values[0] == 27 && out.values[1] == 24);
    CHECK(out.results[2].status == WF_RESULT_REFUSED);
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(w->log[i].bytes[1] == WF_EHD2_ARBITRARY);
    }
    wf_known known;
    CHECK(wf_engine_known_by_number(w->nodes[0].engine, w->nodes[1].number, &known) && known.is_peer);
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(a_device_without_quirks_is_asked_once),
    CASE(a_cap_on_properties_is_learnt_and_remembered),
    CASE(a_device_that_is_silent_when_asked_too_much_is_asked_less),
    CASE(a_silent_property_is_found_and_the_others_are_read),
    CASE(refused_properties_are_told_from_those_that_came),
    CASE(a_device_that_refuses_all_for_one_is_bisected),
    CASE(two_that_are_not_given_together_are_read_apart),
    CASE(a_full_answer_that_calls_itself_a_refusal_is_a_full_answer),
    CASE(a_slow_device_from_any_port_is_waited_for),
    CASE(a_late_answer_to_an_older_message_gives_its_values_and_no_others),
    CASE(duplicates_change_nothing),
    CASE(an_answer_after_the_end_is_told_as_late),
    CASE(a_node_that_is_off_costs_two_waits_and_is_no_longer_known),
    CASE(one_message_at_a_time_goes_to_a_node_with_a_rest_between),
    CASE(a_write_passes_a_read_that_takes_long),
    CASE(different_nodes_are_asked_at_the_same_time),
    CASE(a_call_waits_while_no_request_is_free),
    CASE(a_write_is_read_back_until_the_value_is_there),
    CASE(an_accepted_write_without_effect_is_told),
    CASE(accepted_and_refused_writes_are_told_apart),
    CASE(a_refusal_that_names_nothing_counts_for_all),
    CASE(a_write_without_an_answer_is_not_sent_again),
    CASE(setget_is_one_message_where_the_device_has_it),
    CASE(what_a_named_call_reads_at_an_index_goes_out_as_one_setget),
    CASE(setget_falls_back_to_setc_and_get_and_that_is_remembered),
    CASE(an_ignored_setget_is_split_only_if_it_may_be_repeated),
    CASE(nothing_is_read_beside_an_index_that_was_refused),
    CASE(nobody_comes_between_an_index_and_its_value),
    CASE(what_a_known_map_excludes_is_not_asked_for_among_many),
    CASE(one_property_alone_and_by_force_is_asked_for_whatever_the_map_says),
    CASE(a_map_that_does_not_list_itself_is_not_believed),
    CASE(a_map_holds_until_the_node_may_have_become_another),
    CASE(a_cancelled_call_ends_once_and_frees_the_node),
    CASE(a_call_is_checked_before_anything_is_sent),
    CASE(calls_beyond_the_capacity_are_refused_at_once),
    CASE(without_a_roster_calls_work_but_nothing_is_remembered),
    CASE(a_paired_peer_is_only_asked_under_its_session),
};

CHECK_MAIN(cases)
