/* A policy as a file. */
#include <stdio.h>
#include <string.h>
#include <warifu/policy_file.h>

static void put(wf_writer *out, const char *words) {
    wf_write_bytes(out, (const uint8_t *)words, strlen(words));
}

static void put_text(wf_writer *out, const char *text) {
    put(out, "\"");
    for (; *text != '\0'; text++) {
        char piece[8] = {*text};
        if ((unsigned char)*text < 0x20) {
            snprintf(piece, sizeof piece, "\\u%04x", (unsigned)*text);
        } else if (*text == '"' || *text == '\\') {
            piece[0] = '\\';
            piece[1] = *text;
        }
        put(out, piece);
    }
    put(out, "\"");
}

/* "B3", "B0-B5", "*" */
static void put_range(wf_writer *out, unsigned first, unsigned last, int digits, bool all) {
    char text[16];
    snprintf(text, sizeof text, first == last ? "\"%0*X\"" : "\"%0*X-%0*X\"", digits, first, digits, last);
    put(out, all ? "\"*\"" : text);
}

static void put_words(wf_writer *out, uint8_t bits, const char *(*name)(unsigned bit)) {
    const char *between = "[";
    for (unsigned bit = 1; bit <= 8; bit *= 2) {
        if ((bits & bit) != 0) {
            put(out, between);
            put_text(out, name(bit));
            between = ", ";
        }
    }
    put(out, "]");
}

static const char *access_name(unsigned bit) {
    return wf_policy_access_text((wf_policy_access)bit);
}

static const char *kind_name(unsigned bit) {
    return wf_peer_kind_text((wf_peer_kind)bit);
}

static void put_rule(wf_writer *out, const wf_policy_rule *rule) {
    char instance[32];
    put(out, rule->denies ? "    {\"deny\": " : "    {\"allow\": ");
    put_words(out, rule->access, access_name);
    put(out, ", \"to\": ");
    put_words(out, rule->peers, kind_name);
    put(out, ", \"class\": ");
    put_range(out, rule->first_class, rule->last_class, 4, rule->first_class == 0 && rule->last_class == UINT16_MAX);
    if (rule->instance != WF_ANY_INSTANCE) {
        snprintf(instance, sizeof instance, ", \"instance\": %u", (unsigned)rule->instance);
        put(out, instance);
    }
    put(out, ", \"epc\": [");
    for (size_t i = 0; i < WF_POLICY_RANGES && rule->epcs[i].last != 0; i++) {
        put(out, i > 0 ? ", " : "");
        put_range(out, rule->epcs[i].first, rule->epcs[i].last, 2,
                  rule->epcs[i].first == 0x80 && rule->epcs[i].last == UINT8_MAX);
    }
    put(out, "]");
    if (rule->why != NULL) {
        put(out, ",\n     \"why\": ");
        put_text(out, rule->why);
    }
    put(out, "}");
}

wf_error wf_policy_write(const wf_policy *policy, wf_writer *out) {
    if (policy->base != NULL && wf_policy_named(policy->base->name) != policy->base) {
        return WF_ERROR_ARGUMENT;
    }
    put(out, "{\n  \"name\": ");
    put_text(out, policy->name);
    if (policy->base != NULL) {
        put(out, ",\n  \"extends\": ");
        put_text(out, policy->base->name);
    }
    put(out, policy->laboratory ? ",\n  \"laboratory\": true" : "");
    put(out, ",\n  \"rules\": [");
    for (size_t i = 0; i < policy->count; i++) {
        put(out, i > 0 ? ",\n" : "\n");
        put_rule(out, &policy->rules[i]);
    }
    put(out, policy->count > 0 ? "\n  ]\n}\n" : "]\n}\n");
    return out->overflow ? WF_ERROR_TOO_SMALL : WF_OK;
}
