/* What the nodes' property maps 9F say can be read: kept for some objects of each node, and only a hint. A map that is
 * pushed out or grown old spares no question, that is all. */
#include "controller/state.h"

#include <warifu/property_map.h>

enum { LAST_MAP = 0x9F, FIRST_MAP = 0x9D };

/* Two places for each map; Knuth's multiplier spreads the neighbours. */
static wf_object_map *place(const wf_controller *c, wf_known_id node, wf_eoj eoj, unsigned which) {
    uint32_t mixed = (node.value * 0x9E3779B1u ^ eoj) * 0x9E3779B1u;
    return &c->maps[((mixed >> 8) + which) % c->map_count];
}

static uint32_t key_of(const wf_neighbour *node, wf_eoj eoj) {
    return (uint32_t)node->maps_age << 24 | eoj;
}

static wf_object_map *find(const wf_controller *c, const wf_neighbour *node, wf_known_id id, wf_eoj eoj) {
    for (unsigned which = 0; which < 2 && c->map_count > 0; which++) {
        wf_object_map *map = place(c, id, eoj, which);
        if (map->node.value == id.value && map->key == key_of(node, eoj)) {
            return map;
        }
    }
    return NULL;
}

void wf_maps_learn(wf_controller *c, const wf_running *call, wf_bytes edt) {
    const wf_neighbour *node = wf_call_node(c, call);
    wf_epc_set readable;
    /* Some maps are nonsense. One that does not even list itself is not believed. */
    if (node == NULL || c->map_count == 0 || wf_property_map_read(&readable, edt) != WF_OK ||
        !wf_epc_set_has(&readable, LAST_MAP)) {
        return;
    }
    wf_object_map *map = find(c, node, call->known, call->deoj);
    for (unsigned which = 0; which < 2 && map == NULL; which++) {
        wf_object_map *there = place(c, call->known, call->deoj, which);
        map = wf_roster_of(&c->roster, there->node) == NULL ? there : NULL;
    }
    map = map != NULL ? map : place(c, call->known, call->deoj, 0);
    *map = (wf_object_map){call->known, key_of(node, call->deoj), readable};
}

void wf_maps_spare(wf_controller *c, wf_running *call) {
    const wf_neighbour *node = wf_call_node(c, call);
    const wf_object_map *map = node != NULL ? find(c, node, call->known, call->deoj) : NULL;
    for (unsigned i = 0; i < call->entry_count && map != NULL; i++) {
        wf_entry *entry = &call->entries[i];
        bool is_map = entry->epc >= FIRST_MAP && entry->epc <= LAST_MAP; /* how else would they be learnt anew */
        if (!is_map && !wf_epc_set_has(&map->readable, entry->epc)) {
            entry->status = WF_RESULT_UNLISTED;
        }
    }
}
