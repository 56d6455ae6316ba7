/* Engines on their hosts: power, clock, and what they have to send and to tell. */
#include "sim/state.h"
#include <stdlib.h>
#include <string.h>

wf_error wf_sim_set_node(wf_sim *sim, wf_sim_host host, const wf_sim_node *node) {
    sim_host *h = wf_sim_host_of(sim, host);
    if (h == NULL) {
        return WF_ERROR_ARGUMENT;
    }
    if (h->engine != NULL) {
        return WF_ERROR_STATE;
    }
    h->node = *node;
    h->has_node = true;
    if (h->node.config.entropy.fill == NULL) {
        h->node.config.entropy = wf_sim_entropy(sim, host);
    }
    if (node->store != NULL) {
        h->node.config.store = wf_sim_store_as_store(node->store);
    }
    return WF_OK;
}

void wf_sim_touch(wf_sim *sim, sim_host *host) {
    if (host->is_touched) {
        return;
    }
    host->is_touched = true;
    host->next_touched = NULL;
    if (sim->touched.first == NULL) {
        sim->touched.first = host;
    } else {
        sim->touched.last->next_touched = host;
    }
    sim->touched.last = host;
}

/* Its memory, as a power cut leaves it: gone. */
void wf_sim_drop_engine(wf_sim *sim, sim_host *host) {
    wf_sim_queue_remove(&sim->wakes, &host->wake);
    free(host->memory);
    host->memory = NULL;
    host->engine = NULL;
}

static bool lost_power(const sim_host *host) {
    return host->node.store != NULL && !wf_sim_store_has_power(host->node.store);
}

wf_time wf_sim_clock(const wf_sim *sim, wf_sim_host host) {
    const sim_host *h = wf_sim_host_of(sim, host);
    return h != NULL && h->engine != NULL ? sim->now - h->booted : 0;
}

static wf_error start(wf_sim *sim, sim_host *host) {
    wf_error error = wf_engine_start(&host->engine, &host->node.config, host->memory, host->size, 0);
    if (error != WF_OK) {
        host->engine = NULL;
        return error;
    }
    if (sim->has_date) {
        wf_engine_set_date(host->engine, 0, wf_sim_date(sim));
    }
    if (host->node.set_up != NULL) {
        error = host->node.set_up(host->node.context, host->id, wf_engine_node(host->engine));
    }
    return error == WF_OK && lost_power(host) ? WF_ERROR_STORE : error;
}

wf_error wf_sim_boot(wf_sim *sim, wf_sim_host host) {
    sim_host *h = wf_sim_host_of(sim, host);
    if (h == NULL || !h->has_node || h->engine != NULL) {
        return WF_ERROR_STATE;
    }
    h->size = wf_engine_size(&h->node.config);
    h->memory = calloc(1, h->size > 0 ? h->size : 1);
    if (h->memory == NULL) {
        return WF_ERROR_CAPACITY;
    }
    if (h->node.store != NULL && lost_power(h)) {
        wf_sim_store_power_on(h->node.store);
    }
    h->booted = sim->now;
    h->ticked = WF_TIME_NEVER;
    wf_error error = start(sim, h);
    if (error != WF_OK) {
        wf_sim_drop_engine(sim, h);
    } else {
        wf_sim_touch(sim, h);
    }
    return error;
}

void wf_sim_cut_power(wf_sim *sim, wf_sim_host host) {
    sim_host *h = wf_sim_host_of(sim, host);
    if (h == NULL || !h->has_node) {
        return;
    }
    if (h->node.store != NULL) {
        wf_sim_store_cut_power(h->node.store);
    }
    wf_sim_drop_engine(sim, h);
}

void wf_sim_shut_down(wf_sim *sim, wf_sim_host host) {
    sim_host *h = wf_sim_host_of(sim, host);
    if (h == NULL || h->engine == NULL) {
        return;
    }
    wf_sim_pump(sim, h);
    if (h->engine != NULL) {
        wf_engine_end(h->engine, h->size);
        wf_sim_drop_engine(sim, h);
    }
}

wf_engine *wf_sim_engine(wf_sim *sim, wf_sim_host host) {
    sim_host *h = wf_sim_host_of(sim, host);
    if (h == NULL || h->engine == NULL) {
        return NULL;
    }
    wf_sim_touch(sim, h);
    return h->engine;
}

/* ---- what an engine does ---- */

/* An engine that was ticked at this moment gets its next turn in the next one at the earliest. */
static void arm(wf_sim *sim, sim_host *host) {
    wf_time deadline = wf_engine_deadline(host->engine);
    if (deadline == WF_TIME_NEVER) {
        wf_sim_queue_remove(&sim->wakes, &host->wake);
        return;
    }
    wf_time least = host->ticked == sim->now ? sim->now + 1 : sim->now;
    wf_time at = host->booted + deadline > least ? host->booted + deadline : least;
    if (host->wake.place == 0 || host->wake.at != at) {
        wf_sim_queue_put(&sim->wakes, &host->wake, at);
    }
}

static bool is_alive(wf_sim *sim, sim_host *host) {
    if (host->engine != NULL && lost_power(host)) {
        wf_sim_drop_engine(sim, host);
    }
    return host->engine != NULL;
}

void wf_sim_pump(wf_sim *sim, sim_host *host) {
    wf_datagram out;
    wf_event event;
    while (is_alive(sim, host)) {
        if (wf_engine_next_datagram(host->engine, &out)) {
            wf_error error = wf_sim_send(sim, host->id, &out.to, out.bytes);
            if (error != WF_OK) { /* no route: lost before it left */
                wf_sim_note(sim, WF_SIM_LOST, &(wf_sim_datagram){.sender = host->id, .to = out.to, .bytes = out.bytes});
            }
        } else if (!wf_engine_next_event(host->engine, &event)) {
            arm(sim, host);
            return;
        } else if (host->node.event != NULL) {
            host->node.event(host->node.context, host->id, &event);
        }
    }
}

void wf_sim_deliver_to_engine(wf_sim *sim, sim_host *host, const wf_sim_datagram *datagram) {
    wf_engine_receive(host->engine, sim->now - host->booted, &datagram->from, datagram->multicast, datagram->bytes);
    wf_sim_pump(sim, host);
}

void wf_sim_tick(wf_sim *sim, sim_host *host) {
    host->ticked = sim->now;
    wf_engine_tick(host->engine, sim->now - host->booted);
    wf_sim_pump(sim, host);
}
