#define _XOPEN_SOURCE 700
#include "host/private_file.h"
#include <string.h>
#include <unistd.h>
#include <warifu/identity_file.h>

/* A full file of ours has below 6 KB; explanatory text of other tools gets the rest. */
enum { TEXT_LEN = 16384 };

wf_error wf_identity_file_save(const char *path, const wf_identity *identity) {
    uint8_t text[TEXT_LEN];
    wf_writer writer = wf_writer_of(text, sizeof text);
    wf_error error = wf_identity_pem_write(&writer, identity);
    if (error == WF_OK) {
        error = wf_private_file_write(path, wf_bytes_of(text, writer.len)) ? WF_OK : WF_ERROR_STORE;
    }
    wf_wipe(text, sizeof text);
    return error;
}

wf_error wf_identity_file_load(wf_identity_file *out, const char *path) {
    uint8_t text[TEXT_LEN];
    size_t len = 0;
    int fd;
    memset(out, 0, sizeof *out);
    wf_error error = wf_private_file_open(path, &fd);
    if (error != WF_OK) {
        return error;
    }
    error = wf_private_file_read_all(fd, text, sizeof text, &len);
    close(fd);
    if (error == WF_OK) {
        error = wf_identity_pem_read(out, wf_bytes_of(text, len));
    }
    wf_wipe(text, sizeof text);
    return error;
}
