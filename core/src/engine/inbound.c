/* Frames from outside: who asks, what the policy lets through, and whom the answer is for. */
#include "engine/state.h"

/* Who stands behind a request while the node answers it. */
typedef struct asker {
    wf_engine *engine;
    wf_peer_kind kind;
    bool refused;
} asker;

static wf_policy_access wanted(wf_peer_kind kind, wf_access access) {
    if (access == WF_ACCESS_SET) {
        return WF_MAY_WRITE;
    }
    /* The answer to INF_REQ goes to everybody in clear, but to a paired peer under its session. */
    return access == WF_ACCESS_INF && kind == WF_PEER_UNKNOWN ? WF_MAY_ANNOUNCE : WF_MAY_READ;
}

static bool gate(void *context, wf_eoj eoj, uint8_t epc, wf_access access) {
    asker *who = context;
    if (wf_policy_find(who->engine->policy, who->kind, eoj, epc, wanted(who->kind, access)) != NULL) {
        return true;
    }
    who->engine->counters.policy_refused++;
    who->refused = true;
    return false;
}

static void report(wf_engine *engine, const wf_address *from, wf_peer_id peer, wf_error error) {
    wf_queue_event(engine, &(wf_event){.kind = WF_EVENT_SECURITY, .from = *from, .peer = peer, .error = error});
}

static bool may_notify(wf_engine *engine, wf_peer_kind kind, const wf_frame *frame) {
    wf_property property;
    for (size_t at = 0; wf_property_next(&frame->list, &at, &property);) {
        if (wf_policy_find(engine->policy, kind, frame->seoj, property.epc, WF_MAY_NOTIFY) == NULL) {
            engine->counters.policy_refused++;
            return false;
        }
    }
    return true;
}

static bool is_notification(uint8_t esv) {
    return esv == WF_ESV_INF || esv == WF_ESV_INFC;
}

/* ---- in clear ---- */

static void send_answer(wf_engine *engine, uint16_t tid, const wf_address *to, wf_bytes edata) {
    uint8_t datagram[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_write_u8(&w, WF_EHD1);
    wf_write_u8(&w, WF_EHD2_SPECIFIED);
    wf_write_u16(&w, tid);
    wf_write_view(&w, edata);
    if (!w.overflow) {
        wf_queue_datagram(engine, to, wf_bytes_of(datagram, w.len), wf_bytes_of(NULL, 0));
    }
}

static void answer_plain(wf_engine *engine, const wf_address *from, const wf_frame *frame) {
    static const wf_address everybody = {{0}, 0, 0};
    wf_eoj target;
    wf_frame one = *frame;
    asker who = {engine, WF_PEER_UNKNOWN, false};
    for (size_t at = 0; wf_node_next_target(engine->node, frame->deoj, &at, &target);) {
        uint8_t edata[WF_DATAGRAM_LEN - 4];
        wf_writer w = wf_writer_of(edata, sizeof edata);
        one.deoj = target;
        wf_node_reply reply = wf_node_answer(engine->node, &one, gate, &who, &w);
        if (reply != WF_REPLY_NONE) {
            send_answer(engine, frame->tid, reply == WF_REPLY_ALL ? &everybody : from, wf_bytes_of(edata, w.len));
        }
    }
    if (who.refused) {
        report(engine, from, (wf_peer_id){0}, WF_ERROR_POLICY);
    }
}

static void tell(wf_engine *engine, const wf_address *from, const wf_frame *frame, wf_peer_id peer, bool is_protected,
                 wf_bytes edata) {
    wf_queue_event(engine, &(wf_event){.kind = WF_EVENT_NOTIFICATION,
                                       .peer = peer,
                                       .from = *from,
                                       .is_protected = is_protected,
                                       .tid = frame->tid,
                                       .eoj = frame->seoj,
                                       .edata = edata});
}

static void take_plain_answer(wf_engine *engine, const wf_address *from, const wf_frame *frame, wf_bytes edata) {
    wf_pending *pending = wf_pending_of_address(engine, from, frame->tid);
    if (pending != NULL && wf_pending_fits(pending, frame)) {
        wf_event answer = {.kind = WF_EVENT_ANSWER, .from = *from, .tid = frame->tid, .edata = edata};
        wf_pending_answer(engine, pending, &answer);
    }
}

/* From the address of a paired peer nothing in clear is believed: only discovery is answered or passed on. */
static bool believes(wf_engine *engine, const wf_address *from, const wf_frame *frame) {
    wf_peer_id peer = engine->da != NULL ? wf_da_peer_by_address(engine->da, from) : (wf_peer_id){0};
    if (peer.value == 0) {
        return true;
    }
    engine->counters.plaintext_from_paired++;
    bool hint = frame->seoj >> 8 == WF_EOJ_NODE_PROFILE >> 8 || wf_esv_is_request(frame->esv);
    if (!hint || frame->esv == WF_ESV_INFC) {
        report(engine, from, peer, WF_ERROR_POLICY);
        return false;
    }
    return true;
}

void wf_inbound_plain(wf_engine *engine, wf_time now, const wf_address *from, bool multicast, wf_bytes datagram) {
    wf_frame frame;
    (void)now;
    if (wf_frame_parse(&frame, datagram) != WF_OK) {
        engine->counters.malformed++;
        return;
    }
    if (engine->da != NULL) {
        wf_da_heard_plaintext(engine->da, from);
    }
    wf_bytes edata = wf_bytes_of(datagram.at + 4, datagram.len - 4 - frame.trailing.len);
    if (!believes(engine, from, &frame) || (frame.esv == WF_ESV_INFC && multicast)) {
        return;
    }
    if (frame.esv == WF_ESV_INF || !wf_esv_is_request(frame.esv)) {
        take_plain_answer(engine, from, &frame, edata);
    }
    if (is_notification(frame.esv)) {
        if (!may_notify(engine, WF_PEER_UNKNOWN, &frame)) {
            return;
        }
        tell(engine, from, &frame, (wf_peer_id){0}, false, edata);
    }
    if (wf_esv_is_request(frame.esv)) {
        answer_plain(engine, from, &frame);
    }
}

/* ---- under a session ---- */

static bool is_command(uint8_t esv) {
    return esv == WF_ESV_SETI || esv == WF_ESV_SETC || esv == WF_ESV_SETGET;
}

static void answer_protected(wf_engine *engine, const wf_da_incoming *in, const wf_frame *frame) {
    wf_eoj target;
    wf_frame one = *frame;
    asker who = {engine, WF_PEER_PAIRED, false};
    for (size_t at = 0; wf_node_next_target(engine->node, frame->deoj, &at, &target);) {
        uint8_t edata[WF_RECORD_EDATA_LEN];
        wf_writer w = wf_writer_of(edata, sizeof edata);
        one.deoj = target;
        if (wf_node_answer(engine->node, &one, gate, &who, &w) != WF_REPLY_NONE) {
            wf_error ignored = wf_da_answer(engine->da, &in->ref, wf_bytes_of(edata, w.len));
            (void)ignored; /* the asker repeats what it may repeat */
        }
    }
}

static void take_request(wf_engine *engine, wf_time now, const wf_address *from, const wf_da_incoming *in,
                         const wf_frame *frame) {
    if (is_command(frame->esv) && !in->is_timely) {
        engine->counters.late_refused++;
        wf_error ignored = wf_da_refuse(engine->da, now, &in->ref, WF_ERROR_TOO_LATE);
        (void)ignored;
        return;
    }
    if (is_notification(frame->esv) && may_notify(engine, WF_PEER_PAIRED, frame)) {
        tell(engine, from, frame, in->peer, true, in->edata);
    }
    if (wf_esv_is_request(frame->esv)) {
        answer_protected(engine, in, frame);
    }
}

void wf_inbound_protected(wf_engine *engine, wf_time now, const wf_address *from, const wf_da_incoming *in) {
    if (in->kind == WF_DA_INCOMING_NOTHING) {
        return;
    }
    wf_pending *pending = wf_pending_of_peer(engine, in->peer, in->tid);
    if (in->kind == WF_DA_INCOMING_REFUSED) {
        if (pending != NULL) {
            wf_pending_refused(engine, now, pending, in->error);
        }
        return;
    }
    wf_frame frame;
    if (wf_edata_parse(&frame, in->edata) != WF_OK) {
        engine->counters.malformed++;
        return;
    }
    if (in->kind == WF_DA_INCOMING_REQUEST) {
        take_request(engine, now, from, in, &frame);
    } else if (pending != NULL && wf_pending_fits(pending, &frame)) {
        wf_event answer = {.kind = WF_EVENT_ANSWER, .from = *from, .peer = in->peer, .edata = in->edata};
        wf_pending_answer(engine, pending, &answer);
    }
}
