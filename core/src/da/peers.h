/* What is known of the peers: whom we trust, where they are, and which of them lack a session. */
#ifndef WARIFU_DA_PEERS_H
#define WARIFU_DA_PEERS_H

#include "da/state.h"

enum { WF_FIRST_PAUSE_MS = 10000 /* between two attempts at a session; it doubles */ };

/* A paired peer goes on after its certificate's date, and its owner hears of it; not of one paired by its code alone,
 * whose dates say nothing. */
void wf_da_report_expired(wf_da *da, wf_time now, uint32_t pairing);
/* A fresh handshake reached the peer there. */
void wf_da_address_proven(wf_da *da, uint32_t pairing, const wf_address *address);
/* New keys are wanted; call.c finds the time for it. */
void wf_peer_want(wf_da *da, wf_time now, uint32_t pairing);
void wf_peer_want_at(wf_da *da, wf_peer_call *call, wf_time when);
void wf_peer_settled(wf_da *da, uint32_t pairing);

#endif
