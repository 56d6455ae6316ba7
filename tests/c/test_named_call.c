#include "check.h"
#include "hex.h"
#include <warifu/named_call.h>
#include <warifu/overlay.h>

enum { METER = 0x0288, BOARD = 0x0287, DAY = 0xE5, LOG = 0xE2, OTHER_LOG = 0xE4 };

static const char log_1[] = "normalDirectionCumulativeElectricEnergyLog1",
                  log_back[] = "reverseDirectionCumulativeElectricEnergyLog1",
                  day_1[] = "dayForTheHistoricalDataOfCumulativeElectricEnergy1";
static wf_value_message message;

static wf_named_call call_to(uint16_t class_code) {
    wf_named_call call;
    if (wf_dictionary_builtin() == NULL) {
        CHECK_SKIP("built without the dictionary");
    }
    wf_named_call_start(&call, wf_dictionary_builtin(), class_code, 0);
    return call;
}

static wf_value number(int64_t value) {
    return (wf_value){.kind = WF_VALUE_NUMBER, .number = value};
}

static bool sets_are(const wf_named_call *call, size_t at, uint8_t epc, const char *edt) {
    uint8_t bytes[WF_EDT_LEN];
    return at < call->set_count && call->sets[at].epc == epc &&
           wf_bytes_equal(call->sets[at].edt, hex_bytes(bytes, sizeof bytes, edt));
}

static void what_is_read_at_an_index_brings_the_index_along(void) {
    wf_named_call call = call_to(METER);
    const wf_value yesterday = number(1);
    CHECK_OK(wf_named_call_get_at(&call, &message, log_1, &yesterday, 1));
    CHECK(call.set_count == 1 && sets_are(&call, 0, DAY, "01"));
    CHECK(call.get_count == 1 && call.gets[0] == LOG && message.text[0] == '\0');
}

static void several_share_an_index_of_one_value_only(void) {
    wf_named_call call = call_to(METER);
    const wf_value yesterday = number(1), before = number(2);
    CHECK_OK(wf_named_call_get_at(&call, NULL, log_1, &yesterday, 1));
    CHECK_OK(wf_named_call_get_at(&call, NULL, log_back, &yesterday, 1));
    CHECK_OK(wf_named_call_get_at(&call, NULL, log_1, &yesterday, 1));
    CHECK(call.set_count == 1 && call.get_count == 2 && call.gets[1] == OTHER_LOG && call.used == 1);
    wf_named_call other = call_to(METER);
    CHECK_OK(wf_named_call_get_at(&other, NULL, log_1, &yesterday, 1));
    CHECK(wf_named_call_get_at(&other, &message, log_back, &before, 1) == WF_ERROR_ARGUMENT);
    CHECK(strstr(message.text, day_1) != NULL);
    CHECK(other.set_count == 1 && other.get_count == 1 && sets_are(&other, 0, DAY, "01"));
}

static void an_index_of_parts_is_a_tree(void) {
    wf_named_call call = call_to(BOARD);
    const wf_value channels[] = {{.kind = WF_VALUE_OBJECT, .count = 2}, number(1), number(8)};
    CHECK_OK(wf_named_call_get_at(&call, NULL, "instantaneousElectricPowerListSimplex", channels, 3));
    CHECK(sets_are(&call, 0, 0xB6, "0108") && call.gets[0] == 0xB7);
}

static void properties_are_set_and_read_by_name(void) {
    wf_named_call call = call_to(0x0130);
    const wf_value cooling = {.kind = WF_VALUE_STATE, .name.id = "cooling"}, degrees = number(26);
    CHECK_OK(wf_named_call_set(&call, &message, "operationMode", &cooling, 1));
    CHECK_OK(wf_named_call_set(&call, &message, "targetTemperature", &degrees, 1));
    CHECK_OK(wf_named_call_get(&call, &message, "roomTemperature"));
    CHECK_OK(wf_named_call_get(&call, &message, "roomTemperature"));
    CHECK(call.set_count == 2 && sets_are(&call, 0, 0xB0, "42") && sets_are(&call, 1, 0xB3, "1a"));
    CHECK(call.get_count == 1 && call.gets[0] == 0xBB);
}

static void a_refusal_says_why_and_leaves_the_call_as_it_was(void) {
    wf_named_call call = call_to(0x0130);
    const wf_value degrees = number(26), hot = number(51);
    CHECK_OK(wf_named_call_set(&call, &message, "targetTemperature", &degrees, 1));
    CHECK(wf_named_call_set(&call, &message, "targetTemperature", &degrees, 1) == WF_ERROR_ARGUMENT);
    CHECK(strcmp(message.text, "targetTemperature is set already") == 0);
    CHECK(wf_named_call_set(&call, &message, "targetTemprature", &degrees, 1) == WF_ERROR_NOT_IN_DICTIONARY);
    CHECK(strcmp(message.text, "targetTemprature is no property of this class") == 0);
    CHECK(wf_named_call_set(&call, &message, "relativeTemperatureSetting", &hot, 1) != WF_OK);
    CHECK(wf_named_call_get(&call, &message, "warmth") == WF_ERROR_NOT_IN_DICTIONARY);
    CHECK(wf_named_call_get_at(&call, &message, "roomTemperature", &degrees, 1) == WF_ERROR_ARGUMENT);
    CHECK(strcmp(message.text, "roomTemperature is read by no index") == 0);
    CHECK(call.set_count == 1 && call.get_count == 0 && call.used == 1);
    wf_named_call meter = call_to(METER);
    const wf_value far = number(100);
    CHECK(wf_named_call_get_at(&meter, &message, log_1, &far, 1) == WF_ERROR_WRONG_VALUE);
    CHECK(strstr(message.text, "0 to 99") != NULL && meter.set_count == 0 && meter.get_count == 0);
}

static void a_full_call_takes_no_more(void) {
    wf_named_call call = call_to(METER);
    const wf_value yesterday = number(1);
    call.get_count = WF_NAMED_GETS;
    CHECK(wf_named_call_get(&call, NULL, log_1) == WF_ERROR_CAPACITY);
    CHECK(wf_named_call_get_at(&call, NULL, log_1, &yesterday, 1) == WF_ERROR_CAPACITY && call.set_count == 0);
    call = call_to(METER);
    call.set_count = WF_NAMED_SETS;
    CHECK(wf_named_call_set(&call, NULL, day_1, &yesterday, 1) == WF_ERROR_CAPACITY);
    CHECK(wf_named_call_get_at(&call, NULL, log_1, &yesterday, 1) == WF_ERROR_CAPACITY && call.get_count == 0);
    call = call_to(METER);
    call.used = WF_NAMED_BYTES;
    CHECK(wf_named_call_set(&call, NULL, day_1, &yesterday, 1) == WF_ERROR_CAPACITY && call.set_count == 0);
}

/* An overlay's property that can be set and is chosen by an index, which is named after it. */
static void an_index_is_set_before_what_is_chosen_by_it(void) {
    static const char text[] = "{\"classes\": [{\"class\": \"0F01\", \"id\": \"toaster\", \"properties\": ["
                               "{\"epc\": \"F0\", \"id\": \"slot\", \"access\": \"RR-\", \"type\": "
                               "{\"number\": \"uint8\", \"from\": 1, \"to\": 4, \"unit\": \"\"}},"
                               "{\"epc\": \"F1\", \"id\": \"heat\", \"access\": \"RR-\", \"atomic\": \"F0\", \"type\": "
                               "{\"level\": \"31\", \"levels\": 4}}]}]}";
    wf_overlay *overlay;
    wf_overlay_message why;
    wf_named_call call;
    const wf_value slot = number(2), heat = {.kind = WF_VALUE_LEVEL, .number = 3};
    CHECK_OK(wf_overlay_parse(&overlay, &why, NULL, wf_bytes_of((const uint8_t *)text, sizeof text - 1)));
    wf_named_call_start(&call, wf_overlay_dictionary(overlay), 0x0F01, 0);
    CHECK_OK(wf_named_call_set(&call, &message, "heat", &heat, 1));
    CHECK_OK(wf_named_call_set(&call, &message, "slot", &slot, 1));
    CHECK(sets_are(&call, 0, 0xF0, "02") && sets_are(&call, 1, 0xF1, "33"));
    wf_overlay_free(overlay);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(what_is_read_at_an_index_brings_the_index_along),
    CASE(several_share_an_index_of_one_value_only),
    CASE(an_index_of_parts_is_a_tree),
    CASE(properties_are_set_and_read_by_name),
    CASE(a_refusal_says_why_and_leaves_the_call_as_it_was),
    CASE(a_full_call_takes_no_more),
    CASE(an_index_is_set_before_what_is_chosen_by_it),
};

CHECK_MAIN(cases)
