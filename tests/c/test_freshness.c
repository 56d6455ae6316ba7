/* What comes late: commands held back, and their stamps. */
#include "da/state.h"
#include "engine/state.h"
#include "paired_world.h"

static void a_command_held_back_for_11_seconds_is_refused_and_repeated_by_itself(void) {
    world *w = paired();
    held h = {.limit = 1};
    w->context = &h;
    w->pass = hold_requests;
    wf_request_id request = set(w, WF_ESV_SETC, 30);
    world_run(w, 11000);
    CHECK(world_value(w, DEVICE, 0xB3) == 20 && world_outcome(w, CONTROLLER, request) == NULL);
    deliver(w, DEVICE, CONTROLLER, &h.datagrams[0]);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == 30 && counters(w, DEVICE)->late_refused == 1);
    CHECK(count_events(w, DEVICE, WF_EVENT_PROPERTY_SET) == 1);
    world_end(w);
}

static void a_command_held_back_for_9_seconds_still_counts(void) {
    world *w = paired();
    held h = {.limit = 1};
    w->context = &h;
    w->pass = hold_requests;
    wf_request_id request = set(w, WF_ESV_SETC, 30);
    world_run(w, 9000);
    deliver(w, DEVICE, CONTROLLER, &h.datagrams[0]);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == 30 && counters(w, DEVICE)->late_refused == 0);
    world_end(w);
}

static void a_command_that_comes_after_its_request_ended_has_no_effect(void) {
    world *w = paired();
    held h = {.limit = 1};
    w->context = &h;
    w->pass = hold_requests;
    wf_request_id request = set(w, WF_ESV_SETC, 30);
    world_run(w, 25000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_OUTCOME_UNKNOWN);
    deliver(w, DEVICE, CONTROLLER, &h.datagrams[0]);
    world_run(w, 5000);
    CHECK(world_value(w, DEVICE, 0xB3) == 20 && counters(w, DEVICE)->late_refused == 1);
    world_end(w);
}

/* Held back again after the refusal: the one repetition is used up, and says so. */
static void a_command_too_late_twice_ends_as_too_late(void) {
    world *w = paired();
    held h = {.limit = 2};
    w->context = &h;
    w->pass = hold_requests;
    uint8_t edata[64];
    const uint8_t degrees = 30;
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, WF_ESV_SETC);
    CHECK(wf_frame_property(&frame, 0xB3, wf_bytes_of(&degrees, 1)));
    wf_request given = {
        .target = {.address = w->nodes[DEVICE].address}, .edata = wf_bytes_of(edata, out.len), .timeout_ms = 60000};
    wf_request_id request;
    CHECK_OK(wf_engine_request(engine_of(w, CONTROLLER), w->now, &request, &given));
    for (unsigned i = 0; i < 2; i++) {
        world_run(w, 11000);
        CHECK(h.count == i + 1);
        deliver(w, DEVICE, CONTROLLER, &h.datagrams[i]);
        world_settle(w);
    }
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_TOO_LATE);
    CHECK(world_value(w, DEVICE, 0xB3) == 20);
    world_end(w);
}

static void a_read_may_come_late(void) {
    world *w = paired();
    held h = {.limit = 1};
    w->context = &h;
    w->pass = hold_requests;
    uint8_t edata[64];
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, WF_ESV_INFC);
    const uint8_t on = 0x30;
    CHECK(wf_frame_property(&frame, 0x80, wf_bytes_of(&on, 1)));
    wf_request given = {
        .target = {.address = w->nodes[DEVICE].address}, .edata = wf_bytes_of(edata, out.len), .timeout_ms = 30000};
    wf_request_id request;
    CHECK_OK(wf_engine_request(engine_of(w, CONTROLLER), w->now, &request, &given));
    world_run(w, 15000);
    deliver(w, DEVICE, CONTROLLER, &h.datagrams[0]);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    world_end(w);
}

static void commands_without_a_stamp_are_refused(void) {
    static const uint8_t esvs[] = {WF_ESV_SETI, WF_ESV_SETC};
    for (size_t i = 0; i < sizeof esvs; i++) {
        world *w = paired();
        uint8_t edata[64];
        const uint8_t degrees = 30;
        wf_writer out = wf_writer_of(edata, sizeof edata);
        wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, esvs[i]);
        CHECK(wf_frame_property(&frame, 0xB3, wf_bytes_of(&degrees, 1)));
        CHECK_OK(wf_da_send(engine_of(w, CONTROLLER)->da, w->now, world_peer(w, CONTROLLER), 7, false,
                            wf_bytes_of(edata, out.len)));
        world_run(w, 1000);
        CHECK(world_value(w, DEVICE, 0xB3) == 20 && counters(w, DEVICE)->late_refused == 1);
        world_end(w);
    }
}

static void a_device_may_command_a_controller_after_learning_its_clock(void) {
    world *w = paired();
    uint8_t edata[64];
    const uint8_t on = 0x30;
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, AIR_CONDITIONER, WF_EOJ_CONTROLLER, WF_ESV_SETC);
    CHECK(wf_frame_property(&frame, 0x80, wf_bytes_of(&on, 1)));
    wf_request given = {.target = {.address = w->nodes[CONTROLLER].address}, .edata = wf_bytes_of(edata, out.len)};
    wf_request_id request;
    CHECK_OK(wf_engine_request(engine_of(w, DEVICE), w->now, &request, &given));
    world_run(w, 1000);
    CHECK(counters(w, CONTROLLER)->late_refused == 1);                   /* the first has no stamp */
    CHECK(world_outcome(w, DEVICE, request)->error == WF_ERROR_REFUSED); /* the object has nothing to set */
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(a_command_held_back_for_11_seconds_is_refused_and_repeated_by_itself),
    CASE(a_command_held_back_for_9_seconds_still_counts),
    CASE(a_command_that_comes_after_its_request_ended_has_no_effect),
    CASE(a_command_too_late_twice_ends_as_too_late),
    CASE(a_read_may_come_late),
    CASE(commands_without_a_stamp_are_refused),
    CASE(a_device_may_command_a_controller_after_learning_its_clock),
};

CHECK_MAIN(cases)
