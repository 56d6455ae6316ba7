/* Open addressing, at most half full; a removal moves back what stood behind it, so nothing marks the dead. */
#include "sim/table.h"
#include <stdlib.h>
#include <string.h>

static size_t hash(const wf_sim_key *key) {
    const uint8_t *at = (const uint8_t *)key;
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < sizeof *key; i++) {
        h = (h ^ at[i]) * 0x100000001B3u;
    }
    return (size_t)(h ^ h >> 32);
}

/* Where the key is, or the free slot where it would be. */
static size_t find(const wf_sim_table *table, const wf_sim_key *key) {
    size_t i = hash(key) & (table->capacity - 1);
    while (table->slots[i].value != 0 && memcmp(&table->slots[i].key, key, sizeof *key) != 0) {
        i = (i + 1) & (table->capacity - 1);
    }
    return i;
}

static bool grow(wf_sim_table *table) {
    wf_sim_table larger = {.count = table->count, .capacity = table->capacity > 0 ? table->capacity * 2 : 16};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].value != 0) {
            larger.slots[find(&larger, &table->slots[i].key)] = table->slots[i];
        }
    }
    free(table->slots);
    *table = larger;
    return true;
}

uint32_t wf_sim_table_get(const wf_sim_table *table, const wf_sim_key *key) {
    return table->capacity == 0 ? 0 : table->slots[find(table, key)].value;
}

bool wf_sim_table_set(wf_sim_table *table, const wf_sim_key *key, uint32_t value) {
    if ((table->count + 1) * 2 > table->capacity && !grow(table)) {
        return false;
    }
    wf_sim_slot *slot = &table->slots[find(table, key)];
    table->count += slot->value == 0 ? 1 : 0;
    *slot = (wf_sim_slot){.key = *key, .value = value};
    return true;
}

void wf_sim_table_remove(wf_sim_table *table, const wf_sim_key *key) {
    if (wf_sim_table_get(table, key) == 0) {
        return;
    }
    size_t mask = table->capacity - 1;
    size_t hole = find(table, key);
    for (size_t i = (hole + 1) & mask; table->slots[i].value != 0; i = (i + 1) & mask) {
        size_t home = hash(&table->slots[i].key) & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) { /* it may stand in the hole: its home is not behind that */
            table->slots[hole] = table->slots[i];
            hole = i;
        }
    }
    table->slots[hole].value = 0;
    table->count--;
}
