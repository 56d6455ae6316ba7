/* Requests: how many, cancelled, too large, and queues that are full. */
#include "da/da.h"
#include "paired_world.h"

/* ---- requests ---- */

static void every_kind_of_request_can_be_cancelled_and_ends_once(void) {
    for (unsigned kind = 0; kind < 8; kind++) {
        world *w = paired();
        wf_engine *engine = engine_of(w, CONTROLLER);
        wf_request_id request;
        w->pass = hold_everything;
        switch (kind) {
        case 0:
            request = get(w);
            break;
        case 1:
            request = set(w, WF_ESV_SETC, 26);
            break;
        case 2: /* waits for a session */
            world_stop(w, CONTROLLER);
            world_start(w, CONTROLLER);
            engine = engine_of(w, CONTROLLER);
            request = get(w);
            break;
        case 3:
            CHECK_OK(wf_engine_hello(engine, w->now, &request, &(wf_address){{0}, 0, 0}, 0));
            break;
        case 4: { /* multicast */
            uint8_t edata[64];
            wf_writer out = wf_writer_of(edata, sizeof edata);
            wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, WF_EOJ_NODE_PROFILE, WF_ESV_GET);
            CHECK(wf_frame_property(&frame, 0xD6, nothing));
            CHECK_OK(wf_engine_request(engine, w->now, &request, &(wf_request){.edata = wf_bytes_of(edata, out.len)}));
            break;
        }
        case 5:
            CHECK_OK(wf_engine_pair(engine, w->now, &request, &(wf_pair_order){.address = w->nodes[DEVICE].address}));
            break;
        case 6:
            request = unpair(w, CONTROLLER);
            break;
        default: /* to a node in clear */
            request = world_ask(w, CONTROLLER, STRANGER, WF_ESV_GET, 0xB3, nothing);
            break;
        }
        world_run(w, 100);
        wf_engine_cancel(engine, w->now, request);
        wf_engine_cancel(engine, w->now, request);
        world_run(w, 60000);
        CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_CANCELLED); /* which checks that it is one */
        CHECK(peers_of(w, CONTROLLER) == 1);
        world_end(w);
    }
}

static void an_unknown_request_can_be_cancelled_without_harm(void) {
    world *w = paired();
    wf_request_id request = get(w);
    wf_engine_cancel(engine_of(w, CONTROLLER), w->now, (wf_request_id){request.value + 1});
    wf_engine_cancel(engine_of(w, CONTROLLER), w->now, (wf_request_id){0});
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    wf_engine_cancel(engine_of(w, CONTROLLER), w->now, request);
    world_settle(w);
    CHECK(count_events(w, CONTROLLER, WF_EVENT_DONE) == 1);
    world_end(w);
}

static void as_many_requests_as_promised_are_under_way_at_once(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    w->nodes[CONTROLLER].config.requests = 32;
    world_start(w, CONTROLLER);
    wf_engine_announce(engine_of(w, CONTROLLER), w->now);
    world_run(w, 1000);
    wf_request_id requests[32];
    for (unsigned i = 0; i < 32; i++) {
        requests[i] = i % 2 ? get(w) : set(w, WF_ESV_SETC, 26);
    }
    world_run(w, 500); /* none needs its timer */
    for (unsigned i = 0; i < 32; i++) {
        CHECK(world_outcome(w, CONTROLLER, requests[i]) != NULL);
        CHECK_OK(world_outcome(w, CONTROLLER, requests[i])->error);
    }
    world_end(w);
}

static bool hold_32_answers(world *w, world_datagram *d) {
    world_datagram **at = w->context;
    if (type_of(d) == WF_DA_ANSWER) {
        *(*at)++ = *d;
        return false;
    }
    return true;
}

/* Each request is on its way before the first is answered. */
static void answers_count_however_many_requests_are_under_way(void) {
    static world_datagram answers[40];
    world_datagram *at = answers;
    world *w = paired();
    world_stop(w, CONTROLLER);
    w->nodes[CONTROLLER].config.requests = 32;
    world_start(w, CONTROLLER);
    wf_engine_announce(engine_of(w, CONTROLLER), w->now);
    world_run(w, 1000);
    w->context = &at;
    w->pass = hold_32_answers;
    wf_request_id requests[32];
    for (unsigned i = 0; i < 32; i++) {
        requests[i] = set(w, WF_ESV_SETC, 26);
    }
    world_settle(w);
    for (world_datagram *d = answers; d < at; d++) {
        deliver(w, CONTROLLER, DEVICE, d);
        world_settle(w);
    }
    w->pass = NULL;
    world_run(w, 500);
    for (unsigned i = 0; i < 32; i++) {
        CHECK(world_outcome(w, CONTROLLER, requests[i]) != NULL);
        CHECK_OK(world_outcome(w, CONTROLLER, requests[i])->error);
    }
    world_end(w);
}

static void too_many_requests_are_refused_by_the_call(void) {
    world *w = paired();
    uint8_t edata[64];
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, WF_ESV_GET);
    CHECK(wf_frame_property(&frame, 0xB3, nothing));
    wf_request given = {.target = {.address = w->nodes[DEVICE].address}, .edata = wf_bytes_of(edata, out.len)};
    wf_request_id ids[9];
    for (unsigned i = 0; i < 8; i++) {
        CHECK_OK(wf_engine_request(engine_of(w, CONTROLLER), w->now, &ids[i], &given));
    }
    CHECK(wf_engine_request(engine_of(w, CONTROLLER), w->now, &ids[8], &given) == WF_ERROR_CAPACITY);
    CHECK(ids[8].value == 0);
    world_run(w, 30000);
    for (unsigned i = 0; i < 8; i++) {
        CHECK_OK(world_outcome(w, CONTROLLER, ids[i])->error);
    }
    world_end(w);
}

static void a_request_that_fits_no_record_is_refused_by_the_call(void) {
    world *w = paired();
    static uint8_t edata[WF_DATAGRAM_LEN];
    for (size_t len = WF_RECORD_EDATA_LEN - 300; len <= WF_RECORD_EDATA_LEN + 20; len++) {
        wf_writer out = wf_writer_of(edata, sizeof edata);
        wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, WF_ESV_SETC);
        static const uint8_t filler[255];
        while (len - out.len > 2 + 1) {
            size_t part = len - out.len - 2 < 250 ? len - out.len - 2 : 250;
            CHECK(wf_frame_property(&frame, 0xB3, wf_bytes_of(filler, part)));
        }
        wf_request given = {.target = {.address = w->nodes[DEVICE].address}, .edata = wf_bytes_of(edata, out.len)};
        wf_request_id id;
        wf_error error = wf_engine_request(engine_of(w, CONTROLLER), w->now, &id, &given);
        CHECK(error == (out.len <= WF_RECORD_EDATA_LEN ? WF_OK : WF_ERROR_TOO_SMALL));
        world_settle(w);
        for (unsigned i = 0; i < w->log_count; i++) {
            CHECK(w->log[i].len <= WF_DATAGRAM_LEN);
        }
        CHECK(error != WF_OK || world_outcome(w, CONTROLLER, id) != NULL);
        w->log_count = w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
    }
    world_end(w);
}

/* ---- queues ---- */

static void full_queues_are_counted_and_lose_no_outcome(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    w->nodes[CONTROLLER].config.event_bytes = 4096;
    w->nodes[CONTROLLER].config.send_bytes = 4096;
    w->nodes[CONTROLLER].config.requests = 64;
    world_start(w, CONTROLLER);
    wf_engine_announce(engine_of(w, CONTROLLER), w->now);
    world_run(w, 1000);
    for (unsigned i = 0; i < 500; i++) { /* more events than fit, none of them taken */
        world_datagram d = {.len = 40};
        memcpy(d.bytes, "\x10\x82\x00\x01\x18\x11\x00\x00", 8);
        deliver(w, CONTROLLER, DEVICE, &d);
        const uint8_t list[] = {1, 0x01, 0x30, (uint8_t)(1 + i % 100)};
        uint8_t datagram[64];
        wf_writer out = wf_writer_of(datagram, sizeof datagram);
        wf_frame_writer frame = wf_frame_begin(&out, 1, WF_EOJ_NODE_PROFILE, WF_EOJ_NODE_PROFILE, WF_ESV_INF);
        CHECK(wf_frame_property(&frame, 0xD5, wf_bytes_of(list, sizeof list)));
        wf_address stranger = wf_address_ipv4(10, 9, 9, 9, WF_PORT);
        world_deliver(w, CONTROLLER, &stranger, true, wf_bytes_of(datagram, out.len));
    }
    CHECK(counters(w, CONTROLLER)->queue_full > 100);
    wf_request_id requests[64];
    for (unsigned i = 0; i < 64; i++) {
        requests[i] = get(w);
    }
    world_run(w, 30000);
    for (unsigned i = 0; i < 64; i++) {
        CHECK(world_outcome(w, CONTROLLER, requests[i]) != NULL);
        CHECK_OK(world_outcome(w, CONTROLLER, requests[i])->error);
    }
    world_end(w);
}

static void the_question_of_a_pairing_is_not_lost_to_lesser_events(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    memset(&w->nodes[CONTROLLER].store, 0, sizeof w->nodes[CONTROLLER].store);
    w->nodes[CONTROLLER].config.event_bytes = 4096;
    world_start(w, CONTROLLER);
    CHECK_OK(wf_engine_open_window(engine_of(w, DEVICE), w->now, 0, 1));
    for (unsigned i = 0; i < 200; i++) {
        world_datagram d = {.len = 10};
        memcpy(d.bytes, "\x10\x82\x00\x01\x11\x01\x03\x00\x00\x00", 10); /* hello answers */
        deliver(w, CONTROLLER, DEVICE, &d);
    }
    wf_request_id request;
    CHECK_OK(wf_engine_pair(engine_of(w, CONTROLLER), w->now, &request,
                            &(wf_pair_order){.address = w->nodes[DEVICE].address}));
    world_settle(w);
    CHECK(world_event_of(w, CONTROLLER, WF_EVENT_PAIR_QUESTION) != NULL);
    world_end(w);
}

static void raw_datagrams_go_out_as_they_are(void) {
    world *w = paired();
    static uint8_t bytes[WF_DATAGRAM_LEN + 1] = {1, 2, 3};
    CHECK_OK(wf_engine_send_raw(engine_of(w, CONTROLLER), &w->nodes[DEVICE].address, wf_bytes_of(bytes, 3)));
    CHECK(wf_engine_send_raw(engine_of(w, CONTROLLER), &w->nodes[DEVICE].address, wf_bytes_of(bytes, sizeof bytes)) ==
          WF_ERROR_TOO_SMALL);
    world_settle(w);
    CHECK(w->log_count == 1 && w->log[0].len == 3 && counters(w, DEVICE)->malformed == 1);
    while (wf_engine_send_raw(engine_of(w, CONTROLLER), &w->nodes[DEVICE].address, wf_bytes_of(bytes, 1000)) == WF_OK) {
        CHECK(counters(w, CONTROLLER)->queue_full == 0);
    }
    CHECK(counters(w, CONTROLLER)->queue_full == 1);
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(every_kind_of_request_can_be_cancelled_and_ends_once),
    CASE(an_unknown_request_can_be_cancelled_without_harm),
    CASE(as_many_requests_as_promised_are_under_way_at_once),
    CASE(answers_count_however_many_requests_are_under_way),
    CASE(too_many_requests_are_refused_by_the_call),
    CASE(a_request_that_fits_no_record_is_refused_by_the_call),
    CASE(full_queues_are_counted_and_lose_no_outcome),
    CASE(the_question_of_a_pairing_is_not_lost_to_lesser_events),
    CASE(raw_datagrams_go_out_as_they_are),
};

CHECK_MAIN(cases)
