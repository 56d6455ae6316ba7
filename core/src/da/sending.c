/* What goes out under a session: sessions are opened from a finished handshake, used, and renewed when worn. */
#include "da/sending.h"

#include <string.h>

#include "da/group_talk.h"
#include "da/key_log.h"
#include "da/output.h"
#include "da/path.h"
#include "da/peers.h"

enum {
    EXPORT_SECRET = 0, /* RFC 9528 A.1: OSCORE Master Secret */
    EXPORT_SALT = 1,   /* OSCORE Master Salt */
    SECRET_LEN = 16,
    SALT_LEN = 8,
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
    if (s->keyed) {
        wf_da_log_keys(da, s);
    }
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
    wf_peer_settled(da, s->pairing);
    wf_da_emit_peer(da, WF_EVENT_SESSION_UP, s->pairing, WF_OK);
    wf_da_report_expired(da, now, s->pairing);
    wf_group_session_up(da, now, s->pairing);
}

static wf_error next_piv(wf_session *s, uint64_t *piv) {
    if (s->next_piv >= WF_SESSION_STOP_AT || s->failures >= WF_SESSION_STOP_AT) {
        return WF_ERROR_KEYS_EXHAUSTED;
    }
    *piv = s->next_piv++;
    return WF_OK;
}

static wf_error send_request(wf_da *da, uint32_t session, const wf_address *to, uint16_t tid, wf_bytes plain,
                             wf_bytes inner) {
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
        wf_da_transmit(da, to, &w, inner);
    }
    return error;
}

wf_error wf_da_send_kind(wf_da *da, uint32_t session, uint16_t tid, wf_bytes plain, wf_bytes inner) {
    return send_request(da, session, &da->sessions.entries[session].address, tid, plain, inner);
}

wf_error wf_da_send_kind_to(wf_da *da, uint32_t session, const wf_address *to, wf_bytes plain) {
    return send_request(da, session, to, (*da->next_tid)++, plain, wf_bytes_of(NULL, 0));
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
        wf_path_keep_answer(da, s, wf_bytes_of(datagram, w.len));
        wf_da_transmit(da, &s->address, &w, inner);
    }
    return error;
}

void wf_da_renew_if_worn(wf_da *da, wf_session *s, wf_time now) {
    bool worn = s->next_piv >= WF_SESSION_REKEY_AT || s->failures >= WF_SESSION_REKEY_AT;
    if (worn && s->trusted && !s->leaving && s->ends == WF_TIME_NEVER && now >= s->renew_after) {
        s->renew_after = now + RENEW_PAUSE_MS;
        wf_peer_want(da, now, s->pairing);
    }
}

wf_error wf_da_send(wf_da *da, wf_time now, wf_peer_id peer, uint16_t tid, bool timed, wf_bytes edata) {
    if (!wf_da_is_paired(da, peer)) {
        return WF_ERROR_NOT_PAIRED;
    }
    uint32_t session = wf_session_to_send(&da->sessions, peer.value - 1);
    if (session == WF_NO_SESSION) {
        wf_peer_want(da, now, peer.value - 1);
        return WF_ERROR_NO_SESSION;
    }
    wf_session *s = &da->sessions.entries[session];
    wf_da_renew_if_worn(da, s, now);
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
    if (ref->manager != 0) {
        return wf_group_answer(da, ref, edata);
    }
    const wf_session *s = &da->sessions.entries[ref->session];
    if (s->serial != ref->serial || !s->trusted || s->leaving) {
        return WF_ERROR_NO_SESSION; /* it ended, and another may stand in its place */
    }
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
