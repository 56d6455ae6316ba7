/* The nodes that a controller knows: a table of fixed capacity, looked up by address and by identification number in a
 * number of steps that does not grow with it. A node has two addresses at most, one in IPv4 and one in IPv6. */
#ifndef WARIFU_CONTROLLER_ROSTER_H
#define WARIFU_CONTROLLER_ROSTER_H

#include "base/arena.h"

#include <warifu/controller.h>

enum { WF_NEIGHBOUR_SILENT = 4 /* properties of a node that are remembered as never answered */ };

typedef struct wf_neighbour {
    wf_time heard_at;                     /* the last answer or notification; 0: never */
    wf_time free_at;                      /* no request before, so that a weak node can breathe */
    wf_address address;                   /* where it is asked */
    wf_address other;                     /* the same node in the other family; all zeros: none */
    uint32_t silent[WF_NEIGHBOUR_SILENT]; /* eoj << 8 | epc; 0: none */
    uint32_t next;                        /* in the list of free entries, or of those to be interviewed */
    uint32_t before;                      /* in that of those to be interviewed */
    uint32_t slowest_ms;                  /* longest time to an answer */
    wf_error reason;                      /* why it is offline */
    uint16_t generation, instance_count;
    wf_known_state state;
    uint8_t number[WF_KNOWN_NUMBER_LEN];
    uint8_t maker[3];
    uint8_t version[4];
    uint8_t limit; /* most properties that it takes at once; 0: not learnt */
    bool has_number, has_maker, has_version;
    bool no_setget;
    bool list_goes_on; /* the last instance list was full: the next one may continue it */
    bool is_peer;      /* paired: its address and number are proven elsewhere */
    bool awaits_interview;
    uint8_t moved;    /* in which families it has moved and answered ever since: 1 IPv4, 2 IPv6 */
    uint8_t maps_age; /* property maps of another age no longer hold */
    uint8_t untold;   /* WF_CHANGED_... and more that found no room among the events */
} wf_neighbour;

#define WF_NOBODY UINT32_MAX

/* Open addressing, at most half full; `count` is a power of two. */
typedef struct wf_roster_index {
    uint32_t *slots; /* 0, or a name: entry, and which of its addresses */
    uint32_t count;
} wf_roster_index;

typedef struct wf_roster {
    wf_neighbour *entries;
    uint8_t *instances; /* three bytes each, `instances_each` for every entry */
    wf_roster_index by_address, by_number;
    uint32_t capacity;
    uint32_t instances_each;
    uint32_t first_free, used, count;
    uint64_t key[2];         /* of the hash: a stranger can't choose colliding numbers */
    uint64_t lookups, steps; /* what all this costs, counted: slots and links that were looked at */
} wf_roster;

void wf_roster_layout(wf_arena *arena, wf_roster *out, unsigned nodes, unsigned instances);
void wf_roster_start(wf_roster *roster, const uint64_t key[2]);

/* An index, or WF_NOBODY. Only the host of an address counts, not its port. */
uint32_t wf_roster_by_address(wf_roster *roster, const wf_address *address);
uint32_t wf_roster_by_number(wf_roster *roster, const uint8_t number[WF_STATIC WF_KNOWN_NUMBER_LEN]);
/* A new entry; WF_NOBODY when the table is full. */
uint32_t wf_roster_add(wf_roster *roster, const wf_address *address);
void wf_roster_remove(wf_roster *roster, uint32_t index);
/* No other entry may have these; NULL: none in the other family. */
void wf_roster_set_address(wf_roster *roster, uint32_t index, const wf_address *address);
void wf_roster_set_other(wf_roster *roster, uint32_t index, const wf_address *address);
void wf_roster_swap_addresses(wf_roster *roster, uint32_t index);
void wf_roster_set_number(wf_roster *roster, uint32_t index, const uint8_t *number); /* NULL: none */

wf_known_id wf_roster_id(const wf_roster *roster, uint32_t index);
wf_neighbour *wf_roster_of(wf_roster *roster, wf_known_id id); /* NULL: no longer there */
wf_eoj wf_roster_instance(const wf_roster *roster, uint32_t index, unsigned at);
uint8_t *wf_roster_instances(const wf_roster *roster, uint32_t index);

#endif
