#include "da/peers.h"

#include "da/output.h"
#include "da/trust.h"

void wf_da_report_expired(wf_da *da, wf_time now, uint32_t pairing) {
    const wf_pairing *p = &da->pairings.entries[pairing];
    const wf_chain_rules rules = wf_da_chain_rules(da, now, p->role);
    wf_certificate certificate;
    bool is_expired = !p->origin.pinned &&
                      wf_certificate_parse(&certificate, wf_bytes_of(p->certificate, p->certificate_len)) == WF_OK &&
                      rules.now > certificate.not_after;
    if (is_expired) {
        wf_da_emit_peer(da, WF_EVENT_SECURITY, pairing, WF_ERROR_EXPIRED);
    }
}

void wf_da_address_proven(wf_da *da, uint32_t pairing, const wf_address *address) {
    wf_pairing *p = &da->pairings.entries[pairing];
    if (!wf_address_equal(&p->address, address)) {
        p->address = *address;
        wf_error ignored = wf_pairing_commit(&da->pairings, pairing, p->state);
        (void)ignored; /* the address in the store is a hint for the next start */
    }
}

void wf_peer_want(wf_da *da, wf_time now, uint32_t pairing) {
    wf_peer_call *call = &da->calls[pairing];
    if (!call->wanted) {
        call->pause = WF_FIRST_PAUSE_MS;
        wf_peer_want_at(da, call, call->next > now ? call->next : now);
    }
}

void wf_peer_want_at(wf_da *da, wf_peer_call *call, wf_time when) {
    call->wanted = true;
    call->next = when;
    da->calls_next = when < da->calls_next ? when : da->calls_next;
}

void wf_peer_settled(wf_da *da, uint32_t pairing) {
    da->calls[pairing].wanted = false;
}

/* ---- what the engine asks ---- */

wf_peer_id wf_da_peer_by_address(const wf_da *da, const wf_address *address) {
    return wf_da_peer_of(wf_pairing_by_address(&da->pairings, address));
}

bool wf_da_is_paired(const wf_da *da, wf_peer_id peer) {
    return peer.value >= 1 && peer.value <= da->pairings.count &&
           da->pairings.entries[peer.value - 1].state == WF_PAIRING_FINAL;
}

bool wf_da_has_session(const wf_da *da, wf_peer_id peer) {
    return wf_da_is_paired(da, peer) && wf_session_to_send(&da->sessions, peer.value - 1) != WF_NO_SESSION;
}

bool wf_da_next_peer(const wf_da *da, unsigned *at, wf_da_peer *out) {
    while (*at < da->pairings.count) {
        uint32_t index = (*at)++;
        const wf_pairing *p = &da->pairings.entries[index];
        if (p->state == WF_PAIRING_FINAL) {
            *out = (wf_da_peer){wf_da_peer_of(index), p->number, p->fingerprint, p->role, p->address};
            return true;
        }
    }
    return false;
}

bool wf_da_peer_row(const wf_da *da, wf_peer_id peer, wf_da_peer *out) {
    unsigned at = peer.value - 1;
    return wf_da_is_paired(da, peer) && wf_da_next_peer(da, &at, out);
}

void wf_da_want_session(wf_da *da, wf_time now, wf_peer_id peer) {
    if (wf_da_is_paired(da, peer)) {
        wf_peer_want(da, now, peer.value - 1);
    }
}

void wf_da_want_all_sessions(wf_da *da, wf_time now) {
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        wf_da_want_session(da, now, wf_da_peer_of(i));
    }
}
