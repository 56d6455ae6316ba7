#define _XOPEN_SOURCE 700
#include "io/file_io.h"
#include "io/file_slot.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

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

static bool is_entry(const found *f) {
    return f->state == VALID && f->slot.kind == WF_SLOT_ENTRY;
}

static wf_error put(wf_file_store *store, const wf_file_slot *slot, int which) {
    char name[8];
    size_t len;
    wf_writer w = wf_writer_of(store->scratch[0], WF_FILE_SLOT_LEN);
    wf_file_slot_write(&w, slot);
    wf_error error = wf_writer_finish(&w, &len);
    if (error != WF_OK) {
        return error;
    }
    name_slot(name, slot->id, which);
    wf_bytes bytes = wf_bytes_of(store->scratch[0], len);
    return wf_file_replace(&store->system_error, store->directory, name, bytes) ? WF_OK : WF_ERROR_STORE;
}

/* Replaces the older slot, and then, where asked for, the other one. */
static wf_error put_next(wf_file_store *store, const found slots[2], wf_file_slot next, bool both) {
    int now = newest(slots);
    int which = now == 0 ? 1 : 0;
    next.generation = now < 0 ? 1 : slots[now].slot.generation + 1;
    wf_error error = put(store, &next, which);
    if (error == WF_OK && both) {
        next.generation++;
        error = put(store, &next, 1 - which);
    }
    return error;
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
    return WF_OK;
}

static wf_error load(void *context, uint16_t id, uint8_t *out, size_t capacity, size_t *len) {
    wf_file_store *store = context;
    wf_writer w = wf_writer_of(out, capacity);
    *len = 0;
    if (!store->open) {
        return WF_ERROR_CLOSED;
    }
    wf_error error = load_entry(store, id, &w);
    wf_wipe(store->scratch, sizeof store->scratch);
    return error == WF_OK ? wf_writer_finish(&w, len) : error;
}

/* Where no entry stands yet, both slots take it: damage to one must not look like "none". */
static wf_error save(void *context, uint16_t id, const uint8_t *data, size_t len) {
    wf_file_store *store = context;
    found slots[2];
    if (!store->open) {
        return WF_ERROR_CLOSED;
    }
    if (len == 0 || len > WF_STORE_ENTRY_LEN) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = look(store, slots, id);
    if (error == WF_OK) {
        int now = newest(slots);
        wf_file_slot next = {.kind = WF_SLOT_ENTRY, .id = id, .data = wf_bytes_of(data, len)};
        error = put_next(store, slots, next, now < 0 || !is_entry(&slots[now]));
    }
    wf_wipe(store->scratch, sizeof store->scratch);
    return error;
}

static bool is_gone(const found slots[2]) {
    if (slots[0].state == ABSENT && slots[1].state == ABSENT) {
        return true;
    }
    return slots[0].state == VALID && slots[1].state == VALID && !is_entry(&slots[0]) && !is_entry(&slots[1]);
}

static wf_error erase(void *context, uint16_t id) {
    wf_file_store *store = context;
    found slots[2];
    if (!store->open) {
        return WF_ERROR_CLOSED;
    }
    wf_error error = look(store, slots, id);
    if (error == WF_OK && !is_gone(slots)) {
        error = put_next(store, slots, (wf_file_slot){.kind = WF_SLOT_TOMBSTONE, .id = id}, true);
    }
    wf_wipe(store->scratch, sizeof store->scratch);
    return error;
}

wf_store wf_file_store_as_store(wf_file_store *store) {
    return (wf_store){.load = load, .save = save, .erase = erase, .context = store};
}
