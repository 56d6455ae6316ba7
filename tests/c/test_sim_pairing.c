/* Device Authentication on the simulator: pairings in bad weather, and over power cuts at every write. */
#include "sim_home.h"

enum { PATIENCE = 120000 };

static void set_weather(const home *h, uint32_t loss) {
    wf_sim_faults faults = {.loss = loss,
                            .duplication = 10 * WF_SIM_PERCENT,
                            .reordering = 10 * WF_SIM_PERCENT,
                            .held_back = 100,
                            .least_delay = 1,
                            .delay = 30};
    wf_sim_set_faults(h->sim, &faults);
}

static void pairings_get_through_loss_duplication_and_reordering(void) {
    for (uint64_t seed = 0; seed < 40; seed++) {
        home *h = home_new(seed);
        home_node *device = home_add(h, WF_ROLE_DEVICE), *controller = home_add(h, WF_ROLE_CONTROLLER);
        set_weather(h, 30 * WF_SIM_PERCENT);
        CHECK_OK(home_pair(h, controller, device));
        CHECK(wf_sim_now(h->sim) < 180000);
        CHECK(wf_sim_count(h->sim, WF_SIM_LOST) > 0);
        set_weather(h, 0);
        CHECK_OK(home_get(h, controller, device, PATIENCE));
        home_end(h);
    }
}

/* One run with the power cut at that write of that node; false when it makes fewer. */
static bool heals(uint64_t at, bool cut_device, uint32_t loss) {
    home *h = home_new(at);
    home_node *device = home_add(h, WF_ROLE_DEVICE), *controller = home_add(h, WF_ROLE_CONTROLLER);
    home_node *victim = cut_device ? device : controller;
    wf_sim_store_faults faults = {.loss = loss};
    wf_sim_store_set_faults(victim->store, &faults);
    wf_sim_store_cut_at(victim->store, at);
    wf_error error = home_pair(h, controller, device);
    bool went = !wf_sim_store_has_power(victim->store);
    if (went) {
        wf_sim_run(h->sim, 5000);
        home_boot(h, victim);
        wf_sim_run(h->sim, PATIENCE);
        if (home_peer(h, controller, device).value == 0 || home_peer(h, device, controller).value == 0) {
            error = home_pair(h, controller, device);
        } else {
            error = WF_OK;
        }
    }
    CHECK_OK(error);
    CHECK_OK(home_get(h, controller, device, PATIENCE));
    home_end(h);
    return went;
}

static void a_power_cut_at_any_write_of_a_pairing_heals(void) {
    static const uint32_t losses[] = {0, WF_SIM_ALWAYS}; /* of the write under way */
    for (unsigned i = 0; i < 4; i++) {
        uint64_t at = 1;
        while (heals(at, i % 2 == 0, losses[i / 2])) {
            at++;
        }
        CHECK(at > 1);
    }
}

static void paired_devices_come_back_together_after_a_power_cut(void) {
    enum { DEVICES = 40 };
    home *h = home_new(1);
    home_node *controller = home_add(h, WF_ROLE_CONTROLLER), *devices[DEVICES];
    for (unsigned i = 0; i < DEVICES; i++) {
        devices[i] = home_add(h, WF_ROLE_DEVICE);
        CHECK_OK(home_pair(h, controller, devices[i]));
    }
    set_weather(h, 10 * WF_SIM_PERCENT);
    for (unsigned i = 0; i < DEVICES; i++) {
        wf_sim_cut_power(h->sim, devices[i]->host);
    }
    wf_sim_cut_power(h->sim, controller->host);
    wf_sim_run(h->sim, 60000);
    for (unsigned i = 0; i < DEVICES; i++) {
        home_boot(h, devices[i]);
    }
    home_boot(h, controller);
    for (unsigned i = 0; i < DEVICES; i++) {
        CHECK_OK(home_get(h, controller, devices[i], PATIENCE));
    }
    home_end(h);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(pairings_get_through_loss_duplication_and_reordering),
    CASE(a_power_cut_at_any_write_of_a_pairing_heals),
    CASE(paired_devices_come_back_together_after_a_power_cut),
};
CHECK_MAIN(cases)
