/* A street of scripted devices, and what tests ask a controller in it about the nodes that it knows. */
#ifndef WARIFU_TESTS_STREET_H
#define WARIFU_TESTS_STREET_H

#include "quirky.h"

static quirky_street street;

static inline wf_address host(unsigned i) {
    return wf_address_ipv4(10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, WF_PORT);
}

static inline wf_address host6(unsigned i) {
    wf_address address = {.port = WF_PORT, .scope = 2};
    memcpy(address.ip, "\xfe\x80", 2);
    address.ip[14] = (uint8_t)(i >> 8);
    address.ip[15] = (uint8_t)i;
    return address;
}

static inline void number_of(unsigned i, uint8_t number[17]) {
    memset(number, 0, 17);
    number[0] = 0xFE;
    number[15] = (uint8_t)(i >> 8);
    number[16] = (uint8_t)i;
    number[4] = 1;
}

static const uint8_t numbers[2][17] = {{0xFE, 0, 0, 6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13},
                                       {0xFE, 0, 0, 6, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 8}};

static inline void with_objects(quirky *q, unsigned count) {
    q->instance_count = count;
    for (unsigned i = 0; i < count; i++) {
        memcpy(q->instances + (size_t)i * 3, "\x01\x30", 2);
        q->instances[i * 3 + 2] = (uint8_t)(i + 1);
    }
}

static inline world *street_of_two(void) {
    world *w = quirky_world(&street, 8);
    street.devices[0].number = wf_bytes_of(numbers[0], 17);
    street.devices[1] = street.devices[0];
    street.devices[1].address = wf_address_ipv4(10, 0, 0, 10, WF_PORT);
    street.devices[1].number = wf_bytes_of(NULL, 0);
    with_objects(&street.devices[0], 2);
    with_objects(&street.devices[1], 1);
    return w;
}

static inline void discover(world *w, bool check) {
    static const wf_address everybody = {{0}, 0, 0};
    wf_request_id id;
    w->nodes[0].event_count = 0;
    CHECK_OK(wf_engine_discover(w->nodes[0].engine, w->now, &id, &everybody, 2000, check));
    quirky_run(w, 2500);
    CHECK_OK(world_outcome(w, 0, id)->error);
}

static inline unsigned count_events(const world *w, wf_event_kind kind) {
    unsigned count = 0;
    for (unsigned i = 0; i < w->nodes[0].event_count; i++) {
        count += w->nodes[0].events[i].event.kind == kind;
    }
    return count;
}

static inline unsigned count_known(const world *w) {
    unsigned at = 0, count = 0;
    wf_known known;
    while (wf_engine_next_known(w->nodes[0].engine, &at, &known)) {
        count++;
    }
    return count;
}

static inline wf_known known_at(const world *w, const wf_address *address) {
    wf_known known;
    CHECK(wf_engine_known_at(w->nodes[0].engine, address, &known));
    return known;
}

static inline void hear(world *w, const wf_address *from, uint8_t epc, wf_bytes edt) {
    uint8_t bytes[300];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_frame_writer frame = wf_frame_begin(&out, 1, WF_EOJ_NODE_PROFILE, WF_EOJ_NODE_PROFILE, WF_ESV_INF);
    CHECK(wf_frame_property(&frame, epc, edt));
    world_deliver(w, 0, from, true, wf_bytes_of(bytes, out.len));
    world_settle(w);
}

#endif
