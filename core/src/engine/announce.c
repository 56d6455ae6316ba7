/* What this node tells of its own accord: that it is there, and what changed. */
#include "engine/state.h"

static const wf_address everybody = {{0}, 0, 0};

static void send_clear(wf_engine *engine, wf_bytes edata) {
    uint8_t datagram[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_queue_clear_head(&w, engine->next_tid++);
    wf_write_view(&w, edata);
    if (!w.overflow) {
        wf_queue_datagram(engine, &everybody, wf_bytes_of(datagram, w.len), wf_bytes_of(NULL, 0));
    }
}

static void send_to_peers(wf_engine *engine, wf_time now, wf_bytes edata) {
    if (engine->da != NULL) {
        wf_da_notify(engine->da, now, edata);
    }
}

/* EDATA that tells of one property, to those who might read it. */
static void tell_peers(wf_engine *engine, wf_time now, wf_eoj eoj, uint8_t epc, wf_bytes edata) {
    if (wf_policy_allows(engine->policy, WF_PEER_PAIRED, eoj, epc, WF_MAY_READ)) {
        send_to_peers(engine, now, edata);
    }
}

static bool instance_frame(const wf_engine *engine, unsigned part, wf_eoj to, wf_writer *out) {
    uint8_t list[WF_EDT_LEN];
    wf_writer value = wf_writer_of(list, sizeof list);
    if (!wf_node_instance_list(engine->node, part, &value)) {
        return false;
    }
    wf_frame_writer frame = wf_edata_begin(out, wf_node_profile(engine->node), to, WF_ESV_INF);
    return wf_frame_property(&frame, 0xD5, wf_bytes_of(list, value.len));
}

static void announce_in_clear(wf_engine *engine) {
    uint8_t edata[16 + WF_EDT_LEN];
    wf_writer w = wf_writer_of(edata, sizeof edata);
    bool may = wf_gate_announces(engine, wf_node_profile(engine->node), 0xD5);
    for (unsigned part = 0; may && instance_frame(engine, part, WF_EOJ_NODE_PROFILE, &w); part++) {
        send_clear(engine, wf_bytes_of(edata, w.len));
        w = wf_writer_of(edata, sizeof edata);
    }
}

void wf_engine_announce(wf_engine *engine, wf_time now) {
    announce_in_clear(engine);
    if (engine->da != NULL) {
        wf_da_want_all_sessions(engine->da, now);
        wf_da_tick(engine->da, now);
    }
}

void wf_engine_announce_instances(wf_engine *engine, wf_time now) {
    uint8_t edata[16 + WF_EDT_LEN];
    wf_writer w = wf_writer_of(edata, sizeof edata);
    announce_in_clear(engine);
    for (unsigned part = 0; instance_frame(engine, part, WF_EOJ_NODE_PROFILE, &w); part++) {
        tell_peers(engine, now, wf_node_profile(engine->node), 0xD5, wf_bytes_of(edata, w.len));
        w = wf_writer_of(edata, sizeof edata);
    }
}

/* In clear they go where the first part went, with its TID; under a session as notifications. */
void wf_announce_further_parts(wf_engine *engine, wf_time now, const wf_asker *asker, wf_eoj asker_object) {
    uint8_t datagram[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    for (unsigned part = 1;; part++) {
        w = wf_writer_of(datagram, sizeof datagram);
        wf_queue_clear_head(&w, asker->tid);
        size_t start = w.len;
        if (!instance_frame(engine, part, asker_object, &w)) {
            break;
        }
        if (asker->peer.value != 0) {
            wf_bytes edata = wf_bytes_of(datagram + start, w.len - start);
            wf_error ignored = wf_da_send(engine->da, now, asker->peer, engine->next_tid++, false, edata);
            (void)ignored; /* as with the other notifications */
        } else if (asker->multicast) {
            wf_queue_held(engine, now, &everybody, wf_bytes_of(datagram, w.len), wf_bytes_of(NULL, 0));
        } else {
            wf_queue_datagram(engine, &everybody, wf_bytes_of(datagram, w.len), wf_bytes_of(NULL, 0));
        }
    }
}

/* ---- what the owner wants to be told ---- */

typedef enum hearers { ONE_NODE, PEERS, EVERYBODY } hearers;

/* For one node wf_engine_request asks the policy. */
static bool may_hear(const wf_engine *engine, hearers who, wf_eoj eoj, uint8_t epc) {
    return who == ONE_NODE || (who == EVERYBODY && wf_gate_announces(engine, eoj, epc)) ||
           (who == PEERS && wf_policy_allows(engine->policy, WF_PEER_PAIRED, eoj, epc, WF_MAY_READ));
}

/* INF or INFC of properties as they are now, as far as those may hear of them; empty when it is of none. */
static wf_error compose(const wf_engine *engine, const wf_inform *order, hearers who, wf_writer *out) {
    uint8_t value[WF_EDT_LEN];
    unsigned count = 0;
    wf_frame_writer frame =
        wf_edata_begin(out, order->eoj, WF_EOJ_NODE_PROFILE, order->confirm ? WF_ESV_INFC : WF_ESV_INF);
    for (size_t i = 0; i < order->epc_count; i++) {
        wf_writer v = wf_writer_of(value, sizeof value);
        wf_error error = wf_node_get(engine->node, order->eoj, order->epcs[i], &v);
        if (error != WF_OK) {
            return error;
        }
        if (!may_hear(engine, who, order->eoj, order->epcs[i])) {
            continue;
        }
        if (!wf_frame_property(&frame, order->epcs[i], wf_bytes_of(value, v.len))) {
            return WF_ERROR_TOO_SMALL;
        }
        count++;
    }
    out->len = count > 0 ? out->len : 0;
    return WF_OK;
}

static wf_error inform_all(wf_engine *engine, wf_time now, const wf_inform *order) {
    uint8_t to_peers[WF_RECORD_EDATA_LEN], in_clear[WF_RECORD_EDATA_LEN];
    wf_writer protected = wf_writer_of(to_peers, sizeof to_peers), clear = wf_writer_of(in_clear, sizeof in_clear);
    wf_error error = compose(engine, order, PEERS, &protected);
    if (error == WF_OK) {
        error = compose(engine, order, EVERYBODY, &clear);
    }
    if (error == WF_OK && protected.len > 0) {
        send_to_peers(engine, now, wf_bytes_of(to_peers, protected.len));
    }
    if (error == WF_OK && clear.len > 0) {
        send_clear(engine, wf_bytes_of(in_clear, clear.len));
    }
    return error;
}

wf_error wf_engine_inform(wf_engine *engine, wf_time now, wf_request_id *out, const wf_inform *order) {
    uint8_t bytes[WF_RECORD_EDATA_LEN];
    *out = (wf_request_id){0};
    const wf_address *to = &order->target.address;
    bool to_all = order->target.peer.value == 0 && (wf_address_is_unspecified(to) || wf_address_is_multicast(to));
    if (order->epc_count == 0 || (to_all && order->confirm)) {
        return WF_ERROR_ARGUMENT;
    }
    if (to_all) {
        return inform_all(engine, now, order);
    }
    wf_writer w = wf_writer_of(bytes, sizeof bytes);
    wf_error error = compose(engine, order, ONE_NODE, &w);
    if (error != WF_OK) {
        return error;
    }
    const wf_request request = {order->target, wf_bytes_of(bytes, w.len), order->timeout_ms, order->confirm};
    return wf_engine_request(engine, now, out, &request);
}

void wf_announce_changes(wf_engine *engine, wf_time now) {
    wf_eoj eoj;
    uint8_t epc, value[WF_EDT_LEN], edata[16 + WF_EDT_LEN];
    while (wf_node_next_change(engine->node, &eoj, &epc)) {
        wf_writer v = wf_writer_of(value, sizeof value);
        wf_writer w = wf_writer_of(edata, sizeof edata);
        if (wf_node_get(engine->node, eoj, epc, &v) != WF_OK) {
            continue;
        }
        wf_frame_writer frame = wf_edata_begin(&w, eoj, WF_EOJ_NODE_PROFILE, WF_ESV_INF);
        if (!wf_frame_property(&frame, epc, wf_bytes_of(value, v.len))) {
            continue;
        }
        tell_peers(engine, now, eoj, epc, wf_bytes_of(edata, w.len));
        if (wf_gate_announces(engine, eoj, epc)) {
            send_clear(engine, wf_bytes_of(edata, w.len));
        }
    }
}
