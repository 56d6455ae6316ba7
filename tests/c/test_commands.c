/* What passes between paired peers, and what does not: freshness, replays, strangers, unpairing, requests, queues. */
#include "da/state.h"
#include "engine/state.h"
#include "world.h"

enum { CONTROLLER, DEVICE, STRANGER, SECOND };

static const wf_bytes nothing = {NULL, 0};

static uint8_t type_of(const world_datagram *d) {
    return d->len > 4 && d->bytes[1] == WF_EHD2_ARBITRARY ? d->bytes[4] : 0;
}

static bool is_record(const world_datagram *d) {
    return type_of(d) == WF_DA_REQUEST || type_of(d) == WF_DA_ANSWER;
}

static world *paired(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    w->log_count = 0;
    w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
    return w;
}

static wf_engine *engine_of(world *w, unsigned i) {
    return w->nodes[i].engine;
}

static const wf_counters *counters(const world *w, unsigned i) {
    return wf_engine_counters(w->nodes[i].engine);
}

static wf_request_id set(world *w, uint8_t esv, uint8_t degrees) {
    return world_ask(w, CONTROLLER, DEVICE, esv, 0xB3, wf_bytes_of(&degrees, 1));
}

static wf_request_id get(world *w) {
    return world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, nothing);
}

static void deliver(world *w, unsigned to, unsigned as, const world_datagram *d) {
    world_deliver(w, to, &w->nodes[as].address, false, wf_bytes_of(d->bytes, d->len));
}

static unsigned count_events(const world *w, unsigned i, wf_event_kind kind) {
    unsigned count = 0;
    for (unsigned k = 0; k < w->nodes[i].event_count; k++) {
        count += w->nodes[i].events[k].event.kind == kind;
    }
    return count;
}

/* ---- freshness ---- */

typedef struct held {
    unsigned count, limit;
    world_datagram datagrams[8];
} held;

static bool hold_requests(world *w, world_datagram *d) {
    held *h = w->context;
    if (d->from == CONTROLLER && type_of(d) == WF_DA_REQUEST && h->count < h->limit) {
        h->datagrams[h->count++] = *d;
        return false;
    }
    return true;
}

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

/* ---- replays, tampering ---- */

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

/* ---- clear text ---- */

static void send_plain(world *w, unsigned as, uint8_t esv, wf_eoj seoj, wf_eoj deoj, uint8_t epc, wf_bytes edt) {
    uint8_t datagram[64];
    wf_writer out = wf_writer_of(datagram, sizeof datagram);
    wf_frame_writer frame = wf_frame_begin(&out, 0x77, seoj, deoj, esv);
    CHECK(wf_frame_property(&frame, epc, edt));
    world_deliver(w, DEVICE, &w->nodes[as].address, false, wf_bytes_of(datagram, out.len));
    world_settle(w);
}

static void a_strangers_set_in_clear_is_refused_and_counted(void) {
    world *w = paired();
    world_configure(w, STRANGER, false, false);
    world_start(w, STRANGER);
    const uint8_t degrees = 26;
    wf_request_id request = world_ask(w, STRANGER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_settle(w);
    CHECK(world_outcome(w, STRANGER, request)->error == WF_ERROR_REFUSED);
    CHECK(world_outcome(w, STRANGER, request)->edata.at[6] == WF_ESV_SETC_SNA);
    wf_request_id read = world_ask(w, STRANGER, DEVICE, WF_ESV_GET, 0xB3, nothing);
    world_settle(w);
    CHECK(world_outcome(w, STRANGER, read)->error == WF_ERROR_REFUSED);
    CHECK(world_value(w, DEVICE, 0xB3) == 20 && counters(w, DEVICE)->policy_refused == 2);
    CHECK(world_event_of(w, DEVICE, WF_EVENT_SECURITY)->error == WF_ERROR_POLICY);
    world_end(w);
}

static void a_paired_peers_address_is_no_proof(void) {
    world *w = paired();
    const uint8_t degrees = 26;
    send_plain(w, CONTROLLER, WF_ESV_SETC, WF_EOJ_CONTROLLER, AIR_CONDITIONER, 0xB3, wf_bytes_of(&degrees, 1));
    send_plain(w, CONTROLLER, WF_ESV_SETI, WF_EOJ_CONTROLLER, AIR_CONDITIONER, 0xB3, wf_bytes_of(&degrees, 1));
    CHECK(world_value(w, DEVICE, 0xB3) == 20);
    send_plain(w, CONTROLLER, WF_ESV_INF, WF_EOJ_CONTROLLER, AIR_CONDITIONER, 0x80, wf_bytes_of(&degrees, 1));
    send_plain(w, CONTROLLER, WF_ESV_INFC, WF_EOJ_CONTROLLER, AIR_CONDITIONER, 0x80, wf_bytes_of(&degrees, 1));
    CHECK(world_event_of(w, DEVICE, WF_EVENT_NOTIFICATION) == NULL);
    CHECK(counters(w, DEVICE)->plaintext_from_paired == 4);
    world_end(w);
}

static void a_forged_answer_in_clear_is_not_taken_for_a_paired_peers(void) {
    world *w = paired();
    held h = {.limit = 1};
    w->context = &h;
    w->pass = hold_requests;
    wf_request_id request = get(w);
    world_settle(w);
    uint8_t datagram[64];
    const uint8_t degrees = 99;
    wf_writer out = wf_writer_of(datagram, sizeof datagram);
    uint16_t tid = (uint16_t)(h.datagrams[0].bytes[2] << 8 | h.datagrams[0].bytes[3]);
    wf_frame_writer frame = wf_frame_begin(&out, tid, AIR_CONDITIONER, WF_EOJ_CONTROLLER, WF_ESV_GET_RES);
    CHECK(wf_frame_property(&frame, 0xB3, wf_bytes_of(&degrees, 1)));
    world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false, wf_bytes_of(datagram, out.len));
    world_collect(w, CONTROLLER);
    CHECK(world_outcome(w, CONTROLLER, request) == NULL);
    deliver(w, DEVICE, CONTROLLER, &h.datagrams[0]);
    world_settle(w);
    CHECK(world_outcome(w, CONTROLLER, request)->edata.at[10] == 20);
    world_end(w);
}

static void an_answer_in_clear_to_everybody_tells_no_value_of_a_paired_peer(void) {
    world *w = paired();
    uint8_t edata[64], datagram[64];
    const uint8_t degrees = 99;
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, WF_ESV_GET);
    CHECK(wf_frame_property(&frame, 0xB3, nothing));
    wf_request_id request;
    CHECK_OK(wf_engine_request(engine_of(w, CONTROLLER), w->now, &request,
                               &(wf_request){.edata = wf_bytes_of(edata, out.len)}));
    world_settle(w);
    const world_datagram *asked = &w->log[w->log_count - 1];
    for (unsigned i = 0; i < w->log_count; i++) {
        asked = w->log[i].from == CONTROLLER && w->log[i].bytes[1] == WF_EHD2_SPECIFIED ? &w->log[i] : asked;
    }
    out = wf_writer_of(datagram, sizeof datagram);
    frame = wf_frame_begin(&out, (uint16_t)(asked->bytes[2] << 8 | asked->bytes[3]), AIR_CONDITIONER, WF_EOJ_CONTROLLER,
                           WF_ESV_GET_RES);
    CHECK(wf_frame_property(&frame, 0xB3, wf_bytes_of(&degrees, 1)));
    world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false, wf_bytes_of(datagram, out.len));
    world_run(w, 5000);
    CHECK(world_event_of(w, CONTROLLER, WF_EVENT_ANSWER) == NULL);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    world_end(w);
}

static const uint8_t all_requests[] = {WF_ESV_GET, WF_ESV_SETC, WF_ESV_SETI, WF_ESV_INF, WF_ESV_INFC, WF_ESV_INF_REQ};

static unsigned count_clear_to(const world *w, unsigned from, unsigned to) {
    unsigned count = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        bool there = wf_address_same_host(&w->log[i].to, &w->nodes[to].address);
        count += w->log[i].from == from && there && w->log[i].bytes[1] == WF_EHD2_SPECIFIED;
    }
    return count;
}

/* In the device's place stands a node that answers everybody in clear, and others say that nobody speaks DA there. */
static void a_paired_device_without_a_session_is_never_asked_in_clear(void) {
    static const uint8_t rumours[][10] = {{0x10, 0x82, 0, 1, WF_DA_EDHOC_ERROR, 0x02, 0x82, 0x03, 0x02, 0},
                                          {0x10, 0x82, 0, 1, WF_DA_HELLO_ANSWER, 0x01, 0x00, 0x00, 0x00, 0x00}};
    world *w = paired();
    world_stop(w, DEVICE);
    world_configure(w, STRANGER, true, false);
    w->nodes[STRANGER].config.policy = &wf_policy_open;
    w->nodes[STRANGER].address = w->nodes[DEVICE].address;
    world_start(w, STRANGER);
    world_stop(w, CONTROLLER);
    world_start(w, CONTROLLER);
    w->log_count = 0;
    const uint8_t degrees = 28;
    for (size_t i = 0; i < sizeof all_requests; i++) {
        bool reads = all_requests[i] == WF_ESV_GET || all_requests[i] == WF_ESV_INF_REQ;
        wf_request_id request =
            world_ask(w, CONTROLLER, DEVICE, all_requests[i], 0xB3, wf_bytes_of(&degrees, reads ? 0 : 1));
        for (size_t k = 0; k < sizeof rumours / sizeof rumours[0]; k++) {
            world_deliver(w, CONTROLLER, &w->nodes[DEVICE].address, false, wf_bytes_of(rumours[k], 10));
        }
        world_run(w, 25000);
        CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_NO_SESSION);
    }
    CHECK(w->log_count > 0 && count_clear_to(w, CONTROLLER, DEVICE) == 0);
    CHECK(world_value(w, STRANGER, 0xB3) == 20);
    world_end(w);
}

static void a_device_without_a_session_tells_its_peers_nothing_in_clear(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    world_stop(w, DEVICE);
    world_start(w, DEVICE);
    w->log_count = 0;
    const uint8_t degrees = 28;
    CHECK_OK(wf_engine_put(engine_of(w, DEVICE), w->now, AIR_CONDITIONER, 0xB3, wf_bytes_of(&degrees, 1)));
    world_run(w, 60000);
    CHECK(w->log_count >= 2); /* it calls */
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(type_of(&w->log[i]) == WF_DA_WAKE);
    }
    world_end(w);
}

static void a_paired_controllers_requests_in_clear_are_refused_with_and_without_a_session(void) {
    for (unsigned fresh = 0; fresh < 2; fresh++) {
        world *w = paired();
        if (fresh) {
            world_stop(w, DEVICE);
            world_start(w, DEVICE);
        }
        const uint8_t degrees = 26;
        for (size_t i = 0; i < sizeof all_requests; i++) {
            w->log_count = 0;
            bool reads = all_requests[i] == WF_ESV_GET || all_requests[i] == WF_ESV_INF_REQ;
            send_plain(w, CONTROLLER, all_requests[i], WF_EOJ_CONTROLLER, AIR_CONDITIONER, 0xB3,
                       wf_bytes_of(&degrees, reads ? 0 : 1));
            for (unsigned k = 0; k < w->log_count; k++) { /* no value in what it says, a refusal at most */
                const world_datagram *d = &w->log[k];
                wf_frame frame;
                CHECK(type_of(d) != 0 || wf_frame_parse(&frame, wf_bytes_of(d->bytes, d->len)) == WF_OK);
                CHECK(type_of(d) != 0 || frame.esv < 0x60);
            }
        }
        CHECK(world_value(w, DEVICE, 0xB3) == 20 && world_event_of(w, DEVICE, WF_EVENT_NOTIFICATION) == NULL);
        world_end(w);
    }
}

static void under_the_open_policy_a_stranger_may_do_everything(void) {
    world *w = paired();
    world_stop(w, DEVICE);
    w->nodes[DEVICE].config.policy = &wf_policy_open;
    world_start(w, DEVICE);
    world_configure(w, STRANGER, false, false);
    world_start(w, STRANGER);
    const uint8_t degrees = 26;
    wf_request_id request = world_ask(w, STRANGER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_settle(w);
    CHECK_OK(world_outcome(w, STRANGER, request)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == 26);
    world_end(w);
}

/* ---- notifications ---- */

static void changes_reach_paired_peers_only_and_never_in_clear(void) {
    world *w = paired();
    world_add(w, STRANGER, WF_ROLE_CONTROLLER);
    world_add(w, SECOND, WF_ROLE_CONTROLLER);
    CHECK_OK(wf_engine_open_window(engine_of(w, DEVICE), w->now, 0, 1));
    CHECK_OK(world_pair(w, SECOND, DEVICE));
    w->log_count = 0;
    const uint8_t degrees = 26;
    CHECK_OK(wf_engine_put(engine_of(w, DEVICE), w->now, AIR_CONDITIONER, 0xB3, wf_bytes_of(&degrees, 1)));
    world_settle(w);
    CHECK(w->log_count == 2);
    for (unsigned i = 0; i < w->log_count; i++) {
        CHECK(is_record(&w->log[i]) && !wf_address_is_unspecified(&w->log[i].to));
    }
    CHECK(world_event_of(w, CONTROLLER, WF_EVENT_NOTIFICATION)->is_protected);
    CHECK(world_event_of(w, SECOND, WF_EVENT_NOTIFICATION)->edata.at[10] == 26);
    CHECK(world_event_of(w, STRANGER, WF_EVENT_NOTIFICATION) == NULL);
    world_end(w);
}

/* Judged by taking the datagrams apart: in clear there is discovery and nothing of the air conditioner. */
static void nothing_of_the_devices_state_is_ever_in_clear(void) {
    world *w = paired();
    wf_engine_announce(engine_of(w, DEVICE), w->now);
    (void)get(w);
    (void)set(w, WF_ESV_SETC, 26);
    (void)world_ask(w, CONTROLLER, DEVICE, WF_ESV_INF_REQ, 0xB3, nothing);
    world_run(w, 2000);
    unsigned clear = 0, records = 0;
    for (unsigned i = 0; i < w->log_count; i++) {
        const world_datagram *d = &w->log[i];
        wf_frame frame;
        wf_da_frame da;
        if (wf_da_frame_parse(&da, wf_bytes_of(d->bytes, d->len)) == WF_OK) {
            records += is_record(d);
            continue;
        }
        CHECK_OK(wf_frame_parse(&frame, wf_bytes_of(d->bytes, d->len)));
        CHECK(frame.seoj == WF_EOJ_NODE_PROFILE && frame.deoj == WF_EOJ_NODE_PROFILE && frame.esv == WF_ESV_INF);
        clear++;
    }
    CHECK(clear == 1 && records >= 6); /* the instance list; three requests, their answers, the change */
    world_end(w);
}

/* ---- unpairing ---- */

static unsigned peers_of(const world *w, unsigned i) {
    unsigned at = 0, count = 0;
    wf_peer peer;
    while (wf_engine_next_peer(w->nodes[i].engine, &at, &peer)) {
        count++;
    }
    return count;
}

static wf_request_id unpair(world *w, unsigned i) {
    wf_request_id request;
    CHECK_OK(wf_engine_unpair(engine_of(w, i), w->now, &request, world_peer(w, i)));
    return request;
}

static void restart(world *w, unsigned i) {
    world_stop(w, i);
    world_start(w, i);
    wf_engine_announce(engine_of(w, i), w->now);
}

static void either_side_may_unpair(void) {
    for (unsigned side = CONTROLLER; side <= DEVICE; side++) {
        world *w = paired();
        wf_request_id request = unpair(w, side);
        world_settle(w);
        CHECK_OK(world_outcome(w, side, request)->error);
        for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
            CHECK(peers_of(w, i) == 0 && count_events(w, i, WF_EVENT_UNPAIRED) == 1);
            CHECK(memcmp(world_event_of(w, i, WF_EVENT_UNPAIRED)->number, w->nodes[1 - i].number, WF_NUMBER_LEN) == 0);
            restart(w, i);
            CHECK(peers_of(w, i) == 0);
        }
        world_end(w);
    }
}

static bool lose_answers(world *w, world_datagram *d) {
    (void)w;
    return type_of(d) != WF_DA_ANSWER;
}

static void a_lost_unpaired_is_asked_for_again(void) {
    world *w = paired();
    w->pass = lose_answers;
    wf_request_id request = unpair(w, CONTROLLER);
    world_run(w, 1500);
    CHECK(world_outcome(w, CONTROLLER, request) == NULL && peers_of(w, DEVICE) == 0);
    w->pass = NULL;
    world_run(w, 3000);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(peers_of(w, CONTROLLER) == 0);
    world_end(w);
}

static void a_peer_that_is_away_is_unpaired_here_only(void) {
    for (unsigned side = CONTROLLER; side <= DEVICE; side++) {
        for (unsigned fresh = 0; fresh < 2; fresh++) {
            world *w = paired();
            world_stop(w, 1 - side);
            if (fresh) { /* and there is no session */
                restart(w, side);
            }
            wf_request_id request = unpair(w, side);
            world_run(w, 10000);
            CHECK(world_outcome(w, side, request)->error == WF_ERROR_UNPAIRED_HERE_ONLY);
            CHECK(peers_of(w, side) == 0);
            restart(w, side);
            CHECK(peers_of(w, side) == 0);
            world_end(w);
        }
    }
}

static void a_controller_without_a_session_makes_one_to_unpair(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    world_start(w, CONTROLLER);
    wf_request_id request = unpair(w, CONTROLLER);
    world_run(w, 2000);
    CHECK_OK(world_outcome(w, CONTROLLER, request)->error);
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 0);
    world_end(w);
}

static bool hold_everything(world *w, world_datagram *d) {
    (void)w;
    (void)d;
    return false;
}

static void both_may_unpair_at_once(void) {
    world *w = paired();
    wf_request_id here = unpair(w, CONTROLLER), there = unpair(w, DEVICE);
    world_run(w, 20000);
    CHECK(world_outcome(w, CONTROLLER, here) != NULL && world_outcome(w, DEVICE, there) != NULL);
    CHECK_OK(world_outcome(w, CONTROLLER, here)->error);
    CHECK_OK(world_outcome(w, DEVICE, there)->error);
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 0);
    CHECK(count_events(w, CONTROLLER, WF_EVENT_UNPAIRED) == 1 && count_events(w, DEVICE, WF_EVENT_UNPAIRED) == 1);
    world_end(w);
}

static void after_unpairing_the_old_session_opens_nothing(void) {
    for (unsigned side = CONTROLLER; side <= DEVICE; side++) {
        world *w = paired();
        held h = {.limit = 2};
        w->context = &h;
        w->pass = hold_requests;
        (void)set(w, WF_ESV_SETC, 26);
        (void)get(w);
        world_settle(w);
        CHECK(h.count == 2);
        w->pass = NULL;
        wf_request_id request = unpair(w, side);
        world_settle(w);
        CHECK_OK(world_outcome(w, side, request)->error);
        w->log_count = 0;
        deliver(w, DEVICE, CONTROLLER, &h.datagrams[0]);
        deliver(w, DEVICE, CONTROLLER, &h.datagrams[1]);
        world_run(w, 3000);
        CHECK(world_value(w, DEVICE, 0xB3) == 20);
        for (unsigned i = 0; i < w->log_count; i++) { /* at most a refusal: no state */
            CHECK(w->log[i].from != DEVICE || w->log[i].len <= 9 + 7 + WF_CCM_TAG_LEN);
        }
        world_end(w);
    }
}

static void requests_to_a_peer_that_leaves_end_and_never_reach_the_next(void) {
    world *w = paired();
    held h = {.limit = 3};
    w->context = &h;
    w->pass = hold_requests;
    wf_request_id reading = get(w), setting = set(w, WF_ESV_SETC, 26);
    world_settle(w);
    w->pass = NULL;
    wf_request_id left = unpair(w, CONTROLLER);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, left)->error);
    CHECK(world_outcome(w, CONTROLLER, reading)->error == WF_ERROR_NOT_PAIRED);
    CHECK(world_outcome(w, CONTROLLER, setting)->error == WF_ERROR_OUTCOME_UNKNOWN);
    world_end(w);
}

static void a_request_without_session_does_not_wait_for_the_next_peer_in_its_place(void) {
    world *w = paired();
    world_stop(w, DEVICE);
    restart(w, CONTROLLER);
    uint8_t edata[64];
    const uint8_t degrees = 31;
    wf_writer out = wf_writer_of(edata, sizeof edata);
    wf_frame_writer frame = wf_edata_begin(&out, WF_EOJ_CONTROLLER, AIR_CONDITIONER, WF_ESV_SETC);
    CHECK(wf_frame_property(&frame, 0xB3, wf_bytes_of(&degrees, 1)));
    wf_request given = {
        .target = {.peer = world_peer(w, CONTROLLER)}, .edata = wf_bytes_of(edata, out.len), .timeout_ms = 100000};
    wf_request_id request;
    CHECK_OK(wf_engine_request(engine_of(w, CONTROLLER), w->now, &request, &given));
    wf_request_id left = unpair(w, CONTROLLER);
    world_run(w, 9000);
    CHECK(world_outcome(w, CONTROLLER, left)->error == WF_ERROR_UNPAIRED_HERE_ONLY);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_NOT_PAIRED);
    world_add(w, SECOND, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(engine_of(w, SECOND), w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, SECOND));
    CHECK(world_value(w, SECOND, 0xB3) == 20);
    world_end(w);
}

static void a_device_that_can_not_erase_does_not_say_that_it_did(void) {
    world *w = paired();
    w->nodes[DEVICE].store.fails = true;
    wf_request_id request = unpair(w, CONTROLLER);
    world_run(w, 20000);
    CHECK(world_outcome(w, CONTROLLER, request)->error == WF_ERROR_UNPAIRED_HERE_ONLY);
    world_end(w);
}

static void a_peer_removes_only_itself(void) {
    world *w = paired();
    world_add(w, SECOND, WF_ROLE_CONTROLLER);
    CHECK_OK(wf_engine_open_window(engine_of(w, DEVICE), w->now, 0, 1));
    CHECK_OK(world_pair(w, SECOND, DEVICE));
    CHECK(peers_of(w, DEVICE) == 2);
    wf_request_id request = unpair(w, SECOND);
    world_settle(w);
    CHECK_OK(world_outcome(w, SECOND, request)->error);
    CHECK(peers_of(w, DEVICE) == 1 && peers_of(w, CONTROLLER) == 1);
    wf_request_id reading = get(w);
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, reading)->error);
    world_end(w);
}

/* One device's records mean nothing under the other's session. */
static void two_devices_of_one_controller_are_told_apart(void) {
    world *w = paired();
    world_add(w, SECOND, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(engine_of(w, SECOND), w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, SECOND));
    w->log_count = 0;
    const uint8_t one = 27, two = 28;
    wf_request_id first = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&one, 1));
    wf_request_id second = world_ask(w, CONTROLLER, SECOND, WF_ESV_SETC, 0xB3, wf_bytes_of(&two, 1));
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, first)->error);
    CHECK_OK(world_outcome(w, CONTROLLER, second)->error);
    CHECK(world_value(w, DEVICE, 0xB3) == 27 && world_value(w, SECOND, 0xB3) == 28);
    unsigned count = w->log_count;
    for (unsigned i = 0; i < count; i++) {
        world_datagram d = w->log[i];
        if (d.from == CONTROLLER) {
            deliver(w, wf_address_same_host(&d.to, &w->nodes[DEVICE].address) ? SECOND : DEVICE, CONTROLLER, &d);
        }
    }
    world_settle(w);
    CHECK(world_value(w, DEVICE, 0xB3) == 27 && world_value(w, SECOND, 0xB3) == 28);
    world_end(w);
}

/* The device has no idea yet that the controller lost its keys. */
static void an_unpairing_follows_the_peer_to_its_new_keys(void) {
    world *w = paired();
    world_stop(w, CONTROLLER);
    world_start(w, CONTROLLER);
    wf_request_id request = unpair(w, DEVICE);
    world_run(w, 10000);
    CHECK_OK(world_outcome(w, DEVICE, request)->error);
    CHECK(peers_of(w, CONTROLLER) == 0 && peers_of(w, DEVICE) == 0);
    world_end(w);
}

typedef struct outage {
    unsigned at, seen;
} outage;

static bool cut_off(world *w, world_datagram *d) {
    outage *o = w->context;
    (void)d;
    return o->seen++ < o->at;
}

static void a_restart_in_the_middle_of_unpairing_leaves_nobody_stuck(void) {
    for (unsigned who = CONTROLLER; who <= DEVICE; who++) {
        for (unsigned side = CONTROLLER; side <= DEVICE; side++) {
            for (unsigned at = 0; at < 3; at++) {
                world *w = paired();
                outage o = {.at = at};
                w->context = &o;
                w->pass = cut_off;
                wf_request_id request = unpair(w, side);
                world_settle(w);
                w->pass = NULL;
                restart(w, who);
                world_run(w, 20000);
                CHECK(who == side || world_outcome(w, side, request) != NULL);
                CHECK(who == side || peers_of(w, side) == 0);
                for (unsigned i = CONTROLLER; i <= DEVICE; i++) {
                    while (peers_of(w, i) > 0) {
                        (void)unpair(w, i);
                        world_run(w, 10000);
                    }
                }
                CHECK_OK(wf_engine_open_window(engine_of(w, DEVICE), w->now, 0, 1));
                w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
                CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
                world_end(w);
            }
        }
    }
}

static void unpaired_sides_may_pair_again(void) {
    world *w = paired();
    for (unsigned round = 0; round < 5; round++) {
        wf_request_id request = unpair(w, round % 2);
        world_settle(w);
        CHECK_OK(world_outcome(w, round % 2, request)->error);
        CHECK_OK(wf_engine_open_window(engine_of(w, DEVICE), w->now, 0, 1));
        w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = 0;
        CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
        wf_request_id reading = get(w);
        world_settle(w);
        CHECK_OK(world_outcome(w, CONTROLLER, reading)->error);
    }
    world_end(w);
}

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
    CASE(a_command_held_back_for_11_seconds_is_refused_and_repeated_by_itself),
    CASE(a_command_held_back_for_9_seconds_still_counts),
    CASE(a_command_that_comes_after_its_request_ended_has_no_effect),
    CASE(a_command_too_late_twice_ends_as_too_late),
    CASE(a_read_may_come_late),
    CASE(commands_without_a_stamp_are_refused),
    CASE(a_device_may_command_a_controller_after_learning_its_clock),
    CASE(replayed_records_are_dropped_and_counted),
    CASE(tampered_records_are_dropped_and_counted),
    CASE(an_answer_can_not_be_given_to_another_request),
    CASE(no_number_is_used_for_two_records),
    CASE(a_record_reflected_to_its_sender_does_nothing),
    CASE(an_answer_out_of_form_changes_nothing),
    CASE(datagrams_of_any_length_do_no_harm),
    CASE(records_by_multicast_are_dropped),
    CASE(a_strangers_set_in_clear_is_refused_and_counted),
    CASE(a_paired_peers_address_is_no_proof),
    CASE(a_forged_answer_in_clear_is_not_taken_for_a_paired_peers),
    CASE(an_answer_in_clear_to_everybody_tells_no_value_of_a_paired_peer),
    CASE(a_paired_device_without_a_session_is_never_asked_in_clear),
    CASE(a_device_without_a_session_tells_its_peers_nothing_in_clear),
    CASE(a_paired_controllers_requests_in_clear_are_refused_with_and_without_a_session),
    CASE(under_the_open_policy_a_stranger_may_do_everything),
    CASE(changes_reach_paired_peers_only_and_never_in_clear),
    CASE(nothing_of_the_devices_state_is_ever_in_clear),
    CASE(either_side_may_unpair),
    CASE(a_lost_unpaired_is_asked_for_again),
    CASE(a_peer_that_is_away_is_unpaired_here_only),
    CASE(a_controller_without_a_session_makes_one_to_unpair),
    CASE(both_may_unpair_at_once),
    CASE(after_unpairing_the_old_session_opens_nothing),
    CASE(requests_to_a_peer_that_leaves_end_and_never_reach_the_next),
    CASE(a_request_without_session_does_not_wait_for_the_next_peer_in_its_place),
    CASE(a_device_that_can_not_erase_does_not_say_that_it_did),
    CASE(a_peer_removes_only_itself),
    CASE(two_devices_of_one_controller_are_told_apart),
    CASE(an_unpairing_follows_the_peer_to_its_new_keys),
    CASE(a_restart_in_the_middle_of_unpairing_leaves_nobody_stuck),
    CASE(unpaired_sides_may_pair_again),
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
