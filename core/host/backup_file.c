#define _XOPEN_SOURCE 700
#include "host/private_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <warifu/backup.h>

static wf_error fail(wf_system_error *reason, const char *call) {
    *reason = (wf_system_error){.number = errno, .call = call};
    return WF_ERROR_STORE;
}

/* Asked before the slow part. Somebody else's file may be the last copy of something. */
static wf_error check_free(const char *path, wf_system_error *reason) {
    if (access(path, F_OK) == 0) {
        errno = EEXIST;
        return fail(reason, "the backup");
    }
    return errno == ENOENT ? WF_OK : fail(reason, "the backup");
}

wf_error wf_backup_to_file(const char *path, const wf_store *store, const wf_backup_order *order,
                           wf_system_error *reason) {
    uint8_t *backup;
    size_t len;
    wf_error error = check_free(path, reason);
    if (error == WF_OK) {
        error = wf_backup_make(&backup, &len, store, order);
    }
    if (error != WF_OK) {
        return error;
    }
    if (!wf_private_file_write(path, wf_bytes_of(backup, len))) {
        error = fail(reason, "the backup");
    }
    wf_backup_free(backup, len);
    return error;
}

static wf_error read_file(uint8_t **out, size_t *len, const char *path, wf_system_error *reason) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not make us wait */
    if (fd < 0) {
        return fail(reason, "the backup");
    }
    *out = malloc(WF_BACKUP_MOST_LEN);
    wf_error error = *out == NULL ? WF_ERROR_CAPACITY : wf_private_file_read_all(fd, *out, WF_BACKUP_MOST_LEN, len);
    if (error == WF_ERROR_STORE) {
        error = fail(reason, "the backup");
    }
    close(fd);
    return error == WF_ERROR_TOO_SMALL ? WF_ERROR_BACKUP : error;
}

/* Wrong passphrases and damaged files are found out before the old state is backed up under that passphrase. */
wf_error wf_backup_from_file(const wf_store *store, const char *path, const char *old_path,
                             const wf_backup_order *order, wf_system_error *reason) {
    uint8_t *backup = NULL;
    size_t len = 0;
    wf_error error = read_file(&backup, &len, path, reason);
    if (error == WF_OK) {
        error = wf_backup_check(wf_bytes_of(backup, len), order->passphrase);
    }
    if (error == WF_OK && old_path != NULL) {
        wf_backup_order old = *order;
        old.skips_damaged = true;
        error = wf_backup_to_file(old_path, store, &old, reason);
    }
    if (error == WF_OK) {
        error = wf_backup_restore(store, wf_bytes_of(backup, len), order->passphrase, old_path != NULL);
    }
    free(backup);
    return error;
}
