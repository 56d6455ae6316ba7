/* A world (world.h) of a controller and a device that are paired, and what tests of their talk ask again and again. */
#ifndef WARIFU_TESTS_PAIRED_WORLD_H
#define WARIFU_TESTS_PAIRED_WORLD_H

#include "world.h"

enum { CONTROLLER, DEVICE, STRANGER, SECOND };

static const wf_bytes nothing = {NULL, 0};

static inline uint8_t type_of(const world_datagram *d) {
    return d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static inline bool is_record(const world_datagram *d) {
    return type_of(d) == WF_DA_REQUEST || type_of(d) == WF_DA_ANSWER;
}

static inline world *paired(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    w->log_count = 0;
    w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
    return w;
}

static inline wf_engine *engine_of(world *w, unsigned i) {
    return w->nodes[i].engine;
}

static inline const wf_counters *counters(const world *w, unsigned i) {
    return wf_engine_counters(w->nodes[i].engine);
}

static inline wf_request_id set(world *w, uint8_t esv, uint8_t degrees) {
    return world_ask(w, CONTROLLER, DEVICE, esv, 0xB3, wf_bytes_of(&degrees, 1));
}

static inline wf_request_id get(world *w) {
    return world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, nothing);
}

static inline void deliver(world *w, unsigned to, unsigned as, const world_datagram *d) {
    world_deliver(w, to, &w->nodes[as].address, false, wf_bytes_of(d->bytes, d->len));
}

static inline unsigned count_events(const world *w, unsigned i, wf_event_kind kind) {
    unsigned count = 0;
    for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
        count += w->nodes[i].events[k].event.kind == kind;
    }
    return count;
}

/* Requests of the controller that were held back. */
typedef struct held {
    unsigned count, limit;
    world_datagram datagrams[8];
} held;

static inline bool hold_requests(world *w, world_datagram *d) {
    held *h = w->context;
    if (d->from == CONTROLLER && type_of(d) == WF_DA_REQUEST && h->count < h->limit) {
        h->datagrams[h->count++] = *d;
        return false;
    }
    return true;
}

static inline bool hold_everything(world *w, world_datagram *d) {
    (void)w;
    (void)d;
    return false;
}

static inline unsigned peers_of(const world *w, unsigned i) {
    unsigned at = 0, count = 0;
    wf_peer peer;
    while (wf_engine_next_peer(w->nodes[i].engine, &at, &peer)) {
        count++;
    }
    return count;
}

static inline wf_request_id unpair(world *w, unsigned i) {
    wf_request_id request;
    CHECK_OK(wf_engine_unpair(engine_of(w, i), w->now, &request, world_peer(w, i)));
    return request;
}

#endif
