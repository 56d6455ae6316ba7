/* The life of runs, slots and pairings: what ends, ends whole, with all that hangs on it. */
#ifndef WARIFU_DA_LIFE_H
#define WARIFU_DA_LIFE_H

#include "da/state.h"

enum {
    WF_FIRST_INTERVAL_MS = 1000, /* until the first repetition */
    WF_RUN_MS = 30000            /* a handshake */
};

/* NULL: all are taken. One that nobody asked for makes room for one that somebody did. */
wf_run *wf_run_new(wf_da *da, wf_time now, wf_run_purpose purpose, const wf_address *address);
wf_run *wf_run_of_pairing(wf_da *da, uint32_t pairing);
wf_run *wf_run_of_request(wf_da *da, wf_request_id request);
void wf_run_step(wf_da *da, const wf_run *run, wf_pair_step step);
/* Ends a run and tells whoever asked for it. */
void wf_run_over(wf_da *da, wf_run *run, wf_error outcome);
void wf_run_give_up(wf_da *da, wf_run *run); /* one of ours that is begun anew later: its pairing stays */
uint32_t wf_run_longer(uint32_t interval);   /* the next interval of repetition, in milliseconds */

void wf_slot_free(wf_da *da, wf_slot *slot);

/* Writes the pairing down in this state, and forgets the earlier ones whose place it takes. Errors: REVOKED, those of
 * wf_pairing_commit. */
WF_MUST_CHECK wf_error wf_da_commit(wf_da *da, uint32_t pairing, wf_pairing_state state);
/* Erases it in RAM and in the store, with its sessions and all that is under way for it. Errors: STORE (the entry is
 * gone from RAM all the same). */
WF_MUST_CHECK wf_error wf_da_forget(wf_da *da, uint32_t pairing);

/* The same for all that is written down of this peer: an incomplete pairing beside the one that counts, too. */
WF_MUST_CHECK wf_error wf_da_forget_peer_of(wf_da *da, uint32_t pairing);

#endif
