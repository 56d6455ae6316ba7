#include "controller/roster.h"

#include <string.h>

enum { INDEX_BITS = 20, INDEX_MASK = (1 << INDEX_BITS) - 1, GENERATION_MASK = 0xFFF };

static wf_roster_index index_for(wf_arena *arena, unsigned names) {
    wf_roster_index index = {NULL, 1};
    while (index.count < 2 * names) {
        index.count *= 2;
    }
    index.slots = wf_arena_take(arena, index.count * sizeof *index.slots);
    return index;
}

void wf_roster_layout(wf_arena *arena, wf_roster *out, unsigned nodes, unsigned instances) {
    wf_roster roster = {.capacity = nodes, .instances_each = instances};
    roster.entries = wf_arena_take(arena, nodes * sizeof *roster.entries);
    roster.instances = wf_arena_take(arena, (size_t)nodes * instances * 3);
    roster.by_address = index_for(arena, 2 * nodes);
    roster.by_number = index_for(arena, nodes);
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

static uint32_t hash(const wf_roster *roster, const uint8_t *at, size_t len) {
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
    return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

static uint32_t address_hash(const wf_roster *roster, const wf_address *address) {
    uint8_t host[20];
    memcpy(host, address->ip, 16);
    memcpy(host + 16, &address->scope, 4);
    return hash(roster, host, sizeof host);
}

static uint32_t number_hash(const wf_roster *roster, const uint8_t *number) {
    return hash(roster, number, WF_KNOWN_NUMBER_LEN);
}

/* ---- the indexes ---- */

static uint32_t name_of(uint32_t index, bool is_other) {
    return (index << 1 | is_other) + 1;
}

static uint32_t entry_of(uint32_t name) {
    return (name - 1) >> 1;
}

static const wf_address *address_of(const wf_roster *roster, uint32_t name) {
    const wf_neighbour *entry = &roster->entries[entry_of(name)];
    return ((name - 1) & 1) != 0 ? &entry->other : &entry->address;
}

static uint32_t at_slot(const wf_roster_index *index, uint32_t hashed) {
    return hashed & (index->count - 1);
}

static uint32_t after(const wf_roster_index *index, uint32_t slot) {
    return (slot + 1) & (index->count - 1);
}

static uint32_t home_of(const wf_roster *roster, const wf_roster_index *index, uint32_t name) {
    return at_slot(index, index == &roster->by_address ? address_hash(roster, address_of(roster, name))
                                                       : number_hash(roster, roster->entries[entry_of(name)].number));
}

static void enter(wf_roster *roster, const wf_roster_index *index, uint32_t name) {
    uint32_t slot = home_of(roster, index, name);
    for (roster->steps++; index->slots[slot] != 0; roster->steps++) {
        slot = after(index, slot);
    }
    index->slots[slot] = name;
}

/* Those behind the gap move up into it where that is on their way (Knuth 6.4 R): no tombstones gather. */
static void leave(wf_roster *roster, const wf_roster_index *index, uint32_t name) {
    uint32_t gap = home_of(roster, index, name), mask = index->count - 1;
    for (roster->steps++; index->slots[gap] != name; roster->steps++) {
        gap = after(index, gap);
    }
    index->slots[gap] = 0;
    for (uint32_t slot = after(index, gap); index->slots[slot] != 0; slot = after(index, slot)) {
        uint32_t home = home_of(roster, index, index->slots[slot]);
        roster->steps++;
        if (((slot - home) & mask) >= ((slot - gap) & mask)) {
            index->slots[gap] = index->slots[slot];
            index->slots[slot] = 0;
            gap = slot;
        }
    }
}

uint32_t wf_roster_by_address(wf_roster *roster, const wf_address *address) {
    const wf_roster_index *index = &roster->by_address;
    if (roster->capacity == 0) {
        return WF_NOBODY;
    }
    roster->lookups++;
    for (uint32_t slot = at_slot(index, address_hash(roster, address));; slot = after(index, slot)) {
        uint32_t name = index->slots[slot];
        roster->steps++;
        if (name == 0 || wf_address_same_host(address_of(roster, name), address)) {
            return name == 0 ? WF_NOBODY : entry_of(name);
        }
    }
}

uint32_t wf_roster_by_number(wf_roster *roster, const uint8_t number[static WF_KNOWN_NUMBER_LEN]) {
    const wf_roster_index *index = &roster->by_number;
    if (roster->capacity == 0) {
        return WF_NOBODY;
    }
    roster->lookups++;
    for (uint32_t slot = at_slot(index, number_hash(roster, number));; slot = after(index, slot)) {
        uint32_t name = index->slots[slot];
        roster->steps++;
        if (name == 0 || memcmp(roster->entries[entry_of(name)].number, number, WF_KNOWN_NUMBER_LEN) == 0) {
            return name == 0 ? WF_NOBODY : entry_of(name);
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
    enter(roster, &roster->by_address, name_of(index, false));
    roster->count++;
    return index;
}

void wf_roster_remove(wf_roster *roster, uint32_t index) {
    wf_neighbour *entry = &roster->entries[index];
    wf_roster_set_other(roster, index, NULL);
    leave(roster, &roster->by_address, name_of(index, false));
    wf_roster_set_number(roster, index, NULL);
    entry->state = WF_KNOWN_NOT;
    entry->generation++;
    entry->next = roster->first_free;
    roster->first_free = index;
    roster->count--;
}

void wf_roster_set_address(wf_roster *roster, uint32_t index, const wf_address *address) {
    leave(roster, &roster->by_address, name_of(index, false));
    roster->entries[index].address = *address;
    enter(roster, &roster->by_address, name_of(index, false));
}

void wf_roster_set_other(wf_roster *roster, uint32_t index, const wf_address *address) {
    wf_neighbour *entry = &roster->entries[index];
    if (!wf_address_is_unspecified(&entry->other)) {
        leave(roster, &roster->by_address, name_of(index, true));
    }
    entry->other = address != NULL ? *address : (wf_address){0};
    if (address != NULL) {
        enter(roster, &roster->by_address, name_of(index, true));
    }
}

void wf_roster_swap_addresses(wf_roster *roster, uint32_t index) {
    wf_address now = roster->entries[index].other, before = roster->entries[index].address;
    wf_roster_set_other(roster, index, NULL);
    wf_roster_set_address(roster, index, &now);
    wf_roster_set_other(roster, index, &before);
}

void wf_roster_set_number(wf_roster *roster, uint32_t index, const uint8_t *number) {
    wf_neighbour *entry = &roster->entries[index];
    if (entry->has_number) {
        leave(roster, &roster->by_number, name_of(index, false));
    }
    entry->has_number = number != NULL;
    if (number != NULL) {
        memcpy(entry->number, number, sizeof entry->number);
        enter(roster, &roster->by_number, name_of(index, false));
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
