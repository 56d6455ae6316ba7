#include "da/renewal.h"

#include <string.h>

#include "da/trust.h"

/* ---- a peer's ---- */

static wf_error read_chain(wf_bytes chain[static WF_CHAIN_LEN], size_t *len, wf_bytes bytes) {
    wf_reader r = wf_reader_of(bytes);
    *len = wf_read_u8(&r);
    if (*len < 1 || *len > WF_CHAIN_LEN) {
        return WF_ERROR_ARGUMENT;
    }
    for (size_t i = 0; i < *len; i++) {
        chain[i] = wf_read_bytes(&r, wf_read_u16(&r));
    }
    return wf_reader_finish(&r) == WF_OK && chain[0].len <= WF_CERTIFICATE_LEN ? WF_OK : WF_ERROR_ARGUMENT;
}

static wf_error judge(const wf_da *da, wf_time now, const wf_pairing *p, const wf_bytes *chain, size_t len,
                      wf_certificate *end, wf_origin *origin) {
    wf_error error;
    if (p->origin.pinned) {
        *origin = p->origin;
        error = wf_certificate_parse(end, chain[0]);
        bool same_key = error == WF_OK && memcmp(end->public_key, p->public_key, sizeof p->public_key) == 0;
        error =
            error == WF_OK && (!same_key || end->role != p->role || !end->has_number) ? WF_ERROR_WRONG_DEVICE : error;
    } else {
        error = wf_da_judge_chain(da, now, chain, len, p->role, end, origin);
    }
    bool same = error == WF_OK && memcmp(end->number, p->number, sizeof p->number) == 0 &&
                memcmp(origin->anchor, p->origin.anchor, sizeof origin->anchor) == 0;
    return error == WF_OK && !same ? WF_ERROR_WRONG_DEVICE : error;
}

wf_error wf_renewal_take(wf_da *da, wf_time now, uint32_t pairing, wf_bytes bytes) {
    wf_bytes chain[WF_CHAIN_LEN];
    size_t len;
    wf_certificate end;
    wf_origin origin;
    wf_pairing *p = &da->pairings.entries[pairing];
    wf_error error = read_chain(chain, &len, bytes);
    if (error == WF_OK) {
        error = judge(da, now, p, chain, len, &end, &origin);
    }
    return error == WF_OK ? wf_pairing_renew(&da->pairings, pairing, &end, &origin) : error;
}

/* ---- our own ---- */

bool wf_renewal_is_due(const wf_da *da, uint32_t pairing) {
    const wf_pairing *p = &da->pairings.entries[pairing];
    return da->has_former && memcmp(p->own, da->former_x5t, sizeof p->own) == 0;
}

const wf_edhoc_config *wf_renewal_config(wf_da *da, uint32_t pairing) {
    wf_peer_call *call = &da->calls[pairing];
    if (!wf_renewal_is_due(da, pairing)) {
        return &da->by_hash;
    }
    call->shows_former = !call->shows_former;
    return call->shows_former ? &da->by_former_hash : &da->by_hash;
}

void wf_renewal_done(wf_da *da, uint32_t pairing) {
    wf_pairing *p = &da->pairings.entries[pairing];
    memcpy(p->own, da->own_x5t, sizeof p->own);
    wf_error ignored = wf_pairing_commit(&da->pairings, pairing, p->state); /* else both take turns after a restart */
    (void)ignored;
}

void wf_renewal_used(wf_da *da, uint32_t pairing, const wf_edhoc_config *config) {
    if (wf_renewal_is_due(da, pairing) && config == &da->by_hash) {
        wf_renewal_done(da, pairing);
    }
}
