/* The power goes at every write of every scenario, on either side; afterwards nothing is half made for good, lost, or
 * back again. A monitor sees each AEAD call of all runs: no key meets a nonce twice. */
#include "da/guard.h"
#include "nonce_monitor.h"
#include "sim_home.h"
#include <warifu/stored.h>

enum { PATIENCE = 120000, SHORT = 5000 };

/* ---- a run ---- */

typedef struct run {
    home *home;
    home_node *device, *controller;
    home_node *victim, *other;
    wf_error outcome; /* of what was done; CLOSED: the power went before anybody was told */
    uint8_t moved;    /* of an address */
} run;

typedef struct scenario {
    void (*prepare)(run *r);
    wf_error (*act)(run *r);
    void (*check)(run *r);
    bool needs_pairing;
} scenario;

static wf_engine *engine_of(run *r, const home_node *node) {
    return wf_sim_engine(r->home->sim, node->host);
}

static bool has_power(const home_node *node) {
    return wf_sim_store_has_power(node->store);
}

/* Whatever state a power cut left: the two find together, by themselves or by one more pairing. */
static void check_usable(run *r) {
    bool one = home_peer(r->home, r->controller, r->device).value != 0;
    bool two = home_peer(r->home, r->device, r->controller).value != 0;
    if (!one || !two || home_get(r->home, r->controller, r->device, PATIENCE) != WF_OK) {
        CHECK_OK(home_pair(r->home, r->controller, r->device));
        CHECK_OK(home_get(r->home, r->controller, r->device, PATIENCE));
    }
    home_node *const nodes[] = {r->device, r->controller};
    for (unsigned i = 0; i < 2; i++) {
        unsigned at = 0, count = 0;
        wf_peer peer;
        while (wf_engine_next_peer(home_engine(r->home, nodes[i]), &at, &peer)) {
            count++;
        }
        CHECK(count == 1);
    }
}

/* Those that both sides had before must not be lost: no second pairing. */
static void check_kept(run *r) {
    CHECK_OK(home_get(r->home, r->controller, r->device, PATIENCE));
    CHECK(home_peer(r->home, r->device, r->controller).value != 0);
}

/* One run with the power cut at that write of the victim; false when it makes fewer. */
static bool runs(const scenario *s, uint64_t at, bool cut_device, uint32_t loss) {
    static uint64_t seed; /* the same one again would give the same keys again */
    seen.watches = false;
    run r = {.home = home_new(++seed)};
    seen.watches = true;
    r.device = home_add(r.home, WF_ROLE_DEVICE);
    r.controller = home_add(r.home, WF_ROLE_CONTROLLER);
    r.victim = cut_device ? r.device : r.controller;
    r.other = cut_device ? r.controller : r.device;
    if (s->needs_pairing) {
        CHECK_OK(home_pair(r.home, r.controller, r.device));
    }
    if (s->prepare != NULL) {
        s->prepare(&r);
    }
    wf_sim_store_set_faults(r.victim->store, &(wf_sim_store_faults){.loss = loss});
    wf_sim_store_cut_at(r.victim->store, at);
    r.outcome = s->act(&r);
    bool went = !has_power(r.victim);
    wf_sim_store_cut_at(r.victim->store, 0);
    if (went) {
        wf_sim_run(r.home->sim, SHORT);
        home_boot(r.home, r.victim);
    }
    CHECK(went || wf_sim_engine(r.home->sim, r.victim->host) != NULL);
    wf_sim_run(r.home->sim, PATIENCE);
    s->check(&r);
    home_end(r.home);
    return went;
}

static void at_every_write(const scenario *s) {
    static const uint32_t losses[] = {0, WF_SIM_ALWAYS}; /* of the write under way */
    unsigned cuts = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint64_t at = 1;
        while (runs(s, at, i % 2 == 0, losses[i / 2])) {
            at++;
        }
        cuts += (unsigned)at - 1;
    }
    CHECK(cuts > 0 && seen.count > 10);
}

/* ---- scenarios ---- */

static wf_error pair(run *r) {
    return home_pair(r->home, r->controller, r->device);
}

static void a_pairing_is_made_or_can_be_made(void) {
    at_every_write(&(scenario){.act = pair, .check = check_usable});
}

/* The old pairing works until the new one does: nobody needs a third. */
static void a_pairing_made_again_loses_no_peer(void) {
    at_every_write(&(scenario){.act = pair, .check = check_kept, .needs_pairing = true});
}

static wf_error unpair_from(run *r, home_node *node, const home_node *peer) {
    wf_request_id request;
    wf_error error = wf_engine_unpair(home_engine(r->home, node), home_clock(r->home, node), &request,
                                      home_peer(r->home, node, peer));
    return error == WF_OK ? home_wait_for(r->home, node, request, PATIENCE) : error;
}

static wf_error unpair_at_controller(run *r) {
    return unpair_from(r, r->controller, r->device);
}

static wf_error unpair_at_device(run *r) {
    return unpair_from(r, r->device, r->controller);
}

/* Who was told OK has a peer that is gone on both sides, for ever. */
static void check_unpaired(run *r) {
    if (r->outcome == WF_OK) {
        CHECK(home_peer(r->home, r->controller, r->device).value == 0);
        CHECK(home_peer(r->home, r->device, r->controller).value == 0);
    }
    check_usable(r);
}

static void a_peer_that_the_controller_removed_does_not_come_back(void) {
    at_every_write(&(scenario){.act = unpair_at_controller, .check = check_unpaired, .needs_pairing = true});
}

static void a_peer_that_the_device_removed_does_not_come_back(void) {
    at_every_write(&(scenario){.act = unpair_at_device, .check = check_unpaired, .needs_pairing = true});
}

/* The controller has its provisional half, the device the whole: CONFIRMED was lost with the power. */
static void leave_provisional(run *r) {
    wf_sim_store_set_faults(r->controller->store, &(wf_sim_store_faults){.loss = WF_SIM_ALWAYS});
    wf_sim_store_cut_at(r->controller->store, 2);
    CHECK(home_pair(r->home, r->controller, r->device) == WF_ERROR_CLOSED);
    CHECK(!has_power(r->controller) && home_peer(r->home, r->device, r->controller).value != 0);
}

static wf_error restart(run *r, home_node *node) {
    if (engine_of(r, node) != NULL) {
        wf_sim_shut_down(r->home->sim, node->host);
    }
    node->event_count = 0;
    wf_error error = wf_sim_boot(r->home->sim, node->host);
    if (error == WF_OK) {
        wf_engine_announce(home_engine(r->home, node), home_clock(r->home, node));
        wf_sim_run(r->home->sim, PATIENCE);
    }
    return error;
}

static wf_error restart_controller(run *r) {
    return restart(r, r->controller);
}

static void a_provisional_pairing_heals_whenever_the_power_goes_again(void) {
    at_every_write(&(scenario){.prepare = leave_provisional, .act = restart_controller, .check = check_kept});
}

static wf_error restart_victim(run *r) {
    return restart(r, r->victim);
}

static void a_start_that_is_cut_short_is_made_up_for_by_the_next(void) {
    at_every_write(&(scenario){.act = restart_victim, .check = check_kept, .needs_pairing = true});
}

static wf_error reset_victim(run *r) {
    return wf_engine_factory_reset(home_engine(r->home, r->victim), home_clock(r->home, r->victim));
}

/* Once the reset was answered, or its mark was written, no key of it is left. */
static void check_reset(run *r) {
    if (r->outcome == WF_OK) {
        CHECK(home_peer(r->home, r->victim, r->other).value == 0);
    }
    if (home_peer(r->home, r->victim, r->other).value != 0) {
        check_kept(r);
    }
    check_usable(r);
}

static void a_factory_reset_is_whole_or_has_not_begun(void) {
    at_every_write(&(scenario){.act = reset_victim, .check = check_reset, .needs_pairing = true});
}

static wf_error forget_at_victim(run *r) {
    return wf_engine_forget_peer(home_engine(r->home, r->victim), home_clock(r->home, r->victim),
                                 home_peer(r->home, r->victim, r->other));
}

static void a_peer_removed_by_a_local_act_does_not_come_back(void) {
    at_every_write(&(scenario){.act = forget_at_victim, .check = check_reset, .needs_pairing = true});
}

/* The victim writes down where its peer is now. */
static wf_error move_the_other(run *r) {
    wf_address from = r->other->address, to = wf_address_ipv4(10, 0, 9, 9, WF_PORT);
    CHECK_OK(wf_sim_remove_address(r->home->sim, r->other->host, HOME_NETWORK, &from));
    CHECK_OK(wf_sim_add_address(r->home->sim, r->other->host, HOME_NETWORK, &to));
    r->other->address = to;
    return restart(r, r->other);
}

/* A controller that has forgotten the new address again is found by the device when that calls, at its next start. */
static void check_found(run *r) {
    CHECK(home_peer(r->home, r->controller, r->device).value != 0);
    if (home_get(r->home, r->controller, r->device, PATIENCE) != WF_OK) {
        CHECK_OK(restart(r, r->device));
    }
    check_kept(r);
}

static void a_peer_that_moves_is_not_lost(void) {
    at_every_write(&(scenario){.act = move_the_other, .check = check_found, .needs_pairing = true});
}

/* ---- counts ---- */

static wf_guard started(wf_sim_store *at) {
    wf_guard guard;
    wf_store store = wf_sim_store_as_store(at);
    CHECK_OK(wf_guard_start(&guard, &store, 1000));
    return guard;
}

/* So many that were answered are counted still, and at most the one under way more. */
static bool counts(uint64_t at, uint32_t loss, bool windows) {
    wf_sim_store *store;
    unsigned answered = 0;
    CHECK_OK(wf_sim_store_new(&store, at));
    wf_guard guard = started(store);
    wf_sim_store_set_faults(store, &(wf_sim_store_faults){.loss = loss});
    wf_sim_store_cut_at(store, at);
    while (answered < 10 && (windows ? wf_guard_open(&guard, 2000) : wf_guard_count(&guard, 2000)) == WF_OK) {
        answered++;
    }
    bool went = !wf_sim_store_has_power(store);
    wf_sim_store_power_on(store);
    guard = started(store);
    unsigned kept = windows ? wf_guard_opened(&guard, 3000) : guard.failures;
    CHECK(kept == answered || (went && kept == answered + 1));
    wf_sim_store_free(store);
    return went;
}

static void no_power_cut_takes_a_failure_or_a_window_back(void) {
    for (unsigned i = 0; i < 4; i++) {
        uint64_t at = 1;
        while (counts(at, i % 2 == 0 ? 0 : WF_SIM_ALWAYS, i / 2 == 0)) {
            at++;
        }
        CHECK(at == 11);
    }
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_pairing_is_made_or_can_be_made),
    CASE(a_pairing_made_again_loses_no_peer),
    CASE(a_peer_that_the_controller_removed_does_not_come_back),
    CASE(a_peer_that_the_device_removed_does_not_come_back),
    CASE(a_provisional_pairing_heals_whenever_the_power_goes_again),
    CASE(a_start_that_is_cut_short_is_made_up_for_by_the_next),
    CASE(a_factory_reset_is_whole_or_has_not_begun),
    CASE(a_peer_removed_by_a_local_act_does_not_come_back),
    CASE(a_peer_that_moves_is_not_lost),
    CASE(no_power_cut_takes_a_failure_or_a_window_back),
};
CHECK_MAIN(cases)
