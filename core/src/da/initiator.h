/* The controller's half of the handshake. */
#ifndef WARIFU_DA_INITIATOR_H
#define WARIFU_DA_INITIATOR_H

#include "da/state.h"

/* Sends message_1 of a new run. Errors: CAPACITY, ENTROPY, BACKEND. */
WF_MUST_CHECK wf_error wf_initiator_begin(wf_da *da, wf_time now, wf_run *run);
/* RETRY, message_2, message_4 or an EDHOC error. */
void wf_initiator_frame(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);
/* The same datagram once more. */
void wf_initiator_send_again(wf_da *da, wf_time now, wf_run *run);

#endif
