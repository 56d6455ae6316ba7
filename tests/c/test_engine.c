#include "world.h"

enum { CONTROLLER, DEVICE, STRANGER };

static world *paired_world(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    return w;
}

static void a_controller_pairs_reads_and_sets(void) {
    world *w = paired_world();
    CHECK(world_event_of(w, DEVICE, WF_EVENT_PAIRED) != NULL);
    w->log_count = 0;
    wf_request_id get = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, get)->error);
    CHECK(world_outcome(w, CONTROLLER, get)->edata.at[10] == 20);
    const uint8_t degrees = 26;
    wf_request_id set = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, set)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == 26);
    const wf_event *note = world_event_of(w, CONTROLLER, WF_EVENT_NOTIFICATION);
    CHECK(note != NULL && note->is_protected && note->eoj == AIR_CONDITIONER && note->edata.at[10] == 26);
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(w->log[i].bytes[1] == WF_EHD2_ARBITRARY);
    }
    world_end(w);
}

static const check_case cases[] = {
    {"a_controller_pairs_reads_and_sets", a_controller_pairs_reads_and_sets},
};

CHECK_MAIN(cases)
