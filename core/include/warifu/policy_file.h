/* Policies as files: JSON, checked on loading (docs/reference/policy-file.md). For hosts: it lives in memory of malloc.
 */
#ifndef WARIFU_POLICY_FILE_H
#define WARIFU_POLICY_FILE_H

#include <warifu/dictionary.h>
#include <warifu/policy.h>

WF_C_BEGIN

typedef struct wf_policy_file wf_policy_file;

enum {
    WF_POLICY_FILE_LEN = 1 << 16, /* bytes of a file, at most */
    WF_POLICY_FILE_RULES = 256,
    WF_POLICY_NAME_LEN = 32,
    WF_POLICY_WHY_LEN = 200,
    WF_POLICY_MESSAGE_LEN = 352
};

/* Where and why a file was refused and what to write instead, in one line that names line and column. Empty after
 * success. */
typedef struct wf_policy_message {
    unsigned line, column; /* from 1; 0: the file as a whole */
    char text[WF_POLICY_MESSAGE_LEN];
} wf_policy_message;

/* `dictionary` knows the names of classes and properties; NULL: hexadecimal codes only. Neither it nor the text is used
 * afterwards. `*out` is NULL after an error. Errors: POLICY_FILE (see the message), CAPACITY (no memory). */
WF_MUST_CHECK wf_error wf_policy_parse(wf_policy_file **out, wf_policy_message *message,
                                       const wf_dictionary *dictionary, wf_bytes text);
/* The same of a file. Error besides: STORE (it can't be read; the message says why). */
WF_MUST_CHECK wf_error wf_policy_load(wf_policy_file **out, wf_policy_message *message, const wf_dictionary *dictionary,
                                      const char *path);

/* Valid until the file is freed. It is sound (wf_policy_check). */
const wf_policy *wf_policy_file_policy(const wf_policy_file *file);

void wf_policy_file_free(wf_policy_file *file); /* NULL: nothing happens */

/* Writes a policy as such a file, which reads back as the same rules. Errors: TOO_SMALL; ARGUMENT (it stands on one
 * that is not shipped). */
WF_MUST_CHECK wf_error wf_policy_write(const wf_policy *policy, wf_writer *out);

WF_C_END

#endif
