/* A controller and a device whose certificates have the same length, and DTLS between the same two. Include bench.h
 * before. */
#ifndef WARIFU_BENCH_MEETING_H
#define WARIFU_BENCH_MEETING_H

#include "dtls.h"
#include "world.h"

enum { CONTROLLER, DEVICE, MEETING_CERTIFICATE_LEN = 464 };

/* A certificate of that many bytes, by the length of a name; 0: without a name. */
static inline void meeting_certify(world *w, unsigned i, wf_role role, size_t len) {
    static char name[65];
    world_node *node = &w->nodes[i];
    wf_certificate_order order = world_order(w, node, role, (uint8_t)(i + 1));
    world_issue(w, node, order, w->anchors[0], &w->root_key);
    order.common_name = name;
    for (unsigned tries = 0; len != 0 && node->chain[0].len != len; tries++) {
        CHECK(tries < 64 * 32); /* each name several times: a signature's DER varies by a few bytes */
        memset(name, 'x', 1 + tries / 32);
        world_issue(w, node, order, w->anchors[0], &w->root_key);
    }
}

static inline world *meeting_new(size_t certificate) {
    world *w = world_new();
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        meeting_certify(w, i, i == DEVICE ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER, certificate);
        world_configure(w, i, i == DEVICE, true);
        world_start(w, i);
    }
    world_run(w, 10000); /* what a node says at its start */
    w->log_count = 0;
    return w;
}

/* With a set-up window that opens now. */
static inline void meeting_pair(world *w) {
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
}

/* NULL: that library is not installed. */
static inline dtls *meeting_dtls(const world *w, const dtls_library *library) {
    dtls_side sides[2];
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        sides[i] = (dtls_side){w->nodes[i].chain[0], w->anchors[0], &w->nodes[i].key, WORLD_DATE};
    }
    return library->open != NULL ? library->open(sides) : NULL;
}

#endif
