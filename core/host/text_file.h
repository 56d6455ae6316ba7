/* Inside core/host: a small file as a whole. */
#ifndef WARIFU_TEXT_FILE_H
#define WARIFU_TEXT_FILE_H

#include <warifu/bytes.h>

/* Reads at most `capacity` bytes: give one more than is allowed, to notice what is too long. After STORE `why` says in
 * one line what the system said. */
WF_MUST_CHECK wf_error wf_text_file_read(uint8_t *out, size_t *len, size_t capacity, char *why, size_t why_len,
                                         const char *path);

#endif
