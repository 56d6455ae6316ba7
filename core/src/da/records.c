/* Records of live sessions: opening sessions from a finished handshake, sending under them, receiving. */
#include <string.h>

#include "da/state.h"

enum {
    EXPORT_SECRET = 0, /* RFC 9528 A.1: OSCORE Master Secret */
    EXPORT_SALT = 1,   /* OSCORE Master Salt */
    SECRET_LEN = 16,
    SALT_LEN = 8,
    STAMP_LEN = 4,
    REFUSAL_LEN = 1 + 2 + 4,
    RENEW_PAUSE_MS = 60000
};

static wf_kid kid_of(const wf_edhoc_id *id) {
    wf_kid kid = {{0}, id->len};
    memcpy(kid.bytes, id->bytes, id->len < sizeof kid.bytes ? id->len : sizeof kid.bytes);
    return kid;
}

wf_error wf_da_session_open(wf_da *da, uint32_t session, wf_time now, const wf_edhoc *run, const wf_address *address) {
    wf_session *s = &da->sessions.entries[session];
    uint8_t secret[SECRET_LEN], salt[SALT_LEN];
    wf_error error = wf_edhoc_export(run, EXPORT_SECRET, wf_bytes_of(NULL, 0), secret, sizeof secret);
    if (error == WF_OK) {
        error = wf_edhoc_export(run, EXPORT_SALT, wf_bytes_of(NULL, 0), salt, sizeof salt);
    }
    if (error == WF_OK) {
        s->keys.send_kid = kid_of(&run->peer_id); /* RFC 9528 A.1: each side sends under the other's identifier */
        error = wf_record_derive(&s->keys, wf_bytes_of(secret, sizeof secret), wf_bytes_of(salt, sizeof salt),
                                 WF_RECORD_ALG);
    }
    s->keyed = error == WF_OK;
    s->opened = now;
    s->address = *address;
    if (s->initiator) {
        /* Both clocks start with message_4; ours starts later by its way here, which errs to the safe side. */
        wf_session_learn_clock(s, now, 0);
    }
    wf_wipe(secret, sizeof secret);
    return error;
}

void wf_da_session_trusted(wf_da *da, uint32_t session, wf_time now) {
    wf_session *s = &da->sessions.entries[session];
    s->trusted = true;
    s->ends = WF_TIME_NEVER;
    if (s->proven) {
        wf_session_retire_others(&da->sessions, session, now);
    }
    wf_call_settled(da, s->pairing);
    wf_da_emit_peer(da, WF_EVENT_SESSION_UP, s->pairing, WF_OK);
}

/* ---- sending ---- */

static wf_error next_piv(wf_session *s, uint64_t *piv) {
    if (s->next_piv >= WF_SESSION_STOP_AT || s->failures >= WF_SESSION_STOP_AT) {
        return WF_ERROR_KEYS_EXHAUSTED;
    }
    *piv = s->next_piv++;
    return WF_OK;
}

wf_error wf_da_send_kind(wf_da *da, uint32_t session, uint16_t tid, wf_bytes plain, wf_bytes inner) {
    wf_session *s = &da->sessions.entries[session];
    uint8_t datagram[WF_DATAGRAM_LEN];
    uint64_t piv;
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_error error = next_piv(s, &piv);
    if (error == WF_OK) {
        error = wf_record_seal(&w, &s->keys, WF_DA_REQUEST, tid, piv, NULL, plain);
    }
    if (error == WF_OK) {
        wf_session_note_exchange(s, tid, piv);
        wf_da_transmit(da, &s->address, &w, inner);
    }
    return error;
}

wf_error wf_da_answer_kind(wf_da *da, const wf_da_request_ref *ref, wf_bytes plain, wf_bytes inner) {
    wf_session *s = &da->sessions.entries[ref->session];
    uint8_t datagram[WF_DATAGRAM_LEN];
    uint64_t piv;
    wf_record_bond bond = {wf_bytes_of(s->keys.receive_kid.bytes, s->keys.receive_kid.len), ref->piv};
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_error error = next_piv(s, &piv);
    if (error == WF_OK) {
        error = wf_record_seal(&w, &s->keys, WF_DA_ANSWER, ref->tid, piv, &bond, plain);
    }
    if (error == WF_OK) {
        wf_da_transmit(da, &s->address, &w, inner);
    }
    return error;
}

static void renew_if_worn(wf_da *da, wf_session *s, wf_time now) {
    bool worn = s->next_piv >= WF_SESSION_REKEY_AT || s->failures >= WF_SESSION_REKEY_AT;
    if (worn && s->trusted && !s->leaving && s->ends == WF_TIME_NEVER && now >= s->renew_after) {
        s->renew_after = now + RENEW_PAUSE_MS;
        wf_call_want(da, now, s->pairing);
    }
}

wf_error wf_da_send(wf_da *da, wf_time now, wf_peer_id peer, uint16_t tid, bool timed, wf_bytes edata) {
    if (!wf_da_is_paired(da, peer)) {
        return WF_ERROR_NOT_PAIRED;
    }
    uint32_t session = wf_session_to_send(&da->sessions, peer.value - 1);
    if (session == WF_NO_SESSION) {
        wf_call_want(da, now, peer.value - 1);
        return WF_ERROR_NO_SESSION;
    }
    wf_session *s = &da->sessions.entries[session];
    renew_if_worn(da, s, now);
    uint8_t plain[WF_DATAGRAM_LEN];
    size_t len;
    wf_writer w = wf_writer_of(plain, sizeof plain);
    wf_write_u8(&w, timed ? WF_KIND_TIMED_EDATA : WF_KIND_EDATA);
    if (timed) {
        wf_write_u32(&w, wf_session_peer_clock(s, now));
    }
    wf_write_view(&w, edata);
    wf_error error = wf_writer_finish(&w, &len);
    if (error == WF_OK) {
        error = wf_da_send_kind(da, session, tid, wf_bytes_of(plain, len), edata);
    }
    wf_wipe(plain, len);
    return error;
}

wf_error wf_da_answer(wf_da *da, const wf_da_request_ref *ref, wf_bytes edata) {
    uint8_t plain[WF_DATAGRAM_LEN];
    size_t len;
    wf_writer w = wf_writer_of(plain, sizeof plain);
    wf_write_u8(&w, WF_KIND_EDATA);
    wf_write_view(&w, edata);
    wf_error error = wf_writer_finish(&w, &len);
    if (error == WF_OK) {
        error = wf_da_answer_kind(da, ref, wf_bytes_of(plain, len), edata);
    }
    wf_wipe(plain, len);
    return error;
}

wf_error wf_da_refuse(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_error reason) {
    uint8_t plain[REFUSAL_LEN];
    size_t len;
    wf_writer w = wf_writer_of(plain, sizeof plain);
    wf_write_u8(&w, WF_KIND_REFUSED);
    wf_write_u16(&w, (uint16_t)reason);
    wf_write_u32(&w, wf_session_clock(&da->sessions.entries[ref->session], now));
    wf_error error = wf_writer_finish(&w, &len);
    return error != WF_OK ? error : wf_da_answer_kind(da, ref, wf_bytes_of(plain, len), wf_bytes_of(NULL, 0));
}

/* ---- receiving ---- */

static void drop(wf_da *da, const wf_address *from, wf_error why, uint64_t *counter) {
    (*counter)++;
    wf_da_emit_refusal(da, from, why);
}

/* No session of ours: perhaps this side restarted and the peer does not know yet. */
static void receive_for_nobody(wf_da *da, wf_time now, const wf_address *from) {
    da->counters->unknown_session++;
    uint32_t pairing = wf_pairing_by_address(&da->pairings, from);
    if (pairing != WF_NO_PAIRING && wf_session_to_send(&da->sessions, pairing) == WF_NO_SESSION) {
        wf_call_want(da, now, pairing);
    }
}

static void receive_request(wf_da *da, wf_time now, uint32_t session, wf_reader *plain, wf_da_incoming *in) {
    const wf_session *s = &da->sessions.entries[session];
    uint8_t kind = wf_read_u8(plain);
    if (kind == WF_KIND_CONFIRM || kind == WF_KIND_UNPAIR) {
        if (wf_reader_finish(plain) == WF_OK) {
            wf_commit_request(da, now, &in->ref, (wf_da_kind)kind);
        }
        return;
    }
    wf_error refusal = WF_OK;
    if ((kind != WF_KIND_EDATA && kind != WF_KIND_TIMED_EDATA) || !s->trusted || s->leaving) {
        refusal = WF_ERROR_NOT_PAIRED;
    } else if (kind == WF_KIND_TIMED_EDATA && !wf_session_is_timely(s, now, wf_read_u32(plain))) {
        refusal = WF_ERROR_TOO_LATE;
        drop(da, &s->address, refusal, &da->counters->late_refused);
    }
    if (refusal != WF_OK) {
        wf_error ignored = wf_da_refuse(da, now, &in->ref, refusal); /* they will repeat it or time out */
        (void)ignored;
        return;
    }
    in->kind = WF_DA_INCOMING_REQUEST;
    in->is_timely = kind == WF_KIND_TIMED_EDATA;
    in->edata = wf_read_rest(plain);
}

/* The reason of a refusal; with it comes the peer's clock. */
static wf_error read_refusal(wf_session *s, wf_time now, wf_reader *plain) {
    wf_error reason = wf_error_row_of((wf_error)wf_read_u16(plain))->code;
    uint32_t clock = wf_read_u32(plain);
    if (wf_reader_finish(plain) == WF_OK) {
        wf_session_learn_clock(s, now, clock);
    }
    return reason == WF_OK ? WF_ERROR_REFUSED : reason;
}

static void receive_answer(wf_da *da, wf_time now, uint32_t session, wf_reader *plain, wf_da_incoming *in) {
    wf_session *s = &da->sessions.entries[session];
    uint8_t kind = wf_read_u8(plain);
    wf_error reason = kind == WF_KIND_REFUSED ? read_refusal(s, now, plain) : WF_OK;
    if (kind != WF_KIND_EDATA && wf_reader_finish(plain) != WF_OK) {
        return;
    }
    if (!s->trusted || kind == WF_KIND_CONFIRMED || kind == WF_KIND_UNPAIRED) {
        wf_commit_answer(da, now, session, (wf_da_kind)kind, reason);
    } else if (kind == WF_KIND_REFUSED) {
        in->kind = WF_DA_INCOMING_REFUSED;
        in->error = reason;
    } else if (kind == WF_KIND_EDATA) {
        in->kind = WF_DA_INCOMING_ANSWER;
        in->edata = wf_read_rest(plain);
    }
}

static bool receives(const wf_session *s) {
    return s->keyed && s->failures < WF_SESSION_STOP_AT;
}

static void mark_proven(wf_da *da, uint32_t session, wf_time now) {
    wf_session *s = &da->sessions.entries[session];
    if (!s->proven) {
        s->proven = true;
        if (s->trusted) {
            wf_session_retire_others(&da->sessions, session, now);
        }
    }
}

void wf_da_record(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame, wf_da_incoming *in) {
    uint32_t session = wf_session_by_kid(&da->sessions, frame->kid);
    if (session == WF_NO_SESSION || !receives(&da->sessions.entries[session])) {
        receive_for_nobody(da, now, from);
        return;
    }
    wf_session *s = &da->sessions.entries[session];
    wf_exchange_note *note = frame->type == WF_DA_ANSWER ? wf_session_exchange(s, frame->tid) : NULL;
    if (!wf_replay_is_fresh(&s->window, frame->piv)) {
        drop(da, from, WF_ERROR_REPLAYED, &da->counters->replays_dropped);
        return;
    }
    if (frame->type == WF_DA_ANSWER && note == NULL) {
        return; /* late, or to nothing that we asked */
    }
    wf_record_bond bond = {wf_bytes_of(s->keys.send_kid.bytes, s->keys.send_kid.len), note != NULL ? note->piv : 0};
    size_t len;
    if (frame->payload.len > sizeof da->plain ||
        wf_record_open(da->plain, &len, &s->keys, frame, note != NULL ? &bond : NULL) != WF_OK) {
        s->failures++;
        renew_if_worn(da, s, now);
        drop(da, from, WF_ERROR_TAG, &da->counters->tampered_dropped);
        return;
    }
    wf_replay_accept(&s->window, frame->piv);
    mark_proven(da, session, now);
    renew_if_worn(da, s, now);
    *in = (wf_da_incoming){
        .peer = wf_da_peer_of(s->pairing), .tid = frame->tid, .ref = {session, frame->tid, frame->piv}};
    wf_reader plain = wf_reader_of(wf_bytes_of(da->plain, len));
    if (note != NULL) {
        receive_answer(da, now, session, &plain, in);
    } else {
        receive_request(da, now, session, &plain, in);
    }
}
