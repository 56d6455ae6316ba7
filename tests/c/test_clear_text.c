/* What a paired peer never hears or believes in clear, and what a stranger gets. */
#include "paired_world.h"

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

static const check_case cases[] = {
#define CASE(name) \
    { #name, name }
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
};

CHECK_MAIN(cases)
