/* Datagrams and bytes (UDP payload) of a pairing and of a later meeting, beside DTLS 1.2 with the same certificates. */
#include "dtls.h"

enum { CONTROLLER, DEVICE };

static uint8_t type_of(const world_datagram *d) {
    return d->len > WF_DA_HEADER_LEN && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static bool is_handshake(uint8_t type) {
    return (type >= WF_DA_MESSAGE_1 && type <= WF_DA_MESSAGE_4) || type == WF_DA_WAKE;
}

/* Of Device Authentication in the log up to the first `last`: the handshake alone, which a WAKE may begin, or all. */
static traffic heard(const world *w, uint8_t last, bool alone) {
    traffic t = {0};
    for (unsigned i = 0; i < w->log_count; i++) {
        uint8_t type = type_of(&w->log[i]);
        if (type != 0 && (is_handshake(type) || !alone)) {
            t.datagrams++;
            t.bytes[w->log[i].from == DEVICE] += (unsigned)w->log[i].len;
        }
        if (type == last) {
            return t;
        }
    }
    fprintf(stderr, "bench_handshake: the handshake did not end\n");
    exit(1);
}

static void show(size_t certificate, const char *what, traffic t) {
    printf("%4zu  %-58s %2u datagrams %5u bytes (%u + %u)\n", certificate, what, t.datagrams, t.bytes[0] + t.bytes[1],
           t.bytes[0], t.bytes[1]);
}

/* A certificate of that many bytes, by the length of a name; 0: without a name. */
static void certify(world *w, unsigned i, wf_role role, size_t len) {
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

static void meet_again(world *w, unsigned who_restarts) {
    world_stop(w, who_restarts);
    world_start(w, who_restarts);
    w->log_count = 0;
    world_run(w, 30000); /* they do it by themselves */
    wf_request_id get = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_run(w, 60000);
    CHECK_OK(world_outcome(w, CONTROLLER, get)->error);
}

static void measure(size_t certificate) {
    world *w = world_new();
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        wf_role role = i == DEVICE ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER;
        certify(w, i, role, certificate);
        world_configure(w, i, i == DEVICE, true);
        world_start(w, i);
    }
    world_run(w, 10000); /* what a node says at its start */
    size_t len = w->nodes[DEVICE].chain[0].len;
    w->log_count = 0;
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    show(len, "Warifu, pairing: handshake", heard(w, WF_DA_MESSAGE_4, true));
    show(len, "Warifu, pairing: with HELLO, CONFIRM and CONFIRMED", heard(w, WF_DA_ANSWER, false));
    meet_again(w, CONTROLLER);
    show(len, "Warifu, again by x5t, the controller restarted: handshake", heard(w, WF_DA_MESSAGE_4, true));
    meet_again(w, DEVICE);
    show(len, "Warifu, again by x5t, the device restarted: with WAKE", heard(w, WF_DA_MESSAGE_4, true));
    dtls d = dtls_between(w, CONTROLLER, DEVICE);
    show(len, "DTLS 1.2 of OpenSSL, with cookie", dtls_mean(&d, false));
    show(len, "DTLS 1.2 of OpenSSL, resumed by session id, with cookie", dtls_mean(&d, true));
    dtls_end(&d);
    world_end(w);
}

int main(void) {
    measure(0);
    measure(464);
    return 0;
}
