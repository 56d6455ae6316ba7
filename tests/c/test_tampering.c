/* Records that were seen before, changed, reflected or sent where they do not belong. */
#include "da/state.h"
#include "engine/state.h"
#include "paired_world.h"

static void replayed_records_are_dropped_and_counted(void) {
    world *w = paired();
    wf_request_id request = set(w, WF_ESV_SETC, 26);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    const uint8_t degrees = 20;
    CHECK_OK(wf_engine_put(engine_of(w, DEVICE), w->now, AIR_CONDITIONER, 0xB3, wf_bytes_of(&degrees, 1)));
    world_settle(w);
    unsigned count = w->log_count, records = 0;
    for (unsigned i = 0; i < count; i++) {
        world_datagram d = w->log[i];
        if (is_record(&d)) {
            records++;
            deliver(w, d.from == CONTROLLER ? DEVICE : CONTROLLER, d.from, &d);
        }
    }
    world_settle(w);
    CHECK(records >= 4 && w->log_count == count); /* nothing was answered */
    CHECK(counters(w, DEVICE)->replays_dropped + counters(w, CONTROLLER)->replays_dropped == records);
    CHECK(world_value(w, DEVICE, 0xB3) == 20);
    CHECK(world_event_of(w, DEVICE, WF_EVENT_SECURITY)->error == WF_ERROR_REPLAYED);
    world_end(w);
}

static void tampered_records_are_dropped_and_counted(void) {
    world *w = paired();
    held h = {.limit = 1};
    w->context = &h;
    w->pass = hold_requests;
    wf_request_id request = set(w, WF_ESV_SETC, 26);
    world_settle(w);
    world_datagram *d = &h.datagrams[0];
    size_t clear = WF_DA_HEADER_LEN + 1 + 1;
    unsigned tampered = 0;
    for (size_t at = clear; at < d->len; at++) {
        world_datagram forged = *d;
        forged.bytes[at] ^= 0x04;
        deliver(w, DEVICE, CONTROLLER, &forged);
        tampered++;
    }
    for (size_t at = 2; at < 4; at++) { /* the TID */
        world_datagram forged = *d;
        forged.bytes[at] ^= 0x04;
        deliver(w, DEVICE, CONTROLLER, &forged);
        tampered++;
    }
    CHECK(counters(w, DEVICE)->tampered_dropped == tampered);
    CHECK(world_value(w, DEVICE, 0xB3) == 20);
    deliver(w, DEVICE, CONTROLLER, d); /* the real one is none the worse */
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == 26);
    world_end(w);
}

static bool hold_answers(world *w, world_datagram *d) {
    held *h = w->context;
    if (type_of(d) == WF_DA_ANSWER && h->count < h->limit) {
        h->datagrams[h->count++] = *d;
        return false;
    }
    return true;
}

static void an_answer_can_not_be_given_to_another_request(void) {
    world *w = paired();
    held h = {.limit = 2};
    w->context = &h;
    w->pass = hold_answers;
    wf_request_id first = get(w);
    world_settle(w);
    const uint8_t degrees = 29;
    CHECK_OK(wf_engine_put(engine_of(w, DEVICE), w->now, AIR_CONDITIONER, 0xB3, wf_bytes_of(&degrees, 1)));
    wf_request_id second = get(w);
    world_settle(w);
    CHECK(h.count == 2);
    world_datagram crossed = h.datagrams[0];
    memcpy(crossed.bytes + 2, h.datagrams[1].bytes + 2, 2); /* the second request's TID */
    deliver(w, CONTROLLER, DEVICE, &crossed);
    world_collect(w, CONTROLLER);
    CHECK(world_outcome(w, CONTROLLER, first) == NULL && world_outcome(w, CONTROLLER, second) == NULL);
    deliver(w, CONTROLLER, DEVICE, &h.datagrams[1]);
    deliver(w, CONTROLLER, DEVICE, &h.datagrams[0]);
    world_collect(w, CONTROLLER);
    CHECK(world_outcome(w, CONTROLLER, first)->edata.at[10] == 20);
    CHECK(world_outcome(w, CONTROLLER, second)->edata.at[10] == 29);
    world_end(w);
}

static bool lose_some(world *w, world_datagram *d) {
    uint32_t *state = w->context;
    (void)d;
    *state = *state * 1664525u + 1013904223u;
    return *state >> 24 > 80;
}

/* Repetitions are new records; within one session no number is used twice. */
static void no_number_is_used_for_two_records(void) {
    world *w = paired();
    uint32_t state = 1;
    w->context = &state;
    w->pass = lose_some;
    for (unsigned i = 0; i < 50; i++) {
        (void)(i % 3 == 0 ? set(w, WF_ESV_SETC, (uint8_t)i) : get(w));
        world_run(w, 3000);
    }
    CHECK(w->log_count > 80 && w->log_count < WORLD_LOG);
    for (unsigned i = 0; i < w->log_count; i++) {
        for (unsigned k = 0; k < i && is_record(&w->log[i]); k++) {
            wf_da_frame a, b;
            CHECK_OK(wf_da_frame_parse(&a, wf_bytes_of(w->log[i].bytes, w->log[i].len)));
            bool other = w->log[k].from == w->log[i].from && is_record(&w->log[k]) &&
                         wf_da_frame_parse(&b, wf_bytes_of(w->log[k].bytes, w->log[k].len)) == WF_OK;
            CHECK(!other || a.piv != b.piv || !wf_bytes_equal(a.kid, b.kid));
        }
    }
    world_end(w);
}

static void a_record_reflected_to_its_sender_does_nothing(void) {
    world *w = paired();
    (void)get(w);
    world_settle(w);
    unsigned count = w->log_count;
    for (unsigned i = 0; i < count; i++) {
        world_datagram d = w->log[i];
        deliver(w, d.from, 1 - d.from, &d);
    }
    world_settle(w);
    CHECK(w->log_count == count);
    world_end(w);
}

static wf_session *session_of(world *w, unsigned i) {
    wf_da *da = engine_of(w, i)->da;
    return &da->sessions.entries[wf_session_to_send(&da->sessions, world_peer(w, i).value - 1)];
}

/* Gives the device's answer of this plaintext to the one request that was held. */
static void answer_with(world *w, const world_datagram *asked, wf_bytes plain) {
    wf_da_frame frame;
    uint8_t datagram[WF_DATAGRAM_LEN];
    CHECK_OK(wf_da_frame_parse(&frame, wf_bytes_of(asked->bytes, asked->len)));
    wf_session *s = session_of(w, DEVICE);
    wf_record_bond bond = {wf_bytes_of(s->keys.receive_kid.bytes, s->keys.receive_kid.len), frame.piv};
    wf_writer out = wf_writer_of(datagram, sizeof datagram);
    CHECK_OK(wf_record_seal(&out, &s->keys, WF_DA_ANSWER, frame.tid, s->next_piv++, &bond, plain));
    world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false, wf_bytes_of(datagram, out.len));
    world_collect(w, CONTROLLER);
}

static void an_answer_out_of_form_changes_nothing(void) {
    static const struct {
        size_t len;
        uint8_t bytes[9];
    } wrong[] = {{1, {WF_KIND_REFUSED}},
                 {6, {WF_KIND_REFUSED, 2, 0xBF, 0, 0, 9}},
                 {8, {WF_KIND_REFUSED, 2, 0xBF, 0, 0, 0, 9, 0}},
                 {2, {WF_KIND_CONFIRMED, 0}},
                 {1, {WF_KIND_CONFIRMED}},
                 {1, {WF_KIND_UNPAIRED}},
                 {1, {WF_KIND_CONFIRM}},
                 {1, {WF_KIND_UNPAIR}},
                 {9, {WF_KIND_TIMED_EDATA}},
                 {1, {WF_KIND_EDATA}},
                 {1, {0xFF}}};
    world *w = paired();
    held h = {.limit = 1};
    w->context = &h;
    w->pass = hold_requests;
    wf_request_id request = get(w);
    world_settle(w);
    const wf_session before = *session_of(w, CONTROLLER);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        answer_with(w, &h.datagrams[0], wf_bytes_of(wrong[i].bytes, wrong[i].len));
        CHECK(world_outcome(w, CONTROLLER, request) == NULL && world_peer(w, CONTROLLER).value != 0);
        CHECK(session_of(w, CONTROLLER)->peer_clock_offset == before.peer_clock_offset);
    }
    const uint8_t refusal[] = {WF_KIND_REFUSED, WF_ERROR_POLICY >> 8, WF_ERROR_POLICY & 0xFF, 0, 0, 0, 9};
    answer_with(w, &h.datagrams[0], wf_bytes_of(refusal, sizeof refusal));
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_POLICY);
    CHECK(session_of(w, CONTROLLER)->peer_clock_offset != before.peer_clock_offset);
    world_end(w);
}

static void datagrams_of_any_length_do_no_harm(void) {
    static uint8_t bytes[65507];
    world *w = paired();
    (void)get(w);
    for (unsigned type = WF_DA_HELLO; type <= WF_DA_WAKE; type++) {
        static const size_t lengths[] = {1, 4, 5, 200, 1231, 1232, 1233, 1300, 1500, 2048, 9000, 65507};
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            memset(bytes, 0x11, sizeof bytes);
            memcpy(bytes, "\x10\x82\x00\x01", 4);
            bytes[4] = (uint8_t)type;
            for (unsigned to = CONTROLLER; to <= DEVICE; to++) {
                world_deliver(w, to, &w->nodes[1 - to].address, false, wf_bytes_of(bytes, lengths[i]));
                bytes[1] = WF_EHD2_SPECIFIED;
                world_deliver(w, to, &w->nodes[1 - to].address, true, wf_bytes_of(bytes, lengths[i]));
                bytes[1] = WF_EHD2_ARBITRARY;
            }
            world_settle(w);
            w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
        }
    }
    wf_request_id request = get(w);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    world_end(w);
}

static void records_by_multicast_are_dropped(void) {
    world *w = paired();
    held h = {.limit = 1};
    w->context = &h;
    w->pass = hold_requests;
    (void)set(w, WF_ESV_SETC, 26);
    world_settle(w);
    world_deliver(w, DEVICE, &w->nodes[CONTROLLER].address, true,
                  wf_bytes_of(h.datagrams[0].bytes, h.datagrams[0].len));
    world_settle(w);
    CHECK(world_value(w, DEVICE, 0xB3) == 20 && counters(w, DEVICE)->wrong_path == 1);
    world_end(w);
}

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
    CASE(replayed_records_are_dropped_and_counted),
    CASE(tampered_records_are_dropped_and_counted),
    CASE(an_answer_can_not_be_given_to_another_request),
    CASE(no_number_is_used_for_two_records),
    CASE(a_record_reflected_to_its_sender_does_nothing),
    CASE(an_answer_out_of_form_changes_nothing),
    CASE(datagrams_of_any_length_do_no_harm),
    CASE(records_by_multicast_are_dropped),
};

CHECK_MAIN(cases)
