/* A small world for tests: nodes under one authority, joined by a network in memory on a virtual clock. A test may look
 * at every datagram, and drop, change or keep it. */
#ifndef WARIFU_TESTS_WORLD_H
#define WARIFU_TESTS_WORLD_H

#include <warifu/engine.h>
#include <warifu/wire.h>

#include "check.h"

enum { WORLD_NODES = 4, WORLD_ENTRIES = 16, WORLD_EVENTS = 256, WORLD_LOG = 512, WORLD_DATE = 1790000000 };
#define AIR_CONDITIONER 0x013001u

typedef struct world_store {
    struct {
        bool used;
        uint16_t id;
        size_t len;
        uint8_t bytes[WF_STORE_ENTRY_LEN];
    } entries[WORLD_ENTRIES];
    unsigned writes;
    unsigned fail_at; /* this write (counted from 1) fails; 0: none */
    bool fails;       /* all of them fail, and reading too */
} world_store;

typedef struct world_event {
    wf_event event;
    uint8_t edata[WF_DATAGRAM_LEN];
} world_event;

typedef struct world_node {
    wf_engine *engine;
    void *memory;
    size_t size;
    wf_address address;
    world_store store;
    wf_p256_key key;
    uint8_t number[WF_NUMBER_LEN];
    uint8_t certificate[WF_CERTIFICATE_LEN];
    wf_bytes chain[1];
    wf_engine_config config;
    world_event events[WORLD_EVENTS];
    unsigned event_count;
} world_node;

typedef struct world_datagram {
    unsigned from;
    wf_address to;
    uint8_t bytes[WF_DATAGRAM_LEN];
    size_t len;
} world_datagram;

typedef struct world {
    wf_time now;
    uint64_t seed;
    wf_drbg drbg;
    wf_p256_key root_key;
    uint8_t root[WF_CERTIFICATE_LEN];
    wf_bytes anchors[1];
    world_node nodes[WORLD_NODES];
    world_datagram log[WORLD_LOG];
    unsigned log_count;
    bool groups; /* of nodes that are added from now on */
    unsigned listens;
    void *context; /* of the test */
    /* Sees a datagram before it is delivered, may change it; false loses it. */
    bool (*pass)(struct world *world, world_datagram *datagram);
} world;

static inline wf_error world_entropy(void *context, uint8_t *out, size_t len) {
    world *w = context;
    for (size_t i = 0; i < len; i++) {
        w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
        out[i] = (uint8_t)(w->seed >> 56);
    }
    return WF_OK;
}

static inline wf_error world_load(void *context, uint16_t id, uint8_t *out, size_t capacity, size_t *len) {
    world_store *s = context;
    *len = 0;
    for (unsigned i = 0; i < WORLD_ENTRIES; i++) {
        if (s->entries[i].used && s->entries[i].id == id) {
            if (s->entries[i].len > capacity) {
                return WF_ERROR_TOO_SMALL;
            }
            memcpy(out, s->entries[i].bytes, s->entries[i].len);
            *len = s->entries[i].len;
        }
    }
    return s->fails ? WF_ERROR_STORE : WF_OK;
}

static inline wf_error world_erase(void *context, uint16_t id) {
    world_store *s = context;
    s->writes++;
    if (s->fails || s->writes == s->fail_at) {
        return WF_ERROR_STORE;
    }
    for (unsigned i = 0; i < WORLD_ENTRIES; i++) {
        if (s->entries[i].id == id) {
            memset(&s->entries[i], 0, sizeof s->entries[i]);
        }
    }
    return WF_OK;
}

static inline wf_error world_save(void *context, uint16_t id, const uint8_t *data, size_t len) {
    world_store *s = context;
    if (world_erase(s, id) != WF_OK) {
        return WF_ERROR_STORE;
    }
    for (unsigned i = 0; i < WORLD_ENTRIES; i++) {
        if (!s->entries[i].used) {
            s->entries[i].used = true;
            s->entries[i].id = id;
            s->entries[i].len = len;
            memcpy(s->entries[i].bytes, data, len);
            return WF_OK;
        }
    }
    return WF_ERROR_STORE;
}

/* What a node's certificate says, unless a test changes it. The number is FE FF FF FF, nothing, `last`. */
static inline wf_certificate_order world_order(world *w, world_node *node, wf_role role, uint8_t last) {
    node->number[0] = 0xFE;
    memset(node->number + 1, 0xFF, 3);
    node->number[16] = last;
    CHECK_OK(wf_p256_generate(&node->key, &w->drbg));
    return (wf_certificate_order){.role = role,
                                  .number = node->number,
                                  .not_before = WORLD_DATE - 1000,
                                  .not_after = WORLD_DATE + 100000,
                                  .serial = {1, last},
                                  .public_key = node->key.public_key};
}

/* Issues under `anchor`, whose DER it is. */
static inline void world_issue(world *w, world_node *node, wf_certificate_order order, wf_bytes anchor,
                               const wf_p256_key *anchor_key) {
    wf_certificate issuer;
    CHECK_OK(wf_certificate_parse(&issuer, anchor));
    wf_writer out = wf_writer_of(node->certificate, sizeof node->certificate);
    CHECK_OK(wf_certificate_issue(&out, &order, &issuer, wf_signer_of(anchor_key), &w->drbg));
    node->chain[0] = wf_bytes_of(node->certificate, out.len);
}

static inline wf_bytes world_root(world *w, wf_p256_key *key, uint8_t der[WF_CERTIFICATE_LEN], const char *name) {
    CHECK_OK(wf_p256_generate(key, &w->drbg));
    wf_certificate_order order = {.common_name = name,
                                  .is_ca = true,
                                  .path_len = 0,
                                  .not_before = WORLD_DATE - 1000,
                                  .not_after = WORLD_DATE + 100000,
                                  .serial = {1},
                                  .public_key = key->public_key};
    wf_writer out = wf_writer_of(der, WF_CERTIFICATE_LEN);
    CHECK_OK(wf_certificate_issue(&out, &order, NULL, wf_signer_of(key), &w->drbg));
    return wf_bytes_of(der, out.len);
}

static inline world *world_new(void) {
    world *w = calloc(1, sizeof *w);
    CHECK(w != NULL);
    w->now = 1000000;
    w->seed = 42;
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_drbg_start(&w->drbg, (wf_entropy){world_entropy, w}, wf_bytes_of(NULL, 0), wf_bytes_of(NULL, 0)));
    w->anchors[0] = world_root(w, &w->root_key, w->root, "Test root");
    return w;
}

static inline void world_add_air_conditioner(wf_node *node) {
    static const uint8_t on_off = 0x31, mode = 0x41, degrees = 20, room = 24, where = 0x00, fault = 0x42;
    CHECK_OK(wf_node_add_object(node, AIR_CONDITIONER));
    unsigned all = WF_ACCESS_GET | WF_ACCESS_SET | WF_ACCESS_INF;
    CHECK_OK(wf_node_add_property(node, AIR_CONDITIONER, 0x80, all, 1, 1, wf_bytes_of(&on_off, 1)));
    CHECK_OK(wf_node_add_property(node, AIR_CONDITIONER, 0x81, all, 1, 17, wf_bytes_of(&where, 1)));
    CHECK_OK(wf_node_add_property(node, AIR_CONDITIONER, 0x88, 5, 1, 1, wf_bytes_of(&fault, 1)));
    CHECK_OK(wf_node_add_property(node, AIR_CONDITIONER, 0xB0, all, 1, 1, wf_bytes_of(&mode, 1)));
    CHECK_OK(wf_node_add_property(node, AIR_CONDITIONER, 0xB3, all, 1, 1, wf_bytes_of(&degrees, 1)));
    CHECK_OK(wf_node_add_property(node, AIR_CONDITIONER, 0xBB, WF_ACCESS_GET, 1, 1, wf_bytes_of(&room, 1)));
}

/* Starts, or starts again from its store, node i. */
static inline void world_start(world *w, unsigned i) {
    world_node *n = &w->nodes[i];
    n->size = wf_engine_size(&n->config);
    free(n->memory);
    n->memory = malloc(n->size);
    CHECK(n->memory != NULL);
    n->event_count = 0;
    CHECK_OK(wf_engine_start(&n->engine, &n->config, n->memory, n->size, w->now));
    wf_engine_set_date(n->engine, w->now, WORLD_DATE);
    bool device = n->config.node.objects > 1;
    if (device) {
        world_add_air_conditioner(wf_engine_node(n->engine));
    } else {
        CHECK_OK(wf_node_add_object(wf_engine_node(n->engine), WF_EOJ_CONTROLLER));
    }
}

static inline void world_configure(world *w, unsigned i, bool device, bool has_da) {
    world_node *n = &w->nodes[i];
    n->address = wf_address_ipv4(10, 0, 0, (uint8_t)(i + 1), WF_PORT);
    n->config = (wf_engine_config){.node = {.objects = device ? 2 : 1,
                                            .properties = 16,
                                            .value_bytes = 64,
                                            .number = {0xFE, 0xFF, 0xFF, 0xFF},
                                            .maker = {0xFF, 0xFF, 0xFF}},
                                   .entropy = {world_entropy, w},
                                   .store = {world_load, world_save, world_erase, &n->store},
                                   .pairings = 4,
                                   .handshakes = 2,
                                   .requests = 8,
                                   .groups = w->groups,
                                   .listens = device && w->groups ? w->listens : 0,
                                   .send_bytes = 32768,
                                   .event_bytes = 32768};
    if (has_da) {
        n->config.identity = (wf_identity){wf_signer_of(&n->key), n->chain, 1, w->anchors, 1};
    }
}

static inline unsigned world_add(world *w, unsigned i, wf_role role) {
    wf_certificate_order order = world_order(w, &w->nodes[i], role, (uint8_t)(i + 1));
    world_issue(w, &w->nodes[i], order, w->anchors[0], &w->root_key);
    world_configure(w, i, role == WF_ROLE_DEVICE, true);
    world_start(w, i);
    return i;
}

static inline void world_collect(world *w, unsigned i) {
    world_node *n = &w->nodes[i];
    wf_event event;
    while (n->engine != NULL && wf_engine_next_event(n->engine, &event)) {
        CHECK(n->event_count < WORLD_EVENTS);
        world_event *kept = &n->events[n->event_count++];
        kept->event = event;
        memcpy(kept->edata, event.edata.at != NULL ? event.edata.at : kept->edata, event.edata.len);
        kept->event.edata.at = kept->edata;
    }
    (void)w;
}

static inline void world_deliver(world *w, unsigned to, const wf_address *from, bool multicast, wf_bytes bytes) {
    if (w->nodes[to].engine != NULL) {
        wf_engine_receive(w->nodes[to].engine, w->now, from, multicast, bytes);
    }
}

/* Takes one datagram from one node to whom it is for; false when nobody has one. */
static inline bool world_carry(world *w) {
    wf_datagram out;
    for (unsigned i = 0; i < WORLD_NODES; i++) {
        if (w->nodes[i].engine == NULL || !wf_engine_next_datagram(w->nodes[i].engine, &out)) {
            continue;
        }
        world_datagram d = {.from = i, .to = out.to, .len = out.bytes.len};
        memcpy(d.bytes, out.bytes.at, d.len);
        if (w->pass != NULL && !w->pass(w, &d)) {
            return true;
        }
        if (w->log_count < WORLD_LOG) {
            w->log[w->log_count++] = d;
        }
        bool everybody = wf_address_is_unspecified(&d.to);
        for (unsigned j = 0; j < WORLD_NODES; j++) {
            if (j != i && (everybody || wf_address_same_host(&w->nodes[j].address, &d.to))) {
                world_deliver(w, j, &w->nodes[i].address, everybody, wf_bytes_of(d.bytes, d.len));
            }
        }
        return true;
    }
    return false;
}

/* Lets everything happen that happens without time passing. */
static inline void world_settle(world *w) {
    for (unsigned steps = 0; world_carry(w); steps++) {
        CHECK(steps < 10000);
    }
    for (unsigned i = 0; i < WORLD_NODES; i++) {
        world_collect(w, i);
    }
}

/* Lets `ms` pass, deadline by deadline. */
static inline void world_run(world *w, wf_time ms) {
    wf_time end = w->now + ms;
    world_settle(w);
    for (unsigned steps = 0; w->now < end; steps++) {
        CHECK(steps < 100000);
        wf_time next = end;
        for (unsigned i = 0; i < WORLD_NODES; i++) {
            wf_time own = w->nodes[i].engine != NULL ? wf_engine_deadline(w->nodes[i].engine) : WF_TIME_NEVER;
            next = own < next ? own : next;
        }
        w->now = next > w->now ? next : w->now + 1;
        for (unsigned i = 0; i < WORLD_NODES; i++) {
            if (w->nodes[i].engine != NULL) {
                wf_engine_tick(w->nodes[i].engine, w->now);
            }
        }
        world_settle(w);
    }
}

static inline void world_stop(world *w, unsigned i) {
    wf_engine_end(w->nodes[i].engine, w->nodes[i].size);
    w->nodes[i].engine = NULL;
}

static inline void world_end(world *w) {
    for (unsigned i = 0; i < WORLD_NODES; i++) {
        free(w->nodes[i].memory);
    }
    free(w);
}

/* ---- what tests ask ---- */

static inline const wf_event *world_event_of(const world *w, unsigned i, wf_event_kind kind) {
    const world_node *n = &w->nodes[i];
    for (unsigned k = n->event_count; k-- > 0;) {
        if (n->events[k].event.kind == kind) {
            return &n->events[k].event;
        }
    }
    return NULL;
}

static inline const wf_event *world_outcome(const world *w, unsigned i, wf_request_id request) {
    const wf_event *found = NULL;
    const world_node *n = &w->nodes[i];
    for (unsigned k = 0; k < n->event_count; k++) {
        const wf_event *event = &n->events[k].event;
        if (event->kind == WF_EVENT_DONE && event->request.value == request.value) {
            CHECK(found == NULL); /* exactly one */
            found = event;
        }
    }
    return found;
}

static inline wf_peer_id world_peer(const world *w, unsigned i) {
    unsigned at = 0;
    wf_peer peer;
    return wf_engine_next_peer(w->nodes[i].engine, &at, &peer) ? peer.id : (wf_peer_id){0};
}

/* Pairs controller c with device d and gives the outcome. */
static inline wf_error world_pair(world *w, unsigned c, unsigned d) {
    wf_request_id request;
    CHECK_OK(wf_engine_pair(
        w->nodes[c].engine, w->now, &request,
        &(wf_pair_order){.address = w->nodes[d].address,
                         .number = w->nodes[d].config.node.number[16] != 0 ? w->nodes[d].config.node.number : NULL}));
    world_settle(w);
    const wf_event *question = world_event_of(w, c, WF_EVENT_PAIR_QUESTION);
    if (question != NULL && question->request.value == request.value) {
        wf_engine_pair_decide(w->nodes[c].engine, w->now, request, true);
    }
    world_run(w, 60000);
    CHECK(world_outcome(w, c, request) != NULL);
    return world_outcome(w, c, request)->error;
}

static inline wf_request_id world_ask(world *w, unsigned from, unsigned to, uint8_t esv, uint8_t epc, wf_bytes edt) {
    uint8_t edata[300];
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, esv);
    CHECK(wf_frame_property(&frame, epc, edt));
    wf_request request = {.target = {.address = w->nodes[to].address}, .edata = wf_bytes_of(edata, out.len)};
    wf_request_id id;
    CHECK_OK(wf_engine_request(w->nodes[from].engine, w->now, &id, &request));
    return id;
}

static inline uint8_t world_value(const world *w, unsigned i, uint8_t epc) {
    uint8_t value[17];
    wf_writer out = wf_writer_of(value, sizeof value);
    CHECK_OK(wf_node_get(wf_engine_node(w->nodes[i].engine), AIR_CONDITIONER, epc, &out));
    return value[0];
}

#endif
