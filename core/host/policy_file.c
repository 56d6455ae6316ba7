#include "policy_build.h"
#include "text_file.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wf_policy_file {
    wf_policy policy;
    wf_policy_rule *rules;
    char *texts;
};

/* ---- refusals ---- */

bool wf_policy_refuse(wf_policy_builder *b, const char *format, ...) {
    wf_policy_message *message = b->message;
    wf_json_place place = b->place;
    va_list arguments;
    if (b->key != NULL && wf_json_place_member(&place, b->key, b->at_key) && b->in_list) {
        (void)wf_json_place_item(&place, b->item);
    }
    wf_json_place_line(&place, &message->line, &message->column);
    int head = snprintf(message->text, sizeof message->text, "line %u, column %u: ", message->line, message->column);
    va_start(arguments, format);
    vsnprintf(message->text + head, sizeof message->text - (size_t)head, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- pieces ---- */

bool wf_policy_keys(wf_policy_builder *b, json_t *object, const char *const *known) {
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        const char *const *at = known;
        while (*at != NULL && strcmp(*at, key) != 0) {
            at++;
        }
        if (*at == NULL) {
            b->key = key;
            b->at_key = true;
            return wf_policy_refuse(b, "'%.40s' means nothing here; docs/reference/policy-file.md lists what does",
                                    key);
        }
    }
    return true;
}

static bool is_plain(const char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            return false;
        }
    }
    return true;
}

bool wf_policy_text(wf_policy_builder *b, const char **out, json_t *value, const char *key, size_t most) {
    const char *text = json_string_value(value);
    b->key = key;
    if (value == NULL) {
        return true;
    }
    if (text == NULL || *text == '\0' || strlen(text) > most || !is_plain(text)) {
        return wf_policy_refuse(b, "\"%s\" must be a text of 1 to %zu bytes in one line", key, most);
    }
    size_t len = strlen(text) + 1;
    *out = memcpy(b->pool, text, len);
    b->pool += len;
    return true;
}

/* ---- the whole ---- */

static bool read_head(wf_policy_builder *b, wf_policy *policy, json_t *root) {
    static const char *const keys[] = {"name", "extends", "laboratory", "rules", NULL};
    json_t *extends = json_object_get(root, "extends"), *laboratory = json_object_get(root, "laboratory");
    if (!json_is_object(root)) {
        return wf_policy_refuse(b, "a policy is an object with \"name\", \"extends\" and \"rules\"");
    }
    if (!wf_policy_keys(b, root, keys)) {
        return false;
    }
    if (json_object_get(root, "name") == NULL) {
        return wf_policy_refuse(b, "\"name\" is missing: what the policy is called where it is explained");
    }
    if (!wf_policy_text(b, &policy->name, json_object_get(root, "name"), "name", WF_POLICY_NAME_LEN)) {
        return false;
    }
    b->key = "extends";
    if (extends != NULL) {
        policy->base = json_is_string(extends) ? wf_policy_named(json_string_value(extends)) : NULL;
        if (policy->base == NULL) {
            return wf_policy_refuse(
                b, "a policy extends \"strict\", \"mixed\" or \"open\"; leave it out to stand on nothing");
        }
    }
    b->key = "laboratory";
    if (laboratory != NULL && !json_is_boolean(laboratory)) {
        return wf_policy_refuse(b, "\"laboratory\" is true or false");
    }
    policy->laboratory = json_is_true(laboratory);
    return true;
}

static bool read_rules(wf_policy_builder *b, wf_policy_file *file, json_t *root) {
    json_t *rules = json_object_get(root, "rules"), *entry;
    size_t at;
    b->key = rules != NULL ? "rules" : NULL;
    if (!json_is_array(rules)) {
        return wf_policy_refuse(b, "\"rules\" must be a list of rules; it may be empty");
    }
    if (json_array_size(rules) > WF_POLICY_FILE_RULES) {
        return wf_policy_refuse(b, "a policy has at most %d rules; name ranges of classes and EPCs",
                                WF_POLICY_FILE_RULES);
    }
    bool there = wf_json_place_member(&b->place, "rules", false) && wf_json_place_item(&b->place, 0);
    json_array_foreach(rules, at, entry) {
        if (!wf_policy_build_rule(b, &file->rules[at], entry)) {
            return false;
        }
        there = there && wf_json_place_next(&b->place);
    }
    file->policy.rules = file->rules;
    file->policy.count = json_array_size(rules);
    return true;
}

static wf_policy_file *allocate(size_t rules, size_t texts) {
    wf_policy_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return NULL;
    }
    file->rules = calloc(rules + 1, sizeof *file->rules);
    file->texts = malloc(texts + 1);
    if (file->rules == NULL || file->texts == NULL) {
        wf_policy_file_free(file);
        return NULL;
    }
    return file;
}

static wf_error build(wf_policy_file **out, wf_policy_builder *b, json_t *root, size_t len) {
    size_t rules = json_array_size(json_object_get(root, "rules"));
    wf_policy_file *file = allocate(rules < WF_POLICY_FILE_RULES ? rules : WF_POLICY_FILE_RULES, len);
    if (file == NULL) {
        return WF_ERROR_CAPACITY;
    }
    b->pool = file->texts;
    if (!read_head(b, &file->policy, root) || !read_rules(b, file, root)) {
        wf_policy_file_free(file);
        return WF_ERROR_POLICY_FILE;
    }
    *out = file;
    return WF_OK;
}

wf_error wf_policy_parse(wf_policy_file **out, wf_policy_message *message, const wf_dictionary *dictionary,
                         wf_bytes text) {
    json_error_t error;
    *out = NULL;
    *message = (wf_policy_message){0};
    if (text.len > WF_POLICY_FILE_LEN) {
        snprintf(message->text, sizeof message->text, "it has more than %d bytes; name ranges of classes and EPCs",
                 WF_POLICY_FILE_LEN);
        return WF_ERROR_POLICY_FILE;
    }
    json_t *root = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        message->line = error.line > 0 ? (unsigned)error.line : 1;
        message->column = error.column > 0 ? (unsigned)error.column : 1;
        snprintf(message->text, sizeof message->text,
                 "line %u, column %u: this is not JSON: %s; mend it there, or just before", message->line,
                 message->column, error.text);
        return WF_ERROR_POLICY_FILE;
    }
    wf_policy_builder b = {.message = message, .dictionary = dictionary, .place = wf_json_place_of(text)};
    wf_error result = build(out, &b, root, text.len);
    json_decref(root);
    return result;
}

wf_error wf_policy_load(wf_policy_file **out, wf_policy_message *message, const wf_dictionary *dictionary,
                        const char *path) {
    uint8_t *text = malloc(WF_POLICY_FILE_LEN + 1);
    size_t len;
    *out = NULL;
    *message = (wf_policy_message){0};
    if (text == NULL) {
        return WF_ERROR_CAPACITY;
    }
    wf_error error = wf_text_file_read(text, &len, WF_POLICY_FILE_LEN + 1, message->text, sizeof message->text, path);
    if (error == WF_OK) {
        error = wf_policy_parse(out, message, dictionary, wf_bytes_of(text, len));
    }
    free(text);
    return error;
}

const wf_policy *wf_policy_file_policy(const wf_policy_file *file) {
    return &file->policy;
}

void wf_policy_file_free(wf_policy_file *file) {
    if (file != NULL) {
        free(file->rules);
        free(file->texts);
        free(file);
    }
}
