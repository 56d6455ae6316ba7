/* Long runs over a bad network, each from a seed: what is lost, doubled, late and out of order must end well. */
#include "world.h"

enum { CONTROLLER, DEVICE, SEEDS = 100, STEP_MS = 50, MOST_ON_THE_WAY = 64, TRIES = 6 };

typedef struct delayed {
    wf_time due;
    bool multicast;
    world_datagram datagram;
} delayed;

typedef struct weather {
    uint64_t state;
    unsigned loss, twice, late; /* percent */
    unsigned count;
    delayed on_the_way[MOST_ON_THE_WAY];
} weather;

static unsigned percent(weather *b) {
    b->state = b->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(b->state >> 33) % 100;
}

static void put_off(world *w, weather *b, const world_datagram *d) {
    if (b->count < MOST_ON_THE_WAY) {
        b->on_the_way[b->count++] =
            (delayed){w->now + 20u * percent(b), wf_address_is_unspecified(&d->to), *d}; /* up to 2 s */
    }
}

static bool bad_network(world *w, world_datagram *d) {
    weather *b = w->context;
    if (percent(b) < b->loss) {
        return false;
    }
    if (percent(b) < b->twice) {
        put_off(w, b, d);
    }
    if (percent(b) < b->late) {
        put_off(w, b, d);
        return false;
    }
    return true;
}

static void arrive(world *w, weather *b) {
    for (unsigned i = 0; i < b->count;) {
        delayed late = b->on_the_way[i];
        if (late.due > w->now) {
            i++;
            continue;
        }
        b->on_the_way[i] = b->on_the_way[--b->count];
        unsigned to = 1 - late.datagram.from;
        world_deliver(w, to, &w->nodes[late.datagram.from].address, late.multicast,
                      wf_bytes_of(late.datagram.bytes, late.datagram.len));
    }
}

static void run(world *w, wf_time ms) {
    for (wf_time end = w->now + ms; w->now < end;) {
        world_run(w, STEP_MS);
        arrive(w, w->context);
    }
}

static void forget_what_was_seen(world *w) {
    w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = w->log_count = 0;
}

/* Two nodes that know nothing of each other, under the certificates that they have. */
static void begin_anew(world *w, weather *b, uint64_t seed, unsigned loss) {
    *b = (weather){.state = seed * 2654435761u + 1, .loss = loss, .twice = 20, .late = 20};
    w->context = b;
    w->pass = NULL;
    for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
        world_stop(w, i);
        memset(&w->nodes[i].store, 0, sizeof w->nodes[i].store);
        world_start(w, i);
    }
    w->pass = bad_network;
}

static world *two(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    return w;
}

static wf_error try_to_pair(world *w) {
    wf_request_id request;
    forget_what_was_seen(w);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &request,
                            &(wf_pair_order){.address = w->nodes[DEVICE].address, .number = w->nodes[DEVICE].number}));
    for (unsigned i = 0; world_outcome(w, CONTROLLER, request) == NULL; i++) {
        CHECK(i < 60);
        run(w, 1000);
    }
    return world_outcome(w, CONTROLLER, request)->error;
}

/* Gives the number of tries. */
static unsigned pair(world *w, uint64_t seed) {
    for (unsigned tries = 1; tries <= TRIES; tries++) {
        wf_error error = try_to_pair(w);
        if (error == WF_OK) {
            return tries;
        }
        if (error != WF_ERROR_NO_ANSWER && error != WF_ERROR_PAIRING_INCOMPLETE) {
            fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, wf_error_row_of(error)->name);
            exit(1);
        }
    }
    fprintf(stderr, "seed %llu: not paired\n", (unsigned long long)seed);
    exit(1);
}

static wf_error get(world *w, wf_time ms) {
    wf_request_id request = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    run(w, ms);
    const wf_event *done = world_outcome(w, CONTROLLER, request);
    return done != NULL ? done->error : WF_ERROR_STATE;
}

static void a_pairing_succeeds_over_a_network_that_loses_30_percent(void) {
    world *w = two();
    weather *b = calloc(1, sizeof *b);
    unsigned at_once = 0;
    CHECK(b != NULL);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        begin_anew(w, b, seed, 30);
        at_once += pair(w, seed) == 1;
        w->pass = NULL; /* the sun comes out */
        CHECK_OK(get(w, 5000));
    }
    CHECK(at_once > SEEDS * 8 / 10);
    free(b);
    world_end(w);
}

/* Requests, changes and restarts at random: every request ends once, and with fair weather all is well again. */
static void paired_peers_find_back_to_each_other_whatever_happens(void) {
    world *w = two();
    weather *b = calloc(1, sizeof *b);
    CHECK(b != NULL);
    for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
        begin_anew(w, b, seed, 0);
        CHECK(pair(w, seed) == 1);
        b->loss = 30;
        for (unsigned step = 0; step < 12; step++) {
            forget_what_was_seen(w);
            wf_request_id request = {0};
            unsigned what = percent(b) % 6;
            if (what <= 1) {
                world_stop(w, what);
                world_start(w, what);
                wf_engine_announce(w->nodes[what].engine, w->now);
            } else if (what == 2) {
                const uint8_t mode = (uint8_t)(0x41 + percent(b) % 5);
                CHECK_OK(wf_engine_put(w->nodes[DEVICE].engine, w->now, AIR_CONDITIONER, 0xB0, wf_bytes_of(&mode, 1)));
            } else {
                const uint8_t degrees = (uint8_t)percent(b);
                request = world_ask(w, CONTROLLER, DEVICE, what == 3 ? WF_ESV_SETC : WF_ESV_GET, 0xB3,
                                    wf_bytes_of(&degrees, what == 3));
            }
            run(w, 200u * percent(b));
            if (request.value != 0) {
                run(w, 21000);
                CHECK(world_outcome(w, CONTROLLER, request) != NULL);
            }
        }
        w->pass = NULL;
        forget_what_was_seen(w);
        run(w, 20000);
        if (get(w, 20000) != WF_OK) {
            fprintf(stderr, "seed %llu: lost each other\n", (unsigned long long)seed);
            exit(1);
        }
        CHECK_OK(get(w, 1000));
    }
    free(b);
    world_end(w);
}

/* ---- any mixture of calls ---- */

enum { MOST_REQUESTS = 64 };

typedef struct ledger {
    unsigned count;
    struct {
        unsigned node;
        wf_request_id id;
        unsigned done;
    } rows[MOST_REQUESTS];
} ledger;

static void note(ledger *l, unsigned node, wf_request_id id) {
    CHECK(l->count < MOST_REQUESTS && id.value != 0);
    l->rows[l->count].node = node;
    l->rows[l->count].id = id;
    l->rows[l->count++].done = 0;
}

/* What a stopped engine had under way ends with it, and the next one gives out the same ids. */
static void strike_out(ledger *l, unsigned node) {
    for (unsigned i = 0; i < l->count; i++) {
        if (l->rows[i].node == node) {
            l->rows[i].done = l->rows[i].done == 0 ? 1 : l->rows[i].done;
            l->rows[i].id.value = 0;
        }
    }
}

static void settle_up(world *w, ledger *l) {
    for (unsigned i = 0; i < l->count; i++) {
        const world_node *n = &w->nodes[l->rows[i].node];
        for (unsigned k = 0; k < n->event_count; k++) {
            const wf_event *event = &n->events[k].event;
            bool own = l->rows[i].id.value != 0 && event->request.value == l->rows[i].id.value;
            l->rows[i].done += event->kind == WF_EVENT_DONE && own;
            if (event->kind == WF_EVENT_PAIR_QUESTION && own) {
                wf_engine_pair_decide(n->engine, w->now, event->request, w->now % 4 != 0);
            }
        }
    }
    forget_what_was_seen(w);
}

static void call_anything(world *w, weather *b, ledger *l) {
    unsigned node = percent(b) % 2, what = percent(b) % 10;
    wf_engine *engine = w->nodes[node].engine;
    wf_request_id id = {0};
    wf_error error = WF_OK;
    if (what == 0) {
        strike_out(l, node);
        world_stop(w, node);
        world_start(w, node);
        wf_engine_announce(w->nodes[node].engine, w->now);
    } else if (what <= 2) {
        error = wf_engine_unpair(engine, w->now, &id, world_peer(w, node));
    } else if (what <= 5) {
        CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
        node = CONTROLLER;
        error = wf_engine_pair(w->nodes[CONTROLLER].engine, w->now, &id,
                               &(wf_pair_order){.address = w->nodes[DEVICE].address,
                                                .number = what == 3 ? NULL : w->nodes[DEVICE].number});
    } else if (what == 6 && l->count > 0) {
        unsigned i = percent(b) % l->count;
        wf_engine_cancel(w->nodes[l->rows[i].node].engine, w->now, l->rows[i].id);
    } else if (world_peer(w, CONTROLLER).value != 0) {
        node = CONTROLLER;
        const uint8_t degrees = (uint8_t)percent(b);
        id = world_ask(w, CONTROLLER, DEVICE, what == 7 ? WF_ESV_SETC : WF_ESV_GET, 0xB3,
                       wf_bytes_of(&degrees, what == 7));
    }
    CHECK((error == WF_OK) || id.value == 0);
    if (id.value != 0) {
        note(l, node, id);
    }
}

static void run_and_note(world *w, ledger *l, wf_time ms) {
    for (wf_time end = w->now + ms; w->now < end;) {
        run(w, 500);
        settle_up(w, l);
    }
}

static void any_mixture_of_calls_ends_every_request_once(void) {
    world *w = two();
    weather *b = calloc(1, sizeof *b);
    CHECK(b != NULL);
    for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
        ledger l = {0};
        begin_anew(w, b, seed, 10);
        for (unsigned step = 0; step < 25; step++) {
            call_anything(w, b, &l);
            run_and_note(w, &l, percent(b) < 50 ? 0 : 300u * percent(b));
        }
        run_and_note(w, &l, 90000);
        for (unsigned i = 0; i < l.count; i++) {
            if (l.rows[i].done != 1) {
                fprintf(stderr, "seed %llu: request %u ended %u times\n", (unsigned long long)seed, i, l.rows[i].done);
                exit(1);
            }
        }
        w->pass = NULL;
        CHECK(pair(w, seed) <= 2);
        CHECK_OK(get(w, 5000));
    }
    free(b);
    world_end(w);
}

static const check_case cases[] = {
    {"a_pairing_succeeds_over_a_network_that_loses_30_percent",
     a_pairing_succeeds_over_a_network_that_loses_30_percent},
    {"paired_peers_find_back_to_each_other_whatever_happens", paired_peers_find_back_to_each_other_whatever_happens},
    {"any_mixture_of_calls_ends_every_request_once", any_mixture_of_calls_ends_every_request_once},
};

CHECK_MAIN(cases)
