/* Device Authentication on the simulator: pairings in bad weather, and over power cuts at every write. */
#include "sim_home.h"

enum { PATIENCE = 120000 };

static void set_weather(const home *h, uint32_t loss, uint32_t confusion) {
    wf_sim_faults faults = {.loss = loss,
                            .duplication = confusion,
                            .reordering = confusion,
                            .held_back = 100,
                            .least_delay = 1,
                            .delay = 30};
    wf_sim_set_faults(h->sim, &faults);
}

static uint64_t from_environment(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

typedef struct storm {
    uint64_t pairings, failed, begun_anew;
    wf_time longest;
} storm;

static void count_runs(storm *s, const home_node *controller) {
    unsigned begun = 0;
    CHECK(controller->event_count <= HOME_EVENTS);
    for (unsigned i = 0; i < controller->event_count; i++) {
        const wf_event *event = &controller->events[i];
        begun += event->kind == WF_EVENT_PAIR_STEP && event->step == WF_PAIR_STARTED;
    }
    CHECK(begun > 0);
    s->begun_anew += begun > 1;
}

/* Every third device has a set-up code beside the root, every third one the code alone. */
static void pair_in_the_storm(storm *s, uint64_t seed) {
    home *h = home_new(seed);
    h->set_up_codes = seed % 3 != 0;
    h->code_alone = seed % 3 == 2;
    home_node *device = home_add(h, WF_ROLE_DEVICE), *controller = home_add(h, WF_ROLE_CONTROLLER);
    set_weather(h, 30 * WF_SIM_PERCENT, 30 * WF_SIM_PERCENT);
    wf_error error = home_pair(h, controller, device);
    wf_time took = wf_sim_now(h->sim);
    bool went_well = error == WF_OK && took < 180000 && home_peer(h, device, controller).value != 0;
    if (!went_well) {
        fprintf(stderr, "seed %llu: %s after %llu ms\n", (unsigned long long)seed, wf_error_row_of(error)->name,
                (unsigned long long)took);
    }
    s->failed += !went_well;
    s->pairings++;
    s->longest = took > s->longest ? took : s->longest;
    count_runs(s, controller);
    home_end(h);
}

/* 10,000 of them: WARIFU_PAIRINGS=10000 build/release/tests/test_sim_pairing every_pairing_... */
static void every_pairing_succeeds_within_its_window_with_30_percent_loss_duplication_and_reordering(void) {
    storm s = {0};
    uint64_t first = from_environment("WARIFU_FIRST_SEED", 0), count = from_environment("WARIFU_PAIRINGS", 150);
    for (uint64_t seed = first; seed < first + count; seed++) {
        pair_in_the_storm(&s, seed);
    }
    printf("%llu pairings, %llu of them begun anew, the longest took %llu ms\n", (unsigned long long)s.pairings,
           (unsigned long long)s.begun_anew, (unsigned long long)s.longest);
    CHECK(s.pairings == count && s.failed == 0 && (count < 100 || s.begun_anew > 0));
}

static void a_pairing_made_in_bad_weather_works(void) {
    for (uint64_t seed = 0; seed < 6; seed++) {
        home *h = home_new(seed);
        h->set_up_codes = seed % 2 == 1;
        home_node *device = home_add(h, WF_ROLE_DEVICE), *controller = home_add(h, WF_ROLE_CONTROLLER);
        set_weather(h, 30 * WF_SIM_PERCENT, 10 * WF_SIM_PERCENT);
        CHECK_OK(home_pair(h, controller, device));
        CHECK(wf_sim_count(h->sim, WF_SIM_LOST) > 0);
        set_weather(h, 0, 10 * WF_SIM_PERCENT);
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
    set_weather(h, 10 * WF_SIM_PERCENT, 10 * WF_SIM_PERCENT);
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
    CASE(every_pairing_succeeds_within_its_window_with_30_percent_loss_duplication_and_reordering),
    CASE(a_pairing_made_in_bad_weather_works),
    CASE(a_power_cut_at_any_write_of_a_pairing_heals),
    CASE(paired_devices_come_back_together_after_a_power_cut),
};
CHECK_MAIN(cases)
