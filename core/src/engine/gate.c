/* Who may do what here: what the policy says of those who ask, tell and listen, and which listeners are switched off.
 */
#include "engine/state.h"

#include <warifu/wire.h>

/* ---- listeners ---- */

bool wf_gate_is_shut(wf_engine *engine, const wf_address *from, bool multicast, wf_bytes datagram) {
    const bool da = datagram.len >= 2 && datagram.at[0] == WF_EHD1 && datagram.at[1] == WF_EHD2_ARBITRARY;
    const bool hello = da && datagram.len >= WF_DA_HEADER_LEN && datagram.at[WF_DA_HEADER_LEN - 1] == WF_DA_HELLO;
    const unsigned heard_by = (hello ? (unsigned)WF_LISTENER_HELLO : 0) | (da ? 0 : (unsigned)WF_LISTENER_PLAINTEXT) |
                              (multicast ? (unsigned)WF_LISTENER_GROUP : 0) |
                              (wf_address_is_ipv4(from) ? 0 : (unsigned)WF_LISTENER_IPV6);
    if ((engine->listeners_off & heard_by) == 0) {
        return false;
    }
    engine->counters.listener_off++;
    return true;
}

/* ---- verdicts ---- */

wf_peer_kind wf_gate_kind(const wf_engine *engine, const wf_address *address) {
    for (size_t i = 0; i < engine->known_count; i++) {
        if (wf_address_same_host(&engine->known[i], address)) {
            return WF_PEER_KNOWN;
        }
    }
    return WF_PEER_UNKNOWN;
}

wf_policy_verdict wf_gate_decide(const wf_engine *engine, const wf_asker *asker, wf_policy_question *question) {
    question->peer = question->access == WF_MAY_ANNOUNCE ? WF_PEER_UNKNOWN : asker->kind;
    if (wf_is_hint_only(asker)) {
        question->peer = WF_PEER_UNKNOWN;
        wf_policy_verdict least = wf_policy_decide(&wf_policy_strict, question);
        if (!least.allowed) {
            return least;
        }
    }
    return wf_policy_decide(engine->policy, question);
}

bool wf_gate_announces(const wf_engine *engine, wf_eoj eoj, uint8_t epc) {
    return (engine->listeners_off & WF_LISTENER_PLAINTEXT) == 0 &&
           wf_policy_allows(engine->policy, WF_PEER_UNKNOWN, eoj, epc, WF_MAY_ANNOUNCE);
}

/* ---- refusals ---- */

void wf_refusal_add(wf_refusal *refusal, uint8_t epc, wf_policy_access access) {
    if (refusal->count < sizeof refusal->epcs) {
        refusal->epcs[refusal->count++] = epc;
    }
    refusal->access |= (uint8_t)access;
}

void wf_refusal_report(wf_engine *engine, const wf_refusal *refusal, const wf_asker *asker, wf_eoj eoj) {
    if (refusal->count == 0) {
        return;
    }
    engine->counters.policy_refused += refusal->count;
    wf_queue_event(engine, &(wf_event){.kind = WF_EVENT_SECURITY,
                                       .from = asker->address,
                                       .peer = wf_is_hint_only(asker) ? asker->in_place_of : asker->peer,
                                       .is_protected = asker->kind == WF_PEER_PAIRED || asker->kind == WF_PEER_MEMBER,
                                       .error = WF_ERROR_POLICY,
                                       .tid = asker->tid,
                                       .eoj = eoj,
                                       .epc = refusal->epcs[0],
                                       .access = refusal->access,
                                       .edata = wf_bytes_of(refusal->epcs, refusal->count)});
}

bool wf_gate_hears(wf_engine *engine, const wf_asker *asker, const wf_frame *frame) {
    wf_refusal refusal = {0};
    wf_property property;
    for (size_t at = 0; wf_property_next(&frame->list, &at, &property);) {
        wf_policy_question question = {asker->kind, frame->seoj, property.epc, WF_MAY_NOTIFY};
        if (!wf_gate_decide(engine, asker, &question).allowed) {
            wf_refusal_add(&refusal, property.epc, WF_MAY_NOTIFY);
        }
    }
    wf_refusal_report(engine, &refusal, asker, frame->seoj);
    return refusal.count == 0;
}

/* ---- what this side sends in clear ---- */

wf_error wf_gate_sends_clear(const wf_engine *engine, const wf_frame *frame, const wf_address *to) {
    wf_property property;
    bool to_all = wf_address_is_unspecified(to) || wf_address_is_multicast(to);
    if ((engine->listeners_off & WF_LISTENER_PLAINTEXT) != 0) {
        return WF_ERROR_POLICY; /* nobody would hear the answer */
    }
    if (frame->esv != WF_ESV_INF && frame->esv != WF_ESV_INFC) {
        return WF_OK;
    }
    for (size_t at = 0; wf_property_next(&frame->list, &at, &property);) {
        bool may = wf_gate_announces(engine, frame->seoj, property.epc) ||
                   (!to_all &&
                    wf_policy_allows(engine->policy, wf_gate_kind(engine, to), frame->seoj, property.epc, WF_MAY_READ));
        if (!may) {
            return WF_ERROR_POLICY;
        }
    }
    return WF_OK;
}

/* ---- the owner's question ---- */

wf_error wf_engine_explain(const wf_engine *engine, wf_policy_verdict *out, wf_policy_question *question,
                           const wf_target *who) {
    wf_asker asker = {.kind = question->peer};
    *out = (wf_policy_verdict){0};
    if (who != NULL && who->peer.value != 0) {
        if (engine->da == NULL || !wf_da_is_paired(engine->da, who->peer)) {
            return WF_ERROR_NOT_PAIRED;
        }
        asker.kind = WF_PEER_PAIRED;
    } else if (who != NULL) {
        asker = wf_gate_clear_asker(engine, &who->address);
    }
    *out = wf_gate_decide(engine, &asker, question);
    return WF_OK;
}

wf_asker wf_gate_clear_asker(const wf_engine *engine, const wf_address *from) {
    wf_asker asker = {.kind = wf_gate_kind(engine, from), .address = *from};
    if (engine->da != NULL) {
        asker.in_place_of = wf_da_peer_by_address(engine->da, from);
    }
    return asker;
}
