/* A home in the simulator (warifu/sim.h) for tests of Device Authentication: nodes under one authority, each with a
 * store, what each of them was told, and the steps that most tests begin with. */
#ifndef WARIFU_TESTS_SIM_HOME_H
#define WARIFU_TESTS_SIM_HOME_H

#include <warifu/certificate.h>
#include <warifu/frame.h>
#include <warifu/sim.h>

#include "check.h"

#ifndef HOME_NODES
#define HOME_NODES 64
#endif
enum { HOME_EVENTS = 64, HOME_NETWORK = 1, HOME_DATE = 1790000000, HOME_YEAR = 31536000 };
#define HOME_AIR_CONDITIONER 0x013001u

typedef struct home_node {
    wf_sim_host host;
    wf_address address;
    wf_sim_store *store;
    wf_p256_key key;
    uint8_t number[WF_NUMBER_LEN];
    uint8_t certificate[WF_CERTIFICATE_LEN];
    wf_bytes chain[1];
    bool has_code;
    wf_setup_code code;
    wf_sim_node node;             /* as it was given to the simulator */
    wf_event events[HOME_EVENTS]; /* the last ones, without their views */
    unsigned event_count;         /* of all */
} home_node;

typedef struct home home;
struct home {
    wf_sim *sim;
    uint64_t seed;
    wf_drbg drbg; /* of the authority */
    wf_p256_key root_key;
    uint8_t root[WF_CERTIFICATE_LEN];
    wf_bytes anchors[1];
    home_node nodes[HOME_NODES];
    unsigned node_count;
    unsigned audit_entries; /* of nodes that are added from now on */
    bool set_up_codes;      /* of devices that are added from now on */
    bool code_alone;
    bool groups;                                                        /* the same */
    void (*configure)(wf_role role, wf_engine_config *config);          /* the same: changes what is usual here */
    wf_error (*set_up)(void *context, wf_sim_host host, wf_node *node); /* of devices, instead of an air conditioner */
    void (*hear)(home *h, home_node *node, const wf_event *event);      /* every event, if there is one */
    void *context;                                                      /* of the test */
};

static inline home *home_new(uint64_t seed) {
    home *h = calloc(1, sizeof *h);
    wf_sim_host clerk; /* nobody lives there: the authority's randomness is its own */
    wf_bytes none = wf_bytes_of(NULL, 0);
    CHECK(h != NULL);
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_sim_new(&h->sim, seed));
    h->seed = seed;
    wf_sim_set_date(h->sim, HOME_DATE);
    CHECK_OK(wf_sim_add_host(h->sim, &clerk));
    CHECK_OK(wf_drbg_start(&h->drbg, wf_sim_entropy(h->sim, clerk), none, none));
    CHECK_OK(wf_p256_generate(&h->root_key, &h->drbg));
    wf_certificate_order order = {.common_name = "Home",
                                  .is_ca = true,
                                  .not_before = HOME_DATE - HOME_YEAR,
                                  .not_after = HOME_DATE + HOME_YEAR,
                                  .serial = {1},
                                  .public_key = h->root_key.public_key};
    wf_writer out = wf_writer_of(h->root, sizeof h->root);
    CHECK_OK(wf_certificate_issue(&out, &order, NULL, wf_signer_of(&h->root_key), &h->drbg));
    h->anchors[0] = wf_bytes_of(h->root, out.len);
    return h;
}

static inline void home_end(home *h) {
    wf_sim_free(h->sim);
    for (unsigned i = 0; i < h->node_count; i++) {
        wf_sim_store_free(h->nodes[i].store);
    }
    free(h);
}

static inline home_node *home_node_of(home *h, wf_sim_host host) {
    uint32_t likely = host.value - 2; /* the clerk came first, and mostly nobody came between */
    if (likely < h->node_count && h->nodes[likely].host.value == host.value) {
        return &h->nodes[likely];
    }
    for (unsigned i = 0; i < h->node_count; i++) {
        if (h->nodes[i].host.value == host.value) {
            return &h->nodes[i];
        }
    }
    CHECK(false);
    return NULL;
}

static inline void home_on_event(void *context, wf_sim_host host, const wf_event *event) {
    home *h = context;
    home_node *node = home_node_of(context, host);
    if (h->hear != NULL) {
        h->hear(h, node, event);
    }
    wf_event *kept = &node->events[node->event_count++ % HOME_EVENTS];
    *kept = *event;
    kept->edata = wf_bytes_of(NULL, 0);
}

static inline wf_error home_add_air_conditioner(void *context, wf_sim_host host, wf_node *node) {
    static const uint8_t on = 0x30, degrees = 24;
    unsigned all = WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF;
    (void)context;
    (void)host;
    CHECK_OK(wf_node_add_object(node, HOME_AIR_CONDITIONER));
    CHECK_OK(wf_node_add_property(node, HOME_AIR_CONDITIONER, 0x80, all, 1, 1, wf_bytes_of(&on, 1)));
    return wf_node_add_property(node, HOME_AIR_CONDITIONER, 0xB3, all, 1, 1, wf_bytes_of(&degrees, 1));
}

static inline wf_error home_add_controller(void *context, wf_sim_host host, wf_node *node) {
    (void)context;
    (void)host;
    return wf_node_add_object(node, WF_EOJ_CONTROLLER);
}

static inline void home_issue(home *h, home_node *node, wf_role role, unsigned n) {
    wf_certificate issuer;
    node->number[0] = 0xFE;
    memset(node->number + 1, 0xFF, 3);
    node->number[15] = (uint8_t)(n >> 8);
    node->number[16] = (uint8_t)n;
    CHECK_OK(wf_p256_generate(&node->key, &h->drbg));
    wf_certificate_order order = {.role = role,
                                  .number = node->number,
                                  .not_before = HOME_DATE - HOME_YEAR,
                                  .not_after = HOME_DATE + HOME_YEAR,
                                  .serial = {1, (uint8_t)(n >> 8), (uint8_t)n},
                                  .public_key = node->key.public_key};
    wf_writer out = wf_writer_of(node->certificate, sizeof node->certificate);
    CHECK_OK(wf_certificate_parse(&issuer, h->anchors[0]));
    CHECK_OK(wf_certificate_issue(&out, &order, &issuer, wf_signer_of(&h->root_key), &h->drbg));
    node->chain[0] = wf_bytes_of(node->certificate, out.len);
}

/* A device (with an air conditioner) or a controller, switched on. */
static inline home_node *home_add(home *h, wf_role role) {
    CHECK(h->node_count < HOME_NODES);
    home_node *node = &h->nodes[h->node_count++];
    bool device = role == WF_ROLE_DEVICE;
    CHECK_OK(wf_sim_add_host(h->sim, &node->host));
    node->address = wf_address_ipv4(10, 0, (uint8_t)(h->node_count >> 8), (uint8_t)h->node_count, WF_PORT);
    CHECK_OK(wf_sim_add_address(h->sim, node->host, HOME_NETWORK, &node->address));
    CHECK_OK(wf_sim_store_new(&node->store, h->seed * HOME_NODES + h->node_count));
    home_issue(h, node, role, h->node_count);
    node->has_code = device && h->set_up_codes;
    if (node->has_code) {
        CHECK_OK(wf_setup_code_make(&node->code, node->key.public_key, &h->drbg));
    }
    wf_sim_node below = {.config = {.node = {.objects = 1, .properties = 16, .value_bytes = 64},
                                    .identity = {wf_signer_of(&node->key), node->chain, 1, h->anchors, 1},
                                    .setup_code = node->has_code ? &node->code : NULL,
                                    .code_alone = h->code_alone,
                                    .pairings = device ? 4 : HOME_NODES,
                                    .handshakes = 4,
                                    .requests = 16,
                                    .groups = h->groups,
                                    .send_bytes = 32768,
                                    .event_bytes = 32768,
                                    .audit_entries = h->audit_entries},
                         .store = node->store,
                         .set_up = !device             ? home_add_controller
                                   : h->set_up != NULL ? h->set_up
                                                       : home_add_air_conditioner,
                         .event = home_on_event,
                         .context = h};
    memcpy(below.config.node.number, node->number, sizeof node->number);
    memset(below.config.node.maker, 0xFF, sizeof below.config.node.maker);
    if (h->configure != NULL) {
        h->configure(role, &below.config);
    }
    node->node = below;
    CHECK_OK(wf_sim_set_node(h->sim, node->host, &below));
    CHECK_OK(wf_sim_boot(h->sim, node->host));
    return node;
}

static inline wf_engine *home_engine(home *h, const home_node *node) {
    wf_engine *engine = wf_sim_engine(h->sim, node->host);
    CHECK(engine != NULL);
    return engine;
}

static inline wf_time home_clock(const home *h, const home_node *node) {
    return wf_sim_clock(h->sim, node->host);
}

/* After a power cut: from its store, and telling its peers. Ids of requests begin anew, so what was told before goes.
 */
static inline void home_boot(home *h, home_node *node) {
    node->event_count = 0;
    CHECK_OK(wf_sim_boot(h->sim, node->host));
    wf_engine_announce(home_engine(h, node), home_clock(h, node));
}

typedef struct home_wait {
    wf_sim *sim;
    const home_node *node;
    wf_request_id request;
    wf_error error;
} home_wait;

/* Is the request over? It is too when the node has lost its power. */
static inline bool home_is_done(void *context) {
    home_wait *wait = context;
    for (unsigned i = 0; i < HOME_EVENTS && i < wait->node->event_count; i++) {
        const wf_event *event = &wait->node->events[i];
        if (event->kind == WF_EVENT_DONE && event->request.value == wait->request.value) {
            wait->error = event->error;
            return true;
        }
    }
    return !wf_sim_store_has_power(wait->node->store);
}

/* Runs until the request is over and gives its outcome; CLOSED when its node lost its power, NO_ANSWER after `most`. */
static inline wf_error home_wait_for(home *h, const home_node *node, wf_request_id request, wf_time most) {
    home_wait wait = {.sim = h->sim, .node = node, .request = request, .error = WF_ERROR_CLOSED};
    return wf_sim_run_for(h->sim, most, home_is_done, &wait) ? wait.error : WF_ERROR_NO_ANSWER;
}

static inline wf_error home_pair(home *h, home_node *controller, home_node *device) {
    wf_request_id request;
    wf_error error = wf_engine_open_window(home_engine(h, device), home_clock(h, device), 0, 1);
    if (error != WF_OK) {
        return error; /* its store, on a power cut */
    }
    CHECK_OK(wf_engine_pair(home_engine(h, controller), home_clock(h, controller), &request,
                            &(wf_pair_order){.address = device->address,
                                             .number = device->number,
                                             .code = device->has_code ? &device->code : NULL}));
    return home_wait_for(h, controller, request, 200000);
}

/* The pairing of `node` with `other`; 0: there is none, or it is off. */
static inline wf_peer_id home_peer(home *h, home_node *node, const home_node *other) {
    const wf_engine *engine = wf_sim_engine(h->sim, node->host);
    unsigned at = 0;
    wf_peer peer;
    while (engine != NULL && wf_engine_next_peer(engine, &at, &peer)) {
        if (memcmp(peer.number, other->number, sizeof peer.number) == 0) {
            return peer.id;
        }
    }
    return (wf_peer_id){0};
}

/* A protected Get of the device's operation status. */
static inline wf_error home_get(home *h, home_node *controller, const home_node *device, wf_time most) {
    static const uint8_t get[] = {0x05, 0xFF, 0x01, 0x01, 0x30, 0x01, 0x62, 0x01, 0x80, 0x00};
    wf_request request = {.target = {.peer = home_peer(h, controller, device)},
                          .edata = wf_bytes_of(get, sizeof get),
                          .repeatable = true};
    wf_request_id id;
    CHECK(request.target.peer.value != 0);
    wf_error error = wf_engine_request(home_engine(h, controller), home_clock(h, controller), &id, &request);
    return error == WF_OK ? home_wait_for(h, controller, id, most) : error;
}

#endif
