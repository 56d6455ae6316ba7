/* What makes guessing the set-up code impracticable: wrong proofs are counted and delayed, windows are few. */
#include "code_world.h"
#include "da/sending.h"
#include "sim_home.h"

enum { SECOND_MS = 1000, HOUR_MS = 60 * 60 * 1000, DAY_MS = 24 * HOUR_MS };

/* ---- wrong proofs ---- */

static void a_wrong_proof_after_a_completed_handshake_is_a_failure(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 1);
    CHECK(give_wrong_proof(w) == WF_ERROR_WRONG_CODE);
    CHECK(logged(w, WF_DA_MESSAGE_4) == 1 && failures_of(w) == 1);
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).failures == 1);
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms > 0);
    CHECK(peers_of(w, DEVICE) == 0 && peers_of(w, CONTROLLER) == 0);
    const wf_event *refusal = world_event_of(w, DEVICE, WF_EVENT_SECURITY);
    CHECK(refusal != NULL && refusal->error == WF_ERROR_WRONG_CODE);
    world_end(w);
}

static void nothing_but_a_wrong_proof_is_a_failure(void) {
    world *w = code_world(CODE_AND_ROOT);
    world_add(w, OTHER, WF_ROLE_CONTROLLER);
    wf_setup_code wrong = device_code;
    wrong.secret[0] ^= 1;
    open_window(w, 1);
    CHECK(pair_by(w, OTHER, NULL) == WF_ERROR_CODE_NEEDED);
    CHECK(pair_by(w, OTHER, &wrong) == WF_ERROR_WRONG_CODE);
    wf_request_id given_up = begin(w, OTHER, &device_code, false);
    wf_engine_cancel(w->nodes[OTHER].engine, w->now, given_up);
    world_run(w, 50000);
    CHECK(failures_of(w) == 0 && wf_engine_window(w->nodes[DEVICE].engine, w->now).failures == 0);
    CHECK(w->nodes[DEVICE].store.writes == 2 + 1); /* its seed, when it started twice, and the opening */
    world_end(w);
}

/* The controller is made to wait for its owner, so that the test can say what it likes under its keys. */
static bool take_its_code_away(world *w, world_datagram *d) {
    if (d->from == DEVICE && type_of(d) == WF_DA_MESSAGE_4) {
        da_of(w, CONTROLLER)->runs[0].has_code = false;
    }
    return true;
}

static void a_proof_of_another_length_is_a_wrong_one(void) {
    static const size_t lengths[] = {1, 15, 17, 32, 1000};
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        world *w = code_world(CODE_ALONE);
        open_window(w, 1);
        w->pass = take_its_code_away;
        (void)begin(w, CONTROLLER, &device_code, false);
        world_settle(w);
        wf_da *da = da_of(w, CONTROLLER);
        CHECK(da->runs[0].state == WF_RUN_WAITS_DECISION);
        uint8_t plain[1 + 1000] = {WF_KIND_CONFIRM};
        memcpy(plain + 1, da_of(w, DEVICE)->expectations.entries[0].proofs.initiator, WF_SETUP_CODE_PROOF_LEN);
        wf_bytes text = wf_bytes_of(plain, 1 + lengths[i]); /* it begins like the right one */
        CHECK_OK(wf_da_send_kind(da, da->runs[0].session, 1, text, wf_bytes_of(NULL, 0)));
        world_settle(w);
        const wf_event *refusal = world_event_of(w, DEVICE, WF_EVENT_SECURITY);
        CHECK(refusal != NULL && refusal->error == WF_ERROR_WRONG_CODE);
        CHECK(failures_of(w) == 1 && peers_of(w, DEVICE) == 0);
        world_end(w);
    }
}

static void the_fifth_wrong_proof_closes_the_window(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 1);
    for (unsigned i = 1; i <= WF_WINDOW_FAILURES; i++) {
        CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms > 0);
        CHECK(give_wrong_proof(w) == WF_ERROR_WRONG_CODE);
        world_run(w, (wf_time)SECOND_MS << i);
    }
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms == 0);
    const wf_event *closed = world_event_of(w, DEVICE, WF_EVENT_WINDOW_CLOSED);
    CHECK(closed != NULL && closed->error == WF_ERROR_LOCKED_OUT);
    CHECK(pair_by(w, CONTROLLER, &device_code) == WF_ERROR_WINDOW_CLOSED);
    open_window(w, 1);
    CHECK_OK(pair_by(w, CONTROLLER, &device_code)); /* its owner can have another */
    world_end(w);
}

static void keep_open(world *w) {
    if (wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms == 0) {
        CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, WF_WINDOW_MAX_MS, 1));
    }
}

static void after_each_wrong_proof_the_next_waits_twice_as_long_and_64_seconds_at_most(void) {
    world *w = code_world(CODE_ALONE);
    for (unsigned failures = 1; failures <= 9; failures++) {
        wf_time wait = failures > 6 ? 64 * SECOND_MS : (wf_time)SECOND_MS << (failures - 1);
        keep_open(w);
        CHECK(give_wrong_proof(w) == WF_ERROR_WRONG_CODE);
        CHECK(failures_of(w) == failures);
        CHECK(w->now + wait - da_of(w, DEVICE)->guard.proof_after < SECOND_MS); /* he ran in steps of half a second */
        w->now = da_of(w, DEVICE)->guard.proof_after -
                 1; /* the right proof has to wait like any other, and is not looked at */
        keep_open(w);
        CHECK(pair_by(w, CONTROLLER, &device_code) == WF_ERROR_LOCKED_OUT);
        CHECK(failures_of(w) == failures && peers_of(w, DEVICE) == 0);
        w->now += 1;
        w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = w->log_count = 0;
    }
    open_window(w, 1);
    CHECK_OK(pair_by(w, CONTROLLER, &device_code));
    CHECK(failures_of(w) == 0); /* and is forgiven */
    world_end(w);
}

static void wrong_proofs_and_their_delay_survive_a_restart(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 1);
    for (unsigned i = 0; i < 4; i++) {
        CHECK(give_wrong_proof(w) == WF_ERROR_WRONG_CODE);
        world_run(w, (wf_time)SECOND_MS << i);
    }
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    CHECK(failures_of(w) == 4);
    open_window(w, 1);
    CHECK(pair_by(w, CONTROLLER, &device_code) == WF_ERROR_LOCKED_OUT);
    world_run(w, 8 * SECOND_MS);
    CHECK_OK(pair_by(w, CONTROLLER, &device_code));
    world_end(w);
}

static void a_proof_that_can_not_be_counted_is_not_looked_at(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 1);
    w->nodes[DEVICE].store.fails = true;
    CHECK(pair_by(w, CONTROLLER, &device_code) == WF_ERROR_STORE);
    CHECK(peers_of(w, DEVICE) == 0 && peers_of(w, CONTROLLER) == 0);
    w->nodes[DEVICE].store.fails = false;
    world_run(w, SECOND_MS);
    CHECK_OK(pair_by(w, CONTROLLER, &device_code));
    world_end(w);
}

static void a_window_that_can_not_be_counted_does_not_open(void) {
    world *w = code_world(CODE_ALONE);
    w->nodes[DEVICE].store.fails = true;
    CHECK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1) == WF_ERROR_STORE);
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms == 0);
    world_end(w);
}

static void a_damaged_count_does_not_start_as_none(void) {
    world *w = code_world(CODE_ALONE);
    open_window(w, 1);
    world_stop(w, DEVICE);
    world_node *n = &w->nodes[DEVICE];
    for (unsigned i = 0; i < WORLD_ENTRIES; i++) {
        n->store.entries[i].len -= n->store.entries[i].id == WF_STORE_GUARD;
    }
    CHECK(wf_engine_start(&n->engine, &n->config, n->memory, n->size, w->now) == WF_ERROR_STORE_DAMAGED);
    n->engine = NULL;
    world_end(w);
}

/* ---- power cuts: in the simulator, at every write of a device that is given a proof ---- */

typedef struct spoiled {
    home *h;
    const home_node *device;
    bool spoil;
    unsigned compared; /* by what it answered */
} spoiled;

static bool spoil_in_the_air(void *context, wf_sim *sim, const wf_sim_datagram *d, uint8_t *bytes, size_t *len,
                             size_t capacity) {
    spoiled *s = context;
    (void)capacity;
    if (s->spoil && *len > 4 && bytes[1] == WF_EHD2_ARBITRARY && bytes[4] == WF_DA_MESSAGE_4 &&
        d->sender.value == s->device->host.value) {
        wf_expectations *expected = &wf_sim_engine(sim, d->sender)->da->expectations;
        expected->entries[(expected->at - 1) % WF_EXPECTATIONS].proofs.initiator[0] ^= 1;
    }
    return true;
}

/* False when that many writes are not made. */
static bool counts_over_a_cut_at(uint64_t at, bool wrong, uint32_t loss) {
    home *h = home_new(at);
    h->set_up_codes = h->code_alone = true;
    home_node *device = home_add(h, WF_ROLE_DEVICE), *controller = home_add(h, WF_ROLE_CONTROLLER);
    spoiled s = {.h = h, .device = device, .spoil = wrong};
    wf_sim_set_tamper(h->sim, spoil_in_the_air, &s);
    wf_sim_store_faults faults = {.loss = loss};
    wf_sim_store_set_faults(device->store, &faults);
    wf_sim_store_cut_at(device->store, at);
    wf_error error = home_pair(h, controller, device);
    bool was_cut = !wf_sim_store_has_power(device->store);
    wf_sim_store_cut_at(device->store, 0);
    if (was_cut) {
        wf_sim_run(h->sim, SECOND_MS);
        home_boot(h, device);
    }
    unsigned failures = wf_sim_engine(h->sim, device->host)->da->guard.failures;
    bool told = error == WF_ERROR_WRONG_CODE;
    CHECK(!told || failures == 1); /* who learnt that his guess was wrong has paid for it */
    CHECK(wrong || was_cut || (error == WF_OK && failures == 0));
    CHECK(failures <= 1);
    s.spoil = false;
    wf_sim_run(h->sim, 2 * SECOND_MS);
    if (wrong || home_peer(h, device, controller).value == 0) {
        wf_sim_run(h->sim, 300 * SECOND_MS);
        CHECK_OK(home_pair(h, controller, device));
    }
    wf_sim_run(h->sim, 60 * SECOND_MS);
    CHECK_OK(home_get(h, controller, device, 60 * SECOND_MS));
    home_end(h);
    return was_cut;
}

static void no_power_cut_gives_another_try_for_nothing(void) {
    static const uint32_t losses[] = {0, WF_SIM_ALWAYS};
    for (unsigned i = 0; i < 4; i++) {
        uint64_t at = 1;
        while (counts_over_a_cut_at(at, i % 2 == 0, losses[i / 2])) {
            at++;
        }
        CHECK(at > 2); /* the opening, and the count */
    }
}

/* ---- windows ---- */

static void open_times(world *w, unsigned times) {
    for (unsigned i = 0; i < times; i++) {
        CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 1000, 1));
        world_run(w, 2000);
        w->nodes[DEVICE].event_count = 0;
    }
}

static wf_error try_to_open(world *w) {
    return wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 1000, 1);
}

static void a_window_opens_39_times_in_24_hours(void) {
    world *w = code_world(CODE_ALONE);
    wf_time began = w->now;
    open_times(w, WF_GUARD_WINDOWS);
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).opened_today == WF_GUARD_WINDOWS);
    CHECK(try_to_open(w) == WF_ERROR_LOCKED_OUT);
    world_run(w, began + DAY_MS - SECOND_MS - w->now);
    CHECK(try_to_open(w) == WF_ERROR_LOCKED_OUT);
    world_run(w, SECOND_MS);
    CHECK_OK(try_to_open(w)); /* the first of them is a day old */
    CHECK(try_to_open(w) == WF_ERROR_LOCKED_OUT);
    world_run(w, DAY_MS);
    CHECK(wf_engine_window(w->nodes[DEVICE].engine, w->now).opened_today == 0);
    world_end(w);
}

static void opening_an_open_window_counts_too(void) {
    world *w = code_world(CODE_ALONE);
    for (unsigned i = 0; i < WF_GUARD_WINDOWS; i++) {
        CHECK_OK(try_to_open(w));
    }
    CHECK(try_to_open(w) == WF_ERROR_LOCKED_OUT);
    world_end(w);
}

/* However it is switched off and on: a day is 24 hours of operation at least. */
static void restarts_never_shorten_the_day(void) {
    world *w = code_world(CODE_ALONE);
    wf_time began = w->now;
    unsigned opened = 0;
    for (unsigned i = 0; w->now < began + DAY_MS - HOUR_MS; i++) {
        opened += try_to_open(w) == WF_OK;
        world_run(w, (1 + i * 7 % 50) * 60 * SECOND_MS);
        world_stop(w, DEVICE);
        world_start(w, DEVICE);
        opened += try_to_open(w) == WF_OK;
        CHECK(opened <= WF_GUARD_WINDOWS);
    }
    CHECK(opened == WF_GUARD_WINDOWS);
    world_run(w, 2 * DAY_MS);
    CHECK_OK(try_to_open(w)); /* and never for ever */
    world_end(w);
}

static void no_clock_that_jumps_and_no_reset_opens_more(void) {
    world *w = code_world(CODE_ALONE);
    open_times(w, WF_GUARD_WINDOWS);
    wf_engine_set_date(w->nodes[DEVICE].engine, w->now, WORLD_DATE + 10 * 86400);
    CHECK(try_to_open(w) == WF_ERROR_LOCKED_OUT);
    CHECK_OK(wf_engine_factory_reset(w->nodes[DEVICE].engine, w->now));
    CHECK(try_to_open(w) == WF_ERROR_LOCKED_OUT);
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    CHECK(try_to_open(w) == WF_ERROR_LOCKED_OUT);
    world_end(w);
}

/* ---- an attacker with all the time there is ---- */

typedef struct siege {
    unsigned proofs, windows;
} siege;

/* Any window that opens gets proofs as fast as they are looked at. */
static void storm_the_window(world *w, siege *s) {
    while (wf_engine_window(w->nodes[DEVICE].engine, w->now).left_ms > 0) {
        wf_time next = da_of(w, DEVICE)->guard.proof_after;
        if (next > w->now) {
            world_run(w, next - w->now);
            continue;
        }
        unsigned before = failures_of(w);
        wf_error error = give_wrong_proof(w);
        CHECK(error == WF_ERROR_WRONG_CODE && failures_of(w) == before + 1);
        s->proofs++;
        w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = w->log_count = 0;
    }
}

/* He even has the owner open the longest window whenever the device lets him, and restarts the device at will. */
static void in_24_hours_an_attacker_gets_fewer_than_200_proofs(void) {
    world *w = code_world(CODE_ALONE);
    wf_time end = w->now + DAY_MS;
    siege s = {0};
    while (w->now < end) {
        if (wf_engine_open_window(w->nodes[DEVICE].engine, w->now, WF_WINDOW_MAX_MS, 1) == WF_OK) {
            s.windows++;
            storm_the_window(w, &s);
        } else {
            world_run(w, 20 * 60 * SECOND_MS);
        }
        if (s.windows % 10 == 0) {
            world_stop(w, DEVICE);
            world_start(w, DEVICE);
        }
        w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
    }
    printf("%u windows, %u proofs in 24 hours\n", s.windows, s.proofs);
    CHECK(s.windows == WF_GUARD_WINDOWS && s.proofs == WF_GUARD_WINDOWS * WF_WINDOW_FAILURES && s.proofs < 200);
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_wrong_proof_after_a_completed_handshake_is_a_failure),
    CASE(nothing_but_a_wrong_proof_is_a_failure),
    CASE(a_proof_of_another_length_is_a_wrong_one),
    CASE(the_fifth_wrong_proof_closes_the_window),
    CASE(after_each_wrong_proof_the_next_waits_twice_as_long_and_64_seconds_at_most),
    CASE(wrong_proofs_and_their_delay_survive_a_restart),
    CASE(a_proof_that_can_not_be_counted_is_not_looked_at),
    CASE(a_window_that_can_not_be_counted_does_not_open),
    CASE(a_damaged_count_does_not_start_as_none),
    CASE(no_power_cut_gives_another_try_for_nothing),
    CASE(a_window_opens_39_times_in_24_hours),
    CASE(opening_an_open_window_counts_too),
    CASE(restarts_never_shorten_the_day),
    CASE(no_clock_that_jumps_and_no_reset_opens_more),
    CASE(in_24_hours_an_attacker_gets_fewer_than_200_proofs),
};
CHECK_MAIN(cases)
