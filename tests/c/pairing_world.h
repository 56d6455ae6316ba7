/* A world (world.h) of strangers that pair, and what tests of pairing ask again and again. */
#ifndef WARIFU_TESTS_PAIRING_WORLD_H
#define WARIFU_TESTS_PAIRING_WORLD_H

#include "world.h"

enum { CONTROLLER, DEVICE, OTHER, FOURTH };

static inline uint8_t type_of(const world_datagram *d) {
    return d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static inline bool is_handshake(const world_datagram *d) {
    return type_of(d) >= WF_DA_MESSAGE_1 && type_of(d) <= WF_DA_MESSAGE_4;
}

static inline bool is_of_pairing(const world_datagram *d) {
    return is_handshake(d) || type_of(d) == WF_DA_REQUEST || type_of(d) == WF_DA_ANSWER;
}

static inline world *two(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    return w;
}

static inline void open_window(world *w) {
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
}

static inline world *two_with_open_window(void) {
    world *w = two();
    open_window(w);
    return w;
}

static inline wf_request_id begin(world *w, unsigned c, const uint8_t *number) {
    wf_request_id request;
    CHECK_OK(wf_engine_pair(w->nodes[c].engine, w->now, &request,
                            &(wf_pair_order){.address = w->nodes[DEVICE].address, .number = number}));
    return request;
}

static inline wf_request_id begin_by_number(world *w) {
    return begin(w, CONTROLLER, w->nodes[DEVICE].number);
}

static inline wf_error pair_by_number(world *w) {
    wf_request_id request = begin_by_number(w);
    for (unsigned i = 0; i < 5 && world_outcome(w, CONTROLLER, request) == NULL; i++) {
        world_run(w, 60000);
    }
    CHECK(world_outcome(w, CONTROLLER, request) != NULL);
    return world_outcome(w, CONTROLLER, request)->error;
}

static inline unsigned peers_of(const world *w, unsigned i) {
    unsigned at = 0, count = 0;
    wf_peer peer;
    while (wf_engine_next_peer(w->nodes[i].engine, &at, &peer)) {
        count++;
    }
    return count;
}

/* The two know each other, by their certificates, and a command gets through. */
static inline void check_paired(world *w) {
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        const world_node *other = &w->nodes[1 - i];
        unsigned at = 0;
        wf_peer peer;
        uint8_t fingerprint[WF_HASH_LEN];
        CHECK_OK(wf_certificate_fingerprint(fingerprint, other->chain[0]));
        CHECK(peers_of(w, i) == 1 && wf_engine_next_peer(w->nodes[i].engine, &at, &peer));
        CHECK(memcmp(peer.fingerprint, fingerprint, sizeof fingerprint) == 0 && peer.has_session);
        CHECK(memcmp(peer.number, other->number, WF_NUMBER_LEN) == 0);
        CHECK(peer.role == (i == DEVICE ? WF_ROLE_CONTROLLER : WF_ROLE_DEVICE));
        CHECK(wf_address_equal(&peer.address, &other->address));
    }
    const uint8_t degrees = (uint8_t)(w->now % 50);
    wf_request_id set = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_run(w, 20000);
    CHECK_OK(world_outcome(w, CONTROLLER, set)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == degrees);
}

static inline void check_strangers(const world *w) {
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 0);
}

#endif
