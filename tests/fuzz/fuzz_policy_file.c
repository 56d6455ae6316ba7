/* Any text as a policy: what loads is sound, and what is written of it reads back as the same rules. */
#include <stdlib.h>
#include <string.h>
#include <warifu/policy_file.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same_text(const char *a, const char *b) {
    return (a == NULL && b == NULL) || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same(const wf_policy_rule *a, const wf_policy_rule *b) {
    return a->peers == b->peers && a->access == b->access && a->denies == b->denies && a->instance == b->instance &&
           a->first_class == b->first_class && a->last_class == b->last_class &&
           memcmp(a->epcs, b->epcs, sizeof a->epcs) == 0 && same_text(a->why, b->why);
}

static void read_back(const wf_policy *policy) {
    static uint8_t text[16 * WF_POLICY_FILE_LEN];
    wf_policy_file *again;
    wf_policy_message message;
    wf_writer out = wf_writer_of(text, sizeof text);
    if (wf_policy_write(policy, &out) != WF_OK) {
        abort();
    }
    if (out.len > WF_POLICY_FILE_LEN) {
        return; /* it says more of each rule than the file did */
    }
    if (wf_policy_parse(&again, &message, NULL, wf_bytes_of(text, out.len)) != WF_OK) {
        abort();
    }
    const wf_policy *other = wf_policy_file_policy(again);
    if (other->count != policy->count || other->base != policy->base || other->laboratory != policy->laboratory ||
        !same_text(other->name, policy->name)) {
        abort();
    }
    for (size_t i = 0; i < policy->count; i++) {
        if (!same(&policy->rules[i], &other->rules[i])) {
            abort();
        }
    }
    wf_policy_file_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    wf_policy_file *file;
    wf_policy_message message;
    wf_error error = wf_policy_parse(&file, &message, wf_dictionary_builtin(), wf_bytes_of(data, size));
    if (error != WF_OK) {
        if (file != NULL || error != WF_ERROR_POLICY_FILE || message.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    if (wf_policy_check(wf_policy_file_policy(file)) != WF_OK) {
        abort();
    }
    read_back(wf_policy_file_policy(file));
    wf_policy_file_free(file);
    return 0;
}
