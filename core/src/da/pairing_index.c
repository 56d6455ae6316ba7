/* Finding a pairing in constant steps: by the hint of a WAKE, and by the host that a datagram comes from. Open
 * addressing over twice as many places as entries; built anew whenever an entry comes, goes or moves, which is rare and
 * costs a write to the store each time. */
#include "da/pairing.h"

#include <string.h>

enum { LEAST_PLACES = 4 };

uint32_t wf_pairing_index_places(uint32_t entries) {
    uint32_t places = LEAST_PLACES;
    while (places < 2 * entries) {
        places *= 2;
    }
    return places;
}

static uint32_t hash_of(const uint8_t *bytes, size_t len) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ bytes[i]) * 16777619u;
    }
    return hash ^ hash >> 15;
}

static uint32_t hash_of_hint(const uint8_t *hint) {
    return hash_of(hint, WF_DA_HINT_LEN);
}

static uint32_t hash_of_host(const wf_address *address) {
    return hash_of(address->ip, sizeof address->ip);
}

/* A place holds an entry's index + 1; 0 ends the search. */
static void insert(uint32_t *places, uint32_t count, uint32_t hash, uint32_t index) {
    uint32_t at = hash & (count - 1);
    while (places[at] != 0) {
        at = (at + 1) & (count - 1);
    }
    places[at] = index + 1;
}

void wf_pairing_reindex(wf_pairing_table *table) {
    memset(table->by_hint, 0, table->places * sizeof *table->by_hint);
    memset(table->by_host, 0, table->places * sizeof *table->by_host);
    for (uint32_t i = 0; i < table->count; i++) {
        const wf_pairing *p = &table->entries[i];
        if (p->state == WF_PAIRING_FINAL || p->state == WF_PAIRING_PROVISIONAL) {
            insert(table->by_hint, table->places, hash_of_hint(p->hint), i);
        }
        if (p->state == WF_PAIRING_FINAL) {
            insert(table->by_host, table->places, hash_of_host(&p->address), i);
        }
    }
}

uint32_t wf_pairing_by_hint(const wf_pairing_table *table, wf_bytes hint) {
    uint32_t mask = table->places - 1;
    for (uint32_t at = hash_of_hint(hint.at) & mask; table->by_hint[at] != 0; at = (at + 1) & mask) {
        const wf_pairing *p = &table->entries[table->by_hint[at] - 1];
        if (memcmp(p->hint, hint.at, sizeof p->hint) == 0) {
            return table->by_hint[at] - 1;
        }
    }
    return WF_NO_PAIRING;
}

uint32_t wf_pairing_by_address(const wf_pairing_table *table, const wf_address *address) {
    uint32_t mask = table->places - 1;
    for (uint32_t at = hash_of_host(address) & mask; table->by_host[at] != 0; at = (at + 1) & mask) {
        if (wf_address_same_host(&table->entries[table->by_host[at] - 1].address, address)) {
            return table->by_host[at] - 1;
        }
    }
    return WF_NO_PAIRING;
}
