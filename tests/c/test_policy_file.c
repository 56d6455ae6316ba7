/* Policies as files: what they say, where they are wrong, and that the shipped ones come back as they are. */
#include <string.h>
#include <warifu/policy_file.h>

#include "check.h"

static wf_bytes text_of(const char *text) {
    return wf_bytes_of((const uint8_t *)text, strlen(text));
}

static wf_policy_file *parsed(const char *text) {
    wf_policy_file *file;
    wf_policy_message message;
    wf_error error = wf_policy_parse(&file, &message, wf_dictionary_builtin(), text_of(text));
    if (error != WF_OK) {
        fprintf(stderr, "%s\n", message.text);
    }
    CHECK_OK(error);
    CHECK(message.text[0] == '\0' && message.line == 0);
    CHECK_OK(wf_policy_check(wf_policy_file_policy(file)));
    return file;
}

static const char guest[] =
    "{\n"
    "  \"name\": \"guest \\\"house\\\"\",\n"
    "  \"extends\": \"mixed\",\n"
    "  \"rules\": [\n"
    "    {\"deny\": [\"write\"], \"to\": \"paired\", \"class\": \"electricLock\", \"instance\": 2,\n"
    "     \"epc\": \"mainElectricLock\", \"why\": \"only by hand\"},\n"
    "    {\"allow\": [\"read\", \"notify\"], \"to\": [\"known\", \"unknown\"], \"class\": \"0130\",\n"
    "     \"epc\": [\"operationStatus\", \"roomTemperature\", \"B0-b3\"]},\n"
    "    {\"allow\": \"announce\", \"to\": \"unknown\", \"class\": \"0000-06FF\", \"epc\": \"*\"}\n"
    "  ]\n"
    "}\n";

static void a_file_says_rules_by_names_and_codes(void) {
    wf_policy_file *file = parsed(guest);
    const wf_policy *policy = wf_policy_file_policy(file);
    CHECK(strcmp(policy->name, "guest \"house\"") == 0 && policy->base == &wf_policy_mixed && policy->count == 3);
    const wf_policy_rule *lock = &policy->rules[0], *climate = &policy->rules[1], *told = &policy->rules[2];
    CHECK(lock->denies && lock->access == WF_MAY_WRITE && lock->peers == WF_PEER_PAIRED && lock->instance == 2);
    CHECK(lock->first_class == 0x026F && lock->last_class == 0x026F && lock->epcs[0].first == 0xE0);
    CHECK(lock->line == 5 && strcmp(lock->why, "only by hand") == 0);
    CHECK(!climate->denies && climate->access == (WF_MAY_READ | WF_MAY_NOTIFY) && climate->line == 7);
    CHECK(climate->peers == (WF_PEER_KNOWN | WF_PEER_UNKNOWN) && climate->instance == WF_ANY_INSTANCE);
    CHECK(climate->epcs[0].first == 0x80 && climate->epcs[1].last == 0xBB && climate->why == NULL);
    CHECK(climate->epcs[2].first == 0xB0 && climate->epcs[2].last == 0xB3 && climate->epcs[3].last == 0);
    CHECK(told->first_class == 0 && told->last_class == 0x06FF && told->line == 9);
    CHECK(told->epcs[0].first == 0x80 && told->epcs[0].last == 0xFF);
    wf_policy_file_free(file);
}

static void rules_of_a_file_come_before_those_of_what_it_extends(void) {
    wf_policy_file *file = parsed(guest);
    const wf_policy_question question = {WF_PEER_PAIRED, 0x026F02, 0xE0, WF_MAY_WRITE};
    wf_policy_verdict verdict = wf_policy_decide(wf_policy_file_policy(file), &question);
    char text[WF_POLICY_TEXT_LEN];
    CHECK(!verdict.allowed && verdict.index == 0);
    CHECK(strcmp(
              wf_policy_explain(text, &verdict, &question),
              "a paired peer may not set 026F02:E0: rule 1 of \"guest \"house\"\", line 5, denies it (only by hand)") ==
          0);
    CHECK(wf_policy_allows(wf_policy_file_policy(file), WF_PEER_PAIRED, 0x026F01, 0xE0, WF_MAY_WRITE));
    CHECK(wf_policy_allows(wf_policy_file_policy(file), WF_PEER_KNOWN, 0x013001, 0xB3, WF_MAY_WRITE));
    wf_policy_file_free(file);
}

static void without_extends_a_policy_denies_all_else(void) {
    wf_policy_file *file = parsed("{\"name\": \"deaf\", \"rules\": []}");
    const wf_policy *policy = wf_policy_file_policy(file);
    CHECK(policy->base == NULL && policy->count == 0 && !wf_policy_is_for_laboratory(policy));
    CHECK(!wf_policy_allows(policy, WF_PEER_PAIRED, 0x013001, 0x80, WF_MAY_READ));
    wf_policy_file_free(file);
}

static void what_extends_open_is_for_a_laboratory(void) {
    wf_policy_file *file = parsed("{\"name\": \"mine\", \"extends\": \"open\", \"rules\": []}");
    CHECK(wf_policy_is_for_laboratory(wf_policy_file_policy(file)));
    wf_policy_file_free(file);
}

/* ---- written and read back ---- */

static void check_same(const wf_policy *a, const wf_policy *b) {
    CHECK(strcmp(a->name, b->name) == 0 && a->base == b->base && a->count == b->count &&
          a->laboratory == b->laboratory);
    for (size_t i = 0; i < a->count; i++) {
        const wf_policy_rule *x = &a->rules[i], *y = &b->rules[i];
        CHECK(x->peers == y->peers && x->access == y->access && x->denies == y->denies && x->instance == y->instance);
        CHECK(x->first_class == y->first_class && x->last_class == y->last_class);
        CHECK(memcmp(x->epcs, y->epcs, sizeof x->epcs) == 0);
        CHECK((x->why == NULL) == (y->why == NULL) && (x->why == NULL || strcmp(x->why, y->why) == 0));
    }
}

static void check_comes_back(const wf_policy *policy) {
    static uint8_t text[WF_POLICY_FILE_LEN];
    wf_writer out = wf_writer_of(text, sizeof text);
    wf_policy_file *file;
    wf_policy_message message;
    CHECK_OK(wf_policy_write(policy, &out));
    CHECK_OK(wf_policy_parse(&file, &message, NULL, wf_bytes_of(text, out.len)));
    check_same(policy, wf_policy_file_policy(file));
    wf_policy_file_free(file);
    for (size_t room = 0; room < out.len; room++) {
        wf_writer small = wf_writer_of(text, room);
        CHECK(wf_policy_write(policy, &small) == WF_ERROR_TOO_SMALL);
    }
}

static void the_shipped_policies_are_written_and_read_back_identical(void) {
    const wf_policy *policy;
    for (unsigned at = 0; (policy = wf_policy_shipped(at)) != NULL; at++) {
        check_comes_back(policy);
    }
}

static void a_policy_of_a_file_is_written_and_read_back_identical(void) {
    wf_policy_file *file = parsed(guest);
    check_comes_back(wf_policy_file_policy(file));
    wf_policy_file_free(file);
}

static void what_stands_on_an_unknown_policy_is_not_written(void) {
    const wf_policy own = {.name = "own"}, on_own = {.name = "on own", .base = &own};
    uint8_t text[256];
    wf_writer out = wf_writer_of(text, sizeof text);
    CHECK(wf_policy_write(&on_own, &out) == WF_ERROR_ARGUMENT);
}

/* ---- refusals: line, column, reason, next step ---- */

#define HEAD                                                                                                      \
    "{\"name\": \"x\",\n \"rules\": [\n  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"0130\", \"epc\": " \
    "\"80\"},\n"

static const struct {
    const char *text;
    unsigned line, column;
    const char *reason, *next;
} refusals[] = {
    {"{\"name\": \"x\",\n \"rules\": [}", 2, 12, "this is not JSON", "mend it there"},
    {"", 1, 1, "this is not JSON", "mend it there"},
    {"[]", 1, 1, "a policy is an object", "\"rules\""},
    {"{\"rules\": []}", 1, 1, "\"name\" is missing", "what the policy is called"},
    {"{\"name\": \"\", \"rules\": []}", 1, 10, "\"name\" must be a text", "1 to 32 bytes"},
    {"{\"name\": \"x\", \"extends\": \"lax\", \"rules\": []}", 1, 26, "a policy extends \"strict\"", "leave it out"},
    {"{\"name\": \"x\", \"laboratory\": 1, \"rules\": []}", 1, 29, "\"laboratory\"", "true or false"},
    {"{\"name\": \"x\"}", 1, 1, "\"rules\" must be a list", "may be empty"},
    {"{\"name\": \"x\", \"rules\": 1}", 1, 24, "\"rules\" must be a list", "may be empty"},
    {"{\"name\": \"x\",\n \"ruls\": []}", 2, 2, "'ruls' means nothing here", "docs/reference/policy-file.md"},
    {"{\"name\": \"\xE5\xAE\xB6\", \"rules\": [7]}", 1, 25, "a rule is an object", "\"allow\""},
    {HEAD "  {\"to\": \"known\", \"class\": \"0130\", \"epc\": \"80\"}]}", 4, 3, "either \"allow\" or \"deny\"",
     "\"epc\""},
    {HEAD "  {\"allow\": \"read\", \"deny\": \"read\", \"to\": \"known\", \"class\": \"0130\", \"epc\": \"80\"}]}", 4,
     3, "either \"allow\" or \"deny\"", "\"epc\""},
    {HEAD "  {\"allow\": \"own\", \"to\": \"known\", \"class\": \"0130\", \"epc\": \"80\"}]}", 4, 13,
     "'own' is no access", "read, write, notify or announce"},
    {HEAD "  {\"allow\": [\"read\",\n \"own\"], \"to\": \"known\", \"class\": \"0130\", \"epc\": \"80\"}]}", 5, 2,
     "'own' is no access", "read, write, notify or announce"},
    {HEAD "  {\"allow\": [\"read\", 1], \"to\": \"known\", \"class\": \"0130\", \"epc\": \"80\"}]}", 4, 22,
     "only texts", "allow"},
    {HEAD "  {\"allow\": [], \"to\": \"known\", \"class\": \"0130\", \"epc\": \"80\"}]}", 4, 13,
     "must be a text or a list", "not empty"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"friend\", \"class\": \"0130\", \"epc\": \"80\"}]}", 4, 27,
     "'friend' is no kind of peer", "unknown, known, member or paired"},
    {HEAD "  {\"allow\": \"write\", \"to\": [\"paired\", \"member\"], \"class\": \"0130\", \"epc\": \"80\"}]}", 4, 39,
     "members of a group may only notify", "paired peers in a rule of its own"},
    {HEAD "  {\"allow\": \"announce\", \"to\": \"paired\", \"class\": \"0130\", \"epc\": \"80\"}]}", 4, 31,
     "what is announced everybody hears", "give announce to unknown peers"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"epc\": \"80\"}]}", 4, 3, "\"class\" is missing", "four digits"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"aircon\", \"epc\": \"80\"}]}", 4, 45,
     "there is no class 'aircon'", "docs/reference/dictionary.md"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"06FF-0000\", \"epc\": \"80\"}]}", 4, 45,
     "the range ends before it begins", "write \"0000-06FF\""},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"0130\", \"epc\": \"roomTemp\"}]}", 4, 60,
     "the class has no property 'roomTemp'", "two digits"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"*\", \"epc\": \"roomTemperature\"}]}", 4, 57,
     "no property that all classes have", "a rule for one class"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"0130\", \"epc\": \"7F\"}]}", 4, 60,
     "EPCs go from 80 to FF", "the lower one first"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"0130\", \"epc\": \"B3-B0\"}]}", 4, 60,
     "EPCs go from 80 to FF", "the lower one first"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"0130\", \"instance\": 0, \"epc\": \"80\"}]}", 4, 65,
     "an instance is a number from 1 to 127", "leave it out"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"0130\", \"epc\": \"80\", \"why\": \"a\\nb\"}]}", 4,
     73, "\"why\" must be a text", "in one line"},
    {HEAD "  {\"allow\": \"read\", \"to\": \"known\", \"class\": \"0130\", \"epc\": \"80\", \"while\": \"now\"}]}", 4,
     66, "'while' means nothing here", "docs/reference/policy-file.md"},
};

static void a_refusal_names_line_column_reason_and_next_step(void) {
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        wf_policy_file *file;
        wf_policy_message message;
        char where[64];
        wf_error error = wf_policy_parse(&file, &message, wf_dictionary_builtin(), text_of(refusals[i].text));
        snprintf(where, sizeof where, "line %u, column %u: ", refusals[i].line, refusals[i].column);
        bool right = strncmp(message.text, where, strlen(where)) == 0 &&
                     strstr(message.text, refusals[i].reason) != NULL && strstr(message.text, refusals[i].next) != NULL;
        if (!right) {
            fprintf(stderr, "%s\n -> %s\n", refusals[i].text, message.text);
        }
        CHECK(right);
        CHECK(error == WF_ERROR_POLICY_FILE && file == NULL);
        CHECK(message.line == refusals[i].line && message.column == refusals[i].column);
    }
}

static void without_a_dictionary_names_are_refused_and_codes_taken(void) {
    static const char by_name[] = "{\"name\": \"x\", \"rules\": [{\"allow\": \"read\", \"to\": \"known\", \"class\": "
                                  "\"homeAirConditioner\", \"epc\": \"80\"}]}";
    static const char by_code[] = "{\"name\": \"x\", \"rules\": [{\"allow\": \"read\", \"to\": \"known\", \"class\": "
                                  "\"0130\", \"epc\": \"80\"}]}";
    wf_policy_file *file;
    wf_policy_message message;
    CHECK(wf_policy_parse(&file, &message, NULL, text_of(by_name)) == WF_ERROR_POLICY_FILE);
    CHECK_OK(wf_policy_parse(&file, &message, NULL, text_of(by_code)));
    wf_policy_file_free(file);
    wf_policy_file_free(parsed(by_name));
}

/* ---- bounds ---- */

static size_t fill(char *text, size_t rules, size_t epcs) {
    size_t len = (size_t)sprintf(text, "{\"name\": \"x\", \"rules\": [");
    for (size_t i = 0; i < rules; i++) {
        len += (size_t)sprintf(text + len, "%s{\"allow\": \"read\", \"to\": \"known\", \"class\": \"*\", \"epc\": [",
                               i > 0 ? "," : "");
        for (size_t k = 0; k < epcs; k++) {
            len += (size_t)sprintf(text + len, "%s\"%02zX\"", k > 0 ? "," : "", 0x80 + k);
        }
        len += (size_t)sprintf(text + len, "]}");
    }
    return len + (size_t)sprintf(text + len, "]}");
}

static void rules_and_their_ranges_are_bounded(void) {
    static char text[WF_POLICY_FILE_LEN];
    static const struct {
        size_t rules, epcs;
        wf_error error;
    } rows[] = {{WF_POLICY_FILE_RULES, 1, WF_OK},
                {WF_POLICY_FILE_RULES + 1, 1, WF_ERROR_POLICY_FILE},
                {1, WF_POLICY_RANGES, WF_OK},
                {1, WF_POLICY_RANGES + 1, WF_ERROR_POLICY_FILE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wf_policy_file *file;
        wf_policy_message message;
        size_t len = fill(text, rows[i].rules, rows[i].epcs);
        wf_error error = wf_policy_parse(&file, &message, NULL, wf_bytes_of((const uint8_t *)text, len));
        CHECK(error == rows[i].error && (file != NULL) == (error == WF_OK));
        CHECK(error == WF_OK || strstr(message.text, "at most") != NULL);
        wf_policy_file_free(file);
    }
}

static void a_file_that_is_too_long_is_refused_unread(void) {
    static char text[WF_POLICY_FILE_LEN + 2];
    wf_policy_file *file;
    wf_policy_message message;
    memset(text, ' ', sizeof text);
    memcpy(text, "{\"name\": \"x\", \"rules\": []}", 26);
    CHECK_OK(wf_policy_parse(&file, &message, NULL, wf_bytes_of((const uint8_t *)text, WF_POLICY_FILE_LEN)));
    wf_policy_file_free(file);
    CHECK(wf_policy_parse(&file, &message, NULL, wf_bytes_of((const uint8_t *)text, WF_POLICY_FILE_LEN + 1)) ==
          WF_ERROR_POLICY_FILE);
    CHECK(file == NULL && message.line == 0 && strstr(message.text, "more than 65536 bytes") != NULL);
}

static void a_file_that_is_not_there_says_what_the_system_said(void) {
    wf_policy_file *file;
    wf_policy_message message;
    CHECK(wf_policy_load(&file, &message, NULL, "/nonexistent/policy.json") == WF_ERROR_STORE);
    CHECK(file == NULL && strstr(message.text, "/nonexistent/policy.json: No such file") != NULL);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(a_file_says_rules_by_names_and_codes),
    CASE(rules_of_a_file_come_before_those_of_what_it_extends),
    CASE(without_extends_a_policy_denies_all_else),
    CASE(what_extends_open_is_for_a_laboratory),
    CASE(the_shipped_policies_are_written_and_read_back_identical),
    CASE(a_policy_of_a_file_is_written_and_read_back_identical),
    CASE(what_stands_on_an_unknown_policy_is_not_written),
    CASE(a_refusal_names_line_column_reason_and_next_step),
    CASE(without_a_dictionary_names_are_refused_and_codes_taken),
    CASE(rules_and_their_ranges_are_bounded),
    CASE(a_file_that_is_too_long_is_refused_unread),
    CASE(a_file_that_is_not_there_says_what_the_system_said),
};

CHECK_MAIN(cases)
