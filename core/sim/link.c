/* What a link does to a datagram. */
#include "sim/state.h"
#include <stdlib.h>
#include <string.h>

enum { HELD_BACK_MS = 20 };

void wf_sim_note(wf_sim *sim, wf_sim_fate fate, const wf_sim_datagram *datagram) {
    sim->counts[fate]++;
    if (sim->monitor != NULL) {
        sim->monitor(sim->monitor_context, sim->now, fate, datagram);
    }
}

void wf_sim_set_monitor(wf_sim *sim, wf_sim_monitor monitor, void *context) {
    sim->monitor = monitor;
    sim->monitor_context = context;
}

void wf_sim_set_tamper(wf_sim *sim, wf_sim_tamper tamper, void *context) {
    sim->tamper = tamper;
    sim->tamper_context = context;
}

/* ---- the faults of a link ---- */

void wf_sim_set_faults(wf_sim *sim, const wf_sim_faults *faults) {
    sim->faults = *faults;
}

wf_error wf_sim_set_link(wf_sim *sim, wf_sim_host from, wf_sim_host to, const wf_sim_faults *faults) {
    wf_sim_key key = {.a = from.value, .b = to.value};
    if (wf_sim_host_of(sim, from) == NULL || wf_sim_host_of(sim, to) == NULL) {
        return WF_ERROR_ARGUMENT;
    }
    if (faults == NULL) {
        wf_sim_table_remove(&sim->links, &key);
        return WF_OK;
    }
    uint32_t number = wf_sim_table_get(&sim->links, &key);
    if (number == 0) {
        wf_sim_faults *grown = realloc(sim->link_faults, (sim->link_count + 1) * sizeof *grown);
        if (grown == NULL) {
            return WF_ERROR_CAPACITY;
        }
        sim->link_faults = grown;
        number = (uint32_t)sim->link_count + 1;
        if (!wf_sim_table_set(&sim->links, &key, number)) {
            return WF_ERROR_CAPACITY;
        }
        sim->link_count++;
    }
    sim->link_faults[number - 1] = *faults;
    return WF_OK;
}

static const wf_sim_faults *faults_of(const wf_sim *sim, const wf_sim_datagram *datagram) {
    wf_sim_key key = {.a = datagram->sender.value, .b = datagram->receiver.value};
    uint32_t number = wf_sim_table_get(&sim->links, &key);
    return number != 0 ? &sim->link_faults[number - 1] : &sim->faults;
}

static bool is_cut(const wf_sim *sim, const wf_sim_datagram *datagram) {
    const sim_host *sender = wf_sim_host_of(sim, datagram->sender);
    const sim_host *receiver = wf_sim_host_of(sim, datagram->receiver);
    return sender == NULL || receiver == NULL || sender->is_disconnected || receiver->is_disconnected ||
           sender->part != receiver->part;
}

/* ---- flights ---- */

void wf_sim_packet_release(sim_packet *packet) {
    if (packet != NULL && --packet->references == 0) {
        free(packet);
    }
}

void wf_sim_flight_free(sim_flight *flight) {
    if (flight != NULL) {
        wf_sim_packet_release(flight->packet);
        free(flight);
    }
}

/* All copies that are alike share one packet, whose first reference is the caller's. */
static sim_packet *share(sim_packet **packet, wf_bytes bytes) {
    if (*packet == NULL) {
        *packet = malloc(sizeof **packet + bytes.len);
        if (*packet == NULL) {
            return NULL;
        }
        (*packet)->references = 1;
        (*packet)->len = bytes.len;
        memcpy((*packet)->bytes, bytes.at, bytes.len);
    }
    (*packet)->references++;
    return *packet;
}

void wf_sim_fly(wf_sim *sim, unsigned network, const wf_sim_datagram *datagram, sim_packet **packet, wf_time delay) {
    sim_flight *flight = NULL;
    if (datagram->receiver.value != 0 && wf_sim_queue_reserve(&sim->flights, sim->flights.count + 1)) {
        flight = calloc(1, sizeof *flight);
    }
    if (flight != NULL) {
        flight->packet = share(packet, datagram->bytes);
    }
    if (flight == NULL || flight->packet == NULL) {
        free(flight);
        wf_sim_note(sim, WF_SIM_LOST, datagram);
        return;
    }
    flight->network = network;
    flight->datagram = *datagram;
    flight->datagram.bytes = wf_bytes_of(flight->packet->bytes, flight->packet->len);
    wf_sim_queue_put(&sim->flights, &flight->item, sim->now + delay);
}

static wf_time delay_of(wf_sim *sim, const wf_sim_faults *faults) {
    uint32_t range = faults->delay > faults->least_delay ? faults->delay - faults->least_delay : 0;
    wf_time delay = faults->least_delay;
    if (range > 0) {
        delay += wf_sim_random_below(&sim->random, (uint64_t)range + 1);
    }
    if (faults->reordering > 0 && wf_sim_random_happens(&sim->random, faults->reordering)) {
        delay += faults->held_back > 0 ? faults->held_back : HELD_BACK_MS;
    }
    return delay;
}

static void fly_with_faults(wf_sim *sim, unsigned network, const wf_sim_datagram *datagram, sim_packet **packet) {
    const wf_sim_faults *faults = faults_of(sim, datagram);
    if (is_cut(sim, datagram) || (faults->loss > 0 && wf_sim_random_happens(&sim->random, faults->loss))) {
        wf_sim_note(sim, WF_SIM_LOST, datagram);
        return;
    }
    wf_sim_fly(sim, network, datagram, packet, delay_of(sim, faults));
    if (faults->duplication > 0 && wf_sim_random_happens(&sim->random, faults->duplication)) {
        wf_sim_note(sim, WF_SIM_DUPLICATED, datagram);
        wf_sim_fly(sim, network, datagram, packet, delay_of(sim, faults));
    }
}

void wf_sim_transmit(wf_sim *sim, unsigned network, const wf_sim_datagram *datagram, sim_packet **packet) {
    if (sim->tamper == NULL) {
        fly_with_faults(sim, network, datagram, packet);
        return;
    }
    size_t len = datagram->bytes.len;
    memcpy(sim->scratch, datagram->bytes.at, len);
    bool passes = sim->tamper(sim->tamper_context, sim, datagram, sim->scratch, &len, sizeof sim->scratch);
    if (!passes || len == 0 || len > sizeof sim->scratch) {
        wf_sim_note(sim, WF_SIM_DROPPED, datagram);
        return;
    }
    wf_bytes bytes = wf_bytes_of(sim->scratch, len);
    if (wf_bytes_equal(bytes, datagram->bytes)) {
        fly_with_faults(sim, network, datagram, packet);
        return;
    }
    wf_sim_datagram changed = *datagram;
    sim_packet *own = NULL;
    changed.bytes = bytes;
    wf_sim_note(sim, WF_SIM_CHANGED, &changed);
    fly_with_faults(sim, network, &changed, &own);
    wf_sim_packet_release(own);
}
