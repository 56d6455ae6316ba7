/* Pairings with a set-up code in the world of tests: a controller, a device that has one, and what the wrong codes are
 * like. */
#ifndef WARIFU_TESTS_CODE_WORLD_H
#define WARIFU_TESTS_CODE_WORLD_H

#include "da/state.h"
#include "engine/state.h"
#include "world.h"

enum { CONTROLLER, DEVICE, OTHER, FOURTH };
enum { WINDOW_MS = 180000, OWNERS_TIME_MS = WINDOW_MS + 75000 /* and the last run */ };

typedef enum code_mode { NO_CODE, CODE_AND_ROOT, CODE_ALONE } code_mode;

static wf_setup_code device_code; /* of the world under test */

static inline uint8_t type_of(const world_datagram *d) {
    return d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static inline wf_da *da_of(const world *w, unsigned i) {
    return w->nodes[i].engine->da;
}

static inline void give_code(world *w, code_mode mode) {
    world_node *n = &w->nodes[DEVICE];
    CHECK_OK(wf_setup_code_make(&device_code, n->key.public_key, &w->drbg));
    n->config.setup_code = mode != NO_CODE ? &device_code : NULL;
    n->config.code_alone = mode == CODE_ALONE;
    world_start(w, DEVICE);
}

static inline world *code_world(code_mode mode) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    give_code(w, mode);
    return w;
}

static inline void certify_under_another_root(world *w, unsigned i, wf_role role) {
    static wf_p256_key key;
    static uint8_t root[WF_CERTIFICATE_LEN];
    wf_bytes anchor = world_root(w, &key, root, "Another root");
    wf_certificate_order order = world_order(w, &w->nodes[i], role, (uint8_t)(i + 1));
    world_issue(w, &w->nodes[i], order, anchor, &key);
    world_start(w, i);
}

static inline void open_window(world *w, unsigned pairings) {
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, WINDOW_MS, pairings));
}

static inline unsigned failures_of(const world *w) {
    return da_of(w, DEVICE)->guard.failures;
}

static inline wf_request_id begin(world *w, unsigned c, const wf_setup_code *code, bool root_too) {
    wf_request_id request;
    const wf_pair_order order = {.address = w->nodes[DEVICE].address,
                                 .number = code == NULL ? w->nodes[DEVICE].number : NULL,
                                 .code = code,
                                 .root_too = root_too};
    CHECK_OK(wf_engine_pair(w->nodes[c].engine, w->now, &request, &order));
    return request;
}

static inline wf_error wait_for(world *w, unsigned c, wf_request_id request) {
    wf_time end = w->now + OWNERS_TIME_MS;
    world_settle(w);
    while (world_outcome(w, c, request) == NULL && w->now < end) {
        world_run(w, 500);
    }
    CHECK(world_outcome(w, c, request) != NULL);
    return world_outcome(w, c, request)->error;
}

static inline wf_error pair_by(world *w, unsigned c, const wf_setup_code *code) {
    return wait_for(w, c, begin(w, c, code, false));
}

static inline unsigned peers_of(const world *w, unsigned i) {
    unsigned at = 0, count = 0;
    wf_peer peer;
    while (wf_engine_next_peer(w->nodes[i].engine, &at, &peer)) {
        count++;
    }
    return count;
}

static inline unsigned logged(const world *w, uint8_t type) {
    unsigned count = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        count += type_of(&w->log[i]) == type;
    }
    return count;
}

/* They are paired, and it works: a protected read comes back. */
static inline void check_paired(world *w, unsigned c) {
    CHECK(peers_of(w, c) == 1 && peers_of(w, DEVICE) >= 1);
    wf_request_id request = world_ask(w, c, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 20000);
    const wf_event *done = world_outcome(w, c, request);
    CHECK(done != NULL && done->error == WF_OK && done->is_protected);
}

/* The controller's proof will be a wrong one: what the device expects is changed when the handshake is complete, which
 * is the same as an attacker who got the slot and has no code. */
static inline bool spoil_proof(world *w, world_datagram *d) {
    wf_expectations *expected = &da_of(w, DEVICE)->expectations;
    if (d->from == DEVICE && type_of(d) == WF_DA_MESSAGE_4 && expected->at > 0) {
        expected->entries[(expected->at - 1) % WF_EXPECTATIONS].proofs.initiator[3] ^= 0x20;
    }
    return true;
}

static inline wf_error give_wrong_proof(world *w) {
    w->pass = spoil_proof;
    wf_error error = pair_by(w, CONTROLLER, &device_code);
    w->pass = NULL;
    return error;
}

#endif
