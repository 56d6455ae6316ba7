/* Where a peer is: a record that comes from somewhere new moves nothing by itself, its sender is challenged there. */
#ifndef WARIFU_DA_PATH_H
#define WARIFU_DA_PATH_H

#include "da/state.h"

/* A datagram of `len` bytes came from there, and its record was right. */
void wf_path_heard(wf_da *da, wf_time now, uint32_t session, const wf_address *from, size_t len);
/* CHALLENGE: the nonce goes back to where the peer is known to be. */
void wf_path_challenge(wf_da *da, const wf_da_request_ref *ref, wf_bytes nonce);
/* CHALLENGED came from there. */
void wf_path_challenged(wf_da *da, wf_time now, uint32_t session, const wf_address *from, wf_bytes nonce);
/* An answer went to where the peer may be no longer: it is sent once more when the peer turns out to have moved. */
void wf_path_keep_answer(wf_da *da, const wf_session *session, wf_bytes datagram);

#endif
