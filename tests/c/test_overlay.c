#define _XOPEN_SOURCE 700
#include "check.h"
#include <unistd.h>
#include <warifu/overlay.h>
#include <warifu/value.h>

enum { AIR_CONDITIONER = 0x0130, NODES = 64 };

#define TYPED(type)                                                               \
    "{\"classes\": [{\"class\": \"0F01\", \"id\": \"toaster\", \"properties\": [" \
    "{\"epc\": \"F0\", \"id\": \"heat\", \"access\": \"RRo\", \"type\": " type "}]}]}"
#define PROPERTIES(list) "{\"classes\": [{\"class\": \"0F01\", \"id\": \"toaster\", \"properties\": [" list "]}]}"
#define HEAT(epc, id) "{\"epc\": \"" epc "\", \"id\": \"" id "\", \"access\": \"RRo\", \"type\": {\"raw\": [1, 1]}}"
#define ON_OFF "{\"state\": 1, \"values\": [[\"30\", \"true\", \"On\", \"入\"], [\"31\", \"false\"]]}"

static wf_overlay_message message;

static wf_error parsed(wf_overlay **out, const char *text) {
    return wf_overlay_parse(out, &message, wf_dictionary_builtin(), wf_bytes_of((const uint8_t *)text, strlen(text)));
}

static wf_overlay *good(const char *text) {
    wf_overlay *overlay;
    if (parsed(&overlay, text) != WF_OK) {
        fprintf(stderr, "%s\n", message.text);
        exit(1);
    }
    CHECK(message.text[0] == '\0');
    return overlay;
}

static void read_back(const wf_dictionary *dictionary, uint8_t epc, const char *bytes, size_t len, const char *wanted) {
    wf_property_info property;
    wf_value nodes[NODES];
    size_t count;
    char text[64];
    uint8_t edt[UINT8_MAX];
    wf_writer out = wf_writer_of(edt, sizeof edt);
    CHECK(wf_dictionary_property(dictionary, &property, 0x0F01, epc, 0));
    CHECK_OK(wf_value_decode(&property, nodes, NODES, &count, NULL, wf_bytes_of((const uint8_t *)bytes, len)));
    wf_value_text(&nodes[count - 1], text, sizeof text);
    CHECK(strcmp(text, wanted) == 0);
    CHECK_OK(wf_value_encode(&property, &out, NULL, nodes, count, false));
    CHECK(out.len == len && memcmp(edt, bytes, len) == 0);
}

static void every_kind_of_type_is_read(void) {
    static const struct {
        const char *text, *bytes;
        size_t len;
        const char *wanted; /* the last node */
    } rows[] = {
        {TYPED("{\"number\": \"int16\", \"from\": -10, \"to\": 999, \"scale\": -1, \"unit\": \"Celsius\"}"), "\0\x0F",
         2, "1.5 Celsius"},
        {TYPED("{\"number\": \"uint8\", \"from\": 0, \"to\": 253, \"times\": [\"F1\"], \"codes\": [\"overflow\"]}"),
         "\xFF", 1, "overflow"},
        {TYPED("{\"numeric\": 1, \"values\": {\"00\": \"1\", \"01\": \"0.1\", \"02\": \"-2.5\"}}"), "\1", 1, "0.1"},
        {TYPED(ON_OFF), "\x30", 1, "true"},
        {TYPED("{\"state\": 2, \"values\": [[\"0014-001D\", \"row\"]]}"), "\0\x16", 2, "row"},
        {TYPED("{\"level\": \"31\", \"levels\": 8}"), "\x33", 1, "level 3"},
        {TYPED("{\"bitmap\": 1, \"fields\": [[\"0.80\", \"a\", \"A\", \"あ\", {\"state\": 1, \"values\": "
               "[[\"00\", \"no\"], [\"01\", \"yes\"]]}]]}"),
         "\x80", 1, "yes"},
        {TYPED("{\"raw\": [1, 17]}"), "\1\2\3", 3, "010203"},
        {TYPED("{\"time\": 2, \"hours\": 23}"), "\x0C\x1E", 2, "12:30"},
        {TYPED("{\"date\": 4}"), "\x07\xEA\x0B\x17", 4, "2026-11-23"},
        {TYPED("{\"date-time\": 6}"), "\x07\xEA\x0B\x17\x0C\x1E", 6, "2026-11-23 12:30"},
        {TYPED("{\"array\": [0, 3], \"of\": {\"level\": \"01\", \"levels\": 3}}"), "\1\2", 2, "level 2"},
        {TYPED("{\"object\": [[\"a\", \"A\", \"あ\", {\"level\": \"01\", \"levels\": 3}], [\"b\", \"\", \"\", "
               "{\"raw\": [1, 9]}]]}"),
         "\1\2\3", 3, "0203"},
        {TYPED("{\"oneOf\": [{\"number\": \"uint8\", \"from\": 0, \"to\": 50}, {\"state\": 1, \"values\": "
               "[[\"FD\", \"undefined\"]]}]}"),
         "\xFD", 1, "undefined"},
        {"{\"types\": {\"on\": " ON_OFF ", \"same\": \"on\"}, \"classes\": [{\"class\": \"0F01\", \"id\": \"toaster\", "
         "\"properties\": [{\"epc\": \"F0\", \"id\": \"heat\", \"access\": \"RRo\", \"type\": \"same\"}]}]}",
         "\x31", 1, "false"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wf_overlay *overlay = good(rows[i].text);
        read_back(wf_overlay_dictionary(overlay), 0xF0, rows[i].bytes, rows[i].len, rows[i].wanted);
        wf_overlay_free(overlay);
    }
}

static void an_overlay_adds_to_what_is_below(void) {
    if (wf_dictionary_builtin() == NULL) {
        CHECK_SKIP("built without the dictionary");
    }
    wf_overlay *overlay = good(
        "{\"classes\": [{\"class\": \"0F01\", \"id\": \"toaster\", \"en\": \"Toaster\"}, "
        "{\"class\": \"0130\", \"properties\": [" HEAT("F0", "vendorThing") ", " HEAT("B3", "ourTemperature") "]}]}");
    const wf_dictionary *dictionary = wf_overlay_dictionary(overlay);
    wf_class_info info;
    wf_property_info property;
    CHECK(wf_dictionary_class(dictionary, &info, AIR_CONDITIONER) && strcmp(info.names.id, "homeAirConditioner") == 0);
    CHECK(strcmp(info.names.ja, "家庭用エアコン") == 0);
    CHECK(wf_dictionary_class_named(dictionary, &info, "toaster") && strcmp(info.names.en, "Toaster") == 0);
    CHECK(wf_dictionary_property_named(dictionary, &property, AIR_CONDITIONER, "vendorThing", 0));
    CHECK(property.epc == 0xF0 && property.get == WF_RULE_REQUIRED && property.inf == WF_RULE_OPTIONAL);
    CHECK(wf_dictionary_property(dictionary, &property, AIR_CONDITIONER, 0xB3, 0));
    CHECK(strcmp(property.names.id, "ourTemperature") == 0);
    CHECK(wf_dictionary_property(dictionary, &property, AIR_CONDITIONER, 0xBB, 0));
    CHECK(strcmp(property.names.id, "roomTemperature") == 0);
    CHECK(wf_dictionary_property(dictionary, &property, 0x0F01, 0x80, 0) && property.class_code == WF_CLASS_SUPERCLASS);
    wf_overlay_free(overlay);
    wf_overlay_free(NULL);
}

static const struct {
    const char *text, *wanted;
} wrong[] = {
    {"", "line 1"},
    {"{\"classes\": [\n{,", "line 2, column 2"},
    {"{\"classes\": 1, \"classes\": 2}", "duplicate object key"},
    {"[]", "an overlay is an object"},
    {"{\"class\": []}", "'class' is not known here"},
    {"{\"classes\": []}", "classes must be a list"},
    {"{\"classes\": [1]}", "classes[0]: a class must be an object"},
    {"{\"classes\": [{\"class\": \"130\"}]}", "classes[0]: class must be a text of 4"},
    {"{\"classes\": [{\"class\": \"0F01\"}]}", "classes[0] (0F01): the identifier (id) is missing"},
    {"{\"classes\": [{\"class\": \"0F01\", \"id\": \"a\", \"release\": \"F-D\"}]}", "a release is such as"},
    {"{\"classes\": [{\"class\": \"0F01\", \"id\": \"a\"}, {\"class\": \"0f01\", \"id\": \"b\"}]}",
     "0F01 stands there twice"},
    {"{\"classes\": [{\"class\": \"0F01\", \"id\": \"a\", \"properties\": {}}]}", "properties must be a list"},
    {"{\"types\": [], \"classes\": []}", "types must be an object"},
    {"{\"types\": {\"a\": \"b\", \"b\": \"a\"}, \"classes\": []}", "holds itself"},
    {"{\"types\": {\"a\": {\"array\": [1, 2], \"of\": \"a\"}}, \"classes\": []}", "hold themselves"},
    {"{\"types\": {\"a\": {}}, \"classes\": []}", "types.a: a type is"},
    {PROPERTIES("1"), "properties[0]: a property must be an object"},
    {PROPERTIES(HEAT("7F", "a")), "epc is below 80"},
    {PROPERTIES(HEAT("F0", "")), "(F0): the identifier (id) is missing"},
    {PROPERTIES(HEAT("F0", "a") ", " HEAT("F0", "b")), "(0F01): property F0 stands there twice"},
    {PROPERTIES(HEAT("F0", "a") ", " HEAT("F1", "a")), "F0 and F1 are both called 'a'"},
    {PROPERTIES("{\"epc\": \"F0\", \"id\": \"a\", \"access\": \"RRx\", \"type\": {\"raw\": [1, 1]}}"),
     "access must be"},
    {PROPERTIES(
         "{\"epc\": \"F0\", \"id\": \"a\", \"access\": \"RRR\", \"atomic\": \"7F\", \"type\": {\"raw\": [1, 1]}}"),
     "atomic is below 80"},
    {PROPERTIES("{\"epc\": \"F0\", \"id\": \"a\", \"access\": \"RRR\", \"en\": 1, \"type\": {\"raw\": [1, 1]}}"),
     "en must be a text"},
    {TYPED("\"nothing\""), "there is no shared type 'nothing'"},
    {TYPED("{\"number\": \"int9\", \"from\": 0, \"to\": 1}"), "number must be int8"},
    {TYPED("{\"number\": \"int8\", \"from\": -129, \"to\": 1}"), "from must be an integer from -128 to 127"},
    {TYPED("{\"number\": \"uint8\", \"from\": 5, \"to\": 4}"), "to must be an integer from 5 to 255"},
    {TYPED("{\"number\": \"uint8\", \"from\": 0, \"to\": 4, \"scale\": 99}"), "scale must be"},
    {TYPED("{\"number\": \"uint8\", \"from\": 0, \"to\": 4, \"times\": [\"10\"]}"), "times names an EPC below 80"},
    {TYPED("{\"number\": \"uint8\", \"from\": 0, \"to\": 4, \"codes\": [\"x\"]}"), "codes takes"},
    {TYPED("{\"number\": \"uint8\", \"from\": 0, \"to\": 4, \"max\": 3}"), "'max' is not known here"},
    {TYPED("{\"numeric\": 2, \"values\": {}}"), "numeric must be"},
    {TYPED("{\"numeric\": 1, \"values\": {\"0\": \"1\"}}"), "the code '0'"},
    {TYPED("{\"numeric\": 1, \"values\": {\"00\": \"1.\"}}"), "a number here"},
    {TYPED("{\"numeric\": 1, \"values\": {\"00\": \"12345678901\"}}"), "a number here"},
    {TYPED("{\"state\": 5, \"values\": []}"), "state must be"},
    {TYPED("{\"state\": 1, \"values\": []}"), "values must be a list"},
    {TYPED("{\"state\": 1, \"values\": [[\"4\", \"a\"]]}"), ".values[0]: a code has 2"},
    {TYPED("{\"state\": 1, \"values\": [[\"42-41\", \"a\"]]}"), "runs backwards"},
    {TYPED("{\"state\": 1, \"values\": [[\"41\", \"a\", \"\", \"\", \"no\"]]}"), "a state is"},
    {TYPED("{\"state\": 1, \"values\": [[\"41-43\", \"a\"], [\"43\", \"b\"]]}"), ".values[1]: its code is taken"},
    {TYPED("{\"level\": \"FE\", \"levels\": 3}"), "levels must be an integer from 1 to 2"},
    {TYPED("{\"level\": \"3\", \"levels\": 3}"), "level (2 or 4 digits)"},
    {TYPED("{\"raw\": [0, 3]}"), "the least size"},
    {TYPED("{\"raw\": 3}"), "raw must be"},
    {TYPED("{\"time\": 4, \"hours\": 23}"), "time must be"},
    {TYPED("{\"date\": 3}"), "date must be"},
    {TYPED("{\"date-time\": 5}"), "date-time must be"},
    {TYPED("{\"array\": [0, 200], \"of\": {\"raw\": [2, 2]}}"), "up to 400 bytes"},
    {TYPED("{\"array\": [0, 2], \"of\": {\"raw\": [1, 2]}}"), ".of: the items of an array must be of one size"},
    {TYPED("{\"array\": [3, 2], \"of\": {\"raw\": [1, 2]}}"), "the most must be"},
    {TYPED("{\"object\": [[\"a\", \"\", \"\", {\"raw\": [1, 2]}], [\"b\", \"\", \"\", {\"raw\": [1, 2]}]]}"),
     "two members of variable size"},
    {TYPED("{\"object\": [[\"a\", \"\", \"\", {\"raw\": [200, 200]}], [\"b\", \"\", \"\", {\"raw\": [99, 99]}]]}"),
     "up to 299 bytes"},
    {TYPED("{\"object\": [[\"a\", \"\", \"\", {\"raw\": [1, 1]}], [\"a\", \"\", \"\", {\"raw\": [1, 1]}]]}"),
     "'a' stands there twice"},
    {TYPED("{\"object\": [[\"a\", {\"raw\": [1, 1]}]]}"), ".object[0]: a member is"},
    {TYPED("{\"oneOf\": []}"), "oneOf must be"},
    {TYPED("{\"oneOf\": [{\"array\": [1, 2], \"of\": " ON_OFF "}, {\"array\": [1, 3], \"of\": " ON_OFF "}]}"),
     "can't be told apart"},
    {TYPED("{\"bitmap\": 9, \"fields\": []}"), "bitmap must be"},
    {TYPED("{\"bitmap\": 1, \"fields\": []}"), "fields must be"},
    {TYPED("{\"bitmap\": 1, \"fields\": [[\"1.01\", \"a\", \"\", \"\", " ON_OFF "]]}"), ".fields[0]: bits are such as"},
    {TYPED("{\"bitmap\": 1, \"fields\": [[\"0.05\", \"a\", \"\", \"\", " ON_OFF "]]}"), "side by side"},
    {TYPED("{\"bitmap\": 1, \"fields\": [[\"0.00\", \"a\", \"\", \"\", " ON_OFF "]]}"), "side by side"},
    {TYPED("{\"bitmap\": 1, \"fields\": [[\"0.0F\", \"a\", \"\", \"\", " ON_OFF "]]}"), "the code 31 does not fit"},
    {TYPED("{\"bitmap\": 1, \"fields\": [[\"0.0F\", \"a\", \"\", \"\", {\"raw\": [1, 1]}]]}"), "a state or a level"},
    {TYPED("{\"bitmap\": 1, \"fields\": [[\"0.03\", \"a\", \"\", \"\", {\"level\": \"01\", \"levels\": 3}], "
           "[\"0.02\", \"b\", \"\", \"\", {\"level\": \"01\", \"levels\": 1}]]}"),
     ".fields[1]: some of its bits"},
};

static void what_is_wrong_is_named_with_its_place(void) {
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        wf_overlay *overlay;
        wf_error error = parsed(&overlay, wrong[i].text);
        if (error != WF_ERROR_OVERLAY || overlay != NULL || strstr(message.text, wrong[i].wanted) == NULL) {
            fprintf(stderr, "%s\n  gave '%s', wanted '%s'\n", wrong[i].text, message.text, wrong[i].wanted);
            exit(1);
        }
    }
}

static void values_in_values_end_at_the_depth_that_readers_know(void) {
    char text[1024] = "{\"raw\": [1, 1]}", wrapped[1024];
    for (int depth = 1; depth <= 7; depth++) {
        snprintf(wrapped, sizeof wrapped, "{\"array\": [1, 1], \"of\": %.900s}", text);
        strcpy(text, wrapped);
        snprintf(wrapped, sizeof wrapped, TYPED("%.800s"), text);
        wf_overlay *overlay;
        CHECK(parsed(&overlay, wrapped) == (depth <= 6 ? WF_OK : WF_ERROR_OVERLAY));
        wf_overlay_free(overlay);
    }
    CHECK(strstr(message.text, "more than 6 deep") != NULL);
}

static void an_overlay_comes_from_a_file(void) {
    char path[] = "/tmp/warifu-overlay-XXXXXX";
    static const char text[] = TYPED("{\"raw\": [1, 1]}");
    wf_overlay *overlay;
    int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
    CHECK_OK(wf_overlay_load(&overlay, &message, NULL, path));
    wf_property_info property;
    CHECK(wf_dictionary_property(wf_overlay_dictionary(overlay), &property, 0x0F01, 0xF0, 0));
    wf_overlay_free(overlay);
    CHECK(unlink(path) == 0);
    CHECK(wf_overlay_load(&overlay, &message, NULL, path) == WF_ERROR_STORE && overlay == NULL);
    CHECK(strstr(message.text, path) != NULL && strstr(message.text, "No such file") != NULL);
    CHECK(wf_overlay_load(&overlay, &message, NULL, "/dev/zero") == WF_ERROR_OVERLAY);
    CHECK(strstr(message.text, "more than") != NULL);
}

static const check_case cases[] = {
    {"every_kind_of_type_is_read", every_kind_of_type_is_read},
    {"an_overlay_adds_to_what_is_below", an_overlay_adds_to_what_is_below},
    {"what_is_wrong_is_named_with_its_place", what_is_wrong_is_named_with_its_place},
    {"values_in_values_end_at_the_depth_that_readers_know", values_in_values_end_at_the_depth_that_readers_know},
    {"an_overlay_comes_from_a_file", an_overlay_comes_from_a_file},
};

CHECK_MAIN(cases)
