/* Inside core/host: what the parts of the loader of policies share. */
#ifndef WARIFU_POLICY_BUILD_H
#define WARIFU_POLICY_BUILD_H

#include "json_place.h"
#include <jansson.h>
#include <warifu/policy_file.h>

/* What is being read just now, so that a refusal can name its place. */
typedef struct wf_policy_builder {
    wf_policy_message *message;
    const wf_dictionary *dictionary;
    wf_json_place place; /* the rule, or the whole */
    const char *key;     /* NULL: the object itself */
    bool at_key;         /* the key is wrong, not its value */
    bool in_list;
    size_t item;
    char *pool; /* of texts; it can't run over: no text is longer than what stands in the file */
} wf_policy_builder;

/* Says why, at the place where the builder is. Gives false. */
__attribute__((format(printf, 2, 3))) bool wf_policy_refuse(wf_policy_builder *b, const char *format, ...);

/* A text without control characters, at most `most` bytes long. */
bool wf_policy_text(wf_policy_builder *b, const char **out, json_t *value, const char *key, size_t most);
bool wf_policy_keys(wf_policy_builder *b, json_t *object, const char *const *known);
bool wf_policy_build_rule(wf_policy_builder *b, wf_policy_rule *out, json_t *entry);

#endif
