/* Who is where: a hash table from an address on a network, or a pair of hosts, to a number above 0. */
#ifndef WARIFU_SIM_TABLE_H
#define WARIFU_SIM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct wf_sim_key {
    uint8_t ip[16];
    uint32_t a, b;
} wf_sim_key;

typedef struct wf_sim_slot {
    wf_sim_key key;
    uint32_t value; /* 0: free */
} wf_sim_slot;

typedef struct wf_sim_table {
    wf_sim_slot *slots;
    size_t count, capacity; /* a power of two, or 0 */
} wf_sim_table;

uint32_t wf_sim_table_get(const wf_sim_table *table, const wf_sim_key *key);       /* 0: it isn't there */
bool wf_sim_table_set(wf_sim_table *table, const wf_sim_key *key, uint32_t value); /* false: no memory */
void wf_sim_table_remove(wf_sim_table *table, const wf_sim_key *key);

#endif
