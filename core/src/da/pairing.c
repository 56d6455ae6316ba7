#include "da/pairing.h"

#include <string.h>

#include "da/admission.h"

enum { VERSION = 1, ENTRY_LEN = 160 + WF_CERTIFICATE_LEN };

static bool is_stored(const wf_pairing *p) {
    return p->state == WF_PAIRING_PROVISIONAL || p->state == WF_PAIRING_FINAL;
}

static void write_origin(wf_writer *w, const wf_origin *origin) {
    wf_write_u8(w, origin->pinned);
    for (size_t i = 0; i < WF_CHAIN_LEN; i++) {
        wf_write_bytes(w, origin->path[i].bytes, sizeof origin->path[i].bytes);
    }
    wf_write_bytes(w, origin->anchor, sizeof origin->anchor);
}

static bool read_origin(wf_reader *r, wf_origin *origin) {
    uint8_t pinned = wf_read_u8(r);
    origin->pinned = pinned != 0;
    for (size_t i = 0; i < WF_CHAIN_LEN; i++) {
        wf_read_copy(r, origin->path[i].bytes, sizeof origin->path[i].bytes);
    }
    wf_read_copy(r, origin->anchor, sizeof origin->anchor);
    return pinned <= 1;
}

static void write_entry(wf_writer *w, const wf_pairing *p) {
    wf_write_u8(w, VERSION);
    wf_write_u8(w, (uint8_t)p->state);
    wf_write_u8(w, (uint8_t)p->role);
    write_origin(w, &p->origin);
    wf_write_bytes(w, p->own, sizeof p->own);
    wf_write_u32(w, p->sequence);
    wf_write_bytes(w, p->admission_key, sizeof p->admission_key);
    wf_write_bytes(w, p->address.ip, sizeof p->address.ip);
    wf_write_u16(w, p->address.port);
    wf_write_u32(w, p->address.scope);
    wf_write_u16(w, p->certificate_len);
    wf_write_bytes(w, p->certificate, p->certificate_len);
}

static wf_error describe_peer(wf_pairing *p, wf_bytes der) {
    wf_certificate certificate;
    wf_error error = wf_certificate_parse(&certificate, der);
    if (error != WF_OK) {
        return error;
    }
    if (!certificate.has_number || certificate.role != p->role) {
        return WF_ERROR_STORE_DAMAGED;
    }
    memcpy(p->number, certificate.number, sizeof p->number);
    memcpy(p->public_key, certificate.public_key, sizeof p->public_key);
    return wf_certificate_fingerprint(p->fingerprint, der);
}

static uint16_t id_of(uint32_t index) {
    return (uint16_t)(WF_STORE_PAIRINGS + index);
}

static wf_error read_entry(wf_pairing *p, wf_bytes entry) {
    wf_reader r = wf_reader_of(entry);
    if (wf_read_u8(&r) > VERSION) {
        return WF_ERROR_STORE_VERSION;
    }
    uint8_t state = wf_read_u8(&r);
    p->role = (wf_role)wf_read_u8(&r);
    bool is_sound = read_origin(&r, &p->origin);
    wf_read_copy(&r, p->own, sizeof p->own);
    p->sequence = wf_read_u32(&r);
    wf_read_copy(&r, p->admission_key, sizeof p->admission_key);
    wf_read_copy(&r, p->address.ip, sizeof p->address.ip);
    p->address.port = wf_read_u16(&r);
    p->address.scope = wf_read_u32(&r);
    p->certificate_len = wf_read_u16(&r);
    if (p->certificate_len > sizeof p->certificate) {
        return WF_ERROR_STORE_DAMAGED;
    }
    wf_read_copy(&r, p->certificate, p->certificate_len);
    if (wf_reader_finish(&r) != WF_OK || entry.at[0] != VERSION || !is_sound ||
        (state != WF_PAIRING_PROVISIONAL && state != WF_PAIRING_FINAL)) {
        return WF_ERROR_STORE_DAMAGED;
    }
    p->state = (wf_pairing_state)state;
    wf_error error = wf_wake_hint(p->hint, p->admission_key);
    if (error != WF_OK) {
        return error;
    }
    return describe_peer(p, wf_bytes_of(p->certificate, p->certificate_len)) == WF_OK ? WF_OK : WF_ERROR_STORE_DAMAGED;
}

/* What is longer than any entry of ours was written by a later version. */
wf_error wf_pairing_read(wf_pairing *out, const wf_store *store, uint32_t index) {
    uint8_t entry[ENTRY_LEN];
    size_t len = 0;
    wf_wipe(out, sizeof *out);
    wf_error error = store->load(store->context, id_of(index), entry, sizeof entry, &len);
    if (error == WF_OK && len > 0) {
        error = read_entry(out, wf_bytes_of(entry, len));
    }
    if (error != WF_OK) {
        wf_wipe(out, sizeof *out);
    }
    wf_wipe(entry, sizeof entry);
    return error == WF_ERROR_TOO_SMALL ? WF_ERROR_STORE_VERSION : error;
}

static bool same_peer(const wf_pairing *a, const wf_pairing *b) {
    return memcmp(a->fingerprint, b->fingerprint, sizeof a->fingerprint) == 0;
}

uint32_t wf_pairing_replaced(const wf_pairing_table *table, uint32_t index) {
    const wf_pairing *p = &table->entries[index];
    for (uint32_t i = 0; i < table->count && is_stored(p); i++) {
        const wf_pairing *other = &table->entries[i];
        if (is_stored(other) && same_peer(other, p) && other->sequence < p->sequence &&
            (p->state == WF_PAIRING_FINAL || other->state == WF_PAIRING_PROVISIONAL)) {
            return i;
        }
    }
    return WF_NO_PAIRING;
}

uint32_t wf_pairing_beside(const wf_pairing_table *table, uint32_t index) {
    for (uint32_t i = 0; i < table->count; i++) {
        if (i != index && is_stored(&table->entries[i]) && same_peer(&table->entries[i], &table->entries[index])) {
            return i;
        }
    }
    return WF_NO_PAIRING;
}

/* The power may have failed between writing a new pairing and erasing the one that it replaces. */
static wf_error drop_replaced(wf_pairing_table *table) {
    wf_error error = WF_OK;
    for (uint32_t i = 0; i < table->count; i++) {
        uint32_t old;
        while (error == WF_OK && (old = wf_pairing_replaced(table, i)) != WF_NO_PAIRING) {
            error = wf_pairing_remove(table, old);
        }
    }
    return error;
}

wf_error wf_pairing_load(wf_pairing_table *table) {
    if (table->store.load == NULL) {
        return WF_OK;
    }
    for (uint32_t i = 0; i < table->count; i++) {
        wf_error error = wf_pairing_read(&table->entries[i], &table->store, i);
        if (error != WF_OK) {
            return error;
        }
    }
    wf_pairing_reindex(table);
    return drop_replaced(table);
}

uint32_t wf_pairing_new(wf_pairing_table *table, const wf_certificate *peer,
                        const uint8_t fingerprint[static WF_HASH_LEN]) {
    uint32_t index = WF_NO_PAIRING, last = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->entries[i].state == WF_PAIRING_FREE) {
            index = index == WF_NO_PAIRING ? i : index;
        } else if (table->entries[i].sequence > last) {
            last = table->entries[i].sequence;
        }
    }
    if (index == WF_NO_PAIRING || peer->der.len > WF_CERTIFICATE_LEN) {
        return WF_NO_PAIRING;
    }
    wf_pairing *p = &table->entries[index];
    *p = (wf_pairing){.state = WF_PAIRING_CANDIDATE, .role = peer->role, .sequence = last + 1, .unerased = p->unerased};
    memcpy(p->number, peer->number, sizeof p->number);
    memcpy(p->fingerprint, fingerprint, sizeof p->fingerprint);
    memcpy(p->public_key, peer->public_key, sizeof p->public_key);
    memcpy(p->certificate, peer->der.at, peer->der.len);
    p->certificate_len = (uint16_t)peer->der.len;
    return index;
}

static wf_error judge_against_others(const wf_pairing_table *table, const wf_pairing *p) {
    bool is_new = p->state != WF_PAIRING_FINAL;
    for (uint32_t i = 0; i < table->count; i++) {
        const wf_pairing *other = &table->entries[i];
        if (other == p || other->state != WF_PAIRING_FINAL) {
            continue;
        }
        if (same_peer(other, p)) {
            is_new = false;
        } else if (memcmp(other->number, p->number, sizeof p->number) == 0 ||
                   memcmp(other->fingerprint, p->fingerprint, WF_X5T_LEN) == 0) {
            return WF_ERROR_PAIRING_REFUSED;
        }
    }
    return is_new && wf_pairing_count(table, WF_PAIRING_FINAL) >= table->limit ? WF_ERROR_PAIRINGS_FULL : WF_OK;
}

static wf_error save(wf_pairing_table *table, uint32_t index) {
    if (table->store.save == NULL) {
        return WF_OK;
    }
    uint8_t entry[ENTRY_LEN];
    size_t len;
    wf_writer w = wf_writer_of(entry, sizeof entry);
    write_entry(&w, &table->entries[index]);
    wf_error error = wf_writer_finish(&w, &len);
    if (error == WF_OK) {
        error = table->store.save(table->store.context, id_of(index), entry, len);
    }
    wf_wipe(entry, sizeof entry);
    return error;
}

wf_error wf_pairing_commit(wf_pairing_table *table, uint32_t index, wf_pairing_state state) {
    wf_pairing *p = &table->entries[index];
    wf_error error = judge_against_others(table, p);
    if (error == WF_OK) {
        error = wf_wake_hint(p->hint, p->admission_key);
    }
    if (error != WF_OK) {
        return error;
    }
    wf_pairing_state before = p->state;
    p->state = state;
    error = save(table, index);
    if (error != WF_OK) {
        p->state = before;
    } else {
        p->unerased = false;
    }
    wf_pairing_reindex(table);
    return error;
}

wf_error wf_pairing_renew(wf_pairing_table *table, uint32_t index, const wf_certificate *peer,
                          const wf_origin *origin) {
    wf_pairing *p = &table->entries[index];
    wf_pairing before = *p;
    p->origin = *origin;
    memcpy(p->certificate, peer->der.at, peer->der.len);
    p->certificate_len = (uint16_t)peer->der.len;
    memcpy(p->public_key, peer->public_key, sizeof p->public_key);
    wf_error error = wf_certificate_fingerprint(p->fingerprint, peer->der);
    if (error == WF_OK) {
        error = wf_pairing_commit(table, index, p->state);
    }
    if (error != WF_OK) {
        *p = before;
    }
    wf_wipe(&before, sizeof before);
    return error;
}

/* What an earlier erasure had to leave in the store must not outlive the entry that took its place. */
static wf_error erase_unerased(wf_pairing_table *table) {
    wf_error error = WF_OK;
    for (uint32_t i = 0; i < table->count && error == WF_OK; i++) {
        if (table->entries[i].unerased) {
            error = table->store.erase(table->store.context, id_of(i));
            table->entries[i].unerased = error != WF_OK;
        }
    }
    return error;
}

wf_error wf_pairing_remove(wf_pairing_table *table, uint32_t index) {
    wf_pairing *p = &table->entries[index];
    bool stored = is_stored(p) || p->unerased;
    wf_wipe(p, sizeof *p);
    wf_pairing_reindex(table);
    if (!stored || table->store.erase == NULL) {
        return WF_OK;
    }
    p->unerased = true;
    return erase_unerased(table);
}

unsigned wf_pairing_count(const wf_pairing_table *table, wf_pairing_state state) {
    unsigned count = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        count += table->entries[i].state == state;
    }
    return count;
}

uint32_t wf_pairing_candidate(const wf_pairing_table *table, const uint8_t fingerprint[static WF_HASH_LEN]) {
    for (uint32_t i = 0; i < table->count; i++) {
        const wf_pairing *p = &table->entries[i];
        if (p->state == WF_PAIRING_CANDIDATE && memcmp(p->fingerprint, fingerprint, WF_HASH_LEN) == 0) {
            return i;
        }
    }
    return WF_NO_PAIRING;
}
