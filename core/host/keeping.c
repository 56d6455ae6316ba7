#include <string.h>
#include <warifu/audit.h>
#include <warifu/clock.h>
#include <warifu/file_store.h>
#include <warifu/keeping.h>

typedef enum manner { TO_READ, TO_USE, TO_MAKE, TO_ADOPT } manner;

static wf_error open_as(wf_file_store *store, const char *state, manner how) {
    switch (how) {
    case TO_READ:
        return wf_file_store_open_to_read(store, state);
    case TO_ADOPT:
        return wf_file_store_adopt(store, state);
    case TO_USE:
    case TO_MAKE:
        break;
    }
    return wf_file_store_open(store, state);
}

/* A mistyped path is an error, and makes no directory. */
static wf_error enter(wf_file_store *store, wf_store *vtable, const char *state, manner how, wf_system_error *reason) {
    wf_error error = WF_OK;
    if (how != TO_MAKE) {
        error = open_as(store, state, TO_READ);
        if (error == WF_OK && how != TO_READ) {
            wf_file_store_close(store);
        }
    }
    if (error == WF_OK && how != TO_READ) {
        error = open_as(store, state, how);
    }
    *reason = error == WF_OK ? (wf_system_error){0} : store->system_error;
    *vtable = wf_file_store_as_store(store);
    return error;
}

/* What the system said to the store, unless something else has failed. */
static wf_error leave(wf_file_store *store, wf_error error, wf_system_error *reason) {
    if (error != WF_OK && reason->number == 0) {
        *reason = store->system_error;
    }
    wf_file_store_close(store);
    return error;
}

wf_error wf_keeping_peers(const char *state, bool (*each)(void *context, const wf_stored_peer *peer), void *context,
                          wf_system_error *reason) {
    wf_file_store store;
    wf_store vtable;
    wf_stored_peer peer;
    unsigned at = 0;
    wf_error error = enter(&store, &vtable, state, TO_READ, reason);
    if (error != WF_OK) {
        return error;
    }
    while (wf_stored_next_peer(&vtable, &at, &peer) && each(context, &peer)) {
    }
    return leave(&store, WF_OK, reason);
}

/* What the log can't take has happened all the same. */
static void record_forgotten(const wf_store *store, const uint8_t number[static WF_NUMBER_LEN], wf_error error) {
    wf_audit_entry entry = {.what = WF_AUDITED_UNPAIRED, .error = error};
    if (wf_clock_wall(&entry.date) != WF_OK) {
        entry.date = 0;
    }
    memcpy(entry.number, number, sizeof entry.number);
    wf_error ignored = wf_audit_record(store, &entry);
    (void)ignored;
}

wf_error wf_keeping_forget(const char *state, const uint8_t number[static WF_NUMBER_LEN], wf_system_error *reason) {
    wf_file_store store;
    wf_store vtable;
    wf_error error = enter(&store, &vtable, state, TO_USE, reason);
    if (error != WF_OK) {
        return error;
    }
    error = wf_stored_forget(&vtable, number);
    if (error != WF_ERROR_NOT_PAIRED) {
        record_forgotten(&vtable, number, error);
    }
    return leave(&store, error, reason);
}

wf_error wf_keeping_forget_damaged(const char *state, unsigned *count, wf_system_error *reason) {
    wf_file_store store;
    wf_store vtable;
    *count = 0;
    wf_error error = enter(&store, &vtable, state, TO_USE, reason);
    return error == WF_OK ? leave(&store, wf_stored_forget_damaged(&vtable, count), reason) : error;
}

wf_error wf_keeping_reset(const char *state, wf_system_error *reason) {
    wf_file_store store;
    wf_store vtable;
    wf_error error = enter(&store, &vtable, state, TO_USE, reason);
    return error == WF_OK ? leave(&store, wf_stored_reset(&vtable), reason) : error;
}

wf_error wf_keeping_adopt(const char *state, wf_system_error *reason) {
    wf_file_store store;
    wf_store vtable;
    wf_error error = enter(&store, &vtable, state, TO_ADOPT, reason);
    return error == WF_OK ? leave(&store, WF_OK, reason) : error;
}

wf_error wf_keeping_backup(const char *state, const char *path, const wf_backup_order *order, wf_system_error *reason) {
    wf_file_store store;
    wf_store vtable;
    wf_error error = enter(&store, &vtable, state, TO_USE, reason);
    return error == WF_OK ? leave(&store, wf_backup_to_file(path, &vtable, order, reason), reason) : error;
}

wf_error wf_keeping_restore(const char *state, const char *path, const char *old_path, const wf_backup_order *order,
                            wf_system_error *reason) {
    wf_file_store store;
    wf_store vtable;
    wf_error error = enter(&store, &vtable, state, TO_MAKE, reason);
    return error == WF_OK ? leave(&store, wf_backup_from_file(&vtable, path, old_path, order, reason), reason) : error;
}
