#include "check.h"
#include <warifu/value.h>

enum { AIR_CONDITIONER = 0x0130, TEMPERATURE = 0xB3, METER = 0x0288, NODES = 300 };

static const wf_dictionary *dictionary(void) {
    if (wf_dictionary_builtin() == NULL) {
        CHECK_SKIP("built without the dictionary");
    }
    return wf_dictionary_builtin();
}

static wf_property_info property(uint16_t class_code, uint8_t epc, char release) {
    wf_property_info out;
    CHECK(wf_dictionary_property(dictionary(), &out, class_code, epc, release));
    return out;
}

static void finds_classes_by_code_and_name(void) {
    wf_class_info by_code, by_name;
    CHECK(wf_dictionary_class(dictionary(), &by_code, AIR_CONDITIONER));
    CHECK(strcmp(by_code.names.id, "homeAirConditioner") == 0);
    CHECK(strcmp(by_code.names.ja, "家庭用エアコン") == 0);
    CHECK(wf_dictionary_class_named(dictionary(), &by_name, "homeAirConditioner"));
    CHECK(by_name.code == AIR_CONDITIONER && by_name.from == 'A' && by_name.to == 0);
    CHECK(!wf_dictionary_class(dictionary(), &by_code, 0x0F20));
    CHECK(!wf_dictionary_class_named(dictionary(), &by_name, ""));
}

static void walks_all_classes_in_order(void) {
    wf_class_info info;
    unsigned count = 0, last = 0;
    for (unsigned at = 0; wf_dictionary_next_class(dictionary(), &at, &info); count++) {
        CHECK(count == 0 ? info.code == WF_CLASS_SUPERCLASS : info.code > last);
        last = info.code;
    }
    CHECK(count == 57 && last == WF_CLASS_NODE_PROFILE);
}

static void walks_the_properties_of_class_and_superclass_in_order(void) {
    wf_property_info info;
    unsigned own = 0, inherited = 0, last = 0;
    for (unsigned at = 0; wf_dictionary_next_property(dictionary(), &at, &info, AIR_CONDITIONER, 0);) {
        CHECK(info.epc > last);
        last = info.epc;
        ++*(info.class_code == AIR_CONDITIONER ? &own : &inherited);
    }
    CHECK(own > 30 && inherited > 15);
    CHECK(property(AIR_CONDITIONER, 0x80, 0).class_code == AIR_CONDITIONER);
    CHECK(property(AIR_CONDITIONER, 0x88, 0).class_code == WF_CLASS_SUPERCLASS);
}

static void a_profile_has_nothing_of_the_superclass(void) {
    wf_property_info info;
    CHECK(property(WF_CLASS_NODE_PROFILE, 0xD6, 0).max_size == 253);
    CHECK(!wf_dictionary_property(dictionary(), &info, WF_CLASS_NODE_PROFILE, 0x93, 0));
}

static void no_dictionary_finds_nothing(void) {
    wf_class_info info;
    wf_property_info found;
    unsigned at = 0;
    CHECK(!wf_dictionary_next_class(NULL, &at, &info));
    CHECK(!wf_dictionary_class(NULL, &info, AIR_CONDITIONER));
    CHECK(!wf_dictionary_property(NULL, &found, AIR_CONDITIONER, TEMPERATURE, 0));
    CHECK(!wf_dictionary_property_named(NULL, &found, AIR_CONDITIONER, "targetTemperature", 0));
    at = 0;
    CHECK(!wf_dictionary_next_entry(NULL, &at, &found, AIR_CONDITIONER));
}

static void the_release_comes_from_property_82(void) {
    static const uint8_t r[] = {0, 0, 'R', 1}, a[] = {0, 0, 'a', 0}, profile[] = {1, 14, 1, 0}, none[] = {0, 0, 0, 0};
    CHECK(wf_dictionary_release(wf_bytes_of(r, 4)) == 'R');
    CHECK(wf_dictionary_release(wf_bytes_of(a, 4)) == 'A');
    CHECK(wf_dictionary_release(wf_bytes_of(profile, 4)) == 0);
    CHECK(wf_dictionary_release(wf_bytes_of(none, 4)) == 0);
    CHECK(wf_dictionary_release(wf_bytes_of(r, 3)) == 0);
}

static void the_nearest_entry_stands_in_outside_of_all_releases(void) {
    CHECK(property(0x05FF, 0xC7, 'H').to == 'H' && property(0x05FF, 0xC7, 'I').from == 'I');
    wf_property_info early = property(0x05FF, 0xC7, 'B');
    CHECK(early.from == 'G' && !early.in_release && property(0x05FF, 0xC7, 0).in_release);
}

static void types_tell_limits_units_and_coefficients(void) {
    wf_type_info info;
    wf_member_info member;
    wf_enumerator state;
    wf_type type = property(AIR_CONDITIONER, TEMPERATURE, 0).type;
    wf_type_describe(type, &info);
    CHECK(info.kind == WF_TYPE_ONE_OF && info.count == 2);
    CHECK(wf_type_member(type, &member, 0) && !wf_type_member(type, &(wf_member_info){0}, 2));
    wf_type_describe(member.type, &info);
    CHECK(info.kind == WF_TYPE_NUMBER && info.minimum == 0 && info.maximum == 50 && info.exponent == 0);
    CHECK(strcmp(info.unit, "Celsius") == 0 && info.overflow_code && !info.is_signed);
    CHECK(wf_type_member(type, &member, 1) && wf_type_enumerator(member.type, &state, 0));
    CHECK(state.first == 0xFD && state.last == 0xFD && state.undefined && !state.no_data);
    CHECK(!wf_type_enumerator(member.type, &state, 1));

    wf_type_describe(property(METER, 0xE0, 0).type, &info);
    wf_type_member(property(METER, 0xE0, 0).type, &member, 0);
    wf_type_describe(member.type, &info);
    CHECK(info.coefficients[0] == 0xD3 && info.coefficients[1] == 0xE1 && info.coefficients[2] == 0);
    CHECK(property(METER, 0xE2, 0).atomic == 0xE5);
}

static void a_tree_that_does_not_fit_says_how_many_nodes_it_has(void) {
    static const uint8_t log[2 + 48 * 4] = {0};
    wf_property_info history = property(METER, 0xE2, 0);
    static wf_value nodes[NODES];
    size_t count;
    CHECK_OK(wf_value_decode(&history, nodes, NODES, &count, NULL, wf_bytes_of(log, sizeof log)));
    CHECK(count == 51 && nodes[2].kind == WF_VALUE_ARRAY && nodes[2].count == 48);
    size_t needed;
    nodes[50].number = 77;
    CHECK(wf_value_decode(&history, nodes, 50, &needed, NULL, wf_bytes_of(log, sizeof log)) == WF_ERROR_TOO_SMALL);
    CHECK(needed == count && nodes[50].number == 77);
}

static void nothing_is_written_after_an_error(void) {
    wf_property_info temperature = property(AIR_CONDITIONER, TEMPERATURE, 0);
    wf_value value = {.kind = WF_VALUE_NUMBER, .number = 51};
    wf_value_message message;
    uint8_t edt[1];
    wf_writer out = wf_writer_of(edt, sizeof edt);
    CHECK(wf_value_encode(&temperature, &out, &message, &value, 1, true) == WF_ERROR_WRONG_VALUE);
    CHECK(out.len == 0 && message.text[0] != '\0');
    CHECK(wf_value_encode(&temperature, &out, NULL, &value, 1, true) == WF_ERROR_WRONG_VALUE);
    value.number = 20;
    CHECK_OK(wf_value_encode(&temperature, &out, &message, &value, 1, true));
    CHECK(out.len == 1 && edt[0] == 20 && message.text[0] == '\0');
    CHECK(wf_value_encode(&temperature, &out, NULL, &value, 1, true) == WF_ERROR_TOO_SMALL);
    CHECK(out.len == 1);
}

static void numbers_beyond_any_property_are_refused(void) {
    static const int64_t numbers[] = {INT64_MAX, INT64_MIN, INT64_C(1) << 41, -1};
    static const int8_t exponents[] = {INT8_MAX, 1, 0, -1, INT8_MIN};
    wf_property_info temperature = property(AIR_CONDITIONER, TEMPERATURE, 0);
    wf_value_message message;
    uint8_t edt[1];
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        for (size_t k = 0; k < sizeof exponents; k++) {
            wf_value value = {.kind = WF_VALUE_NUMBER, .number = numbers[i], .exponent = exponents[k]};
            wf_writer out = wf_writer_of(edt, sizeof edt);
            CHECK(wf_value_encode(&temperature, &out, &message, &value, 1, false) == WF_ERROR_WRONG_VALUE);
            CHECK(strstr(message.text, "targetTemperature (B3): ") == message.text);
        }
    }
}

static void a_message_that_is_cut_ends_with_dots(void) {
    wf_property_info fault = property(AIR_CONDITIONER, 0x89, 0);
    wf_value value = {.kind = WF_VALUE_STATE, .name = {.id = "nothing of the kind"}};
    wf_value_message message;
    uint8_t edt[2];
    wf_writer out = wf_writer_of(edt, sizeof edt);
    CHECK(wf_value_encode(&fault, &out, &message, &value, 1, false) == WF_ERROR_WRONG_VALUE);
    CHECK(strlen(message.text) == WF_VALUE_MESSAGE_LEN - 1);
    CHECK(strcmp(message.text + WF_VALUE_MESSAGE_LEN - 4, "...") == 0);
    CHECK(strstr(message.text, "nothing of the kind is no value of it; it takes noFault (0000), ") != NULL);
}

static void values_read_as_short_texts(void) {
    static const uint8_t bytes[] = {0x0A, 0xFF};
    static const struct {
        const char *text;
        wf_value value;
    } cases[] = {
        {"23.5 Celsius", {.kind = WF_VALUE_NUMBER, .number = 235, .exponent = -1, .unit = "Celsius"}},
        {"-0.001", {.kind = WF_VALUE_NUMBER, .number = -1, .exponent = -3}},
        {"1200 W", {.kind = WF_VALUE_NUMBER, .number = 12, .exponent = 2, .unit = "W"}},
        {"0", {.kind = WF_VALUE_NUMBER, .exponent = 1}},
        {"-9223372036854775808", {.kind = WF_VALUE_NUMBER, .number = INT64_MIN}},
        {"5e-100", {.kind = WF_VALUE_NUMBER, .number = 5, .exponent = -100}},
        {"level 3", {.kind = WF_VALUE_LEVEL, .number = 3}},
        {"auto", {.kind = WF_VALUE_STATE, .name = {.id = "auto"}}},
        {"code 41", {.kind = WF_VALUE_STATE, .coded = true, .code = 0x41}},
        {"undefined", {.kind = WF_VALUE_UNDEFINED}},
        {"no data", {.kind = WF_VALUE_NO_DATA}},
        {"overflow", {.kind = WF_VALUE_OVERFLOW}},
        {"0AFF", {.kind = WF_VALUE_RAW, .bytes = {bytes, 2}}},
        {"no bytes", {.kind = WF_VALUE_RAW}},
        {"07:05", {.kind = WF_VALUE_TIME, .hour = 7, .minute = 5}},
        {"2026-11-23 07:05:09",
         {.kind = WF_VALUE_DATE_TIME, .year = 2026, .month = 11, .day = 23, .hour = 7, .minute = 5, .second = 9}},
        {"[48]", {.kind = WF_VALUE_ARRAY, .count = 48}},
    };
    char text[40];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wf_value_text(&cases[i].value, text, sizeof text);
        CHECK(strcmp(text, cases[i].text) == 0);
    }
}

static void a_text_is_cut_between_characters_at_every_size(void) {
    const wf_value value = {.kind = WF_VALUE_STATE, .name = {.id = "冷房除湿"}};
    char text[20];
    for (size_t size = 1; size < sizeof text; size++) {
        memset(text, '#', sizeof text);
        wf_value_text(&value, text, size);
        size_t len = strlen(text);
        CHECK(len < size && text[size] == '#');
        CHECK(size >= 13 ? strcmp(text, "冷房除湿") == 0
                         : strcmp(text + len - (size < 4 ? size - 1 : 3), &"..."[size < 4 ? 4 - size : 0]) == 0);
        CHECK(size < 4 || size >= 13 || (len - 3) % 3 == 0);
    }
}

static void a_value_is_found_by_the_name_of_its_kind(void) {
    wf_value_kind kind;
    for (int k = WF_VALUE_NUMBER; k <= WF_VALUE_OBJECT; k++) {
        CHECK(wf_value_kind_named(&kind, wf_value_kind_text((wf_value_kind)k)) && kind == (wf_value_kind)k);
    }
    CHECK(!wf_value_kind_named(&kind, "unknown") && !wf_value_kind_named(&kind, ""));
    CHECK(strcmp(wf_value_kind_text((wf_value_kind)(WF_VALUE_OBJECT + 1)), "unknown") == 0);
    CHECK(strcmp(wf_type_kind_text(WF_TYPE_ONE_OF), "one_of") == 0);
    CHECK(strcmp(wf_type_kind_text((wf_type_kind)(WF_TYPE_ONE_OF + 1)), "unknown") == 0);
    CHECK(strcmp(wf_rule_text(WF_RULE_REQUIRED_O), "required_o") == 0);
    CHECK(strcmp(wf_rule_text((wf_rule)(WF_RULE_REQUIRED_O + 1)), "unknown") == 0);
}

/* B3 of an air conditioner: 0 to 50, or FD, which is read-only; BB: -127 to 125 with reserved codes 80 and 7F. */
static void bytes_are_checked_as_a_value_and_as_one_that_can_be_set(void) {
    const struct {
        uint8_t epc, code;
        bool is_value, can_be_set;
    } checked[] = {{0xB3, 0, true, true},     {0xB3, 50, true, true},   {0xB3, 51, false, false},
                   {0xB3, 0xFD, true, false}, {0xBB, 0x7D, true, true}, {0xBB, 0x7E, true, false},
                   {0xBB, 0x80, true, false}, {0xBB, 0x7F, true, false}};
    for (size_t i = 0; i < sizeof checked / sizeof checked[0]; i++) {
        const wf_property_info info = property(AIR_CONDITIONER, checked[i].epc, 0);
        const wf_bytes edt = wf_bytes_of(&checked[i].code, 1);
        wf_value_message message;
        CHECK((wf_value_check(&info, &message, edt, false) == WF_OK) == checked[i].is_value);
        CHECK((message.text[0] == '\0') == checked[i].is_value);
        CHECK((wf_value_check(&info, NULL, edt, true) == WF_OK) == checked[i].can_be_set);
    }
}

static const check_case cases[] = {
    {"a_value_is_found_by_the_name_of_its_kind", a_value_is_found_by_the_name_of_its_kind},
    {"bytes_are_checked_as_a_value_and_as_one_that_can_be_set",
     bytes_are_checked_as_a_value_and_as_one_that_can_be_set},
    {"finds_classes_by_code_and_name", finds_classes_by_code_and_name},
    {"walks_all_classes_in_order", walks_all_classes_in_order},
    {"walks_the_properties_of_class_and_superclass_in_order", walks_the_properties_of_class_and_superclass_in_order},
    {"a_profile_has_nothing_of_the_superclass", a_profile_has_nothing_of_the_superclass},
    {"no_dictionary_finds_nothing", no_dictionary_finds_nothing},
    {"the_release_comes_from_property_82", the_release_comes_from_property_82},
    {"the_nearest_entry_stands_in_outside_of_all_releases", the_nearest_entry_stands_in_outside_of_all_releases},
    {"types_tell_limits_units_and_coefficients", types_tell_limits_units_and_coefficients},
    {"a_tree_that_does_not_fit_says_how_many_nodes_it_has", a_tree_that_does_not_fit_says_how_many_nodes_it_has},
    {"nothing_is_written_after_an_error", nothing_is_written_after_an_error},
    {"numbers_beyond_any_property_are_refused", numbers_beyond_any_property_are_refused},
    {"a_message_that_is_cut_ends_with_dots", a_message_that_is_cut_ends_with_dots},
    {"values_read_as_short_texts", values_read_as_short_texts},
    {"a_text_is_cut_between_characters_at_every_size", a_text_is_cut_between_characters_at_every_size},
};

CHECK_MAIN(cases)
