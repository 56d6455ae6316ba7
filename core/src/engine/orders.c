/* What the owner orders of the DA layer: to pair, to end a pairing, to give a peer a revocation list. Each is a request
 * with an outcome of its own. */
#include <string.h>

#include "engine/state.h"

enum { VERSION = 0x82 };

/* Asks in clear what every ECHONET Lite node answers: so a node without DA can be told from one that is not there. */
static void knock(wf_engine *engine, const wf_address *address) {
    uint8_t datagram[32];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_frame_writer frame =
        wf_frame_begin(&w, engine->next_tid++, WF_EOJ_NODE_PROFILE, WF_EOJ_NODE_PROFILE, WF_ESV_GET);
    if (wf_frame_property(&frame, VERSION, wf_bytes_of(NULL, 0))) {
        wf_queue_datagram(engine, address, wf_bytes_of(datagram, w.len), wf_bytes_of(NULL, 0));
    }
}

static wf_error hand_over(wf_pending *p, wf_error error, wf_request_id *out) {
    if (error != WF_OK) {
        memset(p, 0, sizeof *p);
        return error;
    }
    *out = p->id;
    return WF_OK;
}

wf_error wf_engine_pair(wf_engine *engine, wf_time now, wf_request_id *out, const wf_pair_order *order) {
    *out = (wf_request_id){0};
    if (engine->da == NULL) {
        return WF_ERROR_STATE;
    }
    if (wf_address_is_unspecified(&order->address) || wf_address_is_multicast(&order->address)) {
        return WF_ERROR_ARGUMENT;
    }
    wf_pending *p = wf_pending_new(engine, now, 0);
    if (p == NULL) {
        return WF_ERROR_CAPACITY;
    }
    p->state = WF_PENDING_ELSEWHERE;
    p->is_pairing = true;
    p->address = order->address;
    p->address.port = engine->port;
    wf_da_pair_order da_order = {p->address, order->number, order->code, order->root_too, order->duration_ms};
    engine->now = now;
    wf_error error = wf_da_pair(engine->da, now, p->id, &da_order);
    if (error == WF_OK) {
        knock(engine, &p->address);
    }
    return hand_over(p, error, out);
}

void wf_engine_pair_decide(wf_engine *engine, wf_time now, wf_request_id request, bool accept) {
    engine->now = now;
    if (engine->da != NULL) {
        wf_da_pair_decide(engine->da, now, request, accept);
    }
}

wf_error wf_engine_unpair(wf_engine *engine, wf_time now, wf_request_id *out, wf_peer_id peer) {
    *out = (wf_request_id){0};
    if (engine->da == NULL || !wf_da_is_paired(engine->da, peer)) {
        return WF_ERROR_NOT_PAIRED;
    }
    wf_pending *p = wf_pending_new(engine, now, 0);
    if (p == NULL) {
        return WF_ERROR_CAPACITY;
    }
    p->state = WF_PENDING_ELSEWHERE;
    p->peer = peer;
    engine->now = now;
    return hand_over(p, wf_da_unpair(engine->da, now, p->id, peer), out);
}

wf_error wf_engine_send_list(wf_engine *engine, wf_time now, wf_request_id *out, wf_peer_id peer, wf_bytes issuer,
                             wf_bytes list) {
    *out = (wf_request_id){0};
    if (engine->da == NULL || !wf_da_is_paired(engine->da, peer)) {
        return WF_ERROR_NOT_PAIRED;
    }
    wf_pending *p = wf_pending_new(engine, now, 0);
    if (p == NULL) {
        return WF_ERROR_CAPACITY;
    }
    p->state = WF_PENDING_ELSEWHERE;
    p->peer = peer;
    return hand_over(p, wf_da_send_list(engine->da, now, p->id, peer, issuer, list), out);
}
