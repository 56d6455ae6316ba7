/* Records that come in: which session they are for, whether they are fresh and whole, and what they ask. */
#include "da/records.h"

#include "da/blocks.h"
#include "da/commit.h"
#include "da/group_push.h"
#include "da/group_talk.h"
#include "da/output.h"
#include "da/path.h"
#include "da/peers.h"
#include "da/sending.h"

static void drop(wf_da *da, const wf_address *from, wf_error why, uint64_t *counter) {
    (*counter)++;
    wf_da_emit_refusal(da, from, why);
}

/* No session of ours: perhaps this side restarted and the peer does not know yet. */
static void receive_for_nobody(wf_da *da, wf_time now, const wf_address *from) {
    da->counters->unknown_session++;
    uint32_t pairing = wf_pairing_by_address(&da->pairings, from);
    if (pairing != WF_NO_PAIRING && wf_session_to_send(&da->sessions, pairing) == WF_NO_SESSION) {
        wf_peer_want(da, now, pairing);
    }
}

static void receive_challenge(wf_da *da, wf_reader *plain, const wf_da_incoming *in) {
    wf_bytes nonce = wf_read_bytes(plain, WF_DA_NONCE_LEN);
    if (wf_reader_finish(plain) == WF_OK) {
        wf_path_challenge(da, &in->ref, nonce);
    }
}

static void receive_request(wf_da *da, wf_time now, uint32_t session, wf_reader *plain, wf_da_incoming *in) {
    const wf_session *s = &da->sessions.entries[session];
    uint8_t kind = wf_read_u8(plain);
    if (kind == WF_KIND_CONFIRM || kind == WF_KIND_UNPAIR) {
        wf_bytes proof = kind == WF_KIND_CONFIRM ? wf_read_rest(plain) : wf_bytes_of(NULL, 0);
        if (wf_reader_finish(plain) == WF_OK) {
            wf_commit_request(da, now, &in->ref, (wf_da_kind)kind, proof);
        }
        return;
    }
    wf_error refusal = WF_OK;
    bool of_group = wf_group_takes(kind);
    bool known = of_group || kind == WF_KIND_EDATA || kind == WF_KIND_TIMED_EDATA || kind == WF_KIND_CHALLENGE ||
                 kind == WF_KIND_BLOCK;
    if (!known || !s->trusted || s->leaving) {
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
    if (kind == WF_KIND_CHALLENGE) {
        receive_challenge(da, plain, in);
        return;
    }
    if (kind == WF_KIND_BLOCK) {
        wf_blocks_receive(da, now, &in->ref, plain);
        return;
    }
    if (of_group) {
        wf_group_request(da, now, &in->ref, kind, plain, in);
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

static void receive_answer(wf_da *da, wf_time now, uint32_t session, const wf_address *from, wf_reader *plain,
                           wf_da_incoming *in) {
    wf_session *s = &da->sessions.entries[session];
    uint8_t kind = wf_read_u8(plain);
    wf_error reason = kind == WF_KIND_REFUSED ? read_refusal(s, now, plain) : WF_OK;
    bool may_be_of_group = s->trusted && (kind == WF_KIND_GROUP_TAKEN || kind == WF_KIND_REFUSED);
    if (may_be_of_group && wf_group_push_answer(da, now, session, in->tid, (wf_da_kind)kind, plain, reason)) {
        return;
    }
    bool may_be_of_block = s->trusted && (kind == WF_KIND_BLOCK_TAKEN || kind == WF_KIND_REFUSED);
    if (may_be_of_block && wf_blocks_answer(da, now, in->tid, (wf_da_kind)kind, plain, reason)) {
        return;
    }
    wf_bytes nonce = wf_read_bytes(plain, kind == WF_KIND_CHALLENGED ? WF_DA_NONCE_LEN : 0);
    wf_bytes proof = kind == WF_KIND_CONFIRMED ? wf_read_rest(plain) : wf_bytes_of(NULL, 0);
    if (kind != WF_KIND_EDATA && wf_reader_finish(plain) != WF_OK) {
        return;
    }
    if (!s->trusted || kind == WF_KIND_CONFIRMED || kind == WF_KIND_UNPAIRED) {
        wf_commit_answer(da, now, session, (wf_da_kind)kind, proof, reason);
    } else if (kind == WF_KIND_CHALLENGED) {
        wf_path_challenged(da, now, session, from, nonce);
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

void wf_records_receive(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame, wf_da_incoming *in) {
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
        wf_da_renew_if_worn(da, s, now);
        drop(da, from, WF_ERROR_TAG, &da->counters->tampered_dropped);
        return;
    }
    wf_replay_accept(&s->window, frame->piv);
    mark_proven(da, session, now);
    if (s->trusted) {
        wf_group_push_heard(da, now, s->pairing);
    }
    wf_da_renew_if_worn(da, s, now);
    *in = (wf_da_incoming){.peer = wf_da_peer_of(s->pairing),
                           .tid = frame->tid,
                           .ref = {.session = session, .serial = s->serial, .tid = frame->tid, .piv = frame->piv}};
    size_t came = frame->clear.len + frame->payload.len;
    wf_reader plain = wf_reader_of(wf_bytes_of(da->plain, len));
    if (note != NULL) {
        receive_answer(da, now, session, from, &plain, in);
        wf_path_heard(da, now, session, from, came); /* the answer may be the one to a challenge */
    } else {
        wf_path_heard(da, now, session, from, came);
        receive_request(da, now, session, &plain, in);
    }
}
