/* The simulator itself: its hosts, its date, its beginning and end. */
#include "sim/state.h"
#include <stdlib.h>
#include <string.h>

enum { LINKS_STREAM = 0 }; /* the hosts' streams have their numbers */

wf_error wf_sim_new(wf_sim **out, uint64_t seed) {
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        return WF_ERROR_CAPACITY;
    }
    (*out)->seed = seed;
    (*out)->random = wf_sim_random_of(seed, LINKS_STREAM);
    return WF_OK;
}

static void free_host(wf_sim *sim, sim_host *host) {
    if (host->engine != NULL) { /* nobody hears of it: what the node points to may be gone */
        wf_engine_end(host->engine, host->size);
        wf_sim_drop_engine(sim, host);
    }
    while (host->inbox != NULL) {
        sim_flight *flight = host->inbox;
        host->inbox = flight->next;
        wf_sim_flight_free(flight);
    }
    wf_sim_flight_free(host->lent);
    free(host);
}

void wf_sim_free(wf_sim *sim) {
    if (sim == NULL) {
        return;
    }
    sim->monitor = NULL;
    sim->tamper = NULL;
    for (size_t i = 0; i < sim->host_count; i++) {
        free_host(sim, sim->hosts[i]);
    }
    for (wf_sim_item *item; (item = wf_sim_queue_first(&sim->flights)) != NULL;) {
        wf_sim_queue_remove(&sim->flights, item);
        wf_sim_flight_free((sim_flight *)item);
    }
    for (size_t i = 0; i <= WF_SIM_NETWORKS; i++) {
        free(sim->networks[i].members);
    }
    free(sim->hosts);
    free(sim->addresses.slots);
    free(sim->links.slots);
    free(sim->link_faults);
    free(sim->flights.items);
    free(sim->wakes.items);
    free(sim);
}

static bool reserve_host(wf_sim *sim) {
    if (sim->host_count == sim->host_capacity) {
        size_t grown = sim->host_capacity > 0 ? sim->host_capacity * 2 : 16;
        sim_host **hosts = realloc(sim->hosts, grown * sizeof(sim_host *));
        if (hosts == NULL) {
            return false;
        }
        sim->hosts = hosts;
        sim->host_capacity = grown;
    }
    return wf_sim_queue_reserve(&sim->wakes, sim->host_count + 1);
}

wf_error wf_sim_add_host(wf_sim *sim, wf_sim_host *out) {
    sim_host *host = reserve_host(sim) ? calloc(1, sizeof *host) : NULL;
    *out = (wf_sim_host){0};
    if (host == NULL) {
        return WF_ERROR_CAPACITY;
    }
    sim->hosts[sim->host_count++] = host;
    *out = host->id = (wf_sim_host){(uint32_t)sim->host_count};
    host->entropy = wf_sim_random_of(sim->seed, host->id.value);
    host->inbox_end = &host->inbox;
    return WF_OK;
}

sim_host *wf_sim_host_of(const wf_sim *sim, wf_sim_host host) {
    return host.value == 0 || host.value > sim->host_count ? NULL : sim->hosts[host.value - 1];
}

static wf_error fill(void *context, uint8_t *out, size_t len) {
    wf_sim_random_fill(&((sim_host *)context)->entropy, out, len);
    return WF_OK;
}

static wf_error fail(void *context, uint8_t *out, size_t len) {
    (void)context;
    memset(out, 0, len);
    return WF_ERROR_ENTROPY;
}

wf_entropy wf_sim_entropy(wf_sim *sim, wf_sim_host host) {
    sim_host *h = wf_sim_host_of(sim, host);
    return h != NULL ? (wf_entropy){fill, h} : (wf_entropy){fail, NULL};
}

void wf_sim_set_connected(wf_sim *sim, wf_sim_host host, bool connected) {
    sim_host *h = wf_sim_host_of(sim, host);
    if (h != NULL) {
        h->is_disconnected = !connected;
    }
}

void wf_sim_set_part(wf_sim *sim, wf_sim_host host, uint32_t part) {
    sim_host *h = wf_sim_host_of(sim, host);
    if (h != NULL) {
        h->part = part;
    }
}

wf_time wf_sim_now(const wf_sim *sim) {
    return sim->now;
}

void wf_sim_set_date(wf_sim *sim, int64_t seconds) {
    sim->has_date = true;
    sim->date_at_start = seconds - (int64_t)(sim->now / 1000);
}

int64_t wf_sim_date(const wf_sim *sim) {
    return sim->has_date ? sim->date_at_start + (int64_t)(sim->now / 1000) : 0;
}

uint64_t wf_sim_count(const wf_sim *sim, wf_sim_fate fate) {
    return (unsigned)fate < WF_SIM_FATE_COUNT ? sim->counts[fate] : 0;
}
