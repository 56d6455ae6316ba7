/* A store as anybody may have left it: the input is a node's role, then entries, each of them one byte that chooses an
 * id, a length of two bytes, and as many bytes. Every reader of a value takes it, or says that it is damaged or of
 * another version; what it took is written as the same bytes. Then a node starts from all of it, and starts again from
 * what it left, with the same peers. */
#include "audit/log.h"
#include "da/guard.h"
#include "da/pairing.h"
#include "da/state.h"
#include "da/stored.h"
#include "da/trust.h"
#include "engine/state.h"

#include "../c/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CONTROLLER, DEVICE, PLAIN, NODES, PEERS = 2, BANK = 16, BUILT = 1700000000, NOW = 1000000, STEPS = 3 };

static const uint16_t ids[] = {
    WF_STORE_RESETTING,   WF_STORE_SEED,      WF_STORE_NUMBER,  WF_STORE_RESTORING,      WF_STORE_GUARD,
    WF_STORE_FLOOR,       WF_STORE_UNIQUE,    WF_STORE_AUDIT,   WF_STORE_AUDIT + 1,      WF_STORE_AUDIT + WF_AUDIT_RING,
    WF_STORE_LISTS,       WF_STORE_LISTS + 1, WF_STORE_REVOKED, WF_STORE_REVOKED + BANK, WF_STORE_PAIRINGS,
    WF_STORE_PAIRINGS + 1};
enum { IDS = sizeof ids / sizeof ids[0] };

typedef struct entry {
    size_t len;
    uint8_t bytes[WF_STORE_ENTRY_LEN];
} entry;

static entry entries[IDS], more[IDS], given[IDS]; /* of those ids; of others that the node writes; the input's */
static uint16_t more_ids[IDS];
static world *w;

/* ---- the store ---- */

static entry *at(uint16_t id, bool makes) {
    if (id > WF_STORE_PAIRINGS + PEERS) {
        return NULL;
    }
    for (unsigned i = 0; i < IDS; i++) {
        if (ids[i] == id) {
            return &entries[i];
        }
    }
    for (unsigned i = 0; i < IDS; i++) {
        if (more_ids[i] == id || (makes && more_ids[i] == 0)) {
            more_ids[i] = id;
            return &more[i];
        }
    }
    return NULL;
}

static wf_error load(void *context, uint16_t id, uint8_t *out, size_t capacity, size_t *len) {
    const entry *e = at(id, false);
    (void)context;
    *len = 0;
    if (e != NULL && e->len > capacity) {
        return WF_ERROR_TOO_SMALL;
    }
    if (e != NULL && e->len > 0) {
        memcpy(out, e->bytes, e->len);
        *len = e->len;
    }
    return WF_OK;
}

static wf_error save(void *context, uint16_t id, const uint8_t *data, size_t len) {
    entry *e = at(id, true);
    (void)context;
    CHECK(e != NULL && len > 0 && len <= sizeof e->bytes);
    memcpy(e->bytes, data, len);
    e->len = len;
    return WF_OK;
}

static wf_error erase(void *context, uint16_t id) {
    entry *e = at(id, false);
    (void)context;
    if (e != NULL) {
        e->len = 0;
    }
    return WF_OK;
}

static const wf_store store = {load, save, erase, NULL};

static void fill(wf_reader *r) {
    for (unsigned i = 0; i < IDS; i++) {
        entries[i].len = more[i].len = more_ids[i] = 0;
    }
    while (r->left > 0) {
        entry *e = &entries[wf_read_u8(r) % IDS];
        size_t len = wf_read_u16(r);
        len = len < r->left ? len : r->left;
        e->len = len < sizeof e->bytes ? len : sizeof e->bytes;
        wf_read_copy(r, e->bytes, e->len);
    }
    memcpy(given, entries, sizeof given);
}

/* ---- its readers ---- */

static bool taken(wf_error error) {
    CHECK(error == WF_OK || error == WF_ERROR_STORE_DAMAGED || error == WF_ERROR_STORE_VERSION);
    return error == WF_OK;
}

static bool is_as_given(uint16_t id) {
    const entry *e = at(id, false), *before = &given[e - entries];
    return e->len == before->len && memcmp(e->bytes, before->bytes, e->len) == 0;
}

static void read_pairing(uint32_t index) {
    static wf_pairing pairings[PEERS];
    uint32_t places[2][2 * PEERS + 4];
    wf_pairing_table table = {pairings, PEERS, PEERS, store, places[0], places[1], wf_pairing_index_places(PEERS)};
    uint16_t id = (uint16_t)(WF_STORE_PAIRINGS + index);
    memset(pairings, 0, sizeof pairings);
    bool is_there = taken(wf_pairing_read(&pairings[index], &store, index)) && at(id, false)->len > 0;
    CHECK(is_there == (pairings[index].state != WF_PAIRING_FREE));
    if (is_there) {
        CHECK_OK(wf_pairing_commit(&table, index, pairings[index].state));
        CHECK(is_as_given(id));
    }
}

/* What is on the first page is on the list. */
static void look_up(const wf_revocation *revocation, const wf_revocation_list *list) {
    const entry *page = at((uint16_t)(WF_STORE_REVOKED + list->bank * BANK), false);
    wf_short_id id = {{0}};
    bool is_whole = page->len == (size_t)list->kept * sizeof id.bytes && list->kept > 0;
    if (is_whole) {
        memcpy(id.bytes, page->bytes + page->len - sizeof id.bytes, sizeof id.bytes);
    }
    wf_error error = wf_revocation_check(revocation, list, &id);
    CHECK(error == WF_ERROR_REVOKED || (taken(error) && list->kept == 0) || !is_whole);
}

static void read_lists(void) {
    static wf_revocation revocation;
    const wf_revocation_list *list;
    revocation = (wf_revocation){.store = store};
    if (!taken(wf_revocation_load(&revocation))) {
        return;
    }
    look_up(&revocation, &revocation.lists[0]);
    for (unsigned next = 0; (list = wf_revocation_next(&revocation, &next)) != NULL;) {
        if (list->applied && wf_revocation_of(&revocation, list->crl.issuer) == list) {
            CHECK_OK(wf_revocation_applied(&revocation, list->crl.issuer));
            CHECK(is_as_given((uint16_t)(WF_STORE_LISTS + next - 1)));
        }
    }
}

/* A wrong proof is counted, and makes the next one wait; the rest stays as it was. */
static void read_guard(void) {
    enum { FAILURES = 1 + 4 };
    wf_guard guard;
    entry *e = at(WF_STORE_GUARD, false);
    if (!taken(wf_guard_start(&guard, &store, NOW)) || e->len == 0) {
        return;
    }
    uint32_t failures = guard.failures;
    CHECK_OK(wf_guard_count(&guard, NOW));
    CHECK(wf_guard_admit(&guard, NOW) == WF_ERROR_LOCKED_OUT && wf_guard_opened(&guard, NOW) <= WF_GUARD_WINDOWS);
    wf_reader r = wf_reader_of(wf_bytes_of(e->bytes + FAILURES, sizeof failures));
    CHECK(wf_read_u32(&r) == failures + (failures < UINT32_MAX));
    memcpy(e->bytes + FAILURES, given[e - entries].bytes + FAILURES, sizeof failures);
    CHECK(is_as_given(WF_STORE_GUARD));
}

static void read_floor(void) {
    static wf_da da;
    da.store = store;
    da.floor = 0;
    const entry *e = at(WF_STORE_FLOOR, false);
    if (taken(wf_da_floor_load(&da, BUILT))) {
        wf_reader r = wf_reader_of(wf_bytes_of(e->bytes, e->len));
        CHECK(da.floor >= BUILT && e->len == 8 && (int64_t)wf_read_u64(&r) == da.floor);
        CHECK(da.floor == BUILT || is_as_given(WF_STORE_FLOOR));
    }
}

static void read_names(void) {
    wf_engine_config config = w->nodes[PLAIN].config;
    const entry *number = at(WF_STORE_NUMBER, false), *unique = at(WF_STORE_UNIQUE, false);
    if (taken(wf_number_keep(&config))) {
        CHECK(number->len == WF_NUMBER_LEN && memcmp(config.node.number, number->bytes, WF_NUMBER_LEN) == 0);
        CHECK(given[number - entries].len == 0 || is_as_given(WF_STORE_NUMBER));
    }
    if (taken(wf_unique_load(&config)) && unique->len > 0) {
        CHECK(unique->len == sizeof config.node.unique && memcmp(config.node.unique, unique->bytes, unique->len) == 0);
    }
}

static void read_marks(void) {
    wf_store_mark mark;
    for (unsigned i = 0; i < 2; i++) {
        uint16_t id = i == 0 ? WF_STORE_RESETTING : WF_STORE_RESTORING;
        CHECK(taken(wf_stored_mark(&store, id, &mark)) ? (mark == WF_MARK_NONE) == (at(id, false)->len == 0)
                                                       : mark == WF_MARK_NONE);
    }
}

static void read_audit(void) {
    static wf_audit_block block;
    static wf_audit_reader reader;
    static uint8_t bytes[WF_STORE_ENTRY_LEN];
    if (taken(wf_audit_block_load(&block, &store, WF_STORE_AUDIT, bytes)) && block.count > 0) {
        wf_writer out = wf_writer_of(bytes, sizeof bytes);
        wf_audit_block_write(&out, &block);
        CHECK_OK(save(NULL, WF_STORE_AUDIT, bytes, out.len));
        CHECK(is_as_given(WF_STORE_AUDIT));
    }
    wf_audit_entry line;
    unsigned lines = 0;
    CHECK_OK(wf_audit_read(&reader, &store));
    while (wf_audit_next(&reader, &line)) {
        CHECK(line.count > 0 && line.last >= line.at && ++lines <= 3 * WF_AUDIT_LINES);
    }
}

/* ---- a node from it ---- */

static wf_engine *start(world_node *n) {
    wf_engine *engine;
    wf_error error = wf_engine_start(&engine, &n->config, n->memory, n->size, NOW);
    return error != WF_ERROR_RESTORE_UNFINISHED && taken(error) ? engine : NULL;
}

static unsigned peers_of(wf_engine *engine) {
    unsigned next = 0, count = 0;
    wf_peer peer;
    while (wf_engine_next_peer(engine, &next, &peer)) {
        count++;
    }
    return count;
}

static void live(wf_engine *engine) {
    wf_datagram datagram;
    wf_event event;
    for (unsigned i = 0; i < STEPS; i++) {
        while (wf_engine_next_datagram(engine, &datagram) || wf_engine_next_event(engine, &event)) {
        }
        wf_time next = wf_engine_deadline(engine);
        if (next != WF_TIME_NEVER) {
            wf_engine_tick(engine, next);
        }
    }
}

static void start_twice(world_node *n) {
    wf_engine *engine = start(n);
    if (engine == NULL) {
        return;
    }
    unsigned peers = peers_of(engine);
    live(engine);
    wf_engine_end(engine, n->size);
    engine = start(n);
    CHECK(engine != NULL && peers_of(engine) == peers);
    wf_engine_end(engine, n->size);
}

static void set_up(void) {
    w = world_new();
    for (unsigned i = CONTROLLER; i < NODES; i++) {
        world_node *n = &w->nodes[i];
        wf_role role = i == DEVICE ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER;
        world_issue(w, n, world_order(w, n, role, (uint8_t)(i + 1)), w->anchors[0], &w->root_key);
        world_configure(w, i, i == DEVICE, i != PLAIN);
        n->config.store = store;
        n->config.audit_entries = 4;
        n->config.keep_number = i == PLAIN;
        n->size = wf_engine_size(&n->config);
        n->memory = malloc(n->size);
        CHECK(n->memory != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (w == NULL) {
        set_up();
    }
    wf_reader r = wf_reader_of(wf_bytes_of(data, size));
    unsigned role = wf_read_u8(&r) % NODES;
    w->seed = 42;
    fill(&r);
    for (uint32_t i = 0; i < PEERS; i++) {
        read_pairing(i);
    }
    read_lists();
    read_guard();
    read_floor();
    read_names();
    read_marks();
    read_audit();
    memcpy(entries, given, sizeof entries);
    start_twice(&w->nodes[role]);
    CHECK_OK(wf_stored_reset(&store));
    CHECK(at(WF_STORE_SEED, false)->len == 0);
    for (uint16_t i = 0; i < PEERS; i++) {
        CHECK(at(WF_STORE_PAIRINGS + i, false)->len == 0);
    }
    return 0;
}
