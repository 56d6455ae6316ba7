/* What is longer than a record travels as numbered blocks, each answered before the next one goes: revocation lists and
 * renewed chains. One is received at a time; whoever begins another takes its place, and the other begins again. */
#ifndef WARIFU_DA_BLOCKS_H
#define WARIFU_DA_BLOCKS_H

#include "da/state.h"

/* Sends a list to a peer; issuer and list are borrowed until the request is done. Errors: NOT_PAIRED, CAPACITY. */
WF_MUST_CHECK wf_error wf_blocks_send_list(wf_da *da, wf_time now, wf_request_id request, uint32_t pairing,
                                           wf_bytes issuer, wf_bytes list);
/* A handshake with the peer is done in which we showed the certificate of this configuration: if it knows the former
 * one only, our new chain follows in the background. */
void wf_blocks_tell_renewal(wf_da *da, wf_time now, uint32_t pairing, const wf_edhoc_config *shown);
bool wf_blocks_cancel(wf_da *da, wf_request_id request);

/* A BLOCK has come in. */
void wf_blocks_receive(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_reader *body);
/* BLOCK_TAKEN, or REFUSED with its reason; false: it answers no block. */
bool wf_blocks_answer(wf_da *da, wf_time now, uint16_t tid, wf_da_kind kind, wf_reader *body, wf_error reason);

wf_time wf_blocks_deadline(const wf_da *da);
void wf_blocks_tick(wf_da *da, wf_time now);

#endif
