/* The controller layer at work: its messages become requests of this engine, in clear or under a session, and what is
 * heard goes to its roster. */
#include <string.h>

#include "engine/state.h"

enum {
    USUAL_CALL_BYTES = 2048,
    USUAL_INSTANCES = 84,
    MOST_INSTANCES = 4096,
    USUAL_GAP_MS = 100,
    USUAL_DISCOVERY_MS = 3000,
    VERSION = 0x82,
    INSTANCES_TOLD = 0xD5,
    INSTANCES = 0xD6,
    NUMBER = 0x83
};

/* ---- what the layer asks of the engine ---- */

static wf_error on_send(void *context, wf_time now, wf_request_id *out, const wf_message *message) {
    wf_engine *engine = context;
    wf_request request = {message->target, message->edata, message->timeout_ms, message->repeatable};
    wf_error error = wf_engine_request(engine, now, out, &request);
    wf_pending *pending = error == WF_OK ? wf_pending_by_id(engine, *out) : NULL;
    if (pending != NULL) {
        pending->of_call = true;
    }
    return error;
}

static void on_cancel(void *context, wf_request_id message) {
    wf_pending *pending = wf_pending_by_id(context, message);
    if (pending != NULL) {
        memset(pending, 0, sizeof *pending);
    }
}

static bool on_event(void *context, const wf_event *event) {
    return wf_queue_offer(context, event);
}

wf_controller_config wf_calls_config(wf_engine *engine, const wf_engine_config *config) {
    return (wf_controller_config){.calls = config->calls,
                                  .call_bytes = config->call_bytes != 0 ? config->call_bytes : USUAL_CALL_BYTES,
                                  .nodes = config->nodes,
                                  .instances = config->instances != 0 ? config->instances : USUAL_INSTANCES,
                                  .gap_ms = config->gap_ms == 0           ? USUAL_GAP_MS
                                            : config->gap_ms == WF_NO_GAP ? 0
                                                                          : config->gap_ms,
                                  .interview = config->interview,
                                  .seoj = WF_EOJ_CONTROLLER,
                                  .edata_len = WF_RECORD_EDATA_LEN,
                                  .output = {on_send, on_cancel, on_event, engine}};
}

bool wf_calls_are_sound(const wf_engine_config *config) {
    bool bytes = config->call_bytes == 0 ||
                 (config->call_bytes >= WF_CALL_BYTES_LEAST && config->call_bytes <= WF_CALL_BYTES_MOST);
    bool there = WF_HAS_CONTROLLER || (config->calls == 0 && config->nodes == 0);
    return there && bytes && config->nodes <= WF_KNOWN_MOST && config->instances <= MOST_INSTANCES;
}

wf_error wf_calls_start(wf_engine *engine, const wf_engine_config *config) {
    uint8_t random[16];
    uint64_t key[2];
    wf_controller_config part = wf_calls_config(engine, config);
    wf_error error = config->entropy.fill(config->entropy.context, random, sizeof random);
    if (error == WF_OK) {
        memcpy(key, random, sizeof key);
        wf_controller_start(wf_controller_of(engine), &part, key);
    }
    return error;
}

/* ---- what was heard ---- */

void wf_calls_heard(wf_engine *engine, wf_time now, const wf_address *from, const wf_frame *frame) {
    bool of_peer = engine->da != NULL && wf_da_peer_by_address(engine->da, from).value != 0;
    if (wf_controller_of(engine) != NULL && !of_peer) {
        wf_controller_heard(wf_controller_of(engine), now, from, frame);
    }
}

void wf_calls_heard_peer(wf_engine *engine, wf_time now, wf_peer_id peer, const wf_frame *frame) {
    wf_da_peer row;
    if (wf_controller_of(engine) != NULL && wf_da_peer_row(engine->da, peer, &row) &&
        !wf_address_is_unspecified(&row.address)) {
        wf_controller_heard_peer(wf_controller_of(engine), now, &row.address, row.number, frame);
    }
}

/* An answer after its time is still news of the node, to a call that lacks a value or to the owner. */
void wf_calls_late(wf_engine *engine, const wf_event *answer, const wf_frame *frame) {
    if (wf_controller_of(engine) == NULL || frame->esv == WF_ESV_INF) {
        return;
    }
    if (!wf_controller_late(wf_controller_of(engine), &answer->from, answer->peer, frame)) {
        wf_queue_event(engine, answer);
    }
}

/* ---- outcomes ---- */

static void hand_over(wf_engine *engine, wf_time now, wf_pending *p) {
    uint16_t tids[WF_REQUEST_TIDS];
    unsigned count = p->copies < WF_REQUEST_TIDS ? p->copies : WF_REQUEST_TIDS;
    memcpy(tids, p->tids, sizeof tids);
    wf_controller_outcome(wf_controller_of(engine), now, p->id, p->error, wf_bytes_of(p->edata, p->edata_len), tids,
                          count);
    wf_wipe(p, sizeof *p);
}

void wf_calls_settle(wf_engine *engine, wf_time now) {
    if (wf_controller_of(engine) == NULL) {
        return;
    }
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        if (p->state == WF_PENDING_OVER && p->of_call) {
            hand_over(engine, now, p);
        } else if (p->state == WF_PENDING_OVER && p->checks) {
            p->checks = false;
            wf_controller_check(wf_controller_of(engine), p->begun);
        }
    }
    wf_controller_run(wf_controller_of(engine), now);
}

wf_time wf_calls_deadline(const wf_engine *engine) {
    return wf_controller_of(engine) != NULL ? wf_controller_deadline(wf_controller_of(engine)) : WF_TIME_NEVER;
}

bool wf_calls_next_outcome(wf_engine *engine, wf_event *out) {
    return wf_controller_of(engine) != NULL && wf_controller_next_outcome(wf_controller_of(engine), out);
}

void wf_calls_release(wf_engine *engine) {
    if (wf_controller_of(engine) != NULL) {
        wf_controller_release(wf_controller_of(engine));
    }
}

/* ---- calls ---- */

wf_error wf_engine_call(wf_engine *engine, wf_time now, wf_request_id *out, const wf_call *call) {
    wf_call order = *call;
    *out = (wf_request_id){0};
    if (wf_controller_of(engine) == NULL) {
        return WF_ERROR_STATE;
    }
    wf_error error = wf_pending_target(engine, &call->target, &order.target.peer, &order.target.address);
    wf_da_peer peer;
    if (order.target.peer.value != 0 && wf_da_peer_row(engine->da, order.target.peer, &peer)) {
        order.target.address = peer.address;
    }
    if (error != WF_OK) {
        return error;
    }
    order.target.address.port = engine->port;
    engine->next_id = engine->next_id == UINT32_MAX ? 1 : engine->next_id + 1;
    error = wf_controller_call(wf_controller_of(engine), (wf_request_id){engine->next_id}, &order);
    if (error == WF_OK) {
        out->value = engine->next_id;
        wf_calls_settle(engine, now);
    }
    return error;
}

bool wf_engine_next_result(const wf_engine *engine, unsigned *at, wf_result *out) {
    return wf_controller_of(engine) != NULL && wf_controller_next_result(wf_controller_of(engine), at, out);
}

/* ---- discovery ---- */

static wf_bytes question(wf_writer *out, uint8_t esv, const uint8_t *epcs, size_t count) {
    wf_frame_writer frame = wf_edata_begin(out, WF_EOJ_CONTROLLER, WF_EOJ_NODE_PROFILE, esv);
    for (size_t i = 0; i < count; i++) {
        if (!wf_frame_property(&frame, epcs[i], wf_bytes_of(NULL, 0))) {
            return wf_bytes_of(NULL, 0);
        }
    }
    return wf_bytes_of(out->start, out->len);
}

/* Old nodes know no D6; and what everybody hears spares others the question. */
static void ask_for_announcement(wf_engine *engine) {
    static const wf_address everybody = {{0}, 0, 0};
    static const uint8_t epc = INSTANCES_TOLD;
    uint8_t datagram[32], edata[24];
    wf_writer inner = wf_writer_of(edata, sizeof edata);
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_queue_clear_head(&w, engine->next_tid++);
    wf_write_view(&w, question(&inner, WF_ESV_INF_REQ, &epc, 1));
    wf_queue_datagram(engine, &everybody, wf_bytes_of(datagram, w.len), wf_bytes_of(NULL, 0));
}

wf_error wf_engine_discover(wf_engine *engine, wf_time now, wf_request_id *out, const wf_address *to,
                            uint32_t duration_ms, bool check) {
    static const uint8_t epcs[] = {INSTANCES, NUMBER, VERSION};
    uint8_t edata[24];
    wf_writer w = wf_writer_of(edata, sizeof edata);
    wf_request request = {.target = {.address = *to},
                          .edata = question(&w, WF_ESV_GET, epcs, sizeof epcs),
                          .timeout_ms = duration_ms != 0 ? duration_ms : USUAL_DISCOVERY_MS,
                          .repeatable = true};
    wf_error error = wf_engine_request(engine, now, out, &request);
    if (error == WF_ERROR_POLICY && engine->da != NULL) {
        return wf_engine_hello(engine, now, out, to, request.timeout_ms); /* in clear nobody would be heard */
    }
    if (error != WF_OK) {
        return error;
    }
    wf_pending *pending = wf_pending_by_id(engine, *out);
    if (pending != NULL) {
        pending->checks = check && wf_controller_of(engine) != NULL;
        wf_pending_seek(engine, pending, now);
    }
    if (wf_address_is_unspecified(to) || wf_address_is_multicast(to)) {
        ask_for_announcement(engine);
    }
    return WF_OK;
}

wf_error wf_engine_interview(wf_engine *engine, wf_time now, wf_known_id known) {
    if (wf_controller_of(engine) == NULL) {
        return WF_ERROR_STATE;
    }
    wf_error error = wf_controller_interview(wf_controller_of(engine), known);
    wf_calls_settle(engine, now);
    return error;
}

/* ---- the roster ---- */

bool wf_engine_next_known(const wf_engine *engine, unsigned *at, wf_known *out) {
    return wf_controller_of(engine) != NULL && wf_controller_next_known(wf_controller_of(engine), at, out);
}

bool wf_engine_known(const wf_engine *engine, wf_known_id known, wf_known *out) {
    return wf_controller_of(engine) != NULL && wf_controller_known(wf_controller_of(engine), known, out);
}

bool wf_engine_known_at(const wf_engine *engine, const wf_address *address, wf_known *out) {
    return wf_controller_of(engine) != NULL && wf_controller_find_address(wf_controller_of(engine), address, out);
}

bool wf_engine_known_by_number(const wf_engine *engine, const uint8_t number[static WF_KNOWN_NUMBER_LEN],
                               wf_known *out) {
    return wf_controller_of(engine) != NULL && wf_controller_find_number(wf_controller_of(engine), number, out);
}

bool wf_engine_known_instance(const wf_engine *engine, wf_known_id known, unsigned at, wf_eoj *out) {
    return wf_controller_of(engine) != NULL && wf_controller_instance(wf_controller_of(engine), known, at, out);
}

void wf_engine_forget_known(wf_engine *engine, wf_known_id known) {
    if (wf_controller_of(engine) != NULL) {
        wf_controller_forget(wf_controller_of(engine), known);
    }
}
