#include "host/backup_format.h"
#include <stdlib.h>
#include <string.h>
#include <warifu/audit.h>
#include <warifu/stored.h>

enum {
    PLAIN_ROOM = 4096, /* of a list of entries, at first; it doubles */
    SEED_LEN = 32,
    STARTS_MORE = 0x10000 /* a node may have started so often since the backup was made */
};

void wf_backup_free(uint8_t *backup, size_t len) {
    if (backup != NULL) {
        wf_wipe(backup, len);
        free(backup);
    }
}

static wf_error derive(uint8_t key[static WF_AES_KEY_LEN], wf_bytes passphrase, const wf_backup_head *head) {
    return wf_pbkdf2_sha256(key, WF_AES_KEY_LEN, passphrase, wf_bytes_of(head->salt, sizeof head->salt),
                            head->iterations);
}

/* ---- the list of entries ---- */

typedef struct list {
    uint8_t *at;
    size_t len, capacity;
    uint32_t count;
} list;

/* By hand, because realloc leaves what it moves behind. */
static bool make_room(list *l, size_t more) {
    if (l->len + more <= l->capacity) {
        return true;
    }
    size_t capacity = 2 * l->capacity + more + PLAIN_ROOM;
    uint8_t *at = capacity <= WF_BACKUP_MOST_LEN / 2 ? malloc(capacity) : NULL;
    if (at == NULL) {
        return false;
    }
    if (l->len > 0) {
        memcpy(at, l->at, l->len);
    }
    wf_backup_free(l->at, l->capacity);
    l->at = at;
    l->capacity = capacity;
    return true;
}

static bool add(list *l, uint16_t id, wf_bytes bytes) {
    if (!make_room(l, 8 + bytes.len)) {
        return false;
    }
    l->len = l->len == 0 ? 4 : l->len; /* the count comes first */
    wf_writer w = wf_writer_of(l->at + l->len, l->capacity - l->len);
    wf_write_u16(&w, id);
    wf_write_u16(&w, (uint16_t)bytes.len);
    wf_write_view(&w, bytes);
    l->len += w.len;
    l->count++;
    return !w.overflow;
}

/* Of the seed only the number of starts: its first part is used once in the world. */
static void hide_seed(uint16_t id, uint8_t *entry, size_t len) {
    if (id == WF_STORE_SEED) {
        memset(entry, 0, len < SEED_LEN ? len : SEED_LEN);
    }
}

static wf_error add_entry(list *l, const wf_store *store, uint16_t id, bool skips_damaged) {
    uint8_t entry[WF_STORE_ENTRY_LEN];
    size_t len = 0;
    wf_error error = store->load(store->context, id, entry, sizeof entry, &len);
    if (error == WF_ERROR_STORE_DAMAGED && skips_damaged) {
        return WF_OK;
    }
    hide_seed(id, entry, len);
    if (error == WF_OK && len > 0 && !add(l, id, wf_bytes_of(entry, len))) {
        error = WF_ERROR_CAPACITY;
    }
    wf_wipe(entry, sizeof entry);
    return error;
}

static wf_error gather(list *l, const wf_store *store, bool skips_damaged) {
    wf_error error = make_room(l, 4) ? WF_OK : WF_ERROR_CAPACITY;
    for (uint32_t id = WF_STORE_SEED; id <= UINT16_MAX && error == WF_OK; id++) {
        error = id != WF_STORE_RESTORING ? add_entry(l, store, (uint16_t)id, skips_damaged) : WF_OK;
    }
    if (error == WF_OK) {
        wf_writer count = wf_writer_of(l->at, 4);
        wf_write_u32(&count, l->count);
        l->len = l->len < 4 ? 4 : l->len;
    }
    return error;
}

/* ---- making ---- */

static wf_error seal_list(wf_writer *w, const wf_backup_order *order, const list *l) {
    uint8_t key[WF_AES_KEY_LEN] = {0}, hash[WF_HASH_LEN];
    wf_backup_head head = {.iterations = order->iterations, .made = order->made};
    head.iterations = head.iterations != 0 ? head.iterations : WF_BACKUP_ITERATIONS;
    wf_error error = order->entropy.fill(order->entropy.context, head.salt, sizeof head.salt);
    if (error == WF_OK) {
        error = derive(key, order->passphrase, &head);
    }
    if (error == WF_OK) {
        wf_backup_write_head(w, &head);
        error = wf_backup_seal(w, key, wf_bytes_of(l->at, l->len));
    }
    wf_bytes all = wf_bytes_of(w->start, w->len);
    if (error == WF_OK) {
        error = wf_sha256(hash, &all, 1);
    }
    wf_write_bytes(w, hash, error == WF_OK ? sizeof hash : 0);
    wf_wipe(key, sizeof key);
    return error;
}

wf_error wf_backup_make(uint8_t **out, size_t *len, const wf_store *store, const wf_backup_order *order) {
    list l = {0};
    *out = NULL;
    *len = 0;
    if (order->passphrase.len < WF_BACKUP_LEAST_PASSPHRASE || order->iterations > WF_BACKUP_MOST_ITERATIONS) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = gather(&l, store, order->skips_damaged);
    size_t chunks = l.len / WF_BACKUP_CHUNK_LEN + 1;
    size_t capacity = WF_BACKUP_HEAD_LEN + l.len + chunks * (2 + WF_CCM_TAG_LEN) + WF_HASH_LEN;
    uint8_t *at = error == WF_OK ? malloc(capacity) : NULL;
    if (error == WF_OK && at == NULL) {
        error = WF_ERROR_CAPACITY;
    }
    if (error == WF_OK) {
        wf_writer w = wf_writer_of(at, capacity);
        error = seal_list(&w, order, &l);
        error = error == WF_OK ? wf_writer_finish(&w, len) : error;
    }
    wf_backup_free(l.at, l.capacity);
    if (error != WF_OK) {
        free(at);
        at = NULL;
    }
    *out = at;
    return error;
}

/* ---- restoring ---- */

static bool is_pairing(uint32_t id) {
    return id >= WF_STORE_PAIRINGS && id < WF_STORE_PAIRINGS + WF_STORE_MOST_PAIRINGS;
}

/* What can't be read is there, too. */
static bool is_there(const wf_store *store, uint16_t id) {
    uint8_t first[1];
    size_t len = 0;
    wf_error error = store->load(store->context, id, first, sizeof first, &len);
    wf_wipe(first, sizeof first);
    return error != WF_OK || len > 0;
}

static bool has_pairings(const wf_store *store) {
    for (uint32_t i = 0; i < WF_STORE_MOST_PAIRINGS; i++) {
        if (is_there(store, (uint16_t)(WF_STORE_PAIRINGS + i))) {
            return true;
        }
    }
    return false;
}

static wf_error erase_pairings(const wf_store *store) {
    for (uint32_t i = 0; i < WF_STORE_MOST_PAIRINGS; i++) {
        uint16_t id = (uint16_t)(WF_STORE_PAIRINGS + i);
        wf_error error = is_there(store, id) ? store->erase(store->context, id) : WF_OK;
        if (error != WF_OK) {
            return error;
        }
    }
    return WF_OK;
}

static uint32_t starts_in(wf_bytes entry) {
    wf_reader r = wf_reader_of(entry);
    (void)wf_read_bytes(&r, SEED_LEN);
    return wf_read_u32(&r);
}

/* The number of starts rises over all that was before, here and where the backup was made. The seed stays this store's;
 * zeros add nothing to the generator and take nothing from it. */
static wf_error restore_starts(const wf_store *store, wf_bytes entry) {
    uint8_t here[SEED_LEN + 4] = {0};
    size_t len = 0;
    wf_error error = store->load(store->context, WF_STORE_SEED, here, sizeof here, &len);
    uint32_t starts = starts_in(entry), own = error == WF_OK ? starts_in(wf_bytes_of(here, len)) : 0;
    wf_writer w = wf_writer_of(here + SEED_LEN, 4);
    wf_write_u32(&w, (own > starts ? own : starts) + STARTS_MORE);
    error = store->save(store->context, WF_STORE_SEED, here, sizeof here);
    wf_wipe(here, sizeof here);
    return error;
}

/* The audit logs of two lives would not make one: the log comes back only where there is none. */
static bool has_log(const wf_store *store) {
    for (uint32_t i = 0; i < WF_AUDIT_ENTRIES; i++) {
        if (is_there(store, (uint16_t)(WF_STORE_AUDIT + i))) {
            return true;
        }
    }
    return false;
}

static bool is_of_log(uint16_t id) {
    return id >= WF_STORE_AUDIT && id < WF_STORE_AUDIT + WF_AUDIT_ENTRIES;
}

static wf_error restore_entry(const wf_store *store, uint16_t id, wf_bytes bytes) {
    if (id == WF_STORE_SEED) {
        return restore_starts(store, bytes);
    }
    if (id < WF_STORE_SEED || id == WF_STORE_RESTORING || (!is_pairing(id) && is_there(store, id))) {
        return WF_OK;
    }
    return store->save(store->context, id, bytes.at, bytes.len);
}

static wf_error mark(const wf_store *store, uint8_t value) {
    return store->save(store->context, WF_STORE_RESTORING, &value, 1);
}

static bool is_unfinished(const wf_store *store) {
    uint8_t value = 0;
    size_t len = 0;
    wf_error error = store->load(store->context, WF_STORE_RESTORING, &value, 1, &len);
    return error == WF_OK && len == 1 && value == 1;
}

static wf_error put_back(const wf_store *store, wf_backup_entries entries) {
    uint16_t id;
    wf_bytes bytes;
    const bool keeps_log = !is_unfinished(store) && has_log(store);
    wf_error error = mark(store, 1);
    if (error == WF_OK) {
        error = erase_pairings(store);
    }
    while (error == WF_OK && wf_backup_next_entry(&entries, &id, &bytes)) {
        error = keeps_log && is_of_log(id) ? WF_OK : restore_entry(store, id, bytes);
    }
    return error == WF_OK ? mark(store, 2) : error;
}

static wf_error open_backup(uint8_t *plain, size_t *len, wf_bytes backup, wf_bytes passphrase) {
    uint8_t key[WF_AES_KEY_LEN];
    wf_backup_head head;
    wf_bytes chunks;
    *len = 0;
    wf_error error = wf_backup_parse(&head, &chunks, backup);
    if (error == WF_OK) {
        error = derive(key, passphrase, &head);
        error = error == WF_OK ? wf_backup_unseal(plain, len, key, wf_bytes_of(backup.at, WF_BACKUP_HEAD_LEN), chunks)
                               : error;
    }
    wf_wipe(key, sizeof key);
    return error;
}

/* The whole backup, checked; *plain is the caller's to free. */
static wf_error open_all(uint8_t **plain, wf_backup_entries *entries, wf_bytes backup, wf_bytes passphrase) {
    size_t len;
    *plain = malloc(backup.len > 0 ? backup.len : 1);
    if (*plain == NULL) {
        return WF_ERROR_CAPACITY;
    }
    wf_error error = open_backup(*plain, &len, backup, passphrase);
    return error == WF_OK ? wf_backup_entries_of(entries, wf_bytes_of(*plain, len)) : error;
}

wf_error wf_backup_check(wf_bytes backup, wf_bytes passphrase) {
    wf_backup_entries entries;
    uint8_t *plain;
    wf_error error = open_all(&plain, &entries, backup, passphrase);
    wf_backup_free(plain, backup.len);
    return error;
}

wf_error wf_backup_restore(const wf_store *store, wf_bytes backup, wf_bytes passphrase, bool force) {
    wf_backup_entries entries;
    uint8_t *plain;
    wf_error error = open_all(&plain, &entries, backup, passphrase);
    if (error == WF_OK && !force && !is_unfinished(store) && has_pairings(store)) {
        error = WF_ERROR_STORE_NOT_EMPTY;
    }
    if (error == WF_OK) {
        error = put_back(store, entries);
    }
    wf_backup_free(plain, backup.len);
    return error;
}
