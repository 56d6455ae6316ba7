#include "da/output.h"

#include <string.h>

void wf_da_emit(wf_da *da, const wf_event *event) {
    da->output.event(da->output.context, event);
}

void wf_da_emit_peer(wf_da *da, wf_event_kind kind, uint32_t pairing, wf_error error) {
    const wf_pairing *p = &da->pairings.entries[pairing];
    wf_event event = {.kind = kind, .peer = wf_da_peer_of(pairing), .from = p->address, .error = error};
    memcpy(event.number, p->number, sizeof event.number);
    wf_da_emit(da, &event);
}

void wf_da_emit_refusal(wf_da *da, const wf_address *from, wf_error error) {
    wf_da_emit(da, &(wf_event){.kind = WF_EVENT_SECURITY, .from = *from, .error = error});
}

void wf_da_transmit(wf_da *da, const wf_address *to, const wf_writer *datagram, wf_bytes inner) {
    if (!datagram->overflow) {
        da->output.send(da->output.context, to, wf_bytes_of(datagram->start, datagram->len), inner);
    }
}
