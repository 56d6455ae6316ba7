/* What the files of the simulator share. */
#ifndef WARIFU_SIM_STATE_H
#define WARIFU_SIM_STATE_H

#include "sim/queue.h"
#include "sim/random.h"
#include "sim/table.h"
#include <warifu/sim.h>

typedef struct sim_packet {
    size_t references;
    size_t len;
    uint8_t bytes[];
} sim_packet;

/* One copy on its way to one host, or in its inbox. */
typedef struct sim_flight {
    wf_sim_item item;
    unsigned network;
    wf_sim_datagram datagram; /* its view is of the packet */
    sim_packet *packet;
    struct sim_flight *next; /* in the inbox */
} sim_flight;

typedef struct sim_place {
    unsigned network;
    wf_address address;
} sim_place;

typedef struct sim_host {
    wf_sim_item wake; /* when the engine wants to be ticked */
    wf_sim_host id;
    wf_sim_random entropy;
    sim_place places[WF_SIM_ADDRESSES];
    size_t place_count;
    bool is_disconnected;
    uint32_t part;

    bool has_node;
    wf_sim_node node;
    wf_engine *engine; /* NULL: off */
    void *memory;
    size_t size;
    wf_time booted;
    wf_time ticked;
    bool is_touched; /* somebody called the engine */
    struct sim_host *next_touched;

    sim_flight *inbox, **inbox_end;
    size_t inbox_count;
    sim_flight *lent; /* the last one received */
    bool is_ready;
    struct sim_host *next_ready;
} sim_host;

typedef struct sim_list {
    sim_host *first, *last;
} sim_list;

typedef struct sim_member {
    sim_host *host;
    wf_address address;
} sim_member;

typedef struct sim_network {
    sim_member *members; /* in the order in which they came */
    size_t count, capacity;
} sim_network;

struct wf_sim {
    uint64_t seed;
    wf_time now;
    bool has_date;
    int64_t date_at_start; /* of time 0 */
    wf_sim_random random;  /* of the links */
    sim_host **hosts;
    size_t host_count, host_capacity;
    sim_network networks[WF_SIM_NETWORKS + 1];
    wf_sim_table addresses; /* -> host */
    wf_sim_faults faults;
    wf_sim_table links; /* pair of hosts -> number in link_faults, from 1 */
    wf_sim_faults *link_faults;
    size_t link_count;
    wf_sim_queue flights, wakes;
    sim_list touched, ready;
    wf_sim_tamper tamper;
    void *tamper_context;
    wf_sim_monitor monitor;
    void *monitor_context;
    uint64_t counts[WF_SIM_FATE_COUNT];
    uint8_t scratch[WF_SIM_DATAGRAM_LEN]; /* what the hook may change */
};

sim_host *wf_sim_host_of(const wf_sim *sim, wf_sim_host host); /* NULL: there is none */
void wf_sim_touch(wf_sim *sim, sim_host *host);

/* ---- network.c ---- */

/* The host with that address on that network, or NULL. */
sim_host *wf_sim_find(const wf_sim *sim, unsigned network, const wf_address *address);
/* The first address of a family that a host has on a network, or NULL. */
const wf_address *wf_sim_own_address(const sim_host *host, unsigned network, bool ipv4);
bool wf_sim_is_echonet_group(const wf_address *address);

/* ---- link.c ---- */

void wf_sim_note(wf_sim *sim, wf_sim_fate fate, const wf_sim_datagram *datagram);
/* One copy from host to host through hook and faults; what it views is copied. */
void wf_sim_transmit(wf_sim *sim, unsigned network, const wf_sim_datagram *datagram, sim_packet **packet);
/* Without any fault. */
void wf_sim_fly(wf_sim *sim, unsigned network, const wf_sim_datagram *datagram, sim_packet **packet, wf_time delay);
void wf_sim_packet_release(sim_packet *packet);
void wf_sim_flight_free(sim_flight *flight);

/* ---- node.c ---- */

void wf_sim_deliver_to_engine(wf_sim *sim, sim_host *host, const wf_sim_datagram *datagram);
void wf_sim_tick(wf_sim *sim, sim_host *host);
void wf_sim_pump(wf_sim *sim, sim_host *host);
void wf_sim_drop_engine(wf_sim *sim, sim_host *host);

#endif
