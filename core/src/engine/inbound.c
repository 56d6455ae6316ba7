/* Frames from outside: who sends them, what of them is believed, and who is to hear of them. */
#include "engine/state.h"

#include <string.h>

static void report(wf_engine *engine, const wf_address *from, wf_peer_id peer, wf_error error) {
    wf_queue_event(engine, &(wf_event){.kind = WF_EVENT_SECURITY, .from = *from, .peer = peer, .error = error});
}

static bool is_notification(uint8_t esv) {
    return esv == WF_ESV_INF || esv == WF_ESV_INFC;
}

/* ---- in clear ---- */

static void tell(wf_engine *engine, const wf_address *from, const wf_frame *frame, const wf_da_incoming *in,
                 wf_bytes edata) {
    wf_event event = {
        .kind = WF_EVENT_NOTIFICATION, .from = *from, .tid = frame->tid, .eoj = frame->seoj, .edata = edata};
    if (in != NULL) {
        event.peer = in->peer;
        event.is_protected = true;
        event.is_signed = in->of_group;
    }
    if (in != NULL && in->member != NULL) {
        memcpy(event.member, in->member, sizeof event.member);
    }
    wf_queue_event(engine, &event);
}

static void take_plain_answer(wf_engine *engine, const wf_asker *sender, const wf_frame *frame, wf_bytes edata) {
    wf_pending *pending = wf_pending_of_address(engine, &sender->address, frame->tid);
    if (pending != NULL && wf_pending_fits(pending, frame)) {
        wf_event answer = {.kind = WF_EVENT_ANSWER, .from = sender->address, .tid = frame->tid, .edata = edata};
        wf_pending_answer(engine, pending, &answer);
    } else if (!wf_is_hint_only(sender)) {
        wf_event late = {.kind = WF_EVENT_LATE_ANSWER, .from = sender->address, .tid = frame->tid, .edata = edata};
        wf_calls_late(engine, &late, frame);
    }
}

/* From the address of a paired peer nothing in clear is believed but what discovery is told by anybody. Its requests
 * are answered like those of strangers under the strictest policy (gate.c). */
static bool believes(wf_engine *engine, const wf_asker *sender, const wf_frame *frame) {
    wf_refusal refusal = {0};
    wf_property property;
    if (!wf_is_hint_only(sender)) {
        return true;
    }
    engine->counters.plaintext_from_paired++;
    if (wf_esv_is_request(frame->esv) && frame->esv != WF_ESV_INFC) {
        return true;
    }
    bool tells = frame->esv != WF_ESV_INFC;
    for (size_t at = 0; wf_property_next(&frame->list, &at, &property);) {
        if (!tells || !wf_policy_allows(&wf_policy_strict, WF_PEER_UNKNOWN, frame->seoj, property.epc, WF_MAY_READ)) {
            wf_refusal_add(&refusal, property.epc, WF_MAY_NOTIFY);
        }
    }
    wf_refusal_report(engine, &refusal, sender, frame->seoj);
    return refusal.count == 0;
}

void wf_inbound_plain(wf_engine *engine, wf_time now, const wf_address *from, bool multicast, wf_bytes datagram) {
    wf_frame frame;
    if (wf_frame_parse(&frame, datagram) != WF_OK) {
        engine->counters.malformed++;
        return;
    }
    if (!wf_esv_known(frame.esv)) {
        return; /* in reserve: a frame, but it says nothing */
    }
    if (engine->da != NULL) {
        wf_da_heard_plaintext(engine->da, from);
    }
    wf_bytes edata = wf_bytes_of(datagram.at + 4, datagram.len - 4 - frame.trailing.len);
    wf_asker sender = wf_gate_clear_asker(engine, from);
    sender.multicast = multicast;
    sender.tid = frame.tid;
    if (!believes(engine, &sender, &frame) || (frame.esv == WF_ESV_INFC && multicast)) {
        return;
    }
    if (is_notification(frame.esv) || !wf_esv_is_request(frame.esv)) {
        wf_calls_heard(engine, now, from, &frame);
    }
    if (frame.esv == WF_ESV_INF || !wf_esv_is_request(frame.esv)) {
        take_plain_answer(engine, &sender, &frame, edata);
    }
    if (is_notification(frame.esv)) {
        if (!wf_gate_hears(engine, &sender, &frame)) {
            return;
        }
        tell(engine, from, &frame, NULL, edata);
    }
    if (wf_esv_is_request(frame.esv)) {
        wf_answer_request(engine, now, &sender, &frame, edata);
    }
}

/* ---- under a session, or in a group ---- */

/* Every member may notify; the manager may command and ask as well, what needs no single receiver. */
static bool may_say_to_all(const wf_da_incoming *in, uint8_t esv) {
    return esv == WF_ESV_INF || (in->commands && (esv == WF_ESV_SETI || esv == WF_ESV_SETC || esv == WF_ESV_GET));
}

static void take_request(wf_engine *engine, wf_time now, const wf_address *from, const wf_da_incoming *in,
                         const wf_frame *frame) {
    if (in->of_group && !may_say_to_all(in, frame->esv)) {
        engine->counters.policy_refused++;
        report(engine, from, in->peer, WF_ERROR_POLICY);
        return;
    }
    if (wf_is_command(frame->esv) && !in->is_timely) {
        engine->counters.late_refused++;
        report(engine, from, in->peer, WF_ERROR_TOO_LATE);
        if (in->of_group) {
            return;
        }
        wf_error ignored = wf_da_refuse(engine->da, now, &in->ref, WF_ERROR_TOO_LATE);
        (void)ignored;
        return;
    }
    const wf_asker asker = {.kind = in->peer.value != 0 ? WF_PEER_PAIRED : WF_PEER_MEMBER,
                            .address = *from,
                            .multicast = in->of_group,
                            .tid = in->tid,
                            .peer = in->peer,
                            .ref = in->ref};
    if (is_notification(frame->esv) && wf_gate_hears(engine, &asker, frame)) {
        tell(engine, from, frame, in, in->edata);
    }
    if (wf_esv_is_request(frame->esv)) {
        wf_answer_request(engine, now, &asker, frame, in->edata);
    }
}

void wf_inbound_protected(wf_engine *engine, wf_time now, const wf_address *from, const wf_da_incoming *in) {
    if (in->kind == WF_DA_INCOMING_NOTHING) {
        return;
    }
    wf_pending *pending = in->kind == WF_DA_INCOMING_GROUP_ANSWER ? wf_pending_of_group(engine, in->tid)
                                                                  : wf_pending_of_peer(engine, in->peer, in->tid);
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
    if (in->kind == WF_DA_INCOMING_ANSWER || in->kind == WF_DA_INCOMING_GROUP_ANSWER || is_notification(frame.esv)) {
        if (in->peer.value != 0) {
            wf_calls_heard_peer(engine, now, in->peer, &frame);
        }
    }
    if (in->kind == WF_DA_INCOMING_REQUEST) {
        take_request(engine, now, from, in, &frame);
    } else if (pending != NULL && wf_pending_fits(pending, &frame)) {
        wf_event answer = {
            .kind = WF_EVENT_ANSWER, .from = *from, .peer = in->peer, .is_protected = true, .edata = in->edata};
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
