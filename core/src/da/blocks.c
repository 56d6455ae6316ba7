#include "da/blocks.h"

#include <string.h>

#include "da/output.h"
#include "da/peers.h"
#include "da/renewal.h"
#include "da/sending.h"

enum {
    HEAD_LEN = 1 + 1 + 2 + 2 + 1, /* kind, what, transfer, number, is it the last? */
    FIRST_INTERVAL_MS = 1000,
    LONGEST_INTERVAL_MS = 4000,
    PATIENCE_MS = 60000, /* without progress */
    MOST_RESTARTS = 3    /* when the peer was busy with another one */
};

/* ---- receiving ---- */

static void answer_taken(wf_da *da, const wf_da_request_ref *ref, const wf_incoming *incoming) {
    uint8_t plain[HEAD_LEN];
    size_t len;
    wf_writer w = wf_writer_of(plain, sizeof plain);
    wf_write_u8(&w, WF_KIND_BLOCK_TAKEN);
    wf_write_u16(&w, incoming->transfer);
    wf_write_u16(&w, incoming->next);
    if (wf_writer_finish(&w, &len) == WF_OK) {
        wf_error ignored = wf_da_answer_kind(da, ref, wf_bytes_of(plain, len), wf_bytes_of(NULL, 0));
        (void)ignored; /* lost answers are asked for again */
    }
}

/* The block after the last one taken; the first one of any transfer begins it. */
static wf_error take_block(wf_da *da, wf_time now, uint32_t pairing, wf_intake_what what, bool is_last, wf_bytes body) {
    wf_incoming *incoming = &da->incoming;
    wf_error error = incoming->next == 0 ? wf_intake_begin(da, what) : WF_OK;
    if (error == WF_OK) {
        error = wf_intake_feed(da, body);
    }
    if (error == WF_OK && is_last) {
        error = wf_intake_finish(da, now, pairing);
    }
    incoming->next++;
    return error;
}

static wf_error receive(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_reader *body) {
    wf_incoming *incoming = &da->incoming;
    const wf_session *s = &da->sessions.entries[ref->session];
    wf_intake_what what = (wf_intake_what)wf_read_u8(body);
    uint16_t transfer = wf_read_u16(body);
    uint16_t number = wf_read_u16(body);
    bool is_last = wf_read_u8(body) != 0;
    wf_bytes bytes = wf_read_rest(body);
    bool same = incoming->serial == s->serial && incoming->transfer == transfer;
    if (wf_reader_finish(body) != WF_OK || bytes.len > WF_BLOCK_LEN) {
        return WF_ERROR_ARGUMENT;
    }
    if (same && number + 1u == incoming->next) {
        return incoming->result; /* a copy: its answer was lost */
    }
    if (number == 0) {
        *incoming = (wf_incoming){.serial = s->serial, .transfer = transfer};
    } else if (!same || number != incoming->next || incoming->result != WF_OK) {
        return WF_ERROR_STATE;
    }
    incoming->result = take_block(da, now, s->pairing, what, is_last, bytes);
    return incoming->result;
}

void wf_blocks_receive(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_reader *body) {
    uint32_t serial = ref->serial;
    wf_error error = receive(da, now, ref, body);
    if (da->sessions.entries[ref->session].serial != serial) {
        return; /* its peer was on the list */
    }
    if (error == WF_OK) {
        answer_taken(da, ref, &da->incoming);
    } else {
        wf_da_emit_refusal(da, &da->sessions.entries[ref->session].address, error);
        wf_error ignored = wf_da_refuse(da, now, ref, error);
        (void)ignored;
    }
}

/* ---- sending ---- */

static wf_delivery *new_delivery(wf_da *da, wf_time now, wf_request_id request, uint32_t pairing, wf_intake_what what) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_delivery *d = &da->deliveries[i];
        if (d->what == WF_INTAKE_NOTHING) {
            *d = (wf_delivery){.what = what,
                               .request = request,
                               .pairing = pairing,
                               .sequence = da->pairings.entries[pairing].sequence,
                               .interval = FIRST_INTERVAL_MS,
                               .repeat_at = now,
                               .ends = now + PATIENCE_MS};
            wf_error error = wf_drbg_bytes(&da->drbg, (uint8_t *)&d->transfer, sizeof d->transfer);
            d->what = error == WF_OK ? what : WF_INTAKE_NOTHING;
            return error == WF_OK ? d : NULL;
        }
    }
    return NULL;
}

static void add_sized(wf_delivery *d, wf_bytes bytes) {
    uint8_t *size = d->sizes[d->size_count++];
    size[0] = (uint8_t)(bytes.len >> 8);
    size[1] = (uint8_t)bytes.len;
    d->pieces[d->piece_count++] = wf_bytes_of(size, 2);
    d->pieces[d->piece_count++] = bytes;
}

wf_error wf_blocks_send_list(wf_da *da, wf_time now, wf_request_id request, uint32_t pairing, wf_bytes issuer,
                             wf_bytes list) {
    wf_delivery *d = new_delivery(da, now, request, pairing, WF_INTAKE_LIST);
    if (d == NULL) {
        return WF_ERROR_CAPACITY;
    }
    add_sized(d, issuer);
    d->pieces[d->piece_count++] = list;
    return WF_OK;
}

static bool is_sending_chain(const wf_da *da, uint32_t pairing) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        if (da->deliveries[i].what == WF_INTAKE_CHAIN && da->deliveries[i].pairing == pairing) {
            return true;
        }
    }
    return false;
}

static void send_chain(wf_da *da, wf_time now, uint32_t pairing) {
    wf_delivery *d =
        is_sending_chain(da, pairing) ? NULL : new_delivery(da, now, (wf_request_id){0}, pairing, WF_INTAKE_CHAIN);
    if (d == NULL) {
        return; /* at the next session */
    }
    d->count = (uint8_t)da->identity.chain_len;
    d->pieces[d->piece_count++] = wf_bytes_of(&d->count, 1);
    for (size_t i = 0; i < da->identity.chain_len; i++) {
        add_sized(d, da->identity.chain[i]);
    }
}

void wf_blocks_tell_renewal(wf_da *da, wf_time now, uint32_t pairing, const wf_edhoc_config *shown) {
    wf_renewal_used(da, pairing, shown);
    if (wf_renewal_is_due(da, pairing)) {
        send_chain(da, now, pairing);
    }
}

static size_t length_of(const wf_delivery *d) {
    size_t len = 0;
    for (size_t i = 0; i < d->piece_count; i++) {
        len += d->pieces[i].len;
    }
    return len;
}

/* The bytes from d->sent on, as many as fit a block. */
static void write_block(wf_writer *w, const wf_delivery *d) {
    size_t skip = d->sent, room = WF_BLOCK_LEN;
    for (size_t i = 0; i < d->piece_count && room > 0; i++) {
        wf_bytes piece = d->pieces[i];
        if (skip >= piece.len) {
            skip -= piece.len;
            continue;
        }
        size_t count = piece.len - skip < room ? piece.len - skip : room;
        wf_write_bytes(w, piece.at + skip, count);
        room -= count;
        skip = 0;
    }
}

/* Its place may be free meanwhile, or another's. */
static bool is_for_peer(const wf_da *da, const wf_delivery *d) {
    const wf_pairing *p = &da->pairings.entries[d->pairing];
    return p->state == WF_PAIRING_FINAL && p->sequence == d->sequence;
}

static void over(wf_da *da, wf_delivery *d, wf_error outcome) {
    wf_event done = {.kind = WF_EVENT_DONE, .request = d->request, .error = outcome};
    if (outcome == WF_OK && is_for_peer(da, d) && d->what == WF_INTAKE_CHAIN) {
        wf_renewal_done(da, d->pairing);
    }
    *d = (wf_delivery){0};
    if (done.request.value != 0) {
        wf_da_emit(da, &done);
    }
}

static void send_block(wf_da *da, wf_time now, wf_delivery *d) {
    uint32_t session = wf_session_to_send(&da->sessions, d->pairing);
    d->repeat_at = now + d->interval;
    if (session == WF_NO_SESSION) {
        wf_peer_want(da, now, d->pairing);
        return;
    }
    uint8_t plain[HEAD_LEN + WF_BLOCK_LEN];
    size_t len;
    wf_writer w = wf_writer_of(plain, sizeof plain);
    wf_write_u8(&w, WF_KIND_BLOCK);
    wf_write_u8(&w, (uint8_t)d->what);
    wf_write_u16(&w, d->transfer);
    wf_write_u16(&w, d->number);
    wf_write_u8(&w, d->sent + WF_BLOCK_LEN >= length_of(d));
    write_block(&w, d);
    d->tid = (*da->next_tid)++;
    d->interval = d->interval * 3 / 2 < LONGEST_INTERVAL_MS ? d->interval * 3 / 2 : LONGEST_INTERVAL_MS;
    wf_error error = wf_writer_finish(&w, &len);
    if (error == WF_OK) {
        error = wf_da_send_kind(da, session, d->tid, wf_bytes_of(plain, len), wf_bytes_of(NULL, 0));
    }
    if (error != WF_OK) {
        over(da, d, error);
    }
}

static void restart(wf_da *da, wf_time now, wf_delivery *d) {
    if (++d->restarts > MOST_RESTARTS) {
        over(da, d, WF_ERROR_BUSY);
        return;
    }
    d->transfer++;
    d->number = 0;
    d->sent = 0;
    d->interval = FIRST_INTERVAL_MS;
    d->repeat_at = now + FIRST_INTERVAL_MS;
}

static void taken(wf_da *da, wf_time now, wf_delivery *d, wf_reader *body) {
    uint16_t transfer = wf_read_u16(body);
    uint16_t next = wf_read_u16(body);
    if (wf_reader_finish(body) != WF_OK || transfer != d->transfer || next != d->number + 1u) {
        return;
    }
    d->number++;
    d->sent += WF_BLOCK_LEN;
    d->ends = now + PATIENCE_MS;
    d->interval = FIRST_INTERVAL_MS;
    if (d->sent >= length_of(d)) {
        over(da, d, WF_OK);
    } else {
        send_block(da, now, d);
    }
}

bool wf_blocks_answer(wf_da *da, wf_time now, uint16_t tid, wf_da_kind kind, wf_reader *body, wf_error reason) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_delivery *d = &da->deliveries[i];
        if (d->what == WF_INTAKE_NOTHING || d->tid != tid) {
            continue;
        }
        if (kind == WF_KIND_BLOCK_TAKEN) {
            taken(da, now, d, body);
        } else if (reason == WF_ERROR_STATE) {
            restart(da, now, d);
        } else {
            over(da, d, reason);
        }
        return true;
    }
    return kind == WF_KIND_BLOCK_TAKEN;
}

bool wf_blocks_cancel(wf_da *da, wf_request_id request) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        if (da->deliveries[i].what != WF_INTAKE_NOTHING && da->deliveries[i].request.value == request.value) {
            over(da, &da->deliveries[i], WF_ERROR_CANCELLED);
            return true;
        }
    }
    return false;
}

wf_time wf_blocks_deadline(const wf_da *da) {
    wf_time next = WF_TIME_NEVER;
    for (uint32_t i = 0; i < da->run_count; i++) {
        const wf_delivery *d = &da->deliveries[i];
        wf_time due = d->repeat_at < d->ends ? d->repeat_at : d->ends;
        next = d->what != WF_INTAKE_NOTHING && due < next ? due : next;
    }
    return next;
}

void wf_blocks_tick(wf_da *da, wf_time now) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_delivery *d = &da->deliveries[i];
        if (d->what == WF_INTAKE_NOTHING) {
            continue;
        }
        if (!is_for_peer(da, d)) {
            over(da, d, WF_ERROR_NOT_PAIRED);
        } else if (d->ends <= now) {
            over(da, d, WF_ERROR_NO_ANSWER);
        } else if (d->repeat_at <= now) {
            send_block(da, now, d);
        }
    }
}
