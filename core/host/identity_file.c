#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <warifu/identity_file.h>

/* A full file of ours has below 6 KB; explanatory text of other tools gets the rest. */
enum { TEXT_LEN = 16384, PATH_LEN = 4096 };

static wf_error write_all(int fd, const uint8_t *at, size_t len) {
    while (len > 0) {
        ssize_t done = write(fd, at, len);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return WF_ERROR_STORE;
        }
        at += done;
        len -= (size_t)done;
    }
    return WF_OK;
}

/* Reads to the end; TOO_SMALL when that does not come within `capacity`. */
static wf_error read_all(int fd, uint8_t *out, size_t capacity, size_t *len) {
    *len = 0;
    for (;;) {
        ssize_t done = read(fd, out + *len, capacity - *len);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return WF_ERROR_STORE;
        }
        if (done == 0) {
            return *len == capacity ? WF_ERROR_TOO_SMALL : WF_OK;
        }
        *len += (size_t)done;
    }
}

/* The new name is durable only when its directory is. */
static wf_error sync_directory_of(const char *path) {
    char directory[PATH_LEN];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    snprintf(directory, sizeof directory, "%.*s", (int)(len > 0 ? len : 1), slash == NULL ? "." : path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return WF_ERROR_STORE;
    }
    int failed = fsync(fd);
    close(fd);
    return failed ? WF_ERROR_STORE : WF_OK;
}

static wf_error replace_file(const char *path, const uint8_t *text, size_t len) {
    char temporary[PATH_LEN];
    int needed = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (needed < 0 || (size_t)needed >= sizeof temporary) {
        return WF_ERROR_ARGUMENT;
    }
    int fd = mkstemp(temporary); /* mode 0600 (POSIX.1-2008) */
    if (fd < 0) {
        return WF_ERROR_STORE;
    }
    wf_error error = write_all(fd, text, len);
    if (error == WF_OK && fsync(fd) != 0) {
        error = WF_ERROR_STORE;
    }
    if (close(fd) != 0 && error == WF_OK) {
        error = WF_ERROR_STORE;
    }
    if (error == WF_OK && rename(temporary, path) != 0) {
        error = WF_ERROR_STORE;
    }
    if (error != WF_OK) {
        unlink(temporary);
        return error;
    }
    return sync_directory_of(path);
}

wf_error wf_identity_file_save(const char *path, const wf_identity *identity) {
    uint8_t text[TEXT_LEN];
    wf_writer writer = wf_writer_of(text, sizeof text);
    wf_error error = wf_identity_pem_write(&writer, identity);
    if (error == WF_OK) {
        error = replace_file(path, text, writer.len);
    }
    wf_wipe(text, sizeof text);
    return error;
}

/* A private key that others may read is no longer private. */
static wf_error open_private(const char *path, int *fd) {
    struct stat status;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not make us wait */
    if (*fd < 0) {
        return WF_ERROR_STORE;
    }
    if (fstat(*fd, &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        close(*fd);
        return WF_ERROR_STORE;
    }
    return WF_OK;
}

wf_error wf_identity_file_load(wf_identity_file *out, const char *path) {
    uint8_t text[TEXT_LEN];
    size_t len = 0;
    int fd;
    memset(out, 0, sizeof *out);
    wf_error error = open_private(path, &fd);
    if (error != WF_OK) {
        return error;
    }
    error = read_all(fd, text, sizeof text, &len);
    close(fd);
    if (error == WF_OK) {
        error = wf_identity_pem_read(out, wf_bytes_of(text, len));
    }
    wf_wipe(text, sizeof text);
    return error;
}
