/* What is known of the peers: whom we trust, where they are, and which of them lack a session. */
#ifndef WARIFU_DA_PEERS_H
#define WARIFU_DA_PEERS_H

#include "da/state.h"

enum { WF_FIRST_PAUSE_MS = 10000 /* between two attempts at a session; it doubles */ };

wf_chain_rules wf_da_chain_rules(const wf_da *da, wf_time now, wf_role role);
/* A fresh handshake reached the peer there. */
void wf_da_address_proven(wf_da *da, uint32_t pairing, const wf_address *address);
/* New keys are wanted; call.c finds the time for it. */
void wf_peer_want(wf_da *da, wf_time now, uint32_t pairing);
void wf_peer_settled(wf_da *da, uint32_t pairing);

#endif
