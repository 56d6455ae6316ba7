/* What a node keeps and says about itself: its memory, objects and properties, changes, the node profile, the lists. */
#include "check.h"
#include "hex.h"
#include <warifu/node.h>

enum { LIGHT = 0x029001 };

static uint64_t memory[4096];
static const uint8_t number[17] = {0xFE, 0xAA, 0xBB, 0xCC, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};

static wf_node_config config_of(unsigned objects, unsigned properties, size_t value_bytes) {
    wf_node_config config = {
        .objects = objects, .properties = properties, .value_bytes = value_bytes, .maker = {0xAA, 0xBB, 0xCC}};
    memcpy(config.number, number, sizeof number);
    return config;
}

static wf_node *node_of(unsigned objects, unsigned properties, size_t value_bytes) {
    const wf_node_config config = config_of(objects, properties, value_bytes);
    wf_node *node;
    CHECK_OK(wf_node_start(&node, &config, memory, sizeof memory));
    return node;
}

static wf_error add(wf_node *node, wf_eoj eoj, uint8_t epc, unsigned access, const char *value) {
    uint8_t bytes[WF_EDT_LEN];
    wf_bytes view = hex_bytes(bytes, sizeof bytes, value);
    return wf_node_add_property(node, eoj, epc, access, view.len, view.len, view);
}

static wf_error put(wf_node *node, wf_eoj eoj, uint8_t epc, const char *value) {
    uint8_t bytes[WF_EDT_LEN];
    return wf_node_put(node, eoj, epc, hex_bytes(bytes, sizeof bytes, value));
}

static bool holds(const wf_node *node, wf_eoj eoj, uint8_t epc, const char *value) {
    uint8_t bytes[WF_EDT_LEN], expected[WF_EDT_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    CHECK_OK(wf_node_get(node, eoj, epc, &out));
    return wf_bytes_equal(wf_bytes_of(bytes, out.len), hex_bytes(expected, sizeof expected, value));
}

static wf_node *light_node(void) {
    wf_node *node = node_of(1, 4, 8);
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK_OK(add(node, LIGHT, 0x80, WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF, "30"));
    CHECK_OK(add(node, LIGHT, 0x88, WF_ACCESS_GET | WF_ACCESS_INF, "42"));
    CHECK_OK(add(node, LIGHT, 0xB0, WF_ACCESS_GET | WF_ACCESS_SET, "64"));
    return node;
}

static void the_node_profile_is_complete_from_the_start(void) {
    const wf_node *node = node_of(0, 0, 0);
    CHECK(wf_node_has(node, WF_EOJ_NODE_PROFILE));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x80, "30"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x82, "010e0300"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x83, "feaabbcc0102030405060708090a0b0c0d"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x8A, "aabbcc"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x9D, "02 80 d5"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x9E, "01 bf"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x9F, "0c 80 82 83 8a 9d 9e 9f bf d3 d4 d6 d7"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD3, "000000"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD4, "0001"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD5, "00"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD6, "00"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD7, "00"));
}

static void the_node_profile_takes_optional_properties(void) {
    wf_node *node = node_of(0, 2, 3);
    CHECK_OK(add(node, WF_EOJ_NODE_PROFILE, 0x88, WF_ACCESS_GET | WF_ACCESS_INF, "42"));
    CHECK_OK(add(node, WF_EOJ_NODE_PROFILE, 0x89, WF_ACCESS_GET, "0000"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x9D, "03 80 88 d5"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x9F, "0e 80 82 83 88 89 8a 9d 9e 9f bf d3 d4 d6 d7"));
    CHECK(add(node, WF_EOJ_NODE_PROFILE, 0x82, WF_ACCESS_GET, "010d0100") == WF_ERROR_ARGUMENT);
}

static void the_node_profile_says_product_code_and_production_number_where_they_are_given(void) {
    wf_node_config config = config_of(0, 0, 0);
    wf_node *node;
    config.product_code = "WF-1";
    config.production_number = "0123456789AB";
    CHECK_OK(wf_node_start(&node, &config, memory, wf_node_size(&config)));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x8C, "57462d310000000000000000"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x8D, "303132333435363738394142"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x9F, "0e 80 82 83 8a 8c 8d 9d 9e 9f bf d3 d4 d6 d7"));
    config.product_code = "";
    CHECK_OK(wf_node_start(&node, &config, memory, wf_node_size(&config)));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x9F, "0d 80 82 83 8a 8d 9d 9e 9f bf d3 d4 d6 d7"));
    CHECK(add(node, WF_EOJ_NODE_PROFILE, 0x88, WF_ACCESS_GET, "42") == WF_ERROR_CAPACITY);
}

static void product_codes_are_twelve_ascii_characters_at_most(void) {
    static const char *const wrong[] = {"0123456789ABC", "W\xC3\xA4rme", "a\tb"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        wf_node_config config = config_of(0, 0, 0);
        wf_node *node;
        config.product_code = wrong[i];
        CHECK(wf_node_start(&node, &config, memory, sizeof memory) == WF_ERROR_ARGUMENT);
        config.product_code = NULL;
        config.production_number = wrong[i];
        CHECK(wf_node_start(&node, &config, memory, sizeof memory) == WF_ERROR_ARGUMENT);
    }
}

/* Sets BF of a node profile and tells whether it was taken. */
static bool set_unique(wf_node *node, const char *value) {
    uint8_t asked[16], answer[64];
    char text[48];
    wf_frame request;
    snprintf(text, sizeof text, "05ff01 0ef001 61 01 bf 02 %s", value);
    CHECK_OK(wf_edata_parse(&request, hex_bytes(asked, sizeof asked, text)));
    wf_writer out = wf_writer_of(answer, sizeof answer);
    CHECK(wf_node_answer(node, &request, NULL, NULL, &out) == WF_REPLY_SENDER);
    return answer[6] == WF_ESV_SET_RES;
}

static void unique_identifier_data_is_set_by_its_rule(void) {
    wf_node_config config = config_of(0, 0, 0);
    wf_node *node;
    config.unique[0] = 0x81;
    config.unique[1] = 0x02;
    CHECK_OK(wf_node_start(&node, &config, memory, sizeof memory));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xBF, "8102"));
    CHECK(!set_unique(node, "8304") && holds(node, WF_EOJ_NODE_PROFILE, 0xBF, "8102"));
    CHECK(set_unique(node, "4304") && holds(node, WF_EOJ_NODE_PROFILE, 0xBF, "c304"));
    config.unique[0] = 0x01;
    CHECK_OK(wf_node_start(&node, &config, memory, sizeof memory));
    CHECK(set_unique(node, "ffff") && holds(node, WF_EOJ_NODE_PROFILE, 0xBF, "7fff"));
}

static void unique_identifier_data_follows_the_number_until_it_is_set(void) {
    wf_node_config config = config_of(0, 0, 0);
    wf_node *node;
    uint8_t first[2], second[2];
    wf_writer out = wf_writer_of(first, sizeof first);
    CHECK_OK(wf_node_start(&node, &config, memory, sizeof memory));
    CHECK_OK(wf_node_get(node, WF_EOJ_NODE_PROFILE, 0xBF, &out));
    CHECK((first[0] & 0xC0) == 0x80);
    config.number[16] ^= 1;
    out = wf_writer_of(second, sizeof second);
    CHECK_OK(wf_node_start(&node, &config, memory, sizeof memory));
    CHECK_OK(wf_node_get(node, WF_EOJ_NODE_PROFILE, 0xBF, &out));
    CHECK((second[0] & 0xC0) == 0x80 && memcmp(first, second, sizeof first) != 0);
}

static void maps_list_each_property_by_its_access(void) {
    wf_node *node = light_node();
    CHECK(holds(node, LIGHT, 0x9D, "02 80 88"));
    CHECK(holds(node, LIGHT, 0x9E, "02 80 b0"));
    CHECK(holds(node, LIGHT, 0x9F, "06 80 88 9d 9e 9f b0"));
}

static void a_map_of_sixteen_properties_is_in_bit_form(void) {
    wf_node *node = node_of(1, 13, 13);
    CHECK_OK(wf_node_add_object(node, LIGHT));
    for (unsigned i = 0; i < 13; i++) {
        CHECK_OK(add(node, LIGHT, (uint8_t)(0xB0 + i), WF_ACCESS_GET, "00"));
    }
    CHECK(holds(node, LIGHT, 0x9F, "10 08080808080808080808080808020202"));
}

static void counts_and_lists_follow_the_objects(void) {
    wf_node *node = node_of(4, 0, 0);
    CHECK_OK(wf_node_add_object(node, 0x013002));
    CHECK_OK(wf_node_add_object(node, 0x05FF01));
    CHECK_OK(wf_node_add_object(node, 0x013001));
    CHECK_OK(wf_node_add_object(node, 0x0F2001));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD3, "000004"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD4, "0004"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD6, "04 013001 013002 05ff01 0f2001"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD7, "03 0130 05ff 0f20"));
}

static void the_class_list_holds_at_most_eight_classes(void) {
    wf_node *node = node_of(9, 0, 0);
    for (unsigned i = 0; i < 9; i++) {
        CHECK_OK(wf_node_add_object(node, 0x001101u + (i << 8)));
    }
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD4, "000a"));
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD7, "08 0011 0012 0013 0014 0015 0016 0017 0018"));
}

static wf_eoj instance_of(unsigned i) {
    return (i < 100 ? 0x026B00u : 0x029000u) + i % 100 + 1;
}

static void two_hundred_instances_are_listed_in_three_parts_of_84(void) {
    wf_node *node = node_of(200, 0, 0);
    const size_t lens[] = {253, 253, 1 + 3 * 32};
    uint8_t bytes[WF_EDT_LEN], d6[WF_EDT_LEN];
    for (unsigned i = 200; i-- > 0;) {
        CHECK_OK(wf_node_add_object(node, instance_of(i)));
    }
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0xD3, "0000c8"));
    unsigned listed = 0;
    for (unsigned part = 0; part < 3; part++) {
        wf_writer out = wf_writer_of(bytes, sizeof bytes);
        CHECK(wf_node_instance_list(node, part, &out) && out.len == lens[part] && bytes[0] == (lens[part] - 1) / 3);
        for (size_t at = 1; at < out.len; at += 3, listed++) {
            CHECK(((wf_eoj)bytes[at] << 16 | (wf_eoj)bytes[at + 1] << 8 | bytes[at + 2]) == instance_of(listed));
        }
    }
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    CHECK(listed == 200 && !wf_node_instance_list(node, 3, &out) && out.len == 0);
    CHECK(wf_node_instance_list(node, 0, &out));
    wf_writer value = wf_writer_of(d6, sizeof d6);
    CHECK_OK(wf_node_get(node, WF_EOJ_NODE_PROFILE, 0xD6, &value));
    CHECK(wf_bytes_equal(wf_bytes_of(d6, value.len), wf_bytes_of(bytes, out.len)));
}

static void exactly_84_instances_are_one_part(void) {
    wf_node *node = node_of(84, 0, 0);
    uint8_t bytes[WF_EDT_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    for (unsigned i = 0; i < 84; i++) {
        CHECK_OK(wf_node_add_object(node, instance_of(i)));
    }
    CHECK(wf_node_instance_list(node, 0, &out) && bytes[0] == 84 && !wf_node_instance_list(node, 1, &out));
}

static void every_property_of_every_object_is_found(void) {
    wf_node *node = node_of(200, 1000, 1000);
    for (unsigned i = 0; i < 200; i++) {
        CHECK_OK(wf_node_add_object(node, instance_of(i * 7 % 200)));
    }
    for (unsigned i = 0; i < 1000; i++) {
        const uint8_t value = (uint8_t)(i * 31);
        CHECK_OK(wf_node_add_property(node, instance_of(i * 11 % 200), (uint8_t)(0xE0 + i / 200), WF_ACCESS_GET, 1, 1,
                                      wf_bytes_of(&value, 1)));
    }
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t value = 0;
        wf_writer out = wf_writer_of(&value, 1);
        CHECK_OK(wf_node_get(node, instance_of(i * 11 % 200), (uint8_t)(0xE0 + i / 200), &out));
        CHECK(value == (uint8_t)(i * 31));
    }
    CHECK(holds(node, instance_of(199), 0x9F, "08 9d 9e 9f e0 e1 e2 e3 e4"));
}

static bool next_change_is(wf_node *node, wf_eoj eoj, uint8_t epc) {
    wf_eoj changed_eoj;
    uint8_t changed_epc;
    return wf_node_next_change(node, &changed_eoj, &changed_epc) && changed_eoj == eoj && changed_epc == epc;
}

static bool nothing_changed(wf_node *node) {
    wf_eoj eoj;
    uint8_t epc;
    return !wf_node_next_change(node, &eoj, &epc);
}

static wf_node_reply request(wf_node *node, const char *hex) {
    uint8_t asked[64], answer[64];
    wf_frame frame;
    wf_writer out = wf_writer_of(answer, sizeof answer);
    CHECK_OK(wf_edata_parse(&frame, hex_bytes(asked, sizeof asked, hex)));
    return wf_node_answer(node, &frame, NULL, NULL, &out);
}

static void a_set_that_changes_an_announced_property_is_reported_once(void) {
    wf_node *node = light_node();
    CHECK(nothing_changed(node));
    CHECK(request(node, "05ff01 029001 61 01 80 01 31") == WF_REPLY_SENDER);
    CHECK(request(node, "05ff01 029001 60 01 80 01 32") == WF_REPLY_NONE);
    CHECK(next_change_is(node, LIGHT, 0x80));
    CHECK(nothing_changed(node));
    CHECK(request(node, "05ff01 029001 6e 01 80 01 30 00") == WF_REPLY_SENDER);
    CHECK(next_change_is(node, LIGHT, 0x80) && nothing_changed(node));
}

static void setting_the_present_value_is_no_change(void) {
    wf_node *node = light_node();
    CHECK(request(node, "05ff01 029001 61 01 80 01 30") == WF_REPLY_SENDER);
    CHECK_OK(put(node, LIGHT, 0x88, "42"));
    CHECK(nothing_changed(node));
}

static void a_property_outside_map_9d_is_not_reported(void) {
    wf_node *node = light_node();
    CHECK(request(node, "05ff01 029001 61 01 b0 01 10") == WF_REPLY_SENDER);
    CHECK(holds(node, LIGHT, 0xB0, "10") && nothing_changed(node));
}

static void a_refused_set_is_no_change(void) {
    wf_node *node = light_node();
    CHECK(request(node, "05ff01 029001 61 02 80 02 3131 88 01 41") == WF_REPLY_SENDER);
    CHECK(nothing_changed(node));
}

static void changes_come_in_their_order_however_often(void) {
    wf_node *node = light_node();
    for (unsigned round = 0; round < 40; round++) {
        CHECK_OK(put(node, LIGHT, 0x88, round % 2 ? "42" : "41"));
        CHECK_OK(put(node, WF_EOJ_NODE_PROFILE, 0x80, round % 2 ? "30" : "31"));
        CHECK_OK(put(node, LIGHT, 0x80, round % 2 ? "30" : "31"));
        CHECK_OK(put(node, LIGHT, 0x88, "40"));
        CHECK(next_change_is(node, LIGHT, 0x88) && next_change_is(node, WF_EOJ_NODE_PROFILE, 0x80));
        CHECK(next_change_is(node, LIGHT, 0x80) && nothing_changed(node));
    }
}

static void a_value_of_another_length_is_a_change(void) {
    const uint8_t place[17] = {1};
    wf_node *node = node_of(1, 1, 17);
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK_OK(wf_node_add_property(node, LIGHT, 0x81, WF_ACCESS_GET | WF_ACCESS_INF, 1, 17,
                                  wf_bytes_of(place, sizeof place)));
    CHECK_OK(put(node, LIGHT, 0x81, "01"));
    CHECK(next_change_is(node, LIGHT, 0x81) && holds(node, LIGHT, 0x81, "01"));
}

static void a_value_that_grows_leaves_its_neighbours_alone(void) {
    const uint8_t value[17] = {1};
    wf_node *node = node_of(1, 3, 35);
    CHECK_OK(wf_node_add_object(node, LIGHT));
    for (uint8_t epc = 0xE0; epc < 0xE2; epc++) {
        CHECK_OK(wf_node_add_property(node, LIGHT, epc, WF_ACCESS_GET, 1, 17, wf_bytes_of(value, 1)));
    }
    CHECK_OK(add(node, LIGHT, 0x80, WF_ACCESS_GET, "30"));
    CHECK_OK(wf_node_put(node, LIGHT, 0xE1, wf_bytes_of(value, sizeof value)));
    CHECK_OK(wf_node_put(node, LIGHT, 0xE0, wf_bytes_of(value, sizeof value)));
    CHECK(holds(node, LIGHT, 0x80, "30") && holds(node, LIGHT, 0xE1, "0100000000000000000000000000000000"));
}

static void instance_0_means_every_object_of_the_class(void) {
    wf_node *node = node_of(4, 0, 0);
    const wf_eoj objects[] = {0x029001, 0x02907F, 0x029101, 0x028F01};
    wf_eoj target;
    size_t at = 0;
    for (size_t i = 0; i < 4; i++) {
        CHECK_OK(wf_node_add_object(node, objects[i]));
    }
    CHECK(wf_node_next_target(node, 0x029000, &at, &target) && target == 0x029001);
    CHECK(wf_node_next_target(node, 0x029000, &at, &target) && target == 0x02907F);
    CHECK(!wf_node_next_target(node, 0x029000, &at, &target));
    CHECK(!wf_node_next_target(node, 0x029000, &at, &target));
    at = 0;
    CHECK(wf_node_next_target(node, 0x0EF000, &at, &target) && target == WF_EOJ_NODE_PROFILE);
    CHECK(!wf_node_next_target(node, 0x0EF000, &at, &target));
    const wf_eoj empty[] = {0x000000, 0x028E00, 0x029200, 0x0EEF00, 0xFFFF00};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        at = 0;
        CHECK(!wf_node_next_target(node, empty[i], &at, &target));
    }
}

static void any_other_instance_means_itself_if_it_is_there(void) {
    const wf_node *node = light_node();
    const wf_eoj there[] = {LIGHT, WF_EOJ_NODE_PROFILE}, absent[] = {0x029002, 0x029081, 0x0EF002, 0x1029001};
    for (size_t i = 0; i < 2; i++) {
        size_t at = 0;
        wf_eoj target = 0;
        CHECK(wf_node_next_target(node, there[i], &at, &target) && target == there[i]);
        CHECK(!wf_node_next_target(node, there[i], &at, &target));
    }
    for (size_t i = 0; i < 4; i++) {
        size_t at = 0;
        wf_eoj target;
        CHECK(!wf_node_next_target(node, absent[i], &at, &target) && !wf_node_has(node, absent[i]));
    }
}

static void an_object_needs_a_device_group_and_an_instance_from_1_to_127(void) {
    wf_node *node = node_of(2, 0, 0);
    const wf_eoj wrong[] = {0x029000, 0x029080, 0x0290FF, 0x0EF001, 0x0EF002, 0x01029001};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(wf_node_add_object(node, wrong[i]) == WF_ERROR_ARGUMENT);
    }
    CHECK_OK(wf_node_add_object(node, 0x029001));
    CHECK(wf_node_add_object(node, 0x029001) == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_node_add_object(node, 0x02907F));
    CHECK(wf_node_add_object(node, 0x029002) == WF_ERROR_CAPACITY);
}

static void a_property_that_makes_no_sense_is_not_added(void) {
    wf_node *node = node_of(1, 2, 20);
    const uint8_t value[4] = {0};
    const wf_bytes one = wf_bytes_of(value, 1);
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK(wf_node_add_property(node, 0x029002, 0x80, WF_ACCESS_GET, 1, 1, one) == WF_ERROR_NO_OBJECT);
    CHECK(wf_node_add_property(node, LIGHT, 0x7F, WF_ACCESS_GET, 1, 1, one) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_add_property(node, LIGHT, 0x80, 0, 1, 1, one) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_add_property(node, LIGHT, 0x80, 8, 1, 1, one) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_add_property(node, LIGHT, 0x80, WF_ACCESS_GET, 0, 1, one) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_add_property(node, LIGHT, 0x80, WF_ACCESS_GET, 1, 256, one) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_add_property(node, LIGHT, 0x80, WF_ACCESS_GET, 2, 1, one) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_add_property(node, LIGHT, 0x80, WF_ACCESS_GET, 1, 3, wf_bytes_of(value, 4)) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_add_property(node, LIGHT, 0x9F, WF_ACCESS_GET, 1, 1, one) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_add_property(node, WF_EOJ_NODE_PROFILE, 0xD5, WF_ACCESS_GET, 1, 1, one) == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_node_add_property(node, LIGHT, 0xD5, WF_ACCESS_GET, 1, 1, one));
    CHECK(wf_node_add_property(node, LIGHT, 0xD5, WF_ACCESS_GET, 1, 1, one) == WF_ERROR_ARGUMENT);
}

static void tables_take_what_they_were_made_for_and_no_more(void) {
    wf_node *node = node_of(1, 2, 20);
    const uint8_t value[20] = {0};
    CHECK_OK(wf_node_add_object(node, LIGHT));
    CHECK(wf_node_add_property(node, LIGHT, 0x80, WF_ACCESS_GET, 1, 21, wf_bytes_of(value, 1)) == WF_ERROR_CAPACITY);
    CHECK_OK(wf_node_add_property(node, LIGHT, 0x80, WF_ACCESS_GET, 1, 19, wf_bytes_of(value, 1)));
    CHECK_OK(wf_node_add_property(node, LIGHT, 0x81, WF_ACCESS_GET, 1, 1, wf_bytes_of(value, 1)));
    CHECK(wf_node_add_property(node, LIGHT, 0x82, WF_ACCESS_GET, 1, 1, wf_bytes_of(value, 1)) == WF_ERROR_CAPACITY);
}

static void the_owner_puts_and_gets_past_access_but_not_past_size(void) {
    wf_node *node = light_node();
    uint8_t none;
    wf_writer out = wf_writer_of(&none, 0);
    CHECK_OK(put(node, LIGHT, 0x88, "41"));
    CHECK(holds(node, LIGHT, 0x88, "41"));
    CHECK(put(node, LIGHT, 0x88, "4141") == WF_ERROR_ARGUMENT);
    CHECK(put(node, LIGHT, 0x88, "") == WF_ERROR_ARGUMENT);
    CHECK(put(node, LIGHT, 0x9F, "00") == WF_ERROR_ARGUMENT);
    CHECK(put(node, LIGHT, 0xEE, "00") == WF_ERROR_NO_PROPERTY);
    CHECK(put(node, 0x029002, 0x80, "30") == WF_ERROR_NO_OBJECT);
    CHECK(wf_node_get(node, 0x029002, 0x80, &out) == WF_ERROR_NO_OBJECT);
    CHECK(wf_node_get(node, LIGHT, 0xD6, &out) == WF_ERROR_NO_PROPERTY);
    CHECK(wf_node_get(node, LIGHT, 0x80, &out) == WF_ERROR_TOO_SMALL);
}

static void start_demands_enough_aligned_memory_and_sense(void) {
    wf_node_config config = config_of(1, 2, 3);
    const size_t size = wf_node_size(&config);
    wf_node *node;
    CHECK(wf_node_start(&node, &config, memory, size - 1) == WF_ERROR_TOO_SMALL && node == NULL);
    CHECK(wf_node_start(&node, &config, NULL, size) == WF_ERROR_ARGUMENT);
    CHECK(wf_node_start(&node, &config, (uint8_t *)memory + 4, size) == WF_ERROR_ARGUMENT);
    CHECK_OK(wf_node_start(&node, &config, memory, size));
    config.properties = UINT32_MAX;
    CHECK(wf_node_size(&config) == 0 && wf_node_start(&node, &config, memory, size) == WF_ERROR_ARGUMENT);
}

static void a_node_filled_to_the_brim_stays_in_its_memory(void) {
    const wf_node_config config = config_of(3, 6, 6 * 255);
    const size_t size = wf_node_size(&config);
    uint8_t value[255] = {0}, *exact = malloc(size);
    wf_node *node;
    CHECK(exact != NULL);
    CHECK_OK(wf_node_start(&node, &config, exact, size));
    for (unsigned i = 0; i < 3; i++) {
        CHECK_OK(wf_node_add_object(node, 0x029001u + i));
    }
    for (unsigned i = 0; i < 6; i++) {
        CHECK_OK(wf_node_add_property(node, 0x029001u + i % 3, (uint8_t)(0xE0 + i), WF_ACCESS_GET | WF_ACCESS_INF, 1,
                                      255, wf_bytes_of(value, sizeof value)));
    }
    memset(value, 0xFF, sizeof value);
    for (unsigned i = 0; i < 6; i++) {
        CHECK_OK(wf_node_put(node, 0x029001u + i % 3, (uint8_t)(0xE0 + i), wf_bytes_of(value, sizeof value)));
    }
    for (unsigned i = 0; i < 6; i++) {
        CHECK(next_change_is(node, 0x029001u + i % 3, (uint8_t)(0xE0 + i)));
    }
    CHECK(holds(node, WF_EOJ_NODE_PROFILE, 0x83, "feaabbcc0102030405060708090a0b0c0d"));
    free(exact);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(the_node_profile_is_complete_from_the_start),
    CASE(the_node_profile_takes_optional_properties),
    CASE(the_node_profile_says_product_code_and_production_number_where_they_are_given),
    CASE(product_codes_are_twelve_ascii_characters_at_most),
    CASE(unique_identifier_data_is_set_by_its_rule),
    CASE(unique_identifier_data_follows_the_number_until_it_is_set),
    CASE(maps_list_each_property_by_its_access),
    CASE(a_map_of_sixteen_properties_is_in_bit_form),
    CASE(counts_and_lists_follow_the_objects),
    CASE(the_class_list_holds_at_most_eight_classes),
    CASE(two_hundred_instances_are_listed_in_three_parts_of_84),
    CASE(exactly_84_instances_are_one_part),
    CASE(every_property_of_every_object_is_found),
    CASE(a_set_that_changes_an_announced_property_is_reported_once),
    CASE(setting_the_present_value_is_no_change),
    CASE(a_property_outside_map_9d_is_not_reported),
    CASE(a_refused_set_is_no_change),
    CASE(changes_come_in_their_order_however_often),
    CASE(a_value_of_another_length_is_a_change),
    CASE(a_value_that_grows_leaves_its_neighbours_alone),
    CASE(instance_0_means_every_object_of_the_class),
    CASE(any_other_instance_means_itself_if_it_is_there),
    CASE(an_object_needs_a_device_group_and_an_instance_from_1_to_127),
    CASE(a_property_that_makes_no_sense_is_not_added),
    CASE(tables_take_what_they_were_made_for_and_no_more),
    CASE(the_owner_puts_and_gets_past_access_but_not_past_size),
    CASE(start_demands_enough_aligned_memory_and_sense),
    CASE(a_node_filled_to_the_brim_stays_in_its_memory),
};

CHECK_MAIN(cases)
