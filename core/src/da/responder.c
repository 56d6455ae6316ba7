/* The device's half of the handshake. Nothing is computed before the address is confirmed, nothing forged ends a run,
 * and an identical message gets the identical answer, so that no nonce is ever used for two texts. */
#include "da/responder.h"

#include <string.h>

#include "da/blocks.h"
#include "da/last_word.h"
#include "da/life.h"
#include "da/output.h"
#include "da/peers.h"
#include "da/renewal.h"
#include "da/sending.h"
#include "da/trust.h"

enum {
    SLOT_SAFE_MS = 3000,                                /* how long a newer address can't take an unfinished slot */
    LEAST_MESSAGE_1_LEN = 1 + 1 + 2 + WF_P256_X_LEN + 1 /* method, suite, G_X, C_I (RFC 9528 5.2.1) */
};

static const wf_bytes nothing = {NULL, 0};

void wf_responder_tick(wf_da *da, wf_time now) {
    for (unsigned i = 0; i < WF_RESPONDER_SLOTS; i++) {
        if (da->slots[i].used && da->slots[i].since + WF_SLOT_LIFE_MS <= now) {
            wf_slot_free(da, &da->slots[i]);
        }
    }
}

static wf_error hash_of(uint8_t out[static WF_HASH_LEN], wf_bytes message) {
    return wf_sha256(out, &message, 1);
}

/* Keeps the datagram as the answer to `message` and sends it. */
static void answer(wf_da *da, wf_slot *slot, wf_bytes message, const wf_writer *w) {
    if (w->overflow || hash_of(slot->asked, message) != WF_OK) {
        return;
    }
    memcpy(slot->answer, w->start, w->len);
    slot->answer_len = w->len;
    wf_da_transmit(da, &slot->address, w, nothing);
}

static bool is_past(const wf_slot *slot, const uint8_t hash[static WF_HASH_LEN]) {
    for (unsigned i = 0; i < WF_SLOT_PAST; i++) {
        if (memcmp(slot->past[i], hash, WF_HASH_LEN) == 0) {
            return true;
        }
    }
    return false;
}

/* A late copy of message_1, when message_3 was answered already or a newer handshake was begun, gets nothing and
 * changes nothing. */
static bool answer_again(wf_da *da, wf_slot *slot, const wf_address *from, wf_bytes message) {
    uint8_t hash[WF_HASH_LEN];
    if (!slot->used || slot->answer_len == 0 || !wf_address_equal(&slot->address, from) ||
        hash_of(hash, message) != WF_OK) {
        return false;
    }
    if (memcmp(hash, slot->asked, sizeof hash) != 0) {
        return memcmp(hash, slot->began, sizeof hash) == 0 || is_past(slot, hash);
    }
    wf_writer w = {slot->answer, sizeof slot->answer, slot->answer_len, false};
    wf_da_transmit(da, from, &w, nothing);
    return true;
}

static void refuse(wf_da *da, const wf_address *from, uint16_t tid, wf_error why, bool tell) {
    da->counters->handshakes_refused++;
    wf_da_emit_refusal(da, from, why);
    if (tell) { /* a hint for the wording at the other side, no more */
        uint8_t datagram[WF_DA_HEADER_LEN + 128];
        wf_writer w = wf_writer_of(datagram, sizeof datagram);
        wf_da_write_header(&w, tid, WF_DA_EDHOC_ERROR);
        if (wf_edhoc_write_error(&w, &da->by_chain, why) == WF_OK) {
            wf_da_transmit(da, from, &w, nothing);
        }
    }
}

/* ---- message_1 ---- */

/* The pairing whose admission tag stands before message_1, or WF_NO_PAIRING. */
static uint32_t admitted_pairing(const wf_da *da, const wf_da_frame *frame) {
    if ((frame->flags & WF_DA_HAS_TAG) == 0 || (frame->flags & WF_DA_TAG_OF_CODE) != 0) {
        return WF_NO_PAIRING;
    }
    bool covers_wake = (frame->flags & WF_DA_TAG_COVERS_WAKE) != 0;
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        const wf_pairing *p = &da->pairings.entries[i];
        const wf_peer_call *call = &da->calls[i];
        wf_bytes nonce = covers_wake ? wf_bytes_of(call->nonce, sizeof call->nonce) : nothing;
        if (p->state == WF_PAIRING_FINAL && (!covers_wake || call->has_nonce) &&
            wf_admission_is_right(frame->tag, p->admission_key, frame->cookie, nonce, frame->payload)) {
            return i;
        }
    }
    return WF_NO_PAIRING;
}

/* Where there is a set-up code only its holder gets on; who has no tokens left waits. Who comes as a peer that we don't
 * know could not make anything of our answer. */
static wf_error admit_stranger(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame) {
    bool shows_code = (frame->flags & WF_DA_TAG_OF_CODE) != 0;
    if ((frame->flags & WF_DA_HAS_TAG) != 0 && !shows_code) {
        return WF_ERROR_NOT_PAIRED;
    }
    if (da->has_code && !shows_code) {
        return WF_ERROR_CODE_NEEDED;
    }
    if (shows_code &&
        !(da->has_code && wf_admission_is_right(frame->tag, da->slot_key, frame->cookie, nothing, frame->payload))) {
        return WF_ERROR_WRONG_CODE;
    }
    if (!wf_tokens_take(&da->tokens, now, from)) {
        da->counters->strangers_limited++;
        return WF_ERROR_BUSY;
    }
    return WF_OK;
}

static void send_retry(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame) {
    uint8_t datagram[WF_DA_HEADER_LEN + WF_DA_COOKIE_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_da_write_header(&w, frame->tid, WF_DA_RETRY);
    uint8_t *cookie = wf_write_space(&w, WF_DA_COOKIE_LEN);
    if (cookie != NULL && wf_cookie_make(cookie, &da->cookie_key, now, from, frame->payload) == WF_OK) {
        da->counters->retries_sent++;
        wf_da_transmit(da, from, &w, nothing);
    }
}

/* A slot for this address: free, its own, or one whose holder had its time and did not prove itself. */
static wf_slot *take_slot(wf_da *da, wf_time now, const wf_address *from, uint32_t pairing) {
    wf_slot *slot = &da->slots[pairing == WF_NO_PAIRING ? WF_SLOT_FOR_STRANGERS : WF_SLOT_FOR_PEERS];
    bool is_held = slot->used && !slot->done;
    bool by_him = is_held && wf_address_same_host(&slot->address, from);
    if (is_held && !by_him && slot->safe_until > now) {
        return NULL;
    }
    wf_time safe_until = by_him ? slot->safe_until : now + SLOT_SAFE_MS;
    uint8_t past[WF_SLOT_PAST][WF_HASH_LEN] = {{0}};
    if (slot->used && wf_address_same_host(&slot->address, from)) {
        memcpy(past[0], slot->began, sizeof past[0]);
        memcpy(past[1], slot->past[0], sizeof past - sizeof past[0]);
    }
    wf_slot_free(da, slot);
    *slot = (wf_slot){.used = true,
                      .since = now,
                      .safe_until = safe_until,
                      .address = *from,
                      .pairing = pairing,
                      .session = WF_NO_SESSION};
    memcpy(slot->past, past, sizeof past);
    return slot;
}

static wf_error reserve_id(wf_da *da, wf_slot *slot, wf_edhoc_id *own) {
    wf_kid kid;
    wf_error error = wf_session_reserve(&da->sessions, &slot->session, &kid, false, &da->drbg);
    if (error == WF_OK) {
        *own = (wf_edhoc_id){{kid.bytes[0]}, 1};
        slot->connection_id = kid.bytes[0];
    }
    return error;
}

static wf_error answer_message_1(wf_da *da, wf_slot *slot, const wf_da_frame *frame) {
    wf_edhoc_ead ead;
    wf_edhoc_id own;
    uint8_t datagram[WF_DATAGRAM_LEN];
    const wf_edhoc_config *config =
        slot->pairing == WF_NO_PAIRING ? &da->by_chain : wf_renewal_config(da, slot->pairing);
    wf_error error = wf_edhoc_read_1(&slot->edhoc, config, frame->payload, &ead);
    if (error == WF_OK && slot->edhoc.peer_id.len != WF_DA_KID_LEN) {
        error = WF_ERROR_CONNECTION_ID; /* a controller's has two bytes, so it never equals ours */
    }
    if (error != WF_OK) {
        return error;
    }
    error = reserve_id(da, slot, &own);
    if (error != WF_OK) {
        return error;
    }
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_da_write_header(&w, frame->tid, WF_DA_MESSAGE_2);
    error = wf_edhoc_write_2(&slot->edhoc, &own, NULL, &w);
    if (error == WF_OK) {
        error = hash_of(slot->began, frame->payload);
    }
    if (error == WF_OK) {
        answer(da, slot, frame->payload, &w);
    }
    return error;
}

void wf_responder_message_1(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame) {
    if (frame->payload.len < LEAST_MESSAGE_1_LEN) { /* a RETRY to it could be longer than what it answers */
        da->counters->malformed++;
        return;
    }
    uint32_t pairing = admitted_pairing(da, frame);
    bool welcome = da->role == WF_ROLE_DEVICE && (pairing != WF_NO_PAIRING || wf_window_left(&da->window, now) > 0);
    if (!welcome) {
        refuse(da, from, frame->tid, WF_ERROR_WINDOW_CLOSED, false);
        return;
    }
    if (!wf_cookie_is_right(frame->cookie, &da->cookie_key, now, from, frame->payload)) {
        send_retry(da, now, from, frame);
        return;
    }
    for (unsigned i = 0; i < WF_RESPONDER_SLOTS; i++) {
        if (answer_again(da, &da->slots[i], from, frame->payload)) {
            return;
        }
    }
    wf_error error = pairing == WF_NO_PAIRING ? admit_stranger(da, now, from, frame) : WF_OK;
    wf_slot *slot = error == WF_OK ? take_slot(da, now, from, pairing) : NULL;
    if (slot != NULL) {
        error = answer_message_1(da, slot, frame);
    } else if (error == WF_OK) {
        error = WF_ERROR_BUSY;
    }
    if (error != WF_OK) {
        if (slot != NULL) {
            wf_slot_free(da, slot);
        }
        refuse(da, from, frame->tid, error, true);
    }
}

/* ---- message_3 ---- */

static wf_slot *slot_of(wf_da *da, const wf_address *from, uint8_t connection_id) {
    for (unsigned i = 0; i < WF_RESPONDER_SLOTS; i++) {
        wf_slot *slot = &da->slots[i];
        if (slot->used && wf_address_equal(&slot->address, from) && slot->answer_len > 0 &&
            slot->connection_id == connection_id) {
            return slot;
        }
    }
    return NULL;
}

/* The controller's certificate: the one that it was paired with, or one that the anchors vouch for, or with the set-up
 * code alone any: its key is pinned by the proof that follows. */
static wf_error judge(wf_da *da, wf_time now, const wf_slot *slot, const wf_edhoc_credential *credential,
                      wf_certificate *peer, wf_origin *origin) {
    if (slot->pairing == WF_NO_PAIRING) {
        return wf_da_judge_stranger(da, now, credential, WF_ROLE_CONTROLLER, !da->code_alone, peer, origin);
    }
    const wf_pairing *p = &da->pairings.entries[slot->pairing];
    if (credential->kind != WF_EDHOC_X5T || memcmp(credential->x5t, p->fingerprint, WF_X5T_LEN) != 0) {
        return WF_ERROR_CREDENTIAL;
    }
    return wf_certificate_parse(peer, wf_bytes_of(p->certificate, p->certificate_len));
}

/* The run goes forward in a copy: a forged message_3 must not end the real one. */
static wf_error verify_message_3(wf_da *da, wf_time now, wf_slot *slot, wf_bytes message, wf_edhoc *run,
                                 wf_certificate *peer, wf_origin *origin) {
    wf_edhoc_credential credential;
    wf_edhoc_ead ead;
    *run = slot->edhoc;
    wf_error error = wf_edhoc_read_3(run, message, &credential, &ead);
    if (error == WF_OK) {
        error = judge(da, now, slot, &credential, peer, origin);
    }
    return error != WF_OK ? error : wf_edhoc_accept_3(run, peer->der, peer->public_key);
}

/* An earlier attempt of this peer that it did not confirm. */
static void drop_earlier_candidate(wf_da *da, const uint8_t fingerprint[static WF_HASH_LEN]) {
    uint32_t earlier = wf_pairing_candidate(&da->pairings, fingerprint);
    if (earlier != WF_NO_PAIRING) {
        wf_error ignored = wf_da_forget(da, earlier); /* RAM only: it can't fail */
        (void)ignored;
    }
}

/* A first contact gets a candidate pairing, which CONFIRM makes real; it ends with the slot's time otherwise. */
static wf_error note_candidate(wf_da *da, wf_slot *slot, const wf_certificate *peer, const wf_origin *origin,
                               uint32_t *pairing) {
    uint8_t fingerprint[WF_HASH_LEN];
    wf_error error = wf_certificate_fingerprint(fingerprint, peer->der);
    if (error != WF_OK) {
        return error;
    }
    drop_earlier_candidate(da, fingerprint);
    *pairing = wf_pairing_new(&da->pairings, peer, fingerprint);
    if (*pairing == WF_NO_PAIRING) {
        bool is_full = wf_pairing_count(&da->pairings, WF_PAIRING_FINAL) >= da->pairings.limit;
        return is_full ? WF_ERROR_PAIRINGS_FULL : WF_ERROR_BUSY; /* others have not confirmed yet */
    }
    da->pairings.entries[*pairing].address = slot->address;
    da->pairings.entries[*pairing].origin = *origin;
    memcpy(da->pairings.entries[*pairing].own, da->own_x5t, sizeof da->own_x5t);
    return WF_OK;
}

static wf_error open_for_stranger(wf_da *da, wf_time now, wf_slot *slot, const wf_edhoc *run, uint32_t pairing) {
    wf_session *s = &da->sessions.entries[slot->session];
    wf_pairing *p = &da->pairings.entries[pairing];
    wf_session_bind(&da->sessions, slot->session, pairing);
    wf_session_end_at(&da->sessions, slot->session, now + WF_CANDIDATE_LIFE_MS);
    if (da->has_code) {
        wf_proofs proofs;
        wf_error error = wf_proofs_make(&proofs, &da->code, run);
        wf_expect(&da->expectations, s->serial, &proofs);
        wf_wipe(&proofs, sizeof proofs);
        if (error != WF_OK) {
            return error;
        }
    }
    return wf_edhoc_export(run, WF_EXPORT_ADMISSION_KEY, nothing, p->admission_key, sizeof p->admission_key);
}

static void open_for_peer(wf_da *da, wf_time now, wf_slot *slot, const wf_edhoc *run) {
    wf_session_close_unproven(&da->sessions, slot->pairing);
    wf_session_bind(&da->sessions, slot->session, slot->pairing);
    wf_da_address_proven(da, slot->pairing, &slot->address);
    wf_da_session_trusted(da, slot->session, now);
    wf_blocks_tell_renewal(da, now, slot->pairing, run->config);
}

static wf_error open_session(wf_da *da, wf_time now, wf_slot *slot, const wf_edhoc *run, uint32_t candidate) {
    wf_error error = wf_da_session_open(da, slot->session, now, run, &slot->address);
    if (error == WF_OK && candidate != WF_NO_PAIRING) {
        error = open_for_stranger(da, now, slot, run, candidate);
    } else if (error == WF_OK) {
        open_for_peer(da, now, slot, run);
    }
    return error;
}

/* Writes message_4 and opens the session. */
static wf_error agree(wf_da *da, wf_time now, wf_slot *slot, const wf_da_frame *frame, wf_edhoc *run,
                      uint32_t candidate) {
    uint8_t datagram[WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_da_write_header(&w, frame->tid, WF_DA_MESSAGE_4);
    wf_error error = wf_edhoc_write_4(run, NULL, &w);
    if (error == WF_OK) {
        error = open_session(da, now, slot, run, candidate);
    }
    slot->done = error == WF_OK;
    if (slot->done) {
        wf_edhoc_wipe(&slot->edhoc);
        answer(da, slot, frame->payload, &w);
        wf_last_word_keep(da, slot);
    }
    return error;
}

static wf_error finish(wf_da *da, wf_time now, wf_slot *slot, const wf_da_frame *frame, wf_edhoc *run) {
    wf_certificate peer;
    wf_origin origin;
    uint32_t candidate = WF_NO_PAIRING;
    wf_error error = verify_message_3(da, now, slot, frame->payload, run, &peer, &origin);
    if (error == WF_OK && slot->pairing == WF_NO_PAIRING) {
        /* `peer` points into the text of message_3, which message_4 may overwrite. */
        error = note_candidate(da, slot, &peer, &origin, &candidate);
    }
    if (error != WF_OK) {
        return error;
    }
    error = agree(da, now, slot, frame, run, candidate);
    if (error != WF_OK && candidate != WF_NO_PAIRING) {
        wf_error ignored = wf_pairing_remove(&da->pairings, candidate); /* RAM only: it can't fail */
        (void)ignored;
        wf_session_bind(&da->sessions, slot->session, WF_NO_PAIRING);
    }
    return error;
}

/* Until the tag of message_3 is right anybody may have sent it in the controller's name, and spent his tokens. */
static bool is_anybodys(wf_error error) {
    return error == WF_ERROR_TAG || error == WF_ERROR_STATE || error == WF_ERROR_EDHOC_MESSAGE ||
           error == WF_ERROR_CBOR;
}

void wf_responder_message_3(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame) {
    wf_slot *slot = slot_of(da, from, frame->connection_id);
    if (slot == NULL && wf_last_word_repeat(da, from, frame->connection_id, frame->payload)) {
        return;
    }
    if (slot == NULL) {
        da->counters->handshakes_refused++;
        return;
    }
    if (answer_again(da, slot, from, frame->payload) || slot->done) {
        return;
    }
    wf_edhoc run;
    wf_error error = finish(da, now, slot, frame, &run);
    wf_edhoc_wipe(&run);
    if (error != WF_OK) {
        if (slot->pairing == WF_NO_PAIRING && !is_anybodys(error) && !wf_tokens_take(&da->tokens, now, from)) {
            wf_slot_free(da, slot);
        }
        refuse(da, from, frame->tid, error, error != WF_ERROR_TAG && error != WF_ERROR_STATE);
    }
}
