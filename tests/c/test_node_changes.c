/* A node that changes while it runs: objects and properties come and go, the profile is replaced, rules and hooks. */
#include "check.h"
#include "hex.h"
#include <warifu/dictionary.h>
#include <warifu/node.h>

enum { LIGHT = 0x029001, SECOND_LIGHT = 0x029002, SWITCH = 0x05FD01, GET_SET = WF_ACCESS_GET | WF_ACCESS_SET };

static uint64_t memory[1024];

static wf_node *node_with(wf_node_config config) {
    wf_node *node;
    config.objects = 3;
    config.properties = 6;
    config.value_bytes = 24;
    CHECK_OK(wf_node_start(&node, &config, memory, sizeof memory));
    return node;
}

static wf_error add(wf_node *node, wf_eoj eoj, uint8_t epc, unsigned access, const char *value) {
    uint8_t bytes[WF_EDT_LEN];
    wf_bytes view = hex_bytes(bytes, sizeof bytes, value);
    return wf_node_add_property(node, eoj, epc, access, view.len, view.len, view);
}

static bool holds(const wf_node *node, wf_eoj eoj, uint8_t epc, const char *value) {
    uint8_t bytes[WF_EDT_LEN], expected[WF_EDT_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    CHECK_OK(wf_node_get(node, eoj, epc, &out));
    return wf_bytes_equal(wf_bytes_of(bytes, out.len), hex_bytes(expected, sizeof expected, value));
}

static wf_error put(wf_node *node, wf_eoj eoj, uint8_t epc, const char *value) {
    uint8_t bytes[WF_EDT_LEN];
    return wf_node_put(node, eoj, epc, hex_bytes(bytes, sizeof bytes, value));
}

static wf_node *three_objects(void) {
    wf_node *node = node_with((wf_node_config){0});
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK_OK(wf_node_add_object(node, SECOND_LIGHT));
    CHECK_OK(wf_node_add_object(node, SWITCH));
    CHECK_OK(add(node, LIGHT, 0x80, GET_SET | WF_ACCESS_INF, "30"));
    CHECK_OK(add(node, SECOND_LIGHT, 0x80, GET_SET | WF_ACCESS_INF, "31"));
    CHECK_OK(add(node, SECOND_LIGHT, 0xF0, GET_SET | WF_ACCESS_INF, "0102030405060708"));
    CHECK_OK(add(node, SWITCH, 0x80, GET_SET | WF_ACCESS_INF, "30"));
    CHECK_OK(add(node, SWITCH, 0xF1, GET_SET, "0a0b0c0d0e0f"));
    return node;
}

static void an_object_leaves_with_its_properties_and_the_others_keep_theirs(void) {
    wf_node *node = three_objects();
    CHECK_OK(wf_node_remove_object(node, SECOND_LIGHT));
    CHECK(!wf_node_has(node, SECOND_LIGHT));
    CHECK(put(node, SECOND_LIGHT, 0x80, "30") == WF_ERROR_NO_OBJECT);
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD6, "02 029001 05fd01"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD3, "000002"));
    CHECK(holds(node, LIGHT, 0x80, "30"));
    CHECK(holds(node, SWITCH, 0x80, "30"));
    CHECK(holds(node, SWITCH, 0xF1, "0a0b0c0d0e0f"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x82, "010e0300"));
    CHECK(wf_node_remove_object(node, SECOND_LIGHT) == WF_ERROR_NO_OBJECT);
    CHECK(wf_node_remove_object(node, WF_EOJ_NODE_PROFILE) == WF_ERROR_ARGUMENT);
}

static void what_leaves_gives_its_room_back_however_often(void) {
    wf_node *node = three_objects();
    for (unsigned i = 0; i < 1000; i++) {
        char value[17];
        CHECK_OK(wf_node_remove_object(node, SECOND_LIGHT));
        CHECK_OK(wf_node_add_object(node, SECOND_LIGHT));
        snprintf(value, sizeof value, "%016x", i);
        CHECK_OK(add(node, SECOND_LIGHT, 0xF0, GET_SET | WF_ACCESS_INF, value));
        CHECK_OK(add(node, SECOND_LIGHT, 0x80, GET_SET | WF_ACCESS_INF, "31"));
        CHECK_OK(put(node, SECOND_LIGHT, 0x80, "30"));
        CHECK(holds(node, SECOND_LIGHT, 0xF0, value) && holds(node, SWITCH, 0xF1, "0a0b0c0d0e0f"));
        CHECK_OK(wf_node_remove_property(node, SECOND_LIGHT, 0x80));
    }
}

static void changes_of_what_left_are_forgotten_and_the_others_told_in_their_order(void) {
    wf_node *node = three_objects();
    wf_eoj eoj;
    uint8_t epc;
    CHECK_OK(put(node, SWITCH, 0x80, "31"));
    CHECK_OK(put(node, SECOND_LIGHT, 0x80, "30"));
    CHECK_OK(put(node, SECOND_LIGHT, 0xF0, "0000000000000000"));
    CHECK_OK(put(node, LIGHT, 0x80, "31"));
    CHECK_OK(wf_node_remove_object(node, SECOND_LIGHT));
    CHECK(wf_node_next_change(node, &eoj, &epc) && eoj == SWITCH && epc == 0x80);
    CHECK(wf_node_next_change(node, &eoj, &epc) && eoj == LIGHT && epc == 0x80);
    CHECK(!wf_node_next_change(node, &eoj, &epc));
}

static void a_property_leaves_alone_and_the_maps_follow(void) {
    wf_node *node = three_objects();
    CHECK_OK(wf_node_remove_property(node, SECOND_LIGHT, 0xF0));
    CHECK(holds(node, SECOND_LIGHT, 0x9F, "04 80 9d 9e 9f") && holds(node, SECOND_LIGHT, 0x80, "31"));
    CHECK(wf_node_remove_property(node, SECOND_LIGHT, 0xF0) == WF_ERROR_NO_PROPERTY);
    CHECK(wf_node_remove_property(node, SECOND_LIGHT, 0x9F) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_remove_property(node, 0x029005, 0x80) == WF_ERROR_NO_OBJECT);
}

static void the_profile_s_own_properties_can_be_replaced_but_for_its_number(void) {
    wf_node *node = node_with((wf_node_config){.number = {0xFE, 1, 2, 3}});
    CHECK_OK(wf_node_remove_property(node, WF_EOJ_NODE_PROFILE, 0x80));
    CHECK_OK(add(node, WF_EOJ_NODE_PROFILE, 0x80, GET_SET | WF_ACCESS_INF, "31"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x9E, "02 80 bf") && holds(node, WF_EOJ_NODE_PROFILE, 0x80, "31"));
    CHECK(wf_node_remove_property(node, WF_EOJ_NODE_PROFILE, 0x83) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_remove_property(node, WF_EOJ_NODE_PROFILE, 0xD6) == WF_ERROR_ARGUMENT);
}

static void the_place_of_installation_has_1_or_17_bytes(void) {
    wf_node *node = node_with((wf_node_config){0});
    const uint8_t place = 0x08;
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK(add(node, LIGHT, 0x81, GET_SET, "0102") == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_node_add_property(node, LIGHT, 0x81, GET_SET, 1, 17, wf_bytes_of(&place, 1)));
    CHECK(put(node, LIGHT, 0x81, "0101") == WF_ERROR_ARGUMENT);
    CHECK_OK(put(node, LIGHT, 0x81, "01000102030405060708090a0b0c0d0e0f"));
    CHECK_OK(put(node, LIGHT, 0x81, "10"));
}

static bool only_even(void *context, const wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value, bool asked) {
    CHECK(context == memory && node != NULL && (!asked || eoj == LIGHT) &&
          (eoj == LIGHT || eoj == WF_EOJ_NODE_PROFILE) && epc >= 0x80);
    return eoj != LIGHT || value.at[0] % 2 == 0;
}

static void a_rule_of_the_owner_says_which_values_there_are(void) {
    wf_node *node = node_with((wf_node_config){.value_rule = only_even, .rule_context = memory});
    uint8_t asked[32], answered[64], expected[32];
    wf_frame request;
    wf_writer out = wf_writer_of(answered, sizeof answered);
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK(add(node, LIGHT, 0xB0, GET_SET, "01") == WF_ERROR_ARGUMENT);
    CHECK_OK(add(node, LIGHT, 0xB0, GET_SET, "02"));
    CHECK(put(node, LIGHT, 0xB0, "03") == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_edata_parse(&request, hex_bytes(asked, sizeof asked, "05ff01 029001 61 02 b0 01 05 b0 01 06")));
    CHECK(wf_node_answer(node, &request, NULL, NULL, &out) == WF_REPLY_SENDER);
    CHECK(wf_bytes_equal(wf_bytes_of(answered, out.len),
                         hex_bytes(expected, sizeof expected, "029001 05ff01 51 02 b0 01 05 b0 00")));
}

static void the_dictionary_says_which_values_there_are(void) {
    wf_node_dictionary by = {wf_dictionary_builtin()};
    if (by.dictionary == NULL) {
        CHECK_SKIP("this build has no dictionary");
    }
    wf_node *node = node_with((wf_node_config){
        .value_rule = wf_node_dictionary_rule, .rule_context = &by, .number = {0xFE, 1, 2, 3}, .maker = {1, 2, 3}});
    const uint8_t level = 50, own[] = {1, 2};
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK_OK(wf_node_add_property(node, LIGHT, 0xB0, GET_SET, 1, 3, wf_bytes_of(&level, 1)));
    CHECK_OK(put(node, LIGHT, 0xB0, "64"));
    CHECK(put(node, LIGHT, 0xB0, "65") == WF_ERROR_ARGUMENT);   /* a range: 0 to 100 */
    CHECK(put(node, LIGHT, 0xB0, "0064") == WF_ERROR_ARGUMENT); /* a size */
    CHECK(add(node, LIGHT, 0x80, GET_SET, "32") == WF_ERROR_ARGUMENT);
    CHECK_OK(add(node, LIGHT, 0x80, GET_SET, "31")); /* states: 30 and 31 */
    CHECK_OK(wf_node_add_property(node, LIGHT, 0xF5, GET_SET, 1, 5, wf_bytes_of(own, 2)));
    CHECK_OK(put(node, LIGHT, 0xF5, "01020304")); /* the maker's own */
    CHECK(add(node, LIGHT, 0x81, GET_SET, "0102") == WF_ERROR_ARGUMENT);
}

/* A node with a light of release `letter`, whose B1 (light colour) is `colour`; the rule is the dictionary's. */
static wf_node *light_of_release(wf_node_dictionary *by, char letter, uint8_t colour) {
    const uint8_t release[] = {0, 0, (uint8_t)letter, 0};
    wf_node *node = node_with((wf_node_config){
        .value_rule = wf_node_dictionary_rule, .rule_context = by, .number = {0xFE, 1, 2, 3}, .maker = {1, 2, 3}});
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK_OK(wf_node_add_property(node, LIGHT, 0x82, WF_ACCESS_GET, 4, 4, wf_bytes_of(release, sizeof release)));
    CHECK_OK(wf_node_add_property(node, LIGHT, 0xB1, GET_SET, 1, 1, wf_bytes_of(&colour, 1)));
    return node;
}

/* 40 came with release C, FD (read-only) with N. */
static void the_release_that_counts_is_that_of_the_object(void) {
    wf_node_dictionary by = {wf_dictionary_builtin()};
    const uint8_t white = 0x42;
    if (by.dictionary == NULL) {
        CHECK_SKIP("this build has no dictionary");
    }
    wf_node *node = light_of_release(&by, 'B', white);
    CHECK(put(node, LIGHT, 0xB1, "40") == WF_ERROR_ARGUMENT);
    node = light_of_release(&by, 'M', white);
    CHECK_OK(put(node, LIGHT, 0xB1, "40"));
    CHECK(put(node, LIGHT, 0xB1, "fd") == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_node_add_object(node, LIGHT + 1)); /* without an 82: the newest */
    CHECK_OK(wf_node_add_property(node, LIGHT + 1, 0xB1, GET_SET, 1, 1, wf_bytes_of(&white, 1)));
    CHECK_OK(put(node, LIGHT + 1, 0xB1, "fd"));
    node = light_of_release(&by, 'N', white);
    CHECK_OK(put(node, LIGHT, 0xB1, "fd"));
}

static void the_node_profile_s_82_is_a_version_and_no_release(void) {
    wf_node_dictionary by = {wf_dictionary_builtin()};
    if (by.dictionary == NULL) {
        CHECK_SKIP("this build has no dictionary");
    }
    wf_node *node = light_of_release(&by, 'B', 0x42);
    CHECK_OK(put(node, WF_EOJ_NODE_PROFILE, 0x82, "010d0100"));
    CHECK(put(node, WF_EOJ_NODE_PROFILE, 0x80, "32") == WF_ERROR_ARGUMENT);
    CHECK(put(node, LIGHT, 0xB1, "40") == WF_ERROR_ARGUMENT); /* and the light's own still counts for the light */
}

static void a_read_only_code_can_be_put_and_not_asked_for(void) {
    wf_node_dictionary by = {wf_dictionary_builtin()};
    uint8_t asked[32], answered[64], expected[32];
    wf_frame request;
    wf_writer out = wf_writer_of(answered, sizeof answered);
    if (by.dictionary == NULL) {
        CHECK_SKIP("this build has no dictionary");
    }
    wf_node *node = light_of_release(&by, 'R', 0x41);
    CHECK_OK(wf_edata_parse(&request, hex_bytes(asked, sizeof asked, "05ff01 029001 61 02 b1 01 fd b1 01 43")));
    CHECK(wf_node_answer(node, &request, NULL, NULL, &out) == WF_REPLY_SENDER);
    CHECK(wf_bytes_equal(wf_bytes_of(answered, out.len),
                         hex_bytes(expected, sizeof expected, "029001 05ff01 51 02 b1 01 fd b1 00")));
    CHECK(holds(node, LIGHT, 0xB1, "43"));
    CHECK_OK(put(node, LIGHT, 0xB1, "fd"));
}

static void a_node_that_only_transmits_announces_as_0ef002_and_answers_nothing(void) {
    wf_node *node = node_with((wf_node_config){.transmits_only = true, .number = {0xFE, 1, 2, 3}});
    uint8_t bytes[32], list[WF_EDT_LEN];
    wf_frame request;
    wf_eoj target;
    size_t at = 0;
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK_OK(add(node, LIGHT, 0x80, WF_ACCESS_GET | WF_ACCESS_INF, "30"));
    CHECK(wf_node_profile(node) == 0x0EF002 && wf_node_has(node, 0x0EF002));
    CHECK(!wf_node_has(node, WF_EOJ_NODE_PROFILE) && !wf_node_next_target(node, WF_EOJ_NODE_PROFILE, &at, &target));
    CHECK(holds(node, 0x0EF002, 0x82, "010e0300") && holds(node, 0x0EF002, 0xD3, "000001"));
    wf_writer out = wf_writer_of(list, sizeof list);
    CHECK(wf_node_instance_list(node, 0, &out) && out.len == 4 && list[0] == 1);
    const char *const requests[] = {"05ff01 029001 62 01 80 00", "05ff01 0ef002 62 01 d6 00",
                                    "05ff01 029001 63 01 80 00", "05ff01 029001 74 01 80 01 30",
                                    "05ff01 0ef000 62 01 d6 00"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        out = wf_writer_of(list, sizeof list);
        CHECK_OK(wf_edata_parse(&request, hex_bytes(bytes, sizeof bytes, requests[i])));
        CHECK(wf_node_answer(node, &request, NULL, NULL, &out) == WF_REPLY_NONE && out.len == 0);
    }
}

/* ---- get hooks, and decisions that come later ---- */

typedef struct owner {
    wf_node *node;
    bool later[256]; /* properties that are put off */
    unsigned asked;
} owner;

static bool on_set(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    owner *o = context;
    CHECK(eoj == LIGHT && old.len == 1 && edt.len == 1);
    o->asked++;
    return !o->later[epc] || !wf_node_put_off(o->node);
}

/* B0: counts up. B1: gives nothing. B2: two bytes, which it doesn't take. */
static bool on_get(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_writer *fresh) {
    owner *o = context;
    CHECK(eoj == LIGHT && old.len == 1);
    o->asked++;
    if (o->later[epc] && wf_node_put_off(o->node)) {
        return true;
    }
    if (epc == 0xB0) {
        wf_write_u8(fresh, (uint8_t)(old.at[0] + 1));
    }
    if (epc == 0xB2) {
        wf_write_u16(fresh, 0);
    }
    return epc != 0xB1;
}

static wf_node *asking_node(owner *o) {
    *o = (owner){0};
    wf_node *node =
        node_with((wf_node_config){.set_hook = on_set, .set_context = o, .get_hook = on_get, .get_context = o});
    o->node = node;
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK_OK(add(node, LIGHT, 0x80, GET_SET, "30"));
    CHECK_OK(add(node, LIGHT, 0xB0, GET_SET | WF_ACCESS_INF, "10"));
    CHECK_OK(add(node, LIGHT, 0xB1, GET_SET, "11"));
    CHECK_OK(add(node, LIGHT, 0xB2, GET_SET, "12"));
    CHECK_OK(add(node, LIGHT, 0xB3, WF_ACCESS_SET, "13"));
    return node;
}

static wf_node_reply work(wf_node *node, wf_node_work *state, const char *request, const char *answer) {
    uint8_t asked[128], answered[256], expected[256];
    wf_frame frame;
    wf_writer out = wf_writer_of(answered, sizeof answered);
    CHECK_OK(wf_edata_parse(&frame, hex_bytes(asked, sizeof asked, request)));
    wf_node_reply reply = wf_node_work_on(node, state, &frame, NULL, NULL, &out);
    if (!wf_bytes_equal(wf_bytes_of(answered, out.len), hex_bytes(expected, sizeof expected, answer))) {
        hex_print(stderr, wf_bytes_of(answered, out.len));
        fputs(" is not the answer\n", stderr);
        exit(1);
    }
    return reply;
}

static wf_error decide(wf_node *node, wf_node_work *state, const char *request, unsigned at, bool accept,
                       const char *value) {
    uint8_t asked[128], bytes[WF_EDT_LEN];
    wf_frame frame;
    CHECK_OK(wf_edata_parse(&frame, hex_bytes(asked, sizeof asked, request)));
    return wf_node_decide(node, state, &frame, at, accept, hex_bytes(bytes, sizeof bytes, value));
}

static void the_get_hook_gives_the_present_value_or_refuses(void) {
    owner o;
    wf_node *node = asking_node(&o);
    wf_node_work state = {0};
    CHECK(work(node, &state, "05ff01 029001 62 05 b0 00 80 00 b0 00 b1 00 b2 00",
               "029001 05ff01 52 05 b0 01 11 80 01 30 b0 01 12 b1 00 b2 00") == WF_REPLY_SENDER);
    CHECK(holds(node, LIGHT, 0xB0, "12") && o.asked == 5);
}

static void a_value_that_the_get_hook_gives_is_announced_as_a_change(void) {
    owner o;
    wf_node *node = asking_node(&o);
    wf_node_work state = {0};
    wf_eoj eoj;
    uint8_t epc;
    CHECK(work(node, &state, "05ff01 029001 63 01 b0 00", "029001 05ff01 73 01 b0 01 11") == WF_REPLY_ALL);
    CHECK(wf_node_next_change(node, &eoj, &epc) && eoj == LIGHT && epc == 0xB0);
}

static void the_get_hook_is_asked_only_for_what_may_be_read(void) {
    owner o;
    wf_node *node = asking_node(&o);
    wf_node_work state = {0};
    CHECK(work(node, &state, "05ff01 029001 62 03 b3 00 9f 00 ee 00",
               "029001 05ff01 52 03 b3 00 9f 08 07 80 9d 9e 9f b0 b1 b2 ee 00") == WF_REPLY_SENDER);
    CHECK(o.asked == 0);
}

static void an_answer_waits_for_all_of_its_properties_and_asks_nobody_twice(void) {
    static const char request[] = "05ff01 029001 61 04 80 01 31 b0 01 20 b1 01 21 b0 01 22";
    owner o;
    wf_node *node = asking_node(&o);
    wf_node_work state = {.may_wait = true};
    o.later[0x80] = o.later[0xB1] = true;
    CHECK(work(node, &state, request, "") == WF_REPLY_LATER && o.asked == 4);
    CHECK(holds(node, LIGHT, 0x80, "30") && holds(node, LIGHT, 0xB0, "22"));
    CHECK_OK(decide(node, &state, request, 0, true, ""));
    CHECK(holds(node, LIGHT, 0x80, "31"));
    CHECK(work(node, &state, request, "") == WF_REPLY_LATER);
    CHECK_OK(decide(node, &state, request, 2, false, ""));
    CHECK(work(node, &state, request, "029001 05ff01 51 04 80 00 b0 00 b1 01 21 b0 00") == WF_REPLY_SENDER);
    CHECK(o.asked == 4 && holds(node, LIGHT, 0xB1, "11"));
}

static void a_read_put_off_carries_the_value_given_or_the_stored_one(void) {
    static const char request[] = "05ff01 029001 62 03 80 00 b1 00 b2 00";
    owner o;
    wf_node *node = asking_node(&o);
    wf_node_work state = {.may_wait = true};
    o.later[0x80] = o.later[0xB1] = o.later[0xB2] = true;
    CHECK(work(node, &state, request, "") == WF_REPLY_LATER);
    CHECK(decide(node, &state, request, 0, true, "3131") == WF_ERROR_ARGUMENT);
    CHECK_OK(decide(node, &state, request, 0, true, "31"));
    CHECK_OK(decide(node, &state, request, 1, true, ""));
    CHECK(decide(node, &state, request, 1, true, "") == WF_ERROR_STATE);
    CHECK(decide(node, &state, request, 3, true, "") == WF_ERROR_STATE);
    wf_node_refuse_rest(&state);
    CHECK(work(node, &state, request, "029001 05ff01 52 03 80 01 31 b1 01 11 b2 00") == WF_REPLY_SENDER);
}

static void setget_reads_when_its_sets_are_decided(void) {
    static const char request[] = "05ff01 029001 6e 01 80 01 31 02 80 00 b1 00";
    owner o;
    wf_node *node = asking_node(&o);
    wf_node_work state = {.may_wait = true};
    o.later[0x80] = o.later[0xB1] = true;
    CHECK(work(node, &state, request, "") == WF_REPLY_LATER && o.asked == 1);
    CHECK_OK(decide(node, &state, request, 0, true, ""));
    CHECK(work(node, &state, request, "") == WF_REPLY_LATER && o.asked == 3);
    CHECK_OK(decide(node, &state, request, WF_WORK_PROPERTIES / 2, true, "32"));
    CHECK_OK(decide(node, &state, request, WF_WORK_PROPERTIES / 2 + 1, true, "22"));
    CHECK(work(node, &state, request, "029001 05ff01 7e 01 80 00 02 80 01 32 b1 01 22") == WF_REPLY_SENDER);
}

static void nothing_is_put_off_where_nobody_can_wait(void) {
    owner o;
    wf_node *node = asking_node(&o);
    wf_node_work state = {0};
    o.later[0x80] = true;
    CHECK(!wf_node_put_off(node));
    CHECK(work(node, &state, "05ff01 029001 61 01 80 01 31", "029001 05ff01 71 01 80 00") == WF_REPLY_SENDER);
}

static void what_leaves_while_it_is_waited_for_is_refused(void) {
    static const char request[] = "05ff01 029001 62 02 80 00 b1 00";
    owner o;
    wf_node *node = asking_node(&o);
    wf_node_work state = {.may_wait = true};
    o.later[0x80] = o.later[0xB1] = true;
    CHECK(work(node, &state, request, "") == WF_REPLY_LATER);
    CHECK_OK(wf_node_remove_property(node, LIGHT, 0x80));
    CHECK(decide(node, &state, request, 0, true, "31") == WF_ERROR_NO_PROPERTY);
    CHECK_OK(decide(node, &state, request, 1, true, ""));
    CHECK_OK(wf_node_remove_property(node, LIGHT, 0xB1));
    CHECK(work(node, &state, request, "029001 05ff01 52 02 80 00 b1 00") == WF_REPLY_SENDER);
    CHECK_OK(wf_node_remove_object(node, LIGHT));
    CHECK(work(node, &state, request, "") == WF_REPLY_NONE);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(an_object_leaves_with_its_properties_and_the_others_keep_theirs),
    CASE(what_leaves_gives_its_room_back_however_often),
    CASE(changes_of_what_left_are_forgotten_and_the_others_told_in_their_order),
    CASE(a_property_leaves_alone_and_the_maps_follow),
    CASE(the_profile_s_own_properties_can_be_replaced_but_for_its_number),
    CASE(the_place_of_installation_has_1_or_17_bytes),
    CASE(a_rule_of_the_owner_says_which_values_there_are),
    CASE(the_dictionary_says_which_values_there_are),
    CASE(the_release_that_counts_is_that_of_the_object),
    CASE(the_node_profile_s_82_is_a_version_and_no_release),
    CASE(a_read_only_code_can_be_put_and_not_asked_for),
    CASE(a_node_that_only_transmits_announces_as_0ef002_and_answers_nothing),
    CASE(the_get_hook_gives_the_present_value_or_refuses),
    CASE(a_value_that_the_get_hook_gives_is_announced_as_a_change),
    CASE(the_get_hook_is_asked_only_for_what_may_be_read),
    CASE(an_answer_waits_for_all_of_its_properties_and_asks_nobody_twice),
    CASE(a_read_put_off_carries_the_value_given_or_the_stored_one),
    CASE(setget_reads_when_its_sets_are_decided),
    CASE(nothing_is_put_off_where_nobody_can_wait),
    CASE(what_leaves_while_it_is_waited_for_is_refused),
};

CHECK_MAIN(cases)
