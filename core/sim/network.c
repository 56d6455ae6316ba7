/* Addresses, and the way of a datagram from its sender to its receivers. */
#include "sim/state.h"
#include <stdlib.h>
#include <string.h>
#include <warifu/datagram.h>

static wf_sim_key key_of(unsigned network, const wf_address *address) {
    wf_sim_key key = {.a = network, .b = address->port};
    memcpy(key.ip, address->ip, sizeof key.ip); /* a scope says no more than the network */
    return key;
}

sim_host *wf_sim_find(const wf_sim *sim, unsigned network, const wf_address *address) {
    wf_sim_key key = key_of(network, address);
    return wf_sim_host_of(sim, (wf_sim_host){wf_sim_table_get(&sim->addresses, &key)});
}

const wf_address *wf_sim_own_address(const sim_host *host, unsigned network, bool ipv4) {
    for (size_t i = 0; i < host->place_count; i++) {
        const sim_place *place = &host->places[i];
        if (place->network == network && wf_address_is_ipv4(&place->address) == ipv4) {
            return &place->address;
        }
    }
    return NULL;
}

static wf_address group_of(bool ipv4, unsigned network, uint16_t port) {
    return ipv4 ? wf_address_group_ipv4(port) : wf_address_group_ipv6(port, network);
}

bool wf_sim_is_echonet_group(const wf_address *address) {
    wf_address group = group_of(wf_address_is_ipv4(address), address->scope, address->port);
    return wf_address_equal(address, &group);
}

/* ---- addresses ---- */

static bool is_network(unsigned network) {
    return network >= 1 && network <= WF_SIM_NETWORKS;
}

static bool take_address(wf_address *out, unsigned network, const wf_address *address) {
    *out = *address;
    out->port = address->port != 0 ? address->port : WF_PORT;
    if (wf_address_needs_scope(address)) {
        out->scope = network;
    }
    return !wf_address_is_multicast(address) && !wf_address_is_unspecified(address) &&
           (address->scope == 0 || address->scope == out->scope) && out->scope <= WF_SIM_NETWORKS;
}

static bool join(sim_network *network, sim_host *host, const wf_address *address) {
    if (network->count == network->capacity) {
        size_t grown = network->capacity > 0 ? network->capacity * 2 : 16;
        sim_member *members = realloc(network->members, grown * sizeof *members);
        if (members == NULL) {
            return false;
        }
        network->members = members;
        network->capacity = grown;
    }
    network->members[network->count++] = (sim_member){host, *address};
    return true;
}

wf_error wf_sim_add_address(wf_sim *sim, wf_sim_host host, unsigned network, const wf_address *address) {
    sim_host *h = wf_sim_host_of(sim, host);
    wf_address own;
    if (h == NULL || !is_network(network) || !take_address(&own, network, address) ||
        wf_sim_find(sim, network, &own) != NULL) {
        return WF_ERROR_ARGUMENT;
    }
    wf_sim_key key = key_of(network, &own);
    if (h->place_count == WF_SIM_ADDRESSES || !join(&sim->networks[network], h, &own)) {
        return WF_ERROR_CAPACITY;
    }
    if (!wf_sim_table_set(&sim->addresses, &key, host.value)) {
        sim->networks[network].count--;
        return WF_ERROR_CAPACITY;
    }
    h->places[h->place_count++] = (sim_place){network, own};
    return WF_OK;
}

static void leave(sim_network *network, const sim_host *host, const wf_address *address) {
    for (size_t i = 0; i < network->count; i++) {
        if (network->members[i].host == host && wf_address_equal(&network->members[i].address, address)) {
            network->count--;
            memmove(&network->members[i], &network->members[i + 1], (network->count - i) * sizeof(sim_member));
            return;
        }
    }
}

wf_error wf_sim_remove_address(wf_sim *sim, wf_sim_host host, unsigned network, const wf_address *address) {
    sim_host *h = wf_sim_host_of(sim, host);
    wf_address own;
    if (h == NULL || !is_network(network) || !take_address(&own, network, address)) {
        return WF_ERROR_ARGUMENT;
    }
    for (size_t i = 0; i < h->place_count; i++) {
        if (h->places[i].network == network && wf_address_equal(&h->places[i].address, &own)) {
            wf_sim_key key = key_of(network, &own);
            wf_sim_table_remove(&sim->addresses, &key);
            leave(&sim->networks[network], h, &own);
            h->place_count--;
            memmove(&h->places[i], &h->places[i + 1], (h->place_count - i) * sizeof(sim_place));
            return WF_OK;
        }
    }
    return WF_ERROR_ARGUMENT;
}

bool wf_sim_address(const wf_sim *sim, wf_sim_host host, size_t index, unsigned *network, wf_address *address) {
    const sim_host *h = wf_sim_host_of(sim, host);
    if (h == NULL || index >= h->place_count) {
        return false;
    }
    *network = h->places[index].network;
    *address = h->places[index].address;
    return true;
}

/* ---- sending ---- */

static bool is_sendable(wf_bytes bytes) {
    return bytes.len > 0 && bytes.len <= WF_SIM_DATAGRAM_LEN;
}

/* To everybody else on the network who has an address of the group's family and its port. */
static void send_to_members(wf_sim *sim, unsigned number, wf_sim_datagram datagram, const wf_time *injected) {
    bool ipv4 = wf_address_is_ipv4(&datagram.to);
    sim_network *network = &sim->networks[number];
    sim_packet *packet = NULL;
    for (size_t i = 0; wf_sim_is_echonet_group(&datagram.to) && i < network->count; i++) {
        sim_host *host = network->members[i].host;
        const wf_address *own = wf_sim_own_address(host, number, ipv4);
        if (own == NULL || !wf_address_equal(own, &network->members[i].address) || own->port != datagram.to.port ||
            host->id.value == datagram.sender.value) {
            continue;
        }
        datagram.receiver = host->id;
        if (injected != NULL) {
            wf_sim_fly(sim, number, &datagram, &packet, *injected);
        } else {
            wf_sim_transmit(sim, number, &datagram, &packet);
        }
    }
    wf_sim_packet_release(packet);
}

static bool send_to_group(wf_sim *sim, sim_host *host, bool ipv4, const wf_address *to, wf_bytes bytes) {
    bool sent = false;
    for (unsigned network = 1; network <= WF_SIM_NETWORKS; network++) {
        const wf_address *own = wf_sim_own_address(host, network, ipv4);
        if (own == NULL || (to != NULL && to->scope != 0 && to->scope != network)) {
            continue;
        }
        wf_sim_datagram datagram = {.sender = host->id, .from = *own, .multicast = true, .bytes = bytes};
        datagram.to = to != NULL ? *to : group_of(ipv4, network, own->port);
        if (!ipv4) {
            datagram.to.scope = network;
        }
        wf_sim_note(sim, WF_SIM_SENT, &datagram);
        send_to_members(sim, network, datagram, NULL);
        sent = true;
    }
    return sent;
}

/* The network where `to` lives; else the first one where it could; 0 when there is none. */
static unsigned route(const wf_sim *sim, const sim_host *host, const wf_address *to) {
    unsigned possible = 0;
    for (size_t i = 0; i < host->place_count; i++) {
        unsigned network = host->places[i].network;
        if (wf_address_is_ipv4(&host->places[i].address) != wf_address_is_ipv4(to) ||
            (to->scope != 0 && to->scope != network)) {
            continue;
        }
        if (wf_sim_find(sim, network, to) != NULL) {
            return network;
        }
        possible = possible != 0 ? possible : network;
    }
    return possible;
}

static bool send_to_one(wf_sim *sim, sim_host *host, const wf_address *to, wf_bytes bytes) {
    unsigned network = route(sim, host, to);
    if (network == 0) {
        return false;
    }
    const sim_host *receiver = wf_sim_find(sim, network, to);
    wf_sim_datagram datagram = {.sender = host->id, .to = *to, .bytes = bytes};
    datagram.from = *wf_sim_own_address(host, network, wf_address_is_ipv4(to));
    datagram.receiver = receiver != NULL ? receiver->id : (wf_sim_host){0};
    sim_packet *packet = NULL;
    wf_sim_note(sim, WF_SIM_SENT, &datagram);
    wf_sim_transmit(sim, network, &datagram, &packet);
    wf_sim_packet_release(packet);
    return true;
}

wf_error wf_sim_send(wf_sim *sim, wf_sim_host host, const wf_address *to, wf_bytes bytes) {
    static const wf_address nowhere = {0};
    sim_host *h = wf_sim_host_of(sim, host);
    if (h == NULL || !is_sendable(bytes)) {
        return WF_ERROR_ARGUMENT;
    }
    bool sent;
    if (wf_address_equal(to, &nowhere)) {
        bool by_ipv4 = send_to_group(sim, h, true, NULL, bytes);
        sent = send_to_group(sim, h, false, NULL, bytes) || by_ipv4;
    } else if (wf_address_is_multicast(to)) {
        sent = send_to_group(sim, h, wf_address_is_ipv4(to), to, bytes);
    } else {
        sent = send_to_one(sim, h, to, bytes);
    }
    return sent ? WF_OK : WF_ERROR_ARGUMENT;
}

wf_error wf_sim_inject(wf_sim *sim, unsigned network, const wf_address *from, const wf_address *to, wf_bytes bytes,
                       wf_time delay) {
    if (!is_network(network) || !is_sendable(bytes) || wf_address_is_unspecified(to)) {
        return WF_ERROR_ARGUMENT;
    }
    wf_sim_datagram datagram = {.from = *from, .to = *to, .bytes = bytes};
    datagram.multicast = wf_address_is_multicast(to);
    if (wf_address_needs_scope(to)) {
        datagram.to.scope = network;
    }
    if (datagram.multicast) {
        wf_sim_note(sim, WF_SIM_INJECTED, &datagram);
        send_to_members(sim, network, datagram, &delay);
        return WF_OK;
    }
    const sim_host *receiver = wf_sim_find(sim, network, to);
    datagram.receiver = receiver != NULL ? receiver->id : (wf_sim_host){0};
    sim_packet *packet = NULL;
    wf_sim_note(sim, WF_SIM_INJECTED, &datagram);
    wf_sim_fly(sim, network, &datagram, &packet, delay);
    wf_sim_packet_release(packet);
    return WF_OK;
}
