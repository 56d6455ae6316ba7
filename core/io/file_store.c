#define _POSIX_C_SOURCE 200809L
#include "io/file_io.h"
#include "io/file_slot.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

typedef enum state { ABSENT, DAMAGED, VALID } state;

typedef struct found {
    state state;
    wf_file_slot slot; /* of a valid one; a view into the store's scratch */
} found;

static void name_slot(char name[8], uint16_t id, int which) {
    snprintf(name, 8, "%04x.%c", (unsigned)id, which == 0 ? 'a' : 'b');
}

/* A medium's error is damage; anything else that keeps a file from being read (rights, too many open files) must not
 * look like it, or an older entry would count. */
static wf_error look_at(wf_file_store *store, found *out, uint16_t id, int which) {
    char name[8];
    size_t len;
    uint8_t *at = store->scratch[which];
    name_slot(name, id, which);
    *out = (found){.state = ABSENT};
    if (!wf_file_read(&len, store->directory, name, at, WF_FILE_SLOT_LEN + 1)) {
        if (errno == ENOENT) {
            return WF_OK;
        }
        if (errno != EIO) {
            store->system_error = (wf_system_error){.number = errno, .call = "read"};
            return WF_ERROR_STORE;
        }
        len = 0;
    }
    bool good = wf_file_slot_parse(&out->slot, wf_bytes_of(at, len)) == WF_OK && out->slot.id == id;
    out->state = good ? VALID : DAMAGED;
    store->damaged += good ? 0 : 1;
    return WF_OK;
}

static wf_error look(wf_file_store *store, found slots[2], uint16_t id) {
    wf_error error = look_at(store, &slots[0], id, 0);
    return error == WF_OK ? look_at(store, &slots[1], id, 1) : error;
}

/* The slot that counts, or -1. */
static int newest(const found slots[2]) {
    if (slots[0].state == VALID && slots[1].state == VALID) {
        return slots[1].slot.generation > slots[0].slot.generation ? 1 : 0;
    }
    return slots[0].state == VALID ? 0 : (slots[1].state == VALID ? 1 : -1);
}

/* Puts an entry into one slot or, with the older one first, into both. The data may lie in the scratch of `first`. */
static wf_error put(wf_file_store *store, const wf_file_slot *slot, int first, size_t count) {
    char one[8], other[8];
    const char *names[WF_FILE_NAMES] = {one, other};
    size_t len;
    name_slot(one, slot->id, first);
    name_slot(other, slot->id, 1 - first);
    wf_writer w = wf_writer_of(store->scratch[first], WF_FILE_SLOT_LEN);
    wf_file_slot_write(&w, slot);
    wf_error error = wf_writer_finish(&w, &len);
    if (error != WF_OK) {
        return error;
    }
    wf_bytes bytes = wf_bytes_of(store->scratch[first], len);
    return wf_file_replace(&store->system_error, store->directory, names, count, bytes) ? WF_OK : WF_ERROR_STORE;
}

static wf_error remove_both(wf_file_store *store, uint16_t id) {
    char a[8], b[8];
    const char *names[WF_FILE_NAMES] = {a, b};
    name_slot(a, id, 0);
    name_slot(b, id, 1);
    return wf_file_remove(&store->system_error, store->directory, names, 2) ? WF_OK : WF_ERROR_STORE;
}

/* Where one slot is damaged, missing or older, the other one is copied over it. What can't be written now is tried
 * again at the next reading. */
static void mend(wf_file_store *store, const found slots[2], int now) {
    const found *good = &slots[now], *other = &slots[1 - now];
    wf_system_error before = store->system_error;
    wf_error error;
    if (good->slot.data.len == 0) {
        error = remove_both(store, good->slot.id);
    } else if (good->slot.is_old || other->state != VALID || other->slot.generation != good->slot.generation) {
        error = put(store, &good->slot, 1 - now, good->slot.is_old ? 2 : 1);
    } else {
        return;
    }
    store->healed += error == WF_OK && other->state == DAMAGED ? 1 : 0;
    store->system_error = before;
}

void wf_file_store_mend(wf_file_store *store, uint16_t id) {
    found slots[2];
    int now = look(store, slots, id) == WF_OK ? newest(slots) : -1;
    if (now >= 0) {
        mend(store, slots, now);
    }
    wf_wipe(store->scratch, sizeof store->scratch);
}

static wf_error load_entry(wf_file_store *store, uint16_t id, wf_writer *out) {
    found slots[2];
    wf_error error = look(store, slots, id);
    if (error != WF_OK) {
        return error;
    }
    int now = newest(slots);
    if (now < 0) {
        return slots[0].state == ABSENT && slots[1].state == ABSENT ? WF_OK : WF_ERROR_STORE_DAMAGED;
    }
    wf_write_view(out, slots[now].slot.data);
    if (!store->read_only) {
        mend(store, slots, now);
    }
    return WF_OK;
}

static wf_error check_usable(const wf_file_store *store) {
    if (!store->open) {
        return WF_ERROR_CLOSED;
    }
    return store->process == getpid() ? WF_OK : WF_ERROR_STORE_LOCKED;
}

static wf_error check_writable(const wf_file_store *store) {
    wf_error error = check_usable(store);
    return error == WF_OK && store->read_only ? WF_ERROR_STATE : error;
}

static wf_error load(void *context, uint16_t id, uint8_t *out, size_t capacity, size_t *len) {
    wf_file_store *store = context;
    wf_writer w = wf_writer_of(out, capacity);
    *len = 0;
    wf_error error = check_usable(store);
    if (error != WF_OK) {
        return error;
    }
    error = load_entry(store, id, &w);
    wf_wipe(store->scratch, sizeof store->scratch);
    return error == WF_OK ? wf_writer_finish(&w, len) : error;
}

static wf_error save(void *context, uint16_t id, const uint8_t *data, size_t len) {
    wf_file_store *store = context;
    found slots[2];
    wf_error error = check_writable(store);
    if (error != WF_OK) {
        return error;
    }
    if (len == 0 || len > WF_STORE_ENTRY_LEN) {
        return WF_ERROR_ARGUMENT;
    }
    error = look(store, slots, id);
    if (error == WF_OK) {
        int now = newest(slots);
        wf_file_slot next = {.id = id, .data = wf_bytes_of(data, len)};
        next.generation = now < 0 ? 1 : slots[now].slot.generation + 1;
        error = put(store, &next, now == 0 ? 1 : 0, 2);
    }
    wf_wipe(store->scratch, sizeof store->scratch);
    return error;
}

static wf_error erase(void *context, uint16_t id) {
    wf_file_store *store = context;
    wf_error error = check_writable(store);
    return error == WF_OK ? remove_both(store, id) : error;
}

wf_store wf_file_store_as_store(wf_file_store *store) {
    return (wf_store){.load = load, .save = save, .erase = erase, .context = store};
}
