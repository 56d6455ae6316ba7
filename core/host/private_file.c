#define _XOPEN_SOURCE 700
#include "host/private_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_LEN = 4096 };

static bool write_all(int fd, wf_bytes bytes) {
    while (bytes.len > 0) {
        ssize_t done = write(fd, bytes.at, bytes.len);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        bytes = wf_bytes_of(bytes.at + done, bytes.len - (size_t)done);
    }
    return true;
}

wf_error wf_private_file_open(const char *path, int *fd) {
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

wf_error wf_private_file_read_all(int fd, uint8_t *out, size_t capacity, size_t *len) {
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
static bool sync_directory_of(const char *path) {
    char directory[PATH_LEN];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    snprintf(directory, sizeof directory, "%.*s", (int)(len > 0 ? len : 1), slash == NULL ? "." : path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    int number = errno;
    if (fd >= 0) {
        close(fd);
    }
    errno = number;
    return done;
}

static bool give_up(const char *temporary) {
    int number = errno;
    unlink(temporary);
    errno = number;
    return false;
}

bool wf_private_file_write(const char *path, wf_bytes bytes) {
    char temporary[PATH_LEN];
    int needed = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (needed < 0 || (size_t)needed >= sizeof temporary) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = mkstemp(temporary); /* mode 0600 (POSIX.1-2008) */
    if (fd < 0) {
        return false;
    }
    bool done = write_all(fd, bytes) && fsync(fd) == 0;
    int number = errno;
    bool closed = close(fd) == 0;
    errno = done ? errno : number;
    if (!done || !closed || rename(temporary, path) != 0) {
        return give_up(temporary);
    }
    return sync_directory_of(path);
}
