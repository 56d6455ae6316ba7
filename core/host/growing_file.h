/* Inside core/host: a private file that grows by whole pieces. */
#ifndef WARIFU_GROWING_FILE_H
#define WARIFU_GROWING_FILE_H

#include <warifu/trace_file.h>

/* Of mode 0600; with `append` one that is there is added to, if it is a plain file of ours that nobody else may read.
 * Errors: STORE with the system_error. */
WF_MUST_CHECK wf_error wf_growing_file_open(wf_growing_file *file, const char *path, bool append);
/* Reads from the beginning. False: there are fewer bytes. */
bool wf_growing_file_starts(const wf_growing_file *file, uint8_t *out, size_t len);
/* All of it or, by taking back what was written of it, nothing. Errors: STORE, once; then nothing more is written. */
WF_MUST_CHECK wf_error wf_growing_file_add(wf_growing_file *file, wf_bytes piece);
void wf_growing_file_close(wf_growing_file *file);

#endif
