/* The device's half of the handshake. */
#ifndef WARIFU_DA_RESPONDER_H
#define WARIFU_DA_RESPONDER_H

#include "da/state.h"

void wf_responder_message_1(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);
void wf_responder_message_3(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);
void wf_responder_tick(wf_da *da, wf_time now);

#endif
