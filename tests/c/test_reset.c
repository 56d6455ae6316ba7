/* Local acts of an owner: a factory reset, and removing a pairing without its peer. */
#define _GNU_SOURCE 1
#include "engine/state.h"

#include "da/state.h"
#include "store_place.h"
#include "world.h"
#include <warifu/stored.h>

enum { CONTROLLER, DEVICE, OTHER, MOST_SECRETS = 64, PIECE = 8, SEED_LEN = 32 };

static void open_window(world *w) {
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
}

static world *paired(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    open_window(w);
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    return w;
}

static unsigned peers_of(const world *w, unsigned i) {
    unsigned at = 0, count = 0;
    wf_peer peer;
    while (wf_engine_next_peer(w->nodes[i].engine, &at, &peer)) {
        count++;
    }
    return count;
}

static void restart(world *w, unsigned i) {
    world_stop(w, i);
    world_start(w, i);
    wf_engine_announce(w->nodes[i].engine, w->now);
    world_run(w, 1000);
}

static wf_error reset(world *w, unsigned i) {
    wf_error error = wf_engine_factory_reset(w->nodes[i].engine, w->now);
    world_settle(w);
    return error;
}

static void a_factory_reset_ends_pairings_sessions_and_the_window(void) {
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        world *w = paired();
        open_window(w);
        CHECK_OK(reset(w, i));
        CHECK(peers_of(w, i) == 0 && world_event_of(w, i, WF_EVENT_UNPAIRED) != NULL);
        CHECK(i == CONTROLLER || wf_engine_window(w->nodes[i].engine, w->now).left_ms == 0);
        CHECK(i == CONTROLLER || world_event_of(w, i, WF_EVENT_WINDOW_CLOSED)->error == WF_ERROR_CANCELLED);
        for (uint32_t s = 0; s < w->nodes[i].engine->da->sessions.count; s++) {
            CHECK(!w->nodes[i].engine->da->sessions.entries[s].used);
        }
        restart(w, i);
        CHECK(peers_of(w, i) == 0);
        world_end(w);
    }
}

static void after_a_reset_the_old_peer_gets_silence_until_it_pairs_again(void) {
    world *w = paired();
    CHECK_OK(reset(w, DEVICE));
    uint64_t before = w->nodes[DEVICE].engine->counters.sent;
    wf_request_id get = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0x80, wf_bytes_of(NULL, 0));
    world_run(w, 60000);
    CHECK(world_outcome(w, CONTROLLER, get)->error == WF_ERROR_NO_ANSWER);
    CHECK(w->nodes[DEVICE].engine->counters.sent - before <= 3); /* RETRYs at most */
    open_window(w);
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    CHECK(peers_of(w, CONTROLLER) == 1 && peers_of(w, DEVICE) == 1);
    get = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0x80, wf_bytes_of(NULL, 0));
    world_run(w, 20000);
    CHECK_OK(world_outcome(w, CONTROLLER, get)->error);
    world_end(w);
}

static void what_was_under_way_ends_with_a_reset(void) {
    world *w = paired();
    wf_request_id get = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0x80, wf_bytes_of(NULL, 0)), pair;
    CHECK_OK(wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &pair,
                            &(wf_pair_order){.address = w->nodes[DEVICE].address, .number = w->nodes[DEVICE].number}));
    CHECK_OK(wf_engine_factory_reset(w->nodes[CONTROLLER].engine, w->now));
    world_collect(w, CONTROLLER);
    CHECK(world_outcome(w, CONTROLLER, get)->error == WF_ERROR_NOT_PAIRED);
    CHECK(world_outcome(w, CONTROLLER, pair)->error == WF_ERROR_CANCELLED);
    world_run(w, 60000);
    CHECK(peers_of(w, CONTROLLER) == 0);
    world_end(w);
}

static bool has_entry(const world *w, unsigned i, uint16_t id) {
    for (unsigned k = 0; k < WORLD_ENTRIES; k++) {
        if (w->nodes[i].store.entries[k].used && w->nodes[i].store.entries[k].id == id) {
            return true;
        }
    }
    return false;
}

static void a_reset_leaves_alone_what_is_of_no_peer(void) {
    static const uint8_t bytes[] = {1, 2, 3};
    static const uint16_t others[] = {WF_STORE_NUMBER, 0x0010, 0x0400, 0x2000, 0xFFFF};
    world *w = paired();
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK_OK(world_save(&w->nodes[DEVICE].store, others[i], bytes, sizeof bytes));
    }
    CHECK_OK(reset(w, DEVICE));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK(has_entry(w, DEVICE, others[i]));
    }
    CHECK(!has_entry(w, DEVICE, WF_STORE_PAIRINGS) && !has_entry(w, DEVICE, WF_STORE_RESETTING));
    world_end(w);
}

static void a_reset_that_could_not_write_is_finished_at_the_next_start_or_by_another(void) {
    for (unsigned at = 1;; at++) {
        world *w = paired();
        w->nodes[DEVICE].store.fail_at = w->nodes[DEVICE].store.writes + at;
        wf_error error = reset(w, DEVICE);
        CHECK(peers_of(w, DEVICE) == 0);
        if (w->nodes[DEVICE].store.writes < w->nodes[DEVICE].store.fail_at) {
            CHECK_OK(error);
            CHECK(at == 7); /* mark, one pairing, seed, two marks, new seed */
            world_end(w);
            return;
        }
        /* Where only the mark could not be written, all was erased. */
        CHECK(error == (at == 1 ? WF_OK : WF_ERROR_STORE));
        if (at % 2 == 0) {
            CHECK_OK(reset(w, DEVICE));
        }
        restart(w, DEVICE);
        CHECK(peers_of(w, DEVICE) == 0 && !has_entry(w, DEVICE, WF_STORE_PAIRINGS));
        CHECK(!has_entry(w, DEVICE, WF_STORE_RESETTING));
        world_end(w);
    }
}

static void only_a_node_with_an_identity_is_reset(void) {
    world *w = world_new();
    world_configure(w, CONTROLLER, false, false);
    world_start(w, CONTROLLER);
    CHECK(reset(w, CONTROLLER) == WF_ERROR_STATE);
    world_end(w);
}

static unsigned noted(const world *w, unsigned i, wf_audited what) {
    static wf_audit_reader reader;
    wf_audit_entry entry;
    unsigned count = 0;
    wf_engine_audit(w->nodes[i].engine, &reader);
    while (wf_audit_next(&reader, &entry)) {
        count += entry.what == what;
    }
    return count;
}

static void resets_and_restores_are_audited_also_when_nothing_ran(void) {
    static const uint8_t restored = 2;
    world *w = paired();
    wf_store store_of_device = w->nodes[DEVICE].config.store;
    w->nodes[DEVICE].config.audit_entries = WF_AUDIT_RINGS;
    restart(w, DEVICE);
    CHECK(noted(w, DEVICE, WF_AUDITED_FACTORY_RESET) == 0);
    CHECK_OK(reset(w, DEVICE));
    CHECK(noted(w, DEVICE, WF_AUDITED_FACTORY_RESET) == 1 && noted(w, DEVICE, WF_AUDITED_STORE_TROUBLE) == 0);
    world_stop(w, DEVICE);
    CHECK_OK(wf_stored_reset(&store_of_device));
    CHECK_OK(world_save(&w->nodes[DEVICE].store, WF_STORE_RESTORING, &restored, 1));
    for (unsigned i = 0; i < 2; i++) { /* once, and not at every start */
        world_start(w, DEVICE);
        CHECK(noted(w, DEVICE, WF_AUDITED_FACTORY_RESET) == 2 && noted(w, DEVICE, WF_AUDITED_RESTORED) == 1);
        world_stop(w, DEVICE);
    }
    world_end(w);
}

/* ---- no secret stays ---- */

/* Every secret that a node ever had, and the certificates of its peers. */
typedef struct secrets {
    struct {
        uint8_t bytes[WF_CERTIFICATE_LEN];
        size_t len;
    } at[MOST_SECRETS];
    size_t count;
} secrets;

static void remember(secrets *s, wf_bytes secret) {
    for (size_t i = 0; i < s->count; i++) {
        if (s->at[i].len == secret.len && memcmp(s->at[i].bytes, secret.at, secret.len) == 0) {
            return;
        }
    }
    CHECK(s->count < MOST_SECRETS && secret.len >= PIECE);
    memcpy(s->at[s->count].bytes, secret.at, secret.len);
    s->at[s->count++].len = secret.len;
}

static void remember_all(secrets *s, const world *w, unsigned i) {
    const wf_da *da = w->nodes[i].engine->da;
    uint8_t entry[SEED_LEN + 4]; /* and the number of starts, which is none */
    size_t len;
    CHECK_OK(da->store.load(da->store.context, WF_STORE_SEED, entry, sizeof entry, &len));
    remember(s, wf_bytes_of(entry, SEED_LEN));
    remember(s, wf_bytes_of(da->cookie_key.bytes, sizeof da->cookie_key.bytes));
    for (uint32_t k = 0; k < da->pairings.count; k++) {
        const wf_pairing *p = &da->pairings.entries[k];
        if (p->state != WF_PAIRING_FREE) {
            remember(s, wf_bytes_of(p->admission_key, sizeof p->admission_key));
            remember(s, wf_bytes_of(p->certificate, p->certificate_len));
        }
    }
    for (uint32_t k = 0; k < da->sessions.count; k++) {
        const wf_session *session = &da->sessions.entries[k];
        if (session->used && session->keyed) {
            remember(s, wf_bytes_of(session->keys.send_key, sizeof session->keys.send_key));
            remember(s, wf_bytes_of(session->keys.receive_key, sizeof session->keys.receive_key));
            remember(s, wf_bytes_of(session->keys.common_iv, sizeof session->keys.common_iv));
        }
    }
}

/* A row of zeros, as in an identification number, is found anywhere. */
static bool is_telling(const uint8_t piece[PIECE]) {
    unsigned different = 0;
    for (unsigned i = 0; i < PIECE; i++) {
        different += memchr(piece + i + 1, piece[i], PIECE - 1 - i) == NULL;
    }
    return different >= PIECE - 2;
}

/* How many of the secrets have a piece among these bytes. */
static unsigned found_in(const secrets *s, const uint8_t *bytes, size_t len) {
    unsigned found = 0;
    for (size_t i = 0; i < s->count; i++) {
        bool here = false;
        for (size_t at = 0; at + PIECE <= s->at[i].len && !here; at += PIECE) {
            here = is_telling(s->at[i].bytes + at) && memmem(bytes, len, s->at[i].bytes + at, PIECE) != NULL;
        }
        found += here;
    }
    return found;
}

static unsigned found_in_files(const secrets *s) {
    static uint8_t all[1 << 20];
    char path[600];
    size_t len = 0;
    DIR *list = opendir(place);
    CHECK(list != NULL);
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
        snprintf(path, sizeof path, "%.300s/%.255s", place, entry->d_name);
        FILE *file = entry->d_name[0] != '.' ? fopen(path, "rb") : NULL;
        if (file != NULL) {
            len += fread(all + len, 1, sizeof all - len, file);
            fclose(file);
        }
    }
    closedir(list);
    CHECK(len > 0 && len < sizeof all);
    return found_in(s, all, len);
}

/* A life with pairings made again, one that stayed incomplete, restarts and a move, on a store in a real folder. */
static void live(world *w, unsigned i, secrets *s) {
    open_window(w);
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    remember_all(s, w, i);
    open_window(w);
    CHECK_OK(world_pair(w, OTHER, DEVICE));
    remember_all(s, w, i);
    restart(w, i);
    world_run(w, 20000);
    remember_all(s, w, i);
    open_window(w);
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    remember_all(s, w, i);
    w->nodes[1 - i].address.ip[15] ^= 0x40;
    restart(w, 1 - i);
    world_run(w, 30000);
    remember_all(s, w, i);
    open_window(w);
    wf_request_id pair;
    CHECK_OK(wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &pair,
                            &(wf_pair_order){.address = w->nodes[DEVICE].address, .number = w->nodes[DEVICE].number}));
    while (w->nodes[CONTROLLER].engine->da->runs[0].state != WF_RUN_WAITS_ANSWER) {
        CHECK(world_carry(w));
    }
    remember_all(s, w, i);
}

static void after_a_reset_neither_folder_nor_memory_holds_a_secret(void) {
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        static secrets s;
        start();
        s.count = 0;
        world *w = world_new();
        for (unsigned k = CONTROLLER; k <= OTHER; k++) {
            wf_role role = k == DEVICE ? WF_ROLE_DEVICE : WF_ROLE_CONTROLLER;
            world_issue(w, &w->nodes[k], world_order(w, &w->nodes[k], role, (uint8_t)(k + 1)), w->anchors[0],
                        &w->root_key);
            world_configure(w, k, role == WF_ROLE_DEVICE, true);
            w->nodes[k].config.store = k == i ? vtable : w->nodes[k].config.store;
            world_start(w, k);
        }
        live(w, i, &s);
        CHECK(s.count > 10 && found_in_files(&s) >= 3);
        CHECK(found_in(&s, w->nodes[i].memory, w->nodes[i].size) >= 6);
        CHECK_OK(wf_engine_factory_reset(w->nodes[i].engine, w->now));
        CHECK(found_in_files(&s) == 0);
        world_settle(w);
        CHECK(found_in(&s, w->nodes[i].memory, w->nodes[i].size) == 0);
        world_end(w);
        finish();
    }
}

/* ---- one peer ---- */

static void a_peer_that_is_away_can_be_removed(void) {
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        world *w = paired();
        world_stop(w, 1 - i);
        wf_peer_id peer = world_peer(w, i);
        CHECK_OK(wf_engine_forget_peer(w->nodes[i].engine, w->now, peer));
        world_settle(w);
        CHECK(peers_of(w, i) == 0 && world_event_of(w, i, WF_EVENT_UNPAIRED) != NULL);
        CHECK(wf_engine_forget_peer(w->nodes[i].engine, w->now, peer) == WF_ERROR_NOT_PAIRED);
        restart(w, i);
        CHECK(peers_of(w, i) == 0);
        world_start(w, 1 - i);
        wf_engine_announce(w->nodes[1 - i].engine, w->now);
        world_run(w, 60000);
        CHECK(peers_of(w, i) == 0); /* nothing that the peer does brings it back */
        open_window(w);
        CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
        CHECK(peers_of(w, CONTROLLER) == 1 && peers_of(w, DEVICE) == 1);
        world_end(w);
    }
}

static void a_removal_that_the_store_refused_can_be_tried_again(void) {
    world *w = paired();
    wf_peer_id peer = world_peer(w, DEVICE);
    w->nodes[DEVICE].store.fail_at = w->nodes[DEVICE].store.writes + 1;
    CHECK(wf_engine_forget_peer(w->nodes[DEVICE].engine, w->now, peer) == WF_ERROR_STORE);
    CHECK(peers_of(w, DEVICE) == 0);
    CHECK_OK(wf_engine_forget_peer(w->nodes[DEVICE].engine, w->now, peer));
    restart(w, DEVICE);
    CHECK(peers_of(w, DEVICE) == 0);
    world_end(w);
}

/* The controller has an incomplete pairing beside the one that counts: it must not heal into what was removed. */
static void a_removed_peer_does_not_come_back_by_a_pairing_that_was_incomplete(void) {
    for (unsigned by_unpair = 0; by_unpair < 2; by_unpair++) {
        world *w = paired();
        wf_request_id pair, unpair;
        open_window(w);
        CHECK_OK(
            wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &pair,
                           &(wf_pair_order){.address = w->nodes[DEVICE].address, .number = w->nodes[DEVICE].number}));
        while (w->nodes[CONTROLLER].engine->da->runs[0].state != WF_RUN_WAITS_ANSWER) {
            CHECK(world_carry(w));
        }
        world_stop(w, DEVICE);
        world_run(w, 260000);
        CHECK(world_outcome(w, CONTROLLER, pair)->error == WF_ERROR_PAIRING_INCOMPLETE);
        CHECK(wf_pairing_count(&w->nodes[CONTROLLER].engine->da->pairings, WF_PAIRING_PROVISIONAL) == 1);
        world_start(w, DEVICE);
        wf_peer_id peer = world_peer(w, CONTROLLER);
        if (by_unpair) {
            CHECK_OK(wf_engine_unpair(w->nodes[CONTROLLER].engine, w->now, &unpair, peer));
            world_run(w, 60000);
        } else {
            CHECK_OK(wf_engine_forget_peer(w->nodes[CONTROLLER].engine, w->now, peer));
        }
        CHECK(peers_of(w, CONTROLLER) == 0);
        restart(w, CONTROLLER);
        world_run(w, 120000);
        CHECK(peers_of(w, CONTROLLER) == 0);
        world_end(w);
    }
}

static void a_table_has_room_for_as_many_as_the_store_has_ids(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_stop(w, CONTROLLER);
    wf_engine_config config = w->nodes[CONTROLLER].config;
    wf_engine *engine;
    uint64_t memory[8];
    config.pairings = 4095;
    CHECK(wf_engine_start(&engine, &config, memory, sizeof memory, w->now) == WF_ERROR_ARGUMENT);
    config.pairings = 4094;
    CHECK(wf_engine_start(&engine, &config, memory, sizeof memory, w->now) == WF_ERROR_TOO_SMALL);
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_factory_reset_ends_pairings_sessions_and_the_window),
    CASE(after_a_reset_the_old_peer_gets_silence_until_it_pairs_again),
    CASE(what_was_under_way_ends_with_a_reset),
    CASE(a_reset_leaves_alone_what_is_of_no_peer),
    CASE(a_reset_that_could_not_write_is_finished_at_the_next_start_or_by_another),
    CASE(resets_and_restores_are_audited_also_when_nothing_ran),
    CASE(only_a_node_with_an_identity_is_reset),
    CASE(after_a_reset_neither_folder_nor_memory_holds_a_secret),
    CASE(a_peer_that_is_away_can_be_removed),
    CASE(a_removal_that_the_store_refused_can_be_tried_again),
    CASE(a_removed_peer_does_not_come_back_by_a_pairing_that_was_incomplete),
    CASE(a_table_has_room_for_as_many_as_the_store_has_ids),
};
CHECK_MAIN(cases)
