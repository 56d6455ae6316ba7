/* One rule of a policy's file. */
#include "policy_build.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST_EPC = 0x80, LAST_INSTANCE = 127, NAME_SHOWN = 40 };

static const char anything[] = "*";

/* "B3" or "B0-B5", with so many digits each. */
static bool read_range(unsigned *first, unsigned *last, const char *text, size_t digits) {
    static const char hex[] = "0123456789ABCDEFabcdef";
    size_t len = strlen(text);
    if (strspn(text, hex) != digits ||
        (len != digits && (len != 2 * digits + 1 || text[digits] != '-' || strspn(text + digits + 1, hex) != digits))) {
        return false;
    }
    *first = (unsigned)strtoul(text, NULL, 16);
    *last = len == digits ? *first : (unsigned)strtoul(text + digits + 1, NULL, 16);
    return true;
}

/* ---- words, one or a list of them ---- */

typedef bool (*take_word)(wf_policy_builder *b, wf_policy_rule *rule, const char *word);

static bool each_word(wf_policy_builder *b, wf_policy_rule *rule, json_t *value, const char *key, take_word take) {
    size_t at;
    json_t *item;
    b->key = key;
    if (json_is_string(value)) {
        return take(b, rule, json_string_value(value));
    }
    if (json_array_size(value) == 0) {
        return wf_policy_refuse(b, "\"%s\" must be a text or a list of them, and not empty", key);
    }
    b->in_list = true;
    json_array_foreach(value, at, item) {
        b->item = at;
        if (!json_is_string(item)) {
            return wf_policy_refuse(b, "only texts belong into the list of \"%s\"", key);
        }
        if (!take(b, rule, json_string_value(item))) {
            return false;
        }
    }
    b->in_list = false;
    return true;
}

static bool take_access(wf_policy_builder *b, wf_policy_rule *rule, const char *word) {
    wf_policy_access access;
    if (!wf_policy_access_named(&access, word)) {
        return wf_policy_refuse(b, "'%.*s' is no access; take read, write, notify or announce", NAME_SHOWN, word);
    }
    rule->access |= (uint8_t)access;
    return true;
}

/* After the accesses are known. */
static bool take_peer(wf_policy_builder *b, wf_policy_rule *rule, const char *word) {
    wf_peer_kind kind;
    if (!wf_peer_kind_named(&kind, word)) {
        return wf_policy_refuse(b, "'%.*s' is no kind of peer; take unknown, known, member or paired", NAME_SHOWN,
                                word);
    }
    if (!rule->denies && kind == WF_PEER_MEMBER && (rule->access & ~WF_MAY_NOTIFY) != 0) {
        return wf_policy_refuse(
            b, "members of a group may only notify; give the rest to paired peers in a rule of its own");
    }
    if (!rule->denies && kind != WF_PEER_UNKNOWN && (rule->access & WF_MAY_ANNOUNCE) != 0) {
        return wf_policy_refuse(
            b, "what is announced everybody hears; give announce to unknown peers, in a rule of its own");
    }
    rule->peers |= (uint8_t)kind;
    return true;
}

static bool read_class(wf_policy_builder *b, wf_policy_rule *rule, json_t *value) {
    const char *text = json_string_value(value);
    unsigned first = 0, last = UINT16_MAX;
    wf_class_info class;
    b->key = value != NULL ? "class" : NULL;
    if (text == NULL) {
        return wf_policy_refuse(
            b, "\"class\" is missing or no text; take four digits such as \"0130\", a range \"0000-06FF\", "
               "a name of the dictionary, or \"*\"");
    }
    if (strcmp(text, anything) != 0 && !read_range(&first, &last, text, 4)) {
        if (b->dictionary == NULL || !wf_dictionary_class_named(b->dictionary, &class, text)) {
            return wf_policy_refuse(b,
                                    "there is no class '%.*s'; take four digits such as \"0130\", or a name of "
                                    "docs/reference/dictionary.md",
                                    NAME_SHOWN, text);
        }
        first = last = class.code;
    }
    if (first > last) {
        return wf_policy_refuse(b, "the range ends before it begins; write \"%04X-%04X\"", last, first);
    }
    rule->first_class = (uint16_t)first;
    rule->last_class = (uint16_t)last;
    return true;
}

static bool find_property(const wf_policy_builder *b, const wf_policy_rule *rule, unsigned *epc, const char *id) {
    wf_property_info property;
    uint16_t class = rule->first_class == rule->last_class ? rule->first_class : WF_CLASS_SUPERCLASS;
    if (b->dictionary == NULL || !wf_dictionary_property_named(b->dictionary, &property, class, id, 0)) {
        return false;
    }
    *epc = property.epc;
    return true;
}

/* After the class is known. */
static bool take_epc(wf_policy_builder *b, wf_policy_rule *rule, const char *word) {
    unsigned first = FIRST_EPC, last = UINT8_MAX;
    size_t count = 0;
    while (count < WF_POLICY_RANGES && rule->epcs[count].last != 0) {
        count++;
    }
    if (count == WF_POLICY_RANGES) {
        return wf_policy_refuse(b, "a rule has at most %d properties and ranges; write a second rule",
                                WF_POLICY_RANGES);
    }
    if (strcmp(word, anything) != 0 && !read_range(&first, &last, word, 2)) {
        if (!find_property(b, rule, &first, word)) {
            return wf_policy_refuse(
                b,
                rule->first_class == rule->last_class
                    ? "the class has no property '%.*s'; take two digits such as \"B3\", a range "
                      "\"B0-B5\", a name of docs/reference/dictionary.md, or \"*\""
                    : "'%.*s' is no property that all classes have; take two digits such as \"80\", "
                      "or a rule for one class",
                NAME_SHOWN, word);
        }
        last = first;
    }
    if (first < FIRST_EPC || first > last) {
        return wf_policy_refuse(b, "EPCs go from 80 to FF, the lower one first");
    }
    rule->epcs[count] = (wf_epc_range){(uint8_t)first, (uint8_t)last};
    return true;
}

static bool read_instance(wf_policy_builder *b, wf_policy_rule *rule, json_t *value) {
    b->key = "instance";
    if (value == NULL) {
        return true;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > LAST_INSTANCE) {
        return wf_policy_refuse(b, "an instance is a number from 1 to 127; leave it out for all of them");
    }
    rule->instance = (uint8_t)json_integer_value(value);
    return true;
}

bool wf_policy_build_rule(wf_policy_builder *b, wf_policy_rule *out, json_t *entry) {
    static const char *const keys[] = {"allow", "deny", "to", "class", "instance", "epc", "why", NULL};
    wf_policy_rule rule = {0};
    unsigned column;
    wf_json_place_line(&b->place, &rule.line, &column);
    b->key = NULL;
    if (!json_is_object(entry)) {
        return wf_policy_refuse(
            b, "a rule is an object such as {\"allow\": \"read\", \"to\": \"known\", \"class\": \"0130\", "
               "\"epc\": \"80\"}");
    }
    json_t *allow = json_object_get(entry, "allow"), *deny = json_object_get(entry, "deny");
    json_t *to = json_object_get(entry, "to"), *epc = json_object_get(entry, "epc");
    if (!wf_policy_keys(b, entry, keys)) {
        return false;
    }
    if ((allow == NULL) == (deny == NULL) || to == NULL || epc == NULL) {
        return wf_policy_refuse(b, "a rule needs either \"allow\" or \"deny\", and \"to\", \"class\", \"epc\"");
    }
    rule.denies = deny != NULL;
    if (!each_word(b, &rule, rule.denies ? deny : allow, rule.denies ? "deny" : "allow", take_access) ||
        !each_word(b, &rule, to, "to", take_peer) || !read_class(b, &rule, json_object_get(entry, "class")) ||
        !read_instance(b, &rule, json_object_get(entry, "instance")) || !each_word(b, &rule, epc, "epc", take_epc) ||
        !wf_policy_text(b, &rule.why, json_object_get(entry, "why"), "why", WF_POLICY_WHY_LEN)) {
        return false;
    }
    *out = rule;
    return true;
}
