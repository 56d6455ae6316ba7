/* A controller whose events nobody takes for a while: what is found, changed and read of nodes is told all the same. */
#include "street.h"

/* Room for a few events only, and nobody takes them for a while. */
static world *narrow_street(void) {
    world *w = street_of_two();
    w->nodes[0].config.event_bytes = 4096;
    w->nodes[0].config.interview = true;
    world_start(w, 0);
    return w;
}

/* As quirky_run, but events stay where they are. */
static void run_without_taking(world *w, wf_time ms) {
    for (wf_time end = w->now + ms; w->now < end; w->now += 10) {
        for (unsigned i = 0; i < QUIRKY_REPLIES; i++) {
            quirky_reply *r = &street.replies[i];
            if (r->due != 0 && r->due <= w->now) {
                r->due = 0;
                world_deliver(w, 0, &r->from, false, wf_bytes_of(r->bytes, r->len));
            }
        }
        wf_engine_tick(w->nodes[0].engine, w->now);
        while (world_carry(w)) {
        }
    }
}

static void an_interview_waits_for_room_and_tells_of_every_object(void) {
    world *w = narrow_street();
    static const wf_address everybody = {{0}, 0, 0};
    wf_request_id id;
    with_objects(&street.devices[0], 8);
    with_objects(&street.devices[1], 8);
    CHECK_OK(wf_engine_discover(w->nodes[0].engine, w->now, &id, &everybody, 1000, false));
    for (unsigned i = 0; i < 30; i++) { /* one event now and then */
        wf_event event;
        run_without_taking(w, 20000);
        if (wf_engine_next_event(w->nodes[0].engine, &event)) {
            CHECK(w->nodes[0].event_count < WORLD_EVENTS);
            w->nodes[0].events[w->nodes[0].event_count++].event = event;
        }
    }
    quirky_run(w, 60000);
    CHECK(count_events(w, WF_EVENT_NODE_OBJECT) == 2 * 9);
    CHECK(count_events(w, WF_EVENT_NODE_FOUND) == 2);
    world_end(w);
}

static void nobody_is_found_or_lost_unsaid(void) {
    world *w = quirky_world(&street, 64);
    w->nodes[0].config.event_bytes = 4096;
    world_start(w, 0);
    w->pass = NULL;
    for (unsigned i = 0; i < 60; i++) { /* far more than there is room for */
        uint8_t bytes[64], number[17];
        wf_address from = host(100 + i);
        number_of(i, number);
        wf_writer out = wf_writer_of(bytes, sizeof bytes);
        wf_frame_writer frame = wf_frame_begin(&out, 1, WF_EOJ_NODE_PROFILE, WF_EOJ_NODE_PROFILE, WF_ESV_INF);
        CHECK(wf_frame_property(&frame, 0x83, wf_bytes_of(number, sizeof number)));
        world_deliver(w, 0, &from, true, wf_bytes_of(bytes, out.len));
    }
    for (unsigned i = 0; i < 60; i += 2) { /* some move */
        uint8_t bytes[64], number[17];
        wf_address from = host(500 + i);
        number_of(i, number);
        wf_writer out = wf_writer_of(bytes, sizeof bytes);
        wf_frame_writer frame = wf_frame_begin(&out, 1, WF_EOJ_NODE_PROFILE, WF_EOJ_NODE_PROFILE, WF_ESV_INF);
        CHECK(wf_frame_property(&frame, 0x83, wf_bytes_of(number, sizeof number)));
        world_deliver(w, 0, &from, true, wf_bytes_of(bytes, out.len));
    }
    world_settle(w);
    bool is_found[60] = {false}, has_moved[60] = {false};
    for (unsigned i = 0; i < w->nodes[0].event_count; i++) {
        const wf_event *event = &w->nodes[0].events[i].event;
        unsigned who = event->number[16];
        if (event->kind == WF_EVENT_NODE_FOUND) {
            CHECK(!is_found[who]);
            is_found[who] = true;
        } else if (event->kind == WF_EVENT_NODE_CHANGED) {
            CHECK(is_found[who] && !has_moved[who] && event->changes == WF_CHANGED_ADDRESS);
            has_moved[who] = true;
        }
    }
    for (unsigned i = 0; i < 60; i++) {
        CHECK(is_found[i] && has_moved[i] == (i % 2 == 0));
    }
    world_end(w);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(an_interview_waits_for_room_and_tells_of_every_object),
    CASE(nobody_is_found_or_lost_unsaid),
};

CHECK_MAIN(cases)
