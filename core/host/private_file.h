/* Inside core/host: whole files, written so that they are there or not. */
#ifndef WARIFU_PRIVATE_FILE_H
#define WARIFU_PRIVATE_FILE_H

#include <warifu/bytes.h>

/* Writes a new file of mode 0600 beside `path`, syncs it and gives it the name. False with errno; then nothing has
 * changed, unless only the directory's sync failed. */
bool wf_private_file_write(const char *path, wf_bytes bytes);

/* Opens a plain file that only its owner may read: a key that others see is no longer private. Errors: STORE. */
WF_MUST_CHECK wf_error wf_private_file_open(const char *path, int *fd);

/* Reads to the end; TOO_SMALL when that does not come within `capacity`. Errors: STORE with errno. */
WF_MUST_CHECK wf_error wf_private_file_read_all(int fd, uint8_t *out, size_t capacity, size_t *len);

#endif
