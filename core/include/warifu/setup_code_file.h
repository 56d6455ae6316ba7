/* A device's set-up code on a host's disk: one line of text in a file of mode 0600, beside its key. For hosts only.
 *
 * A code is made once and kept: a new one has another secret, and the label would be wrong.
 */
#ifndef WARIFU_SETUP_CODE_FILE_H
#define WARIFU_SETUP_CODE_FILE_H

#include <warifu/entropy.h>
#include <warifu/setup_code.h>

WF_C_BEGIN

/* Writes a new file beside the old one and renames it. Errors: STORE. */
WF_MUST_CHECK wf_error wf_setup_code_file_save(const char *path, const wf_setup_code *code);

/* Errors: STORE (no such file, no plain file, not readable, open to group or others), NOT_A_CODE, TOO_SMALL. `out` is
 * all zeros after an error. */
WF_MUST_CHECK wf_error wf_setup_code_file_load(wf_setup_code *out, const char *path);

/* The code in the file; where there is no such file, a new one for the device with this key, which is written there.
 * Errors: those of loading and saving; WRONG_DEVICE (the file's code is for another key), POINT, ENTROPY, BACKEND. */
WF_MUST_CHECK wf_error wf_setup_code_file_load_or_make(wf_setup_code *out, const char *path,
                                                       const uint8_t public_key[WF_STATIC WF_P256_PUBLIC_LEN],
                                                       wf_entropy entropy);

WF_C_END

#endif
