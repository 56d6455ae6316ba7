/* Frames from outside: who sends them, what of them is believed, and who is to hear of them. */
#include "engine/state.h"

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
    } else {
        wf_event late = {.kind = WF_EVENT_LATE_ANSWER, .from = *from, .tid = frame->tid, .edata = edata};
        wf_calls_late(engine, &late, frame);
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
    if (is_notification(frame.esv) || !wf_esv_is_request(frame.esv)) {
        wf_calls_heard(engine, now, from, &frame);
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
        const wf_asker asker = {.kind = WF_PEER_UNKNOWN, .address = *from, .multicast = multicast, .tid = frame.tid};
        wf_answer_request(engine, now, &asker, &frame, edata);
    }
}

/* ---- under a session ---- */

static void take_request(wf_engine *engine, wf_time now, const wf_address *from, const wf_da_incoming *in,
                         const wf_frame *frame) {
    if (wf_is_command(frame->esv) && !in->is_timely) {
        engine->counters.late_refused++;
        report(engine, from, in->peer, WF_ERROR_TOO_LATE);
        wf_error ignored = wf_da_refuse(engine->da, now, &in->ref, WF_ERROR_TOO_LATE);
        (void)ignored;
        return;
    }
    if (is_notification(frame->esv) && may_notify(engine, WF_PEER_PAIRED, frame)) {
        tell(engine, from, frame, in->peer, true, in->edata);
    }
    if (wf_esv_is_request(frame->esv)) {
        const wf_asker asker = {
            .kind = WF_PEER_PAIRED, .address = *from, .tid = in->tid, .peer = in->peer, .ref = in->ref};
        wf_answer_request(engine, now, &asker, frame, in->edata);
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
    frame.tid = in->tid;
    if (in->kind == WF_DA_INCOMING_ANSWER || is_notification(frame.esv)) {
        wf_calls_heard_peer(engine, now, in->peer, &frame);
    }
    if (in->kind == WF_DA_INCOMING_REQUEST) {
        take_request(engine, now, from, in, &frame);
    } else if (pending != NULL && wf_pending_fits(pending, &frame)) {
        wf_event answer = {.kind = WF_EVENT_ANSWER, .from = *from, .peer = in->peer, .edata = in->edata};
        wf_pending_answer(engine, pending, &answer);
    } else {
        wf_event late = {.kind = WF_EVENT_LATE_ANSWER,
                         .from = *from,
                         .peer = in->peer,
                         .is_protected = true,
                         .tid = in->tid,
                         .edata = in->edata};
        wf_calls_late(engine, &late, &frame);
    }
}
