#include "check.h"
#include <warifu/property_map.h>

static wf_epc_set set_of(unsigned first, unsigned count) {
    wf_epc_set set = {{0}};
    for (unsigned i = 0; i < count; i++) {
        wf_epc_set_add(&set, (uint8_t)(first + i));
    }
    return set;
}

static bool same(const wf_epc_set *a, const wf_epc_set *b) {
    return a->words[0] == b->words[0] && a->words[1] == b->words[1];
}

static size_t written(uint8_t out[WF_PROPERTY_MAP_LEN], const wf_epc_set *set) {
    wf_writer w = wf_writer_of(out, WF_PROPERTY_MAP_LEN);
    size_t len;
    wf_property_map_write(&w, set);
    CHECK_OK(wf_writer_finish(&w, &len));
    return len;
}

static void a_set_holds_the_epcs_from_80_to_ff_only(void) {
    wf_epc_set set = {{0}};
    for (unsigned epc = 0; epc <= 0xFF; epc++) {
        CHECK(!wf_epc_set_has(&set, (uint8_t)epc));
        wf_epc_set_add(&set, (uint8_t)epc);
        CHECK(wf_epc_set_has(&set, (uint8_t)epc) == (epc >= 0x80));
    }
    CHECK(wf_epc_set_count(&set) == 128);
}

static void an_empty_map_is_one_byte_zero(void) {
    wf_epc_set set = set_of(0x80, 0), read;
    uint8_t map[WF_PROPERTY_MAP_LEN];
    CHECK(written(map, &set) == 1 && map[0] == 0);
    CHECK_OK(wf_property_map_read(&read, wf_bytes_of(map, 1)));
    CHECK(wf_epc_set_count(&read) == 0);
}

static void fifteen_properties_are_the_longest_list_of_codes(void) {
    wf_epc_set set = set_of(0x81, 15), read;
    uint8_t map[WF_PROPERTY_MAP_LEN];
    CHECK(written(map, &set) == 16 && map[0] == 15);
    for (unsigned i = 0; i < 15; i++) {
        CHECK(map[1 + i] == 0x81 + i);
    }
    CHECK_OK(wf_property_map_read(&read, wf_bytes_of(map, 16)));
    CHECK(same(&set, &read));
}

static void sixteen_properties_take_the_bit_form(void) {
    wf_epc_set set = set_of(0x80, 16), read;
    uint8_t map[WF_PROPERTY_MAP_LEN];
    CHECK(written(map, &set) == 17 && map[0] == 16);
    for (unsigned i = 0; i < 16; i++) {
        CHECK(map[1 + i] == 0x01);
    }
    CHECK_OK(wf_property_map_read(&read, wf_bytes_of(map, 17)));
    CHECK(same(&set, &read));
}

static void all_128_properties_fill_every_bit(void) {
    wf_epc_set set = set_of(0x80, 128), read;
    uint8_t map[WF_PROPERTY_MAP_LEN];
    CHECK(written(map, &set) == 17 && map[0] == 128);
    for (unsigned i = 0; i < 16; i++) {
        CHECK(map[1 + i] == 0xFF);
    }
    CHECK_OK(wf_property_map_read(&read, wf_bytes_of(map, 17)));
    CHECK(same(&set, &read));
}

static void in_the_bit_form_byte_i_bit_b_is_epc_80_plus_16_b_plus_i(void) {
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned b = 0; b < 8; b++) {
            uint8_t map[WF_PROPERTY_MAP_LEN] = {16};
            wf_epc_set read, one = set_of(0x80 + 16 * b + i, 1);
            map[1 + i] = (uint8_t)(1u << b);
            CHECK_OK(wf_property_map_read(&read, wf_bytes_of(map, sizeof map)));
            CHECK(same(&one, &read));
        }
    }
}

static void every_size_of_a_set_survives_writing_and_reading(void) {
    for (unsigned count = 0; count <= 128; count++) {
        wf_epc_set set = set_of(0x100 - count, count), read;
        uint8_t map[WF_PROPERTY_MAP_LEN];
        size_t len = written(map, &set);
        CHECK(len == (count < 16 ? 1 + count : 17));
        CHECK_OK(wf_property_map_read(&read, wf_bytes_of(map, len)));
        CHECK(same(&set, &read));
    }
}

static void a_lying_count_does_not_hide_or_invent_codes(void) {
    const uint8_t counts[] = {0, 1, 3, 15, 16, 200};
    const wf_epc_set expected = set_of(0xB0, 2);
    for (size_t i = 0; i < sizeof counts; i++) {
        const uint8_t map[] = {counts[i], 0xB0, 0xB1};
        wf_epc_set read;
        CHECK_OK(wf_property_map_read(&read, wf_bytes_of(map, sizeof map)));
        CHECK(same(&expected, &read));
    }
}

static void a_lying_count_does_not_hide_or_invent_bits(void) {
    const uint8_t counts[] = {0, 15, 16, 17, 255};
    const wf_epc_set expected = set_of(0x80, 16);
    for (size_t i = 0; i < sizeof counts; i++) {
        uint8_t map[WF_PROPERTY_MAP_LEN];
        wf_epc_set read;
        memset(map, 1, sizeof map);
        map[0] = counts[i];
        CHECK_OK(wf_property_map_read(&read, wf_bytes_of(map, sizeof map)));
        CHECK(same(&expected, &read));
    }
}

static void sixteen_codes_behind_a_count_of_codes_are_codes(void) {
    uint8_t map[WF_PROPERTY_MAP_LEN] = {15};
    const wf_epc_set expected = set_of(0x80, 16);
    wf_epc_set read;
    for (unsigned i = 0; i < 16; i++) {
        map[1 + i] = (uint8_t)(0x80 + i);
    }
    CHECK_OK(wf_property_map_read(&read, wf_bytes_of(map, sizeof map)));
    CHECK(same(&expected, &read));
}

static void a_map_without_a_byte_or_with_a_code_below_80_is_an_error(void) {
    const uint8_t low[] = {2, 0x80, 0x7F}, cut_bits[] = {16, 1, 1, 1}, long_bits[18] = {16, 1};
    wf_epc_set read;
    CHECK(wf_property_map_read(&read, wf_bytes_of(NULL, 0)) == WF_ERROR_PROPERTY_MAP);
    CHECK(wf_property_map_read(&read, wf_bytes_of(low, sizeof low)) == WF_ERROR_PROPERTY_MAP);
    CHECK(wf_epc_set_count(&read) == 0);
    CHECK(wf_property_map_read(&read, wf_bytes_of(cut_bits, sizeof cut_bits)) == WF_ERROR_PROPERTY_MAP);
    CHECK(wf_property_map_read(&read, wf_bytes_of(long_bits, sizeof long_bits)) == WF_ERROR_PROPERTY_MAP);
}

static void a_map_too_long_for_the_buffer_overflows_the_writer(void) {
    wf_epc_set set = set_of(0x80, 16);
    uint8_t map[WF_PROPERTY_MAP_LEN];
    wf_writer w = wf_writer_of(map, sizeof map - 1);
    wf_property_map_write(&w, &set);
    CHECK(w.overflow);
}

static const check_case cases[] = {
    {"a_set_holds_the_epcs_from_80_to_ff_only", a_set_holds_the_epcs_from_80_to_ff_only},
    {"an_empty_map_is_one_byte_zero", an_empty_map_is_one_byte_zero},
    {"fifteen_properties_are_the_longest_list_of_codes", fifteen_properties_are_the_longest_list_of_codes},
    {"sixteen_properties_take_the_bit_form", sixteen_properties_take_the_bit_form},
    {"all_128_properties_fill_every_bit", all_128_properties_fill_every_bit},
    {"in_the_bit_form_byte_i_bit_b_is_epc_80_plus_16_b_plus_i",
     in_the_bit_form_byte_i_bit_b_is_epc_80_plus_16_b_plus_i},
    {"every_size_of_a_set_survives_writing_and_reading", every_size_of_a_set_survives_writing_and_reading},
    {"a_lying_count_does_not_hide_or_invent_codes", a_lying_count_does_not_hide_or_invent_codes},
    {"a_lying_count_does_not_hide_or_invent_bits", a_lying_count_does_not_hide_or_invent_bits},
    {"sixteen_codes_behind_a_count_of_codes_are_codes", sixteen_codes_behind_a_count_of_codes_are_codes},
    {"a_map_without_a_byte_or_with_a_code_below_80_is_an_error",
     a_map_without_a_byte_or_with_a_code_below_80_is_an_error},
    {"a_map_too_long_for_the_buffer_overflows_the_writer", a_map_too_long_for_the_buffer_overflows_the_writer},
};

CHECK_MAIN(cases)
