/* Entries that are synced, and behind them the writes that are not yet. */
#include "sim/random.h"
#include <stdlib.h>
#include <string.h>
#include <warifu/sim_store.h>

typedef struct entry {
    uint16_t id;
    bool is_torn;   /* of synced ones: nobody can read it */
    bool is_erased; /* of unsynced ones */
    size_t len;
    uint8_t *bytes;
} entry;

typedef struct list {
    entry *at;
    size_t count, capacity;
} list;

struct wf_sim_store {
    list synced, unsynced;
    wf_sim_random random;
    wf_sim_store_faults faults;
    bool has_power;
    uint64_t reads, writes;
    uint64_t cut_in; /* writes; 0: never */
    uint64_t fail_in;
    unsigned fail_calls, fail_all;
};

/* ---- lists ---- */

static bool reserve(list *entries, size_t capacity) {
    if (capacity <= entries->capacity) {
        return true;
    }
    size_t grown = capacity > entries->capacity * 2 ? capacity : entries->capacity * 2;
    entry *at = realloc(entries->at, grown * sizeof *at);
    if (at == NULL) {
        return false;
    }
    entries->at = at;
    entries->capacity = grown;
    return true;
}

static void clear(list *entries) {
    for (size_t i = 0; i < entries->count; i++) {
        free(entries->at[i].bytes);
    }
    free(entries->at);
    *entries = (list){0};
}

static entry *find(const list *entries, uint16_t id) {
    for (size_t i = entries->count; i-- > 0;) {
        if (entries->at[i].id == id) {
            return &entries->at[i];
        }
    }
    return NULL;
}

static void drop(list *entries, entry *e) {
    size_t after = entries->count - 1 - (size_t)(e - entries->at);
    free(e->bytes);
    memmove(e, e + 1, after * sizeof *e);
    entries->count--;
}

static bool make(entry *out, uint16_t id, const uint8_t *data, size_t len) {
    *out = (entry){.id = id, .len = len, .bytes = malloc(len > 0 ? len : 1)};
    if (out->bytes == NULL) {
        return false;
    }
    if (len > 0) {
        memcpy(out->bytes, data, len);
    }
    return true;
}

static bool copy_into(list *to, const list *from) {
    if (!reserve(to, to->count + from->count)) {
        return false;
    }
    for (size_t i = 0; i < from->count; i++) {
        entry *e = &to->at[to->count];
        if (!make(e, from->at[i].id, from->at[i].bytes, from->at[i].len)) {
            return false;
        }
        e->is_torn = from->at[i].is_torn;
        e->is_erased = from->at[i].is_erased;
        to->count++;
    }
    return true;
}

/* ---- writes ---- */

/* Takes what `e` owns. A write reserves the room for itself when it begins. */
static void put(list *synced, entry e) {
    entry *old = find(synced, e.id);
    if (old != NULL) {
        drop(synced, old);
    }
    if (e.is_erased) {
        free(e.bytes);
    } else {
        synced->at[synced->count++] = e;
    }
}

static void sync_oldest(wf_sim_store *store) {
    entry e = store->unsynced.at[0];
    store->unsynced.at[0].bytes = NULL;
    drop(&store->unsynced, &store->unsynced.at[0]);
    put(&store->synced, e);
}

static bool is_failing(wf_sim_store *store, wf_sim_store_calls call) {
    bool fails = !store->has_power || (store->fail_all & call) != 0;
    if ((store->fail_calls & call) != 0 && store->fail_in > 0 && --store->fail_in == 0) {
        fails = true;
    }
    return fails;
}

static wf_error begin_write(wf_sim_store *store, uint16_t id, const uint8_t *data, size_t len, bool erase) {
    entry e;
    store->writes++;
    if (is_failing(store, WF_SIM_WRITES)) {
        return WF_ERROR_STORE;
    }
    size_t unsynced = store->unsynced.count + 1;
    if (!reserve(&store->unsynced, unsynced) || !reserve(&store->synced, store->synced.count + unsynced) ||
        !make(&e, id, data, len)) {
        return WF_ERROR_STORE;
    }
    e.is_erased = erase;
    store->unsynced.at[store->unsynced.count++] = e;
    if (store->cut_in > 0 && --store->cut_in == 0) {
        wf_sim_store_cut_power(store);
        return WF_ERROR_STORE;
    }
    while (store->unsynced.count > store->faults.unsynced) {
        sync_oldest(store);
    }
    return WF_OK;
}

static wf_error save(void *context, uint16_t id, const uint8_t *data, size_t len) {
    return len == 0 || len > WF_STORE_ENTRY_LEN ? WF_ERROR_ARGUMENT : begin_write(context, id, data, len, false);
}

static wf_error erase(void *context, uint16_t id) {
    return begin_write(context, id, NULL, 0, true);
}

static wf_error load(void *context, uint16_t id, uint8_t *out, size_t capacity, size_t *len) {
    wf_sim_store *store = context;
    *len = 0;
    store->reads++;
    if (is_failing(store, WF_SIM_READS)) {
        return WF_ERROR_STORE;
    }
    const entry *e = find(&store->unsynced, id);
    e = e != NULL ? e : find(&store->synced, id);
    if (e == NULL || e->is_erased) {
        return WF_OK;
    }
    if (e->is_torn) {
        return WF_ERROR_STORE_DAMAGED;
    }
    if (e->len > capacity) {
        return WF_ERROR_TOO_SMALL;
    }
    memcpy(out, e->bytes, e->len);
    *len = e->len;
    return WF_OK;
}

wf_store wf_sim_store_as_store(wf_sim_store *store) {
    return (wf_store){.load = load, .save = save, .erase = erase, .context = store};
}

/* ---- power ---- */

void wf_sim_store_cut_power(wf_sim_store *store) {
    bool whole = store->faults.unsynced == 0; /* the write under way is made or not, never half */
    bool lost_one = false;
    while (store->unsynced.count > 0) {
        entry *e = &store->unsynced.at[0];
        bool lost = wf_sim_random_happens(&store->random, store->faults.loss);
        bool torn = wf_sim_random_happens(&store->random, store->faults.tearing);
        if (lost || (lost_one && !store->faults.in_any_order)) {
            lost_one = true;
            drop(&store->unsynced, e);
        } else {
            if (torn && !whole) {
                e->is_torn = true;
                e->is_erased = false;
            }
            sync_oldest(store);
        }
    }
    store->has_power = false;
    store->cut_in = 0;
}

void wf_sim_store_power_on(wf_sim_store *store) {
    store->has_power = true;
}

bool wf_sim_store_has_power(const wf_sim_store *store) {
    return store->has_power;
}

void wf_sim_store_sync(wf_sim_store *store) {
    while (store->unsynced.count > 0) {
        sync_oldest(store);
    }
}

void wf_sim_store_cut_at(wf_sim_store *store, uint64_t k) {
    store->cut_in = k;
}

void wf_sim_store_fail_at(wf_sim_store *store, unsigned calls, uint64_t k) {
    store->fail_calls = calls;
    store->fail_in = k;
}

void wf_sim_store_fail_all(wf_sim_store *store, unsigned calls) {
    store->fail_all = calls;
}

void wf_sim_store_set_faults(wf_sim_store *store, const wf_sim_store_faults *faults) {
    store->faults = *faults;
    while (store->unsynced.count > faults->unsynced) {
        sync_oldest(store);
    }
}

/* ---- life ---- */

wf_error wf_sim_store_new(wf_sim_store **out, uint64_t seed) {
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        return WF_ERROR_CAPACITY;
    }
    (*out)->random = wf_sim_random_of(seed, 0);
    (*out)->faults.loss = 500000;
    (*out)->has_power = true;
    return WF_OK;
}

void wf_sim_store_free(wf_sim_store *store) {
    if (store != NULL) {
        clear(&store->synced);
        clear(&store->unsynced);
        free(store);
    }
}

wf_error wf_sim_store_clone(wf_sim_store **out, const wf_sim_store *store, uint64_t seed) {
    wf_error error = wf_sim_store_new(out, seed);
    if (error != WF_OK) {
        return error;
    }
    (*out)->faults = store->faults;
    if (!copy_into(&(*out)->synced, &store->synced) || !copy_into(&(*out)->unsynced, &store->unsynced) ||
        !reserve(&(*out)->synced, store->synced.count + store->unsynced.count)) {
        wf_sim_store_free(*out);
        *out = NULL;
        return WF_ERROR_CAPACITY;
    }
    return WF_OK;
}

wf_error wf_sim_store_restore(wf_sim_store *store, const wf_sim_store *backup) {
    wf_sim_store *copy;
    wf_error error = wf_sim_store_clone(&copy, backup, 0);
    if (error != WF_OK) {
        return error;
    }
    wf_sim_store_sync(copy);
    clear(&store->synced);
    clear(&store->unsynced);
    store->synced = copy->synced;
    copy->synced = (list){0};
    wf_sim_store_free(copy);
    return WF_OK;
}

/* ---- what was seen ---- */

uint64_t wf_sim_store_reads(const wf_sim_store *store) {
    return store->reads;
}

uint64_t wf_sim_store_writes(const wf_sim_store *store) {
    return store->writes;
}

bool wf_sim_store_next(const wf_sim_store *store, size_t *at, uint16_t *id, wf_bytes *bytes) {
    size_t count = store->synced.count + store->unsynced.count;
    for (; *at < count; (*at)++) {
        bool is_synced = *at < store->synced.count;
        const entry *e = is_synced ? &store->synced.at[*at] : &store->unsynced.at[*at - store->synced.count];
        const entry *newest = find(&store->unsynced, e->id);
        if (e->is_erased || (newest != NULL && newest != e)) {
            continue;
        }
        *id = e->id;
        *bytes = e->is_torn ? wf_bytes_of(NULL, 0) : wf_bytes_of(e->bytes, e->len);
        (*at)++;
        return true;
    }
    return false;
}

static bool any_contains(const list *entries, wf_bytes bytes) {
    for (size_t i = 0; i < entries->count; i++) {
        const entry *e = &entries->at[i];
        for (size_t at = 0; at + bytes.len <= e->len; at++) {
            if (memcmp(e->bytes + at, bytes.at, bytes.len) == 0) {
                return true;
            }
        }
    }
    return false;
}

bool wf_sim_store_contains(const wf_sim_store *store, wf_bytes bytes) {
    return bytes.len > 0 && (any_contains(&store->synced, bytes) || any_contains(&store->unsynced, bytes));
}
