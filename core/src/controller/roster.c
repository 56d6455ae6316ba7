#include "controller/roster.h"

#include <string.h>

enum { INDEX_BITS = 20, INDEX_MASK = (1 << INDEX_BITS) - 1, GENERATION_MASK = 0xFFF };

void wf_roster_layout(wf_arena *arena, wf_roster *out, unsigned nodes, unsigned instances) {
    uint32_t slots = 1;
    while (slots < 2 * nodes) {
        slots *= 2;
    }
    wf_roster roster = {.capacity = nodes, .slots = slots, .instances_each = instances};
    roster.entries = wf_arena_take(arena, nodes * sizeof *roster.entries);
    roster.instances = wf_arena_take(arena, (size_t)nodes * instances * 3);
    roster.by_address = wf_arena_take(arena, slots * sizeof *roster.by_address);
    roster.by_number = wf_arena_take(arena, slots * sizeof *roster.by_number);
    if (out != NULL) {
        *out = roster;
    }
}

void wf_roster_start(wf_roster *roster, const uint64_t key[2]) {
    memcpy(roster->key, key, sizeof roster->key);
    roster->first_free = WF_NOBODY;
}

/* ---- the hash: SipHash-1-3 over whole words ---- */

static uint64_t rotated(uint64_t x, int by) {
    return x << by | x >> (64 - by);
}

static void sip_round(uint64_t v[4]) {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotated(v[1], 13) ^ v[0];
    v[3] = rotated(v[3], 16) ^ v[2];
    v[0] = rotated(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotated(v[1], 17) ^ v[2];
    v[3] = rotated(v[3], 21) ^ v[0];
    v[2] = rotated(v[2], 32);
}

static uint32_t slot_of(const wf_roster *roster, const uint8_t *at, size_t len) {
    uint64_t v[4] = {roster->key[0] ^ 0x736f6d6570736575u, roster->key[1] ^ 0x646f72616e646f6du,
                     roster->key[0] ^ 0x6c7967656e657261u, roster->key[1] ^ 0x7465646279746573u};
    for (size_t done = 0; done < len; done += 8) {
        uint64_t word = 0;
        memcpy(&word, at + done, len - done < 8 ? len - done : 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    v[2] ^= 0xFF;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]) & (roster->slots - 1);
}

static uint32_t address_slot(const wf_roster *roster, const wf_address *address) {
    uint8_t host[20];
    memcpy(host, address->ip, 16);
    memcpy(host + 16, &address->scope, 4);
    return slot_of(roster, host, sizeof host);
}

static uint32_t number_slot(const wf_roster *roster, const uint8_t *number) {
    return slot_of(roster, number, WF_KNOWN_NUMBER_LEN);
}

/* ---- the tables: open addressing, a slot holds index + 1 ---- */

static uint32_t after(const wf_roster *roster, uint32_t slot) {
    return (slot + 1) & (roster->slots - 1);
}

static uint32_t home_of(const wf_roster *roster, const uint32_t *table, uint32_t index) {
    const wf_neighbour *entry = &roster->entries[index];
    return table == roster->by_address ? address_slot(roster, &entry->address) : number_slot(roster, entry->number);
}

static void enter(wf_roster *roster, uint32_t *table, uint32_t index) {
    uint32_t slot = home_of(roster, table, index);
    while (table[slot] != 0) {
        slot = after(roster, slot);
    }
    table[slot] = index + 1;
}

/* Those behind the gap move up into it where that is on their way (Knuth 6.4 R): no tombstones gather. */
static void leave(wf_roster *roster, uint32_t *table, uint32_t index) {
    uint32_t gap = home_of(roster, table, index), mask = roster->slots - 1;
    while (table[gap] != index + 1) {
        gap = after(roster, gap);
    }
    table[gap] = 0;
    for (uint32_t slot = after(roster, gap); table[slot] != 0; slot = after(roster, slot)) {
        uint32_t home = home_of(roster, table, table[slot] - 1);
        if (((slot - home) & mask) >= ((slot - gap) & mask)) {
            table[gap] = table[slot];
            table[slot] = 0;
            gap = slot;
        }
    }
}

uint32_t wf_roster_by_address(wf_roster *roster, const wf_address *address) {
    if (roster->capacity == 0) {
        return WF_NOBODY;
    }
    roster->lookups++;
    for (uint32_t slot = address_slot(roster, address);; slot = after(roster, slot)) {
        roster->steps++;
        uint32_t index = roster->by_address[slot] - 1;
        if (index == WF_NOBODY || wf_address_same_host(&roster->entries[index].address, address)) {
            return index;
        }
    }
}

uint32_t wf_roster_by_number(wf_roster *roster, const uint8_t number[static WF_KNOWN_NUMBER_LEN]) {
    if (roster->capacity == 0) {
        return WF_NOBODY;
    }
    roster->lookups++;
    for (uint32_t slot = number_slot(roster, number);; slot = after(roster, slot)) {
        roster->steps++;
        uint32_t index = roster->by_number[slot] - 1;
        if (index == WF_NOBODY || memcmp(roster->entries[index].number, number, WF_KNOWN_NUMBER_LEN) == 0) {
            return index;
        }
    }
}

/* ---- entries ---- */

uint32_t wf_roster_add(wf_roster *roster, const wf_address *address) {
    uint32_t index = roster->first_free;
    if (index != WF_NOBODY) {
        roster->first_free = roster->entries[index].next;
    } else if (roster->used < roster->capacity) {
        index = roster->used++;
    } else {
        return WF_NOBODY;
    }
    wf_neighbour *entry = &roster->entries[index];
    uint16_t generation = entry->generation;
    memset(entry, 0, sizeof *entry);
    entry->generation = generation;
    entry->state = WF_KNOWN_ASKED;
    entry->next = WF_NOBODY;
    entry->address = *address;
    enter(roster, roster->by_address, index);
    roster->count++;
    return index;
}

void wf_roster_remove(wf_roster *roster, uint32_t index) {
    wf_neighbour *entry = &roster->entries[index];
    leave(roster, roster->by_address, index);
    wf_roster_set_number(roster, index, NULL);
    entry->state = WF_KNOWN_NOT;
    entry->generation++;
    entry->next = roster->first_free;
    roster->first_free = index;
    roster->count--;
}

void wf_roster_set_address(wf_roster *roster, uint32_t index, const wf_address *address) {
    leave(roster, roster->by_address, index);
    roster->entries[index].address = *address;
    enter(roster, roster->by_address, index);
}

void wf_roster_set_number(wf_roster *roster, uint32_t index, const uint8_t *number) {
    wf_neighbour *entry = &roster->entries[index];
    if (entry->has_number) {
        leave(roster, roster->by_number, index);
    }
    entry->has_number = number != NULL;
    if (number != NULL) {
        memcpy(entry->number, number, sizeof entry->number);
        enter(roster, roster->by_number, index);
    }
}

wf_known_id wf_roster_id(const wf_roster *roster, uint32_t index) {
    uint32_t generation = roster->entries[index].generation & GENERATION_MASK;
    return (wf_known_id){generation << INDEX_BITS | (index + 1)};
}

wf_neighbour *wf_roster_of(wf_roster *roster, wf_known_id id) {
    uint32_t index = (id.value & INDEX_MASK) - 1;
    if (id.value == 0 || index >= roster->used || wf_roster_id(roster, index).value != id.value ||
        roster->entries[index].state == WF_KNOWN_NOT) {
        return NULL;
    }
    return &roster->entries[index];
}

uint8_t *wf_roster_instances(const wf_roster *roster, uint32_t index) {
    return roster->instances + (size_t)index * roster->instances_each * 3;
}

wf_eoj wf_roster_instance(const wf_roster *roster, uint32_t index, unsigned at) {
    const uint8_t *eoj = wf_roster_instances(roster, index) + (size_t)at * 3;
    return (wf_eoj)eoj[0] << 16 | (wf_eoj)eoj[1] << 8 | eoj[2];
}
