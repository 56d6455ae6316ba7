/* What nodes say of themselves, and what the roster makes of it. */
#include "controller/state.h"

#include <string.h>

/* Of wf_neighbour.untold, above all WF_CHANGED_... */
enum { UNTOLD_FOUND = 0x40, UNTOLD_GONE = 0x80 };
enum { FULL_LIST = 84, MAKER = 0x8A, VERSION = 0x82, NUMBER = 0x83, INSTANCES_TOLD = 0xD5, INSTANCES = 0xD6 };

static bool try_to_tell(wf_controller *c, uint32_t index, wf_event_kind kind, unsigned changes, wf_error error) {
    const wf_neighbour *node = &c->roster.entries[index];
    wf_event event = {.kind = kind,
                      .known = wf_roster_id(&c->roster, index),
                      .from = node->address,
                      .changes = changes,
                      .error = error};
    if (node->has_number) {
        memcpy(event.number, node->number, sizeof event.number);
    }
    return c->config.output.event(c->config.output.context, &event);
}

/* What found no room is kept with the node, and told together with what comes after it. */
static void tell(wf_controller *c, uint32_t index, wf_event_kind kind, unsigned changes, wf_error error) {
    wf_neighbour *node = &c->roster.entries[index];
    if (node->untold != 0 || !try_to_tell(c, index, kind, changes, error)) {
        unsigned news = kind == WF_EVENT_NODE_FOUND ? UNTOLD_FOUND : kind == WF_EVENT_NODE_GONE ? UNTOLD_GONE : changes;
        c->untold += node->untold == 0;
        node->untold = (uint8_t)(node->untold | news);
    }
}

static void told(wf_neighbour *node, unsigned what) {
    node->untold = (uint8_t)(node->untold & ~what);
}

/* In the order in which it makes sense: found, changed, gone. Who is back meanwhile was never gone. */
static bool retell(wf_controller *c, uint32_t index) {
    wf_neighbour *node = &c->roster.entries[index];
    if ((node->untold & UNTOLD_FOUND) != 0) {
        if (!try_to_tell(c, index, WF_EVENT_NODE_FOUND, 0, WF_OK)) {
            return false;
        }
        told(node, UNTOLD_FOUND);
    }
    unsigned changes = node->untold & (UNTOLD_FOUND - 1u);
    if (changes != 0) {
        if (!try_to_tell(c, index, WF_EVENT_NODE_CHANGED, changes, WF_OK)) {
            return false;
        }
        told(node, changes);
    }
    if ((node->untold & UNTOLD_GONE) != 0 && node->state == WF_KNOWN_OFFLINE &&
        !try_to_tell(c, index, WF_EVENT_NODE_GONE, 0, node->reason)) {
        return false;
    }
    told(node, UNTOLD_GONE);
    c->untold--;
    return true;
}

void wf_known_retell(wf_controller *c) {
    for (uint32_t left = c->roster.used; left > 0 && c->untold > 0; left--) {
        c->untold_at = c->untold_at < c->roster.used ? c->untold_at : 0;
        if (c->roster.entries[c->untold_at].untold != 0 && !retell(c, c->untold_at)) {
            return;
        }
        c->untold_at++;
    }
}

void wf_known_online(wf_controller *c, wf_time now, uint32_t index) {
    wf_neighbour *node = &c->roster.entries[index];
    wf_known_state before = node->state;
    node->state = WF_KNOWN_ONLINE;
    node->reason = WF_OK;
    node->heard_at = now;
    if (before == WF_KNOWN_ASKED) {
        tell(c, index, WF_EVENT_NODE_FOUND, 0, WF_OK);
        if (c->config.interview) {
            wf_interview_want(c, index);
        }
    } else if (before == WF_KNOWN_OFFLINE) {
        node->maps_age++; /* it may have been given other firmware */
        tell(c, index, WF_EVENT_NODE_CHANGED, WF_CHANGED_ONLINE, WF_OK);
    }
}

void wf_known_offline(wf_controller *c, uint32_t index, wf_error reason) {
    wf_neighbour *node = &c->roster.entries[index];
    if (node->state == WF_KNOWN_ONLINE) {
        node->state = WF_KNOWN_OFFLINE;
        node->reason = reason;
        node->moved = 0;
        tell(c, index, WF_EVENT_NODE_GONE, 0, reason);
        if (!node->is_peer && !wf_address_is_unspecified(&node->other)) { /* perhaps it can be reached there */
            wf_roster_swap_addresses(&c->roster, index);
            tell(c, index, WF_EVENT_NODE_CHANGED, WF_CHANGED_ADDRESS, WF_OK);
        }
    }
}

/* ---- number and address ---- */

/* Made by copying firmware, it names nobody: all zeros or ones after the maker. */
static bool names_one(const uint8_t *number) {
    for (unsigned i = 5; i < WF_KNOWN_NUMBER_LEN; i++) {
        if (number[i] != number[4]) {
            return true;
        }
    }
    return number[4] != 0x00 && number[4] != 0xFF;
}

/* Another device has this address now: nothing of what was learnt holds. */
static void begin_anew(wf_neighbour *node) {
    node->limit = 0;
    node->maps_age++;
    node->no_setget = false;
    node->slowest_ms = 0;
    node->moved = 0;
    node->instance_count = 0;
    node->has_maker = node->has_version = node->list_goes_on = false;
    memset(node->silent, 0, sizeof node->silent);
}

static bool same_family(const wf_address *a, const wf_address *b) {
    return wf_address_is_ipv4(a) == wf_address_is_ipv4(b);
}

static uint8_t family_of(const wf_address *address) {
    return wf_address_is_ipv4(address) ? 1 : 2;
}

static bool has_one_like(const wf_neighbour *node, const wf_address *address) {
    return same_family(&node->address, address) ||
           (!wf_address_is_unspecified(&node->other) && same_family(&node->other, address));
}

/* It has moved in this family, and answers. Who claims its number from a third place is its second address, or a device
 * that was made with the same number: it does not go to and fro between them. */
static bool stays(const wf_neighbour *node, const wf_address *from) {
    return node->state == WF_KNOWN_ONLINE && (node->moved & family_of(from)) != 0 && has_one_like(node, from);
}

/* In the family that it has an address of already the node has moved. In the other one it is there too: then IPv4 is
 * asked, which every node on sale speaks, until it is silent there. */
static void add_address(wf_roster *r, uint32_t index, const wf_address *address) {
    wf_neighbour *node = &r->entries[index];
    if (has_one_like(node, address)) {
        node->moved |= family_of(address);
    }
    if (same_family(&node->address, address)) {
        wf_roster_set_address(r, index, address);
        return;
    }
    bool is_first = wf_address_is_unspecified(&node->other);
    wf_roster_set_other(r, index, address);
    if (is_first && wf_address_is_ipv4(address)) {
        wf_roster_swap_addresses(r, index);
    }
}

/* Somebody else has that address of the node at `index` now. */
static void lose_address(wf_controller *c, uint32_t index, const wf_address *address) {
    const wf_neighbour *node = &c->roster.entries[index];
    if (wf_address_is_unspecified(&node->other)) {
        wf_controller_forget(c, wf_roster_id(&c->roster, index));
        return;
    }
    if (wf_address_same_host(&node->address, address)) {
        wf_roster_swap_addresses(&c->roster, index);
    }
    wf_roster_set_other(&c->roster, index, NULL);
}

/* Where a peer is, only its session says. In the other family that is the same device, or somebody who says so: what it
 * says there in clear is not listened to, so it is not another node either. */
static uint32_t take_for_peer(wf_controller *c, uint32_t index, uint32_t peer, const wf_address *from) {
    if (same_family(&c->roster.entries[peer].address, from)) {
        return index;
    }
    lose_address(c, index, from);
    wf_roster_set_other(&c->roster, peer, from);
    return WF_NOBODY;
}

/* A number that nobody had. Where there was another one another device is now, at that address alone. */
static uint32_t take_new_number(wf_controller *c, uint32_t index, const wf_address *from, const uint8_t *number) {
    wf_roster *r = &c->roster;
    if (wf_address_same_host(&r->entries[index].other, from)) {
        wf_roster_set_other(r, index, NULL);
        index = wf_roster_add(r, from);
    } else if (r->entries[index].has_number) {
        wf_roster_set_other(r, index, NULL);
        begin_anew(&r->entries[index]);
    }
    if (index != WF_NOBODY) {
        wf_roster_set_number(r, index, number);
    }
    return index;
}

/* Takes the number that the node at `index` names, from one of its addresses; gives the index that the node has from
 * now on, or none. In a full roster there is no node at that address, but perhaps one of that number. */
static uint32_t take_number(wf_controller *c, uint32_t index, const wf_address *from, const uint8_t *number,
                            unsigned *changes) {
    wf_roster *r = &c->roster;
    uint32_t before = wf_roster_by_number(r, number);
    if (before == index || (index != WF_NOBODY && r->entries[index].is_peer)) {
        return index;
    }
    if (index == WF_NOBODY && (before == WF_NOBODY || r->entries[before].is_peer)) {
        return WF_NOBODY;
    }
    if (before == WF_NOBODY) {
        *changes |= WF_CHANGED_NUMBER;
        return take_new_number(c, index, from, number);
    }
    if (r->entries[before].is_peer) {
        return take_for_peer(c, index, before, from);
    }
    if (stays(&r->entries[before], from)) {
        return index;
    }
    if (index != WF_NOBODY) {
        lose_address(c, index, from);
    }
    add_address(r, before, from);
    *changes |= WF_CHANGED_ADDRESS;
    return before;
}

/* ---- instance lists ---- */

static bool take_list(wf_controller *c, uint32_t index, wf_bytes edt, bool may_continue) {
    wf_neighbour *node = &c->roster.entries[index];
    unsigned said = edt.len > 0 ? edt.at[0] : 0;
    unsigned there = edt.len > 0 ? (unsigned)(edt.len - 1) / 3 : 0;
    unsigned count = there < said || said == 0 ? there : said;
    unsigned from = may_continue && node->list_goes_on ? node->instance_count : 0;
    uint8_t *list = wf_roster_instances(&c->roster, index);
    node->list_goes_on = count >= FULL_LIST;
    if (count > c->roster.instances_each - from) {
        count = c->roster.instances_each - from;
    }
    bool same = node->instance_count == from + count &&
                (count == 0 || memcmp(list + (size_t)from * 3, edt.at + 1, (size_t)count * 3) == 0);
    if (count > 0) {
        memcpy(list + (size_t)from * 3, edt.at + 1, (size_t)count * 3);
    }
    node->instance_count = (uint16_t)(from + count);
    return !same;
}

static bool take_fixed(uint8_t *out, bool *has, wf_bytes edt, size_t len) {
    if (edt.len != len || (*has && memcmp(out, edt.at, len) == 0)) {
        return false;
    }
    memcpy(out, edt.at, len);
    *has = true;
    return true;
}

static unsigned take_property(wf_controller *c, uint32_t index, const wf_property *property) {
    wf_neighbour *node = &c->roster.entries[index];
    switch (property->epc) {
    case INSTANCES:
    case INSTANCES_TOLD:
        return property->edt.len > 0 && take_list(c, index, property->edt, property->epc == INSTANCES_TOLD)
                   ? WF_CHANGED_INSTANCES
                   : 0;
    case MAKER:
        return take_fixed(node->maker, &node->has_maker, property->edt, 3) ? WF_CHANGED_DETAILS : 0;
    case VERSION:
        return take_fixed(node->version, &node->has_version, property->edt, 4) ? WF_CHANGED_DETAILS : 0;
    default:
        return 0;
    }
}

/* ---- what was heard ---- */

static bool says_something(uint8_t esv) {
    return esv == WF_ESV_GET_RES || esv == WF_ESV_GET_SNA || esv == WF_ESV_INF || esv == WF_ESV_INFC;
}

static void take(wf_controller *c, wf_time now, uint32_t index, const wf_address *from, const wf_frame *frame) {
    wf_property property;
    unsigned changes = 0;
    bool of_node = frame->seoj >> 8 == WF_EOJ_NODE_PROFILE >> 8 && says_something(frame->esv);
    for (size_t at = 0; of_node && wf_property_next(&frame->list, &at, &property);) {
        if (property.epc == NUMBER && property.edt.len == WF_KNOWN_NUMBER_LEN && names_one(property.edt.at)) {
            index = take_number(c, index, from, property.edt.at, &changes);
        }
    }
    if (index == WF_NOBODY) {
        return;
    }
    for (size_t at = 0; of_node && wf_property_next(&frame->list, &at, &property);) {
        changes |= take_property(c, index, &property);
    }
    if ((changes & WF_CHANGED_INSTANCES) != 0) {
        c->roster.entries[index].maps_age++;
    }
    bool is_new = c->roster.entries[index].state == WF_KNOWN_ASKED;
    wf_known_online(c, now, index);
    if (changes != 0 && !is_new) {
        tell(c, index, WF_EVENT_NODE_CHANGED, changes, WF_OK);
    }
}

void wf_controller_heard(wf_controller *c, wf_time now, const wf_address *from, const wf_frame *frame) {
    uint32_t index = wf_roster_by_address(&c->roster, from);
    if (index == WF_NOBODY) {
        index = wf_roster_add(&c->roster, from);
    }
    if (c->roster.capacity > 0 && (index == WF_NOBODY || !c->roster.entries[index].is_peer)) {
        take(c, now, index, from, frame);
    }
}

void wf_controller_heard_peer(wf_controller *c, wf_time now, const wf_address *address,
                              const uint8_t number[static WF_KNOWN_NUMBER_LEN], const wf_frame *frame) {
    wf_roster *r = &c->roster;
    uint32_t here = wf_roster_by_address(r, address);
    uint32_t index = wf_roster_by_number(r, number);
    unsigned changes = 0;
    if (index == WF_NOBODY) {
        index = here != WF_NOBODY ? here : wf_roster_add(r, address);
        if (index == WF_NOBODY) {
            return;
        }
        wf_roster_set_number(r, index, number);
    } else if (!wf_address_same_host(&r->entries[index].address, address)) {
        if (here != WF_NOBODY && here != index) {
            wf_controller_forget(c, wf_roster_id(r, here));
        }
        wf_roster_set_other(r, index, NULL);
        wf_roster_set_address(r, index, address);
        changes = WF_CHANGED_ADDRESS;
    }
    if (!r->entries[index].is_peer) {
        begin_anew(&r->entries[index]); /* until now anybody may have spoken for it */
        r->entries[index].is_peer = true;
    }
    if (changes != 0) {
        tell(c, index, WF_EVENT_NODE_CHANGED, changes, WF_OK);
    }
    take(c, now, index, address, frame);
}

/* ---- what is known ---- */

static bool show(const wf_controller *c, uint32_t index, wf_known *out) {
    if (index == WF_NOBODY) {
        return false;
    }
    const wf_neighbour *node = &c->roster.entries[index];
    *out = (wf_known){.id = wf_roster_id(&c->roster, index),
                      .state = node->state,
                      .reason = node->reason,
                      .address = node->address,
                      .is_peer = node->is_peer,
                      .has_number = node->has_number,
                      .has_maker = node->has_maker,
                      .has_version = node->has_version,
                      .limit = node->limit,
                      .no_setget = node->no_setget,
                      .instances = node->instance_count,
                      .heard_at = node->heard_at};
    if (!node->is_peer) {
        out->other = node->other;
    }
    memcpy(out->number, node->number, sizeof out->number);
    memcpy(out->maker, node->maker, sizeof out->maker);
    memcpy(out->version, node->version, sizeof out->version);
    return true;
}

bool wf_controller_next_known(wf_controller *c, unsigned *at, wf_known *out) {
    while (*at < c->roster.used) {
        uint32_t index = (*at)++;
        if (c->roster.entries[index].state >= WF_KNOWN_ONLINE) {
            return show(c, index, out);
        }
    }
    return false;
}

bool wf_controller_find_address(wf_controller *c, const wf_address *address, wf_known *out) {
    return show(c, wf_roster_by_address(&c->roster, address), out);
}

bool wf_controller_find_number(wf_controller *c, const uint8_t number[static WF_KNOWN_NUMBER_LEN], wf_known *out) {
    return show(c, wf_roster_by_number(&c->roster, number), out);
}

bool wf_controller_known(wf_controller *c, wf_known_id id, wf_known *out) {
    const wf_neighbour *node = wf_roster_of(&c->roster, id);
    return node != NULL && show(c, (uint32_t)(node - c->roster.entries), out);
}

bool wf_controller_instance(wf_controller *c, wf_known_id id, unsigned at, wf_eoj *out) {
    const wf_neighbour *node = wf_roster_of(&c->roster, id);
    if (node == NULL || at >= node->instance_count) {
        return false;
    }
    *out = wf_roster_instance(&c->roster, (uint32_t)(node - c->roster.entries), at);
    return true;
}

void wf_controller_forget(wf_controller *c, wf_known_id id) {
    const wf_neighbour *node = wf_roster_of(&c->roster, id);
    if (node == NULL) {
        return;
    }
    uint32_t index = (uint32_t)(node - c->roster.entries);
    if (node->state != WF_KNOWN_ASKED) {
        tell(c, index, WF_EVENT_NODE_GONE, 0, WF_OK);
    }
    wf_interview_leave(c, index);
    c->untold -= node->untold != 0;
    wf_roster_remove(&c->roster, index);
}
