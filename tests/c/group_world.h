/* A world (world.h) with a controller that manages a group and two devices in it. */
#ifndef WARIFU_TESTS_GROUP_WORLD_H
#define WARIFU_TESTS_GROUP_WORLD_H

#include "engine/state.h"

#include "da/state.h"
#include "world.h"

enum { MANAGER, LAMP, FAN, OTHER };

static inline wf_engine *engine_of(world *w, unsigned i) {
    return w->nodes[i].engine;
}

static inline const wf_counters *counters(const world *w, unsigned i) {
    return wf_engine_counters(w->nodes[i].engine);
}

static inline wf_group_state group_of(world *w, unsigned i) {
    unsigned at = 0;
    wf_group_state state = {0};
    (void)wf_engine_next_group(engine_of(w, i), &at, &state);
    return state;
}

static inline bool is_of_group(const world_datagram *d) {
    return d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY && d->bytes[4] == WF_DA_GROUP;
}

static inline unsigned records_of_group(const world *w, unsigned from) {
    unsigned count = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        count += is_of_group(&w->log[i]) && w->log[i].from == from;
    }
    return count;
}

static inline world_datagram last_of_group(const world *w, unsigned from) {
    for (unsigned i = w->log_count; i-- > 0;) {
        if (is_of_group(&w->log[i]) && w->log[i].from == from) {
            return w->log[i];
        }
    }
    CHECK(false);
    return w->log[0];
}

static inline unsigned events_of(const world *w, unsigned i, wf_event_kind kind, wf_error error) {
    unsigned count = 0;
    for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
        const wf_event *event = &w->nodes[i].events[k].event;
        count += event->kind == kind && event->error == error;
    }
    return count;
}

static inline void forget_the_past(world *w) {
    w->log_count = 0;
    for (unsigned i = 0; i < WORLD_NODES; i++) {
        w->nodes[i].event_count = 0;
    }
}

static inline void join(world *w, unsigned manager, unsigned device) {
    CHECK_OK(wf_engine_open_window(engine_of(w, device), w->now, 0, 1));
    CHECK_OK(world_pair(w, manager, device));
    world_run(w, 1000);
}

static inline world *group_world(unsigned listens) {
    world *w = world_new();
    w->groups = true;
    w->listens = listens;
    world_add(w, MANAGER, WF_ROLE_CONTROLLER);
    world_add(w, LAMP, WF_ROLE_DEVICE);
    world_add(w, FAN, WF_ROLE_DEVICE);
    join(w, MANAGER, LAMP);
    join(w, MANAGER, FAN);
    forget_the_past(w);
    return w;
}

/* A property of the device that is announced when it changes. */
static inline void change(world *w, unsigned device, uint8_t value) {
    CHECK_OK(wf_engine_put(engine_of(w, device), w->now, AIR_CONDITIONER, 0xB0, wf_bytes_of(&value, 1)));
    world_run(w, 1000);
}

static inline wf_peer_id peer_of(const world *w, unsigned i, unsigned other) {
    unsigned at = 0;
    wf_peer peer;
    while (wf_engine_next_peer(w->nodes[i].engine, &at, &peer)) {
        if (memcmp(peer.number, w->nodes[other].number, sizeof peer.number) == 0) {
            return peer.id;
        }
    }
    return (wf_peer_id){0};
}

/* What node i heard of this device in its group: the value, or 0. */
static inline uint8_t heard(const world *w, unsigned i, unsigned device) {
    for (unsigned k = w->nodes[i].event_count; k-- > 0;) {
        const wf_event *event = &w->nodes[i].events[k].event;
        if (event->kind == WF_EVENT_NOTIFICATION && event->is_signed && event->is_protected &&
            event->peer.value == peer_of(w, i, device).value && event->peer.value != 0) {
            return event->edata.at[10];
        }
    }
    return 0;
}

static inline wf_request_id say_to_all(world *w, uint8_t esv, uint8_t epc, uint8_t value) {
    uint8_t edata[32];
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, 0x013000, esv);
    CHECK(wf_frame_property(&frame, epc, wf_bytes_of(&value, esv == WF_ESV_GET ? 0 : 1)));
    wf_request request = {.target = {.group = true}, .edata = wf_bytes_of(edata, out.len)};
    wf_request_id id;
    CHECK_OK(wf_engine_request(engine_of(w, MANAGER), w->now, &id, &request));
    return id;
}

static inline unsigned answers_to(const world *w, wf_request_id id) {
    unsigned count = 0;
    for (unsigned k = 0; k < w->nodes[MANAGER].event_count; k++) {
        const wf_event *event = &w->nodes[MANAGER].events[k].event;
        count += event->kind == WF_EVENT_ANSWER && event->request.value == id.value && event->peer.value != 0;
    }
    return count;
}

#endif
