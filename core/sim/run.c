/* Time: what happens next, and the inboxes of those who have no engine. */
#include "sim/state.h"

/* Those whose engine was called from outside: what they have to send starts now. */
static void pump_touched(wf_sim *sim) {
    while (sim->touched.first != NULL) {
        sim_host *host = sim->touched.first;
        sim->touched.first = host->next_touched;
        host->is_touched = false;
        wf_sim_pump(sim, host);
    }
}

/* ---- arrival ---- */

static bool put_in_inbox(wf_sim *sim, sim_host *host, sim_flight *flight) {
    if (host->inbox_count == WF_SIM_INBOX) {
        return false;
    }
    flight->next = NULL;
    *host->inbox_end = flight;
    host->inbox_end = &flight->next;
    host->inbox_count++;
    if (!host->is_ready) {
        host->is_ready = true;
        host->next_ready = NULL;
        if (sim->ready.first == NULL) {
            sim->ready.first = host;
        } else {
            sim->ready.last->next_ready = host;
        }
        sim->ready.last = host;
    }
    return true;
}

static bool is_still_there(const wf_sim *sim, const sim_host *host, const sim_flight *flight) {
    const wf_sim_datagram *datagram = &flight->datagram;
    if (host->is_disconnected) {
        return false;
    }
    if (datagram->multicast) {
        return wf_sim_own_address(host, flight->network, wf_address_is_ipv4(&datagram->to)) != NULL;
    }
    return wf_sim_find(sim, flight->network, &datagram->to) == host;
}

static void arrive(wf_sim *sim, sim_flight *flight) {
    sim_host *host = wf_sim_host_of(sim, flight->datagram.receiver);
    bool is_there = is_still_there(sim, host, flight);
    if (is_there && host->engine != NULL) {
        wf_sim_note(sim, WF_SIM_DELIVERED, &flight->datagram);
        wf_sim_deliver_to_engine(sim, host, &flight->datagram);
    } else if (is_there && !host->has_node && put_in_inbox(sim, host, flight)) {
        wf_sim_note(sim, WF_SIM_DELIVERED, &flight->datagram);
        return;
    } else {
        wf_sim_note(sim, WF_SIM_LOST, &flight->datagram);
    }
    wf_sim_flight_free(flight);
}

bool wf_sim_next_inbox(wf_sim *sim, wf_sim_host *out) {
    sim_host *host = sim->ready.first;
    *out = host != NULL ? host->id : (wf_sim_host){0};
    if (host == NULL) {
        return false;
    }
    sim->ready.first = host->next_ready;
    host->is_ready = false;
    return true;
}

bool wf_sim_receive(wf_sim *sim, wf_sim_host host, wf_sim_datagram *out) {
    sim_host *h = wf_sim_host_of(sim, host);
    if (h == NULL) {
        return false;
    }
    wf_sim_flight_free(h->lent);
    h->lent = h->inbox;
    if (h->lent == NULL) {
        return false;
    }
    h->inbox = h->lent->next;
    h->inbox_count--;
    if (h->inbox == NULL) {
        h->inbox_end = &h->inbox;
    }
    *out = h->lent->datagram;
    return true;
}

/* ---- steps ---- */

static bool is_flight_next(const wf_sim *sim) {
    const wf_sim_item *flight = wf_sim_queue_first(&sim->flights);
    const wf_sim_item *wake = wf_sim_queue_first(&sim->wakes);
    return flight != NULL && (wake == NULL || flight->at <= wake->at);
}

wf_time wf_sim_next(wf_sim *sim) {
    pump_touched(sim);
    const wf_sim_item *next = wf_sim_queue_first(is_flight_next(sim) ? &sim->flights : &sim->wakes);
    return next != NULL ? next->at : WF_TIME_NEVER;
}

bool wf_sim_step(wf_sim *sim) {
    wf_time at = wf_sim_next(sim);
    if (at == WF_TIME_NEVER) {
        return false;
    }
    sim->now = at > sim->now ? at : sim->now;
    bool is_flight = is_flight_next(sim);
    wf_sim_queue *queue = is_flight ? &sim->flights : &sim->wakes;
    wf_sim_item *item = wf_sim_queue_first(queue);
    wf_sim_queue_remove(queue, item);
    if (is_flight) {
        arrive(sim, (sim_flight *)item);
    } else {
        wf_sim_tick(sim, (sim_host *)item);
    }
    return true;
}

void wf_sim_run_until(wf_sim *sim, wf_time end) {
    while (wf_sim_next(sim) <= end && wf_sim_step(sim)) {
    }
    sim->now = end > sim->now && end != WF_TIME_NEVER ? end : sim->now;
}

void wf_sim_run(wf_sim *sim, wf_time duration) {
    wf_sim_run_until(sim, sim->now + duration);
}

bool wf_sim_run_for(wf_sim *sim, wf_time most, bool (*is_done)(void *context), void *context) {
    wf_time end = sim->now + most;
    for (;;) {
        wf_time next = wf_sim_next(sim); /* what was begun before is_done is asked counts */
        if (is_done(context)) {
            return true;
        }
        if (next > end || !wf_sim_step(sim)) {
            sim->now = end;
            return false;
        }
    }
}

static bool is_settled(void *context) {
    return ((wf_sim *)context)->flights.count == 0;
}

bool wf_sim_settle(wf_sim *sim, wf_time most) {
    return wf_sim_run_for(sim, most, is_settled, sim);
}

static bool is_idle(void *context) {
    return is_settled(context) && ((wf_sim *)context)->wakes.count == 0;
}

bool wf_sim_run_idle(wf_sim *sim, wf_time most) {
    return wf_sim_run_for(sim, most, is_idle, sim);
}
