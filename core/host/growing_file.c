#define _XOPEN_SOURCE 700
#include "growing_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static wf_error fail(wf_growing_file *file, const char *call) {
    file->system_error = (wf_system_error){.number = errno, .call = call};
    file->failed = true;
    return WF_ERROR_STORE;
}

/* A plain file of our own that nobody else may read. */
static bool is_private(const struct stat *status) {
    errno = S_ISREG(status->st_mode) ? EACCES : EINVAL;
    return S_ISREG(status->st_mode) && status->st_uid == geteuid() && (status->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

wf_error wf_growing_file_open(wf_growing_file *file, const char *path, bool append) {
    struct stat status;
    *file = (wf_growing_file){0};
    const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (append ? 0 : O_EXCL);
    const int fd = open(path, flags, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return fail(file, "open");
    }
    if (fstat(fd, &status) != 0 || !is_private(&status)) {
        wf_error error = fail(file, "open");
        close(fd);
        return error;
    }
    file->fd_plus_1 = fd + 1;
    file->size = status.st_size;
    return WF_OK;
}

bool wf_growing_file_starts(const wf_growing_file *file, uint8_t *out, size_t len) {
    return pread(file->fd_plus_1 - 1, out, len, 0) == (ssize_t)len;
}

static bool write_all(int fd, wf_bytes bytes) {
    while (bytes.len > 0) {
        const ssize_t done = write(fd, bytes.at, bytes.len);
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

wf_error wf_growing_file_add(wf_growing_file *file, wf_bytes piece) {
    const int fd = file->fd_plus_1 - 1;
    if (file->failed || fd < 0) {
        return WF_OK;
    }
    if (write_all(fd, piece)) {
        file->size += (int64_t)piece.len;
        return WF_OK;
    }
    const wf_error error = fail(file, "write");
    if (ftruncate(fd, (off_t)file->size) != 0) { /* then a piece stands at its end that readers notice */
        errno = 0;
    }
    return error;
}

void wf_growing_file_close(wf_growing_file *file) {
    if (file->fd_plus_1 > 0) {
        close(file->fd_plus_1 - 1);
    }
    file->fd_plus_1 = 0;
}
