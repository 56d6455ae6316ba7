#define _DEFAULT_SOURCE 1
#include "io/file_io.h"
#include "io/file_place.h"
#include "io/file_slot.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <warifu/file_store.h>

enum { PATH_LEN = 1024 };

static const char version[] = "warifu store 2\n", old_version[] = "warifu store 1\n";

wf_error wf_file_store_default_path(char *path, size_t capacity) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int len;
    /* The XDG base directory specification has relative paths ignored. */
    if (state != NULL && state[0] == '/') {
        len = snprintf(path, capacity, "%s/warifu", state);
    } else {
        if (home == NULL || home[0] != '/') {
            const struct passwd *user = getpwuid(getuid());
            home = user == NULL ? NULL : user->pw_dir;
        }
        len = home == NULL ? -1 : snprintf(path, capacity, "%s/.local/state/warifu", home);
    }
    if (len >= 0 && (size_t)len < capacity) {
        return WF_OK;
    }
    if (capacity > 0) {
        path[0] = '\0';
    }
    return len < 0 ? WF_ERROR_STORE : WF_ERROR_TOO_SMALL;
}

static wf_error fail(wf_file_store *store, wf_error code, const char *call) {
    store->system_error = (wf_system_error){.number = errno, .call = call};
    return code;
}

static bool sync_path(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && wf_file_sync_directory(fd);
    if (fd >= 0) {
        close(fd);
    }
    return done;
}

/* Makes one directory of the path, and makes its name durable in the one above; `slash` is where its name begins. */
static bool make_one(char *path, char *slash) {
    if (mkdir(path, 0700) != 0) {
        struct stat status;
        int number = errno;
        bool there = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
        errno = number == EEXIST ? ENOTDIR : number;
        return there;
    }
    char kept = *slash;
    *slash = '\0';
    bool done = sync_path(path[0] != '\0' ? path : (kept == '/' ? "/" : "."));
    *slash = kept;
    return done;
}

static bool make_directories(const char *path) {
    char part[PATH_LEN];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part) {
        errno = len == 0 ? ENOENT : ENAMETOOLONG;
        return false;
    }
    memcpy(part, path, len + 1);
    char *slash = part; /* before the name being made */
    for (char *at = part + 1; at <= part + len; at++) {
        if (*at != '/' && *at != '\0') {
            continue;
        }
        char kept = *at;
        *at = '\0';
        if (!make_one(part, slash)) {
            return false;
        }
        *at = kept;
        slash = at;
    }
    return true;
}

static wf_error open_directory(wf_file_store *store, const char *path) {
    struct stat status;
    if (!make_directories(path)) {
        return fail(store, WF_ERROR_STORE, "mkdir");
    }
    store->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->directory < 0 || fstat(store->directory, &status) != 0) {
        return fail(store, WF_ERROR_STORE, "open");
    }
    errno = EPERM;
    if (status.st_uid != geteuid()) {
        return fail(store, WF_ERROR_STORE, "owner of the store");
    }
    return (status.st_mode & 077) == 0 ? WF_OK : fail(store, WF_ERROR_STORE, "mode of the store");
}

/* The lock's file names who holds it: for people, and for nothing else. */
static void write_holder(const wf_file_store *store) {
    char text[32];
    int len = snprintf(text, sizeof text, "%lld\n", (long long)getpid());
    if (ftruncate(store->lock, 0) == 0) {
        ssize_t ignored = pwrite(store->lock, text, (size_t)len, 0);
        (void)ignored;
    }
}

static int64_t read_holder(const wf_file_store *store) {
    char text[32] = "";
    return pread(store->lock, text, sizeof text - 1, 0) > 0 ? strtoll(text, NULL, 10) : 0;
}

static wf_error take_lock(wf_file_store *store) {
    int done;
    store->lock = openat(store->directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock < 0) {
        return fail(store, WF_ERROR_STORE, "open");
    }
    do {
        done = flock(store->lock, LOCK_EX | LOCK_NB);
    } while (done != 0 && errno == EINTR);
    if (done != 0 && errno == EWOULDBLOCK) {
        store->system_error = (wf_system_error){EWOULDBLOCK, "lock", read_holder(store)};
        return WF_ERROR_STORE_LOCKED;
    }
    if (done != 0) {
        return fail(store, WF_ERROR_STORE, "flock");
    }
    write_holder(store);
    return WF_OK;
}

static bool ends_with(const char *name, const char *end) {
    size_t len = strlen(name), end_len = strlen(end);
    return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

/* The entry whose slot this file is. */
static bool is_slot(const char *name, uint16_t *id) {
    char *end;
    unsigned long number = strtoul(name, &end, 16);
    *id = (uint16_t)number;
    return strlen(name) == 6 && end == name + 4 && (strcmp(end, ".a") == 0 || strcmp(end, ".b") == 0);
}

/* Removes what a power cut left half written, mends the slots of each entry, and tells whether there are any. */
static wf_error tidy(wf_file_store *store, bool *has_entries, bool mends) {
    *has_entries = false;
    int fd = openat(store->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    if (list == NULL) {
        wf_error error = fail(store, WF_ERROR_STORE, "opendir");
        if (fd >= 0) {
            close(fd);
        }
        return error;
    }
    wf_system_error ignored;
    uint16_t id;
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
        const char *name = entry->d_name;
        if (ends_with(name, ".new")) {
            (void)wf_file_remove(&ignored, store->directory, &name, 1);
        } else if (is_slot(name, &id)) {
            *has_entries = true;
            if (mends) {
                wf_file_store_mend(store, id);
            }
        }
    }
    closedir(list);
    return WF_OK;
}

static wf_error write_version(wf_file_store *store) {
    const char *name = "version";
    wf_bytes ours = wf_bytes_of((const uint8_t *)version, sizeof version - 1);
    return wf_file_replace(&store->system_error, store->directory, &name, 1, ours) ? WF_OK : WF_ERROR_STORE;
}

static bool is_text(wf_bytes bytes, const char *text) {
    return wf_bytes_equal(bytes, wf_bytes_of((const uint8_t *)text, strlen(text)));
}

/* Errors: STORE (errno is ENOENT when it has none), STORE_VERSION. */
static wf_error read_version(wf_file_store *store, bool *is_old) {
    size_t len;
    if (!wf_file_read(&len, store->directory, "version", store->scratch[0], sizeof store->scratch[0])) {
        return fail(store, WF_ERROR_STORE, "read");
    }
    wf_bytes found = wf_bytes_of(store->scratch[0], len);
    *is_old = is_text(found, old_version);
    return *is_old || is_text(found, version) ? WF_OK : WF_ERROR_STORE_VERSION;
}

/* ---- the place ---- */

static wf_error write_place(wf_file_store *store, wf_bytes text) {
    const char *name = "place";
    return wf_file_replace(&store->system_error, store->directory, &name, 1, text) ? WF_OK : WF_ERROR_STORE;
}

/* A store without a place is a new one, or of an earlier version. */
static wf_error check_place(wf_file_store *store, bool adopts) {
    uint8_t here[WF_FILE_PLACE_LEN];
    size_t len;
    wf_error error = wf_file_place(here, store->directory);
    if (error != WF_OK) {
        return fail(store, error, "statx");
    }
    wf_bytes text = wf_bytes_of(here, sizeof here);
    if (!wf_file_read(&len, store->directory, "place", store->scratch[0], sizeof store->scratch[0])) {
        return errno == ENOENT ? write_place(store, text) : fail(store, WF_ERROR_STORE, "read");
    }
    if (wf_bytes_equal(text, wf_bytes_of(store->scratch[0], len))) {
        return WF_OK;
    }
    return adopts ? write_place(store, text) : WF_ERROR_STORE_COPIED;
}

/* ---- the version ---- */

/* The version is the first thing written, so entries without one are not ours to touch. */
static wf_error check_version(wf_file_store *store, bool adopts) {
    bool has_entries, is_old;
    wf_error error = read_version(store, &is_old);
    if (error == WF_ERROR_STORE && store->system_error.number == ENOENT) {
        error = tidy(store, &has_entries, false);
        if (error == WF_OK) {
            error = has_entries ? WF_ERROR_STORE_VERSION : write_version(store);
        }
        return error == WF_OK ? check_place(store, true) : error;
    }
    if (error == WF_OK) {
        error = check_place(store, adopts);
    }
    if (error == WF_OK) {
        error = tidy(store, &has_entries, true);
    }
    return error == WF_OK && is_old ? write_version(store) : error;
}

/* A store that could not be opened is closed, and keeps the reason. */
static wf_error opened_or_closed(wf_file_store *store, wf_error error) {
    if (error != WF_OK) {
        wf_system_error reason = store->system_error;
        wf_file_store_close(store);
        store->system_error = reason;
    }
    return error;
}

static wf_error open_store(wf_file_store *store, const char *path, bool adopts) {
    *store = (wf_file_store){.directory = -1, .lock = -1, .process = getpid(), .open = true};
    wf_error error = open_directory(store, path);
    if (error == WF_OK) {
        error = take_lock(store);
    }
    if (error == WF_OK) {
        error = check_version(store, adopts);
    }
    return opened_or_closed(store, error);
}

wf_error wf_file_store_open(wf_file_store *store, const char *path) {
    return open_store(store, path, false);
}

wf_error wf_file_store_adopt(wf_file_store *store, const char *path) {
    return open_store(store, path, true);
}

wf_error wf_file_store_open_to_read(wf_file_store *store, const char *path) {
    bool is_old;
    *store = (wf_file_store){.directory = -1, .lock = -1, .process = getpid(), .open = true, .read_only = true};
    store->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return opened_or_closed(store,
                            store->directory < 0 ? fail(store, WF_ERROR_STORE, "open") : read_version(store, &is_old));
}

void wf_file_store_close(wf_file_store *store) {
    if (store->open && store->directory >= 0) {
        close(store->directory);
    }
    if (store->open && store->lock >= 0) {
        if (store->process == getpid()) {
            (void)flock(store->lock, LOCK_UN); /* children may have the descriptor still */
        }
        close(store->lock);
    }
    wf_wipe(store, sizeof *store);
}
