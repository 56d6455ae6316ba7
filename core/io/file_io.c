#define _XOPEN_SOURCE 700
#include "io/file_io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_LEN = 32 };

/* Never through a symbolic link, never waiting at a pipe. */
static int open_file(int directory, const char *name, int flags) {
    int fd;
    do {
        fd = openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

static bool sync_file(int fd) {
    int done;
    do {
        done = fsync(fd);
    } while (done != 0 && errno == EINTR);
    return done == 0;
}

bool wf_file_sync_directory(int directory) {
    return sync_file(directory) || errno == EINVAL;
}

static bool write_all(int fd, wf_bytes bytes) {
    size_t done = 0;
    while (done < bytes.len) {
        ssize_t wrote = write(fd, bytes.at + done, bytes.len - done);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            errno = wrote == 0 ? ENOSPC : errno;
            return false;
        }
        done += (size_t)wrote;
    }
    return true;
}

bool wf_file_read(size_t *len, int directory, const char *name, uint8_t *out, size_t capacity) {
    *len = 0;
    int fd = open_file(directory, name, O_RDONLY);
    if (fd < 0) {
        return false;
    }
    ssize_t got = 1;
    while (*len < capacity && got != 0) {
        got = read(fd, out + *len, capacity - *len);
        if (got < 0 && errno != EINTR) {
            break;
        }
        *len += got > 0 ? (size_t)got : 0;
    }
    int number = errno;
    close(fd);
    errno = number;
    return got >= 0;
}

/* Only when no other name leads to the file: a backup by hard links keeps its bytes. */
static void wipe_file(int fd) {
    static const uint8_t zeros[256];
    struct stat status;
    bool good = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 0;
    for (off_t left = good ? status.st_size : 0; left > 0 && good; left -= (off_t)sizeof zeros) {
        size_t now = left < (off_t)sizeof zeros ? (size_t)left : sizeof zeros;
        good = write_all(fd, wf_bytes_of(zeros, now));
    }
    (void)sync_file(fd);
}

static bool note(wf_system_error *reason, const char *call) {
    *reason = (wf_system_error){.number = errno, .call = call};
    return false;
}

static const char *new_name(char fresh[NAME_LEN], const char *name) {
    snprintf(fresh, NAME_LEN, "%s.new", name);
    return fresh;
}

/* Of a file that nobody counts on: in no order, and without a word. */
static void remove_one(int directory, const char *name) {
    int fd = open_file(directory, name, O_WRONLY);
    (void)unlinkat(directory, name, 0);
    if (fd >= 0) {
        wipe_file(fd);
        close(fd);
    }
}

static bool write_new(wf_system_error *reason, int directory, const char *name, wf_bytes bytes) {
    int fd = open_file(directory, name, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0) {
        return note(reason, "open");
    }
    bool done = write_all(fd, bytes) || note(reason, "write");
    done = done && (sync_file(fd) || note(reason, "fsync"));
    close(fd);
    return done;
}

/* What was under each name before, so that it can be overwritten once nothing leads to it any more. */
static void open_old(int old[WF_FILE_NAMES], int directory, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        old[i] = open_file(directory, names[i], O_WRONLY);
    }
}

static void close_old(const int old[WF_FILE_NAMES], size_t count, bool wipe) {
    for (size_t i = 0; i < count; i++) {
        if (old[i] >= 0 && wipe) {
            wipe_file(old[i]);
        }
        if (old[i] >= 0) {
            close(old[i]);
        }
    }
}

static bool write_all_new(wf_system_error *reason, int directory, const char *const *names, size_t count,
                          wf_bytes bytes) {
    char fresh[NAME_LEN];
    bool done = true;
    for (size_t i = 0; i < count && done; i++) {
        done = write_new(reason, directory, new_name(fresh, names[i]), bytes);
    }
    return done;
}

static bool move_all(wf_system_error *reason, int directory, const char *const *names, size_t count) {
    char fresh[NAME_LEN];
    for (size_t i = 0; i < count; i++) {
        if (renameat(directory, new_name(fresh, names[i]), directory, names[i]) != 0) {
            return note(reason, "rename");
        }
    }
    return wf_file_sync_directory(directory) || note(reason, "fsync");
}

bool wf_file_replace(wf_system_error *reason, int directory, const char *const *names, size_t count, wf_bytes bytes) {
    char fresh[NAME_LEN];
    int old[WF_FILE_NAMES];
    open_old(old, directory, names, count);
    bool done = write_all_new(reason, directory, names, count, bytes) && move_all(reason, directory, names, count);
    for (size_t i = 0; i < count && !done; i++) {
        remove_one(directory, new_name(fresh, names[i]));
    }
    close_old(old, count, done);
    return done;
}

bool wf_file_remove(wf_system_error *reason, int directory, const char *const *names, size_t count) {
    int old[WF_FILE_NAMES];
    bool done = true;
    open_old(old, directory, names, count);
    for (size_t i = 0; i < count && done; i++) {
        done = unlinkat(directory, names[i], 0) == 0 || errno == ENOENT || note(reason, "unlink");
    }
    done = done && (wf_file_sync_directory(directory) || note(reason, "fsync"));
    close_old(old, count, done);
    return done;
}
