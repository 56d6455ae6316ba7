/* Certificates that follow one another: a peer's renewed chain takes the place of the one it was paired with, and our
 * own is told to the peers that know the former one. */
#ifndef WARIFU_DA_RENEWAL_H
#define WARIFU_DA_RENEWAL_H

#include "da/state.h"

/* A peer shows its new chain under its session: same number, role and anchor; where its key was pinned, the same key.
 * Errors: ARGUMENT, WRONG_DEVICE, those of judging a chain, PAIRING_REFUSED, STORE. */
WF_MUST_CHECK wf_error wf_renewal_take(wf_da *da, wf_time now, uint32_t pairing, wf_bytes chain);

/* The certificate by which this peer knows us. Where it may know the former or the new one they take turns. */
const wf_edhoc_config *wf_renewal_config(wf_da *da, uint32_t pairing);
/* A handshake with the peer is done in which we used this one. */
void wf_renewal_used(wf_da *da, uint32_t pairing, const wf_edhoc_config *config);
/* Does the peer still know the former certificate? */
bool wf_renewal_is_due(const wf_da *da, uint32_t pairing);
/* The peer has the new one. */
void wf_renewal_done(wf_da *da, uint32_t pairing);

#endif
