/* What waits to be sent and to be told. Nothing is allocated: when a queue is full, what can be missed is dropped and
 * counted. The front entry stays until the next call, so that its views live as long as promised. */
#include <string.h>

#include "engine/state.h"

typedef struct datagram_head {
    wf_address to;
    size_t len, inner_len;
} datagram_head;

void wf_queue_clear_head(wf_writer *out, uint16_t tid) {
    wf_write_u8(out, WF_EHD1);
    wf_write_u8(out, WF_EHD2_SPECIFIED);
    wf_write_u16(out, tid);
}

void wf_queue_datagram(wf_engine *engine, const wf_address *to, wf_bytes datagram, wf_bytes inner) {
    datagram_head head = {*to, datagram.len, engine->trace.datagram != NULL ? inner.len : 0};
    uint8_t *entry = wf_ring_push(&engine->outgoing, sizeof head + head.len + head.inner_len);
    if (entry == NULL) {
        engine->counters.queue_full++;
        return;
    }
    memcpy(entry, &head, sizeof head);
    memcpy(entry + sizeof head, datagram.at, head.len);
    if (head.inner_len > 0) {
        memcpy(entry + sizeof head + head.len, inner.at, head.inner_len);
    }
}

/* ---- answers to multicast requests ---- */

/* xorshift64: these times need be neither secret nor perfect, and cost no entropy */
static uint32_t random_below(wf_engine *engine, uint32_t limit) {
    engine->jitter ^= engine->jitter << 13;
    engine->jitter ^= engine->jitter >> 7;
    engine->jitter ^= engine->jitter << 17;
    return (uint32_t)(engine->jitter >> 32) % limit;
}

typedef struct held_head {
    wf_time due;
    wf_address to;
    size_t len, inner_len;
} held_head;

/* They leave in the order in which they came, none later than the longest delay. One that finds no room leaves now. */
void wf_queue_held(wf_engine *engine, wf_time now, const wf_address *to, wf_bytes datagram, wf_bytes inner) {
    uint32_t longest = engine->answer_delay_ms;
    held_head head = {longest == 0 ? now : now + random_below(engine, longest + 1), *to, datagram.len, inner.len};
    head.due = head.due < engine->held_until ? engine->held_until : head.due;
    uint8_t *entry = head.due > now ? wf_ring_push(&engine->held, sizeof head + head.len + head.inner_len) : NULL;
    if (entry == NULL) {
        wf_queue_datagram(engine, to, datagram, inner);
        return;
    }
    engine->held_until = head.due;
    engine->held_next = head.due < engine->held_next ? head.due : engine->held_next;
    memcpy(entry, &head, sizeof head);
    memcpy(entry + sizeof head, datagram.at, head.len);
    if (head.inner_len > 0) {
        memcpy(entry + sizeof head + head.len, inner.at, head.inner_len);
    }
}

void wf_queue_release(wf_engine *engine, wf_time now) {
    while (engine->held_next <= now) {
        held_head head;
        wf_bytes entry = wf_ring_front(&engine->held);
        memcpy(&head, entry.at, sizeof head);
        const uint8_t *datagram = entry.at + sizeof head;
        wf_queue_datagram(engine, &head.to, wf_bytes_of(datagram, head.len),
                          wf_bytes_of(datagram + head.len, head.inner_len));
        wf_ring_pop(&engine->held);
        entry = wf_ring_front(&engine->held);
        if (entry.at != NULL) {
            memcpy(&head, entry.at, sizeof head);
        }
        engine->held_next = entry.at != NULL ? head.due : WF_TIME_NEVER;
    }
}

/* ---- what arrives, and what happens ---- */

static void tell_trace(const wf_engine *engine, const wf_traced *traced) {
    if (engine->trace.datagram != NULL) {
        engine->trace.datagram(engine->trace.context, traced);
    }
}

void wf_queue_trace_received(wf_engine *engine, const wf_address *from, bool multicast, wf_bytes datagram,
                             wf_bytes inner) {
    tell_trace(engine, &(wf_traced){.multicast = multicast, .peer = *from, .datagram = datagram, .inner = inner});
}

bool wf_engine_next_datagram(wf_engine *engine, wf_datagram *out) {
    if (engine->datagram_handed) {
        wf_ring_pop(&engine->outgoing);
    }
    wf_bytes entry = wf_ring_front(&engine->outgoing);
    engine->datagram_handed = entry.at != NULL;
    if (entry.at == NULL) {
        return false;
    }
    datagram_head head;
    memcpy(&head, entry.at, sizeof head);
    *out = (wf_datagram){head.to, wf_bytes_of(entry.at + sizeof head, head.len)};
    engine->counters.sent++;
    tell_trace(engine, &(wf_traced){.sent = true,
                                    .multicast = wf_address_is_unspecified(&out->to),
                                    .peer = out->to,
                                    .datagram = out->bytes,
                                    .inner = wf_bytes_of(out->bytes.at + head.len, head.inner_len)});
    return true;
}

/* What another message or a counter makes up for. */
static bool can_be_missed(wf_event_kind kind) {
    return kind == WF_EVENT_SECURITY || kind == WF_EVENT_NOTIFICATION || kind == WF_EVENT_FOUND ||
           kind == WF_EVENT_ANSWER || kind == WF_EVENT_PROPERTY_SET || kind == WF_EVENT_LATE_ANSWER;
}

bool wf_queue_offer(wf_engine *engine, const wf_event *event) {
    size_t len = sizeof *event + event->edata.len;
    size_t spared = can_be_missed(event->kind) ? engine->events.capacity / 4 : 0;
    bool fits = engine->events.used + len + spared < engine->events.capacity;
    uint8_t *entry = fits ? wf_ring_push(&engine->events, len) : NULL;
    if (entry == NULL) {
        return false;
    }
    memcpy(entry, event, sizeof *event);
    if (event->edata.len > 0) {
        memcpy(entry + sizeof *event, event->edata.at, event->edata.len);
    }
    return true;
}

bool wf_queue_event(wf_engine *engine, const wf_event *event) {
    wf_audit_event(engine, event);
    bool fits = wf_queue_offer(engine, event);
    engine->counters.queue_full += !fits;
    return fits;
}

void wf_queue_set(wf_engine *engine, const wf_asker *by, wf_eoj eoj, uint8_t epc, wf_bytes edt) {
    wf_event event = {.kind = WF_EVENT_PROPERTY_SET, .eoj = eoj, .epc = epc, .edata = edt};
    if (by != NULL) {
        event.from = by->address;
        event.peer = by->peer;
        event.is_protected = by->peer.value != 0;
    }
    wf_queue_event(engine, &event);
}

static bool next_queued(wf_engine *engine, wf_event *out) {
    wf_bytes entry = wf_ring_front(&engine->events);
    engine->event_handed = entry.at != NULL;
    if (entry.at == NULL) {
        return false;
    }
    memcpy(out, entry.at, sizeof *out);
    out->edata = wf_bytes_of(entry.at + sizeof *out, out->edata.len);
    return true;
}

static bool next_outcome(wf_engine *engine, wf_event *out) {
    for (unsigned i = 0; i < engine->pending_count; i++) {
        wf_pending *p = &engine->pending[i];
        if (p->state == WF_PENDING_OVER && p != engine->handed && !p->of_call) {
            *out = (wf_event){.kind = WF_EVENT_DONE,
                              .request = p->id,
                              .peer = p->peer,
                              .from = p->address,
                              .error = p->error,
                              .is_protected = p->peer.value != 0,
                              .edata = wf_bytes_of(p->edata, p->edata_len)};
            engine->handed = p;
            return true;
        }
    }
    return false;
}

bool wf_engine_next_event(wf_engine *engine, wf_event *out) {
    if (engine->event_handed) {
        wf_ring_pop(&engine->events);
    }
    if (engine->handed != NULL) {
        wf_wipe(engine->handed, sizeof *engine->handed);
        engine->handed = NULL;
    }
    wf_calls_release(engine);
    return next_queued(engine, out) || next_outcome(engine, out) || wf_calls_next_outcome(engine, out);
}
