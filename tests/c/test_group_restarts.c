/* Members and managers restart at any moment, come back from old backups, and live twice as clones, while attackers
 * play again what they have heard. A monitor sees each AEAD call of all runs: no key meets a nonce twice. And nothing
 * that was said once is heard twice. */
#define HOME_NODES 8
#include "nonce_monitor.h"
#include "sim_home.h"
#include <warifu/wire.h>

enum { MANAGERS = 2, MEMBERS = 3, STEPS = 60, WALKS = 6, HEARD = 512, PROPERTY = 0xB3, TARGETS = MANAGERS + MEMBERS };

typedef struct walk {
    home *home;
    uint64_t random;
    home_node *nodes[TARGETS]; /* managers first */
    wf_sim_store *backups[TARGETS];
    home_node clone;                               /* of the first member, with what its store once held */
    uint16_t said[MEMBERS];                        /* the last value that each announced */
    bool heard[MANAGERS][MEMBERS][UINT16_MAX + 1]; /* each value is told once */
    struct {                                       /* what went over the air in groups, to be played again */
        uint8_t bytes[WF_DATAGRAM_LEN];
        size_t len;
        wf_address from;
    } tape[HEARD];
    unsigned taped, notes, replays;
} walk;

static uint32_t below(walk *w, uint32_t limit) {
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(w->random >> 33) % limit;
}

static wf_error add_counter(void *context, wf_sim_host host, wf_node *node) {
    static const uint8_t none[2];
    (void)context;
    (void)host;
    CHECK_OK(wf_node_add_object(node, HOME_AIR_CONDITIONER));
    return wf_node_add_property(node, HOME_AIR_CONDITIONER, PROPERTY, WF_ACCESS_GET | WF_ACCESS_INF, 2, 2,
                                wf_bytes_of(none, 2));
}

static void hear(home *h, home_node *node, const wf_event *event) {
    walk *w = h->context;
    if (event->kind != WF_EVENT_NOTIFICATION || !event->is_signed) {
        return;
    }
    for (unsigned m = 0; m < MANAGERS; m++) {
        for (unsigned i = 0; i < MEMBERS && w->nodes[m] == node; i++) {
            const wf_bytes key = wf_bytes_of(w->nodes[MANAGERS + i]->certificate, w->nodes[MANAGERS + i]->chain[0].len);
            uint8_t fingerprint[WF_HASH_LEN];
            CHECK_OK(wf_certificate_fingerprint(fingerprint, key));
            if (memcmp(fingerprint, event->member, sizeof fingerprint) == 0) {
                uint16_t value = (uint16_t)(event->edata.at[10] << 8 | event->edata.at[11]);
                CHECK(!w->heard[m][i][value]);
                w->heard[m][i][value] = true;
                w->notes++;
            }
        }
    }
}

static void tape(void *context, wf_time now, wf_sim_fate fate, const wf_sim_datagram *d) {
    walk *w = context;
    (void)now;
    if (fate == WF_SIM_SENT && d->multicast && d->bytes.len > 5 && d->bytes.at[4] == WF_DA_GROUP) {
        unsigned at = w->taped++ % HEARD;
        memcpy(w->tape[at].bytes, d->bytes.at, d->bytes.len);
        w->tape[at].len = d->bytes.len;
        w->tape[at].from = d->from;
    }
}

static walk *begin(uint64_t seed) {
    walk *w = calloc(1, sizeof *w);
    CHECK(w != NULL);
    seen.watches = false; /* the known answers that the cryptography is started with */
    home *h = home_new(seed);
    seen.watches = true;
    const wf_sim_faults faults = {.loss = 20 * WF_SIM_PERCENT,
                                  .duplication = 10 * WF_SIM_PERCENT,
                                  .reordering = 10 * WF_SIM_PERCENT,
                                  .held_back = 3000,
                                  .least_delay = 1,
                                  .delay = 50};
    w->home = h;
    w->random = seed;
    h->context = w;
    h->hear = hear;
    h->groups = true;
    h->set_up = add_counter;
    wf_sim_set_faults(h->sim, &faults);
    wf_sim_set_monitor(h->sim, tape, w);
    for (unsigned i = 0; i < TARGETS; i++) {
        w->nodes[i] = home_add(h, i < MANAGERS ? WF_ROLE_CONTROLLER : WF_ROLE_DEVICE);
    }
    for (unsigned i = 0; i < MEMBERS; i++) {
        for (unsigned m = 0; m < MANAGERS; m++) {
            CHECK_OK(home_pair(h, w->nodes[m], w->nodes[MANAGERS + i]));
        }
    }
    for (unsigned i = 0; i < TARGETS; i++) {
        CHECK_OK(wf_sim_store_clone(&w->backups[i], w->nodes[i]->store, seed + i));
    }
    return w;
}

static void end(walk *w) {
    home_end(w->home);
    for (unsigned i = 0; i < TARGETS; i++) {
        wf_sim_store_free(w->backups[i]);
    }
    wf_sim_store_free(w->clone.store);
    free(w);
}

/* ---- what happens ---- */

static void say(walk *w, const home_node *node, unsigned member) {
    wf_engine *engine = wf_sim_engine(w->home->sim, node->host);
    uint16_t value = ++w->said[member];
    const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};
    if (engine != NULL) {
        CHECK_OK(wf_engine_put(engine, wf_sim_clock(w->home->sim, node->host), HOME_AIR_CONDITIONER, PROPERTY,
                               wf_bytes_of(bytes, sizeof bytes)));
    }
}

static void announce(walk *w, unsigned member) {
    say(w, w->nodes[MANAGERS + member], member);
    if (member == 0 && w->clone.store != NULL) {
        say(w, &w->clone, member);
    }
}

/* Without a word, and up again: from its store, or from what that once held. */
static void restart(walk *w, unsigned target, bool from_backup) {
    home_node *node = w->nodes[target];
    wf_sim_cut_power(w->home->sim, node->host);
    wf_sim_run(w->home->sim, below(w, 2000));
    wf_sim_store_power_on(node->store);
    if (from_backup) {
        CHECK_OK(wf_sim_store_restore(node->store, w->backups[target]));
    }
    home_boot(w->home, node);
}

static void live_twice(walk *w) {
    if (w->clone.store != NULL) {
        return;
    }
    home_node *clone = &w->clone;
    *clone = *w->nodes[MANAGERS];
    CHECK_OK(wf_sim_add_host(w->home->sim, &clone->host));
    clone->address = wf_address_ipv4(10, 0, 9, 9, WF_PORT);
    CHECK_OK(wf_sim_add_address(w->home->sim, clone->host, HOME_NETWORK, &clone->address));
    CHECK_OK(wf_sim_store_clone(&clone->store, w->nodes[MANAGERS]->store, 99));
    clone->node.store = clone->store;
    clone->node.event = NULL;
    clone->node.config.entropy = (wf_entropy){NULL, NULL};
    CHECK_OK(wf_sim_set_node(w->home->sim, clone->host, &clone->node));
    CHECK_OK(wf_sim_boot(w->home->sim, clone->host));
    wf_engine_announce(wf_sim_engine(w->home->sim, clone->host), 0);
}

static void play_again(walk *w) {
    const wf_address group = wf_address_group_ipv4(WF_PORT);
    unsigned there = w->taped < HEARD ? w->taped : HEARD;
    for (unsigned i = 0; i < 8 && there > 0; i++) {
        unsigned at = below(w, there);
        CHECK_OK(wf_sim_inject(w->home->sim, HOME_NETWORK, &w->tape[at].from, &group,
                               wf_bytes_of(w->tape[at].bytes, w->tape[at].len), below(w, 5000)));
        w->replays++;
    }
}

static void renew(walk *w) {
    home_node *manager = w->nodes[below(w, MANAGERS)];
    CHECK_OK(wf_engine_renew_group(home_engine(w->home, manager), home_clock(w->home, manager)));
}

static void step(walk *w) {
    switch (below(w, 10)) {
    case 0:
        restart(w, below(w, TARGETS), false);
        break;
    case 1:
        restart(w, below(w, TARGETS), true);
        break;
    case 2:
        live_twice(w);
        break;
    case 3:
        renew(w);
        break;
    case 4:
    case 5:
        play_again(w);
        break;
    default:
        for (unsigned i = 0; i < MEMBERS; i++) {
            announce(w, i);
        }
        break;
    }
    wf_sim_run(w->home->sim, below(w, 15000));
}

static void no_key_meets_a_nonce_twice_and_nothing_is_heard_twice(void) {
    unsigned notes = 0, replays = 0;
    for (uint64_t seed = 1; seed <= WALKS; seed++) {
        walk *w = begin(seed);
        for (unsigned i = 0; i < STEPS; i++) {
            step(w);
        }
        notes += w->notes;
        replays += w->replays;
        end(w);
    }
    CHECK(notes > 200 && replays > 200 && seen.count > 1000);
}

static void after_all_of_it_the_groups_are_whole_again(void) {
    walk *w = begin(77);
    for (unsigned i = 0; i < TARGETS; i++) {
        restart(w, i, i % 2 == 0);
    }
    wf_sim_run(w->home->sim, 400000); /* the longest pause between two attempts at a session is 320 s */
    for (unsigned m = 0; m < MANAGERS; m++) {
        unsigned at = 0;
        wf_group_state state;
        CHECK(wf_engine_next_group(home_engine(w->home, w->nodes[m]), &at, &state));
        CHECK(state.members == MEMBERS && state.waiting == 0);
    }
    end(w);
}

static const check_case cases[] = {
    {"no_key_meets_a_nonce_twice_and_nothing_is_heard_twice", no_key_meets_a_nonce_twice_and_nothing_is_heard_twice},
    {"after_all_of_it_the_groups_are_whole_again", after_all_of_it_the_groups_are_whole_again},
};

CHECK_MAIN(cases)
