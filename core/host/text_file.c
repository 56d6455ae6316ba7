#include "text_file.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

wf_error wf_text_file_read(uint8_t *out, size_t *len, size_t capacity, char *why, size_t why_len, const char *path) {
    FILE *file = fopen(path, "rbe");
    errno = file == NULL ? errno : 0;
    *len = file == NULL ? 0 : fread(out, 1, capacity, file);
    bool failed = file == NULL || ferror(file);
    if (failed) {
        snprintf(why, why_len, "%.200s: %.100s", path, strerror(errno));
    }
    if (file != NULL) {
        fclose(file);
    }
    return failed ? WF_ERROR_STORE : WF_OK;
}
