/* Datagrams and events on their way to the engine. */
#ifndef WARIFU_DA_OUTPUT_H
#define WARIFU_DA_OUTPUT_H

#include "da/state.h"

void wf_da_emit(wf_da *da, const wf_event *event);
void wf_da_emit_peer(wf_da *da, wf_event_kind kind, uint32_t pairing, wf_error error);
void wf_da_emit_refusal(wf_da *da, const wf_address *from, wf_error error);
void wf_da_transmit(wf_da *da, const wf_address *to, const wf_writer *datagram, wf_bytes inner);

#endif
