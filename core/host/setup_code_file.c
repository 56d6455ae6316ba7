#define _XOPEN_SOURCE 700
#include "host/private_file.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <warifu/setup_code_file.h>

/* As typed, with room for blanks and a line end of any kind. */
enum { FILE_LEN = 512 };

wf_error wf_setup_code_file_save(const char *path, const wf_setup_code *code) {
    char text[WF_SETUP_CODE_TEXT_LEN + 1];
    wf_setup_code_write(text, code);
    text[WF_SETUP_CODE_TEXT_LEN] = '\n';
    bool done = wf_private_file_write(path, wf_bytes_of((const uint8_t *)text, sizeof text));
    wf_wipe(text, sizeof text);
    return done ? WF_OK : WF_ERROR_STORE;
}

wf_error wf_setup_code_file_load(wf_setup_code *out, const char *path) {
    uint8_t text[FILE_LEN];
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
        error = wf_setup_code_parse(out, (const char *)text, len, NULL);
    }
    wf_wipe(text, sizeof text);
    return error;
}

static wf_error make(wf_setup_code *out, const uint8_t public_key[static WF_P256_PUBLIC_LEN], wf_entropy entropy) {
    wf_drbg drbg;
    const wf_bytes none = wf_bytes_of(NULL, 0);
    wf_error error = wf_drbg_start(&drbg, entropy, none, none);
    if (error == WF_OK) {
        error = wf_setup_code_make(out, public_key, &drbg);
    }
    wf_drbg_wipe(&drbg);
    return error;
}

wf_error wf_setup_code_file_load_or_make(wf_setup_code *out, const char *path,
                                         const uint8_t public_key[static WF_P256_PUBLIC_LEN], wf_entropy entropy) {
    errno = 0;
    wf_error error = wf_setup_code_file_load(out, path);
    if (error == WF_OK) {
        error = wf_setup_code_check_key(out, public_key);
    } else if (error == WF_ERROR_STORE && errno == ENOENT) {
        error = make(out, public_key, entropy);
        if (error == WF_OK) {
            error = wf_setup_code_file_save(path, out);
        }
    }
    if (error != WF_OK) {
        int number = errno;
        wf_setup_code_wipe(out);
        errno = number;
    }
    return error;
}
