/* What the kinds of types and values, and the access rules, are called. */
#include <string.h>
#include <warifu/value.h>

#define TEXT(name, text, what) text,
#define COUNT(texts) (sizeof(texts) / sizeof(texts)[0])

static const char *const rules[] = {WF_RULES(TEXT)};
static const char *const type_kinds[] = {WF_TYPE_KINDS(TEXT)};
static const char *const value_kinds[] = {WF_VALUE_KINDS(TEXT)};

const char *wf_rule_text(wf_rule rule) {
    return (size_t)rule < COUNT(rules) ? rules[rule] : "unknown";
}

const char *wf_type_kind_text(wf_type_kind kind) {
    return (size_t)kind < COUNT(type_kinds) ? type_kinds[kind] : "unknown";
}

const char *wf_value_kind_text(wf_value_kind kind) {
    return (size_t)kind < COUNT(value_kinds) ? value_kinds[kind] : "unknown";
}

bool wf_value_kind_named(wf_value_kind *out, const char *text) {
    for (size_t i = 0; i < COUNT(value_kinds); i++) {
        if (strcmp(value_kinds[i], text) == 0) {
            *out = (wf_value_kind)i;
            return true;
        }
    }
    return false;
}
