/* The controller's half of the handshake. It alone has timers. What anybody on the network can send (hello answers,
 * EDHOC errors, forged messages) words the outcome, but never ends a run. */
#include "da/initiator.h"

#include <string.h>

#include "da/blocks.h"
#include "da/commit.h"
#include "da/hello.h"
#include "da/life.h"
#include "da/output.h"
#include "da/peers.h"
#include "da/renewal.h"
#include "da/sending.h"
#include "da/trust.h"

enum {
    DECISION_MS = 40000,  /* the owner's; the device waits 45 s */
    PROVEN_HINT_MS = 5000 /* a properly signed message_2 of the wrong device shortens the run to this */
};

static const wf_bytes nothing = {NULL, 0};

static void send_now(wf_da *da, wf_run *run, wf_time now, uint32_t interval) {
    uint8_t random = 0;
    wf_error error = wf_drbg_bytes(&da->drbg, &random, 1);
    uint32_t jitter = error == WF_OK ? interval / 4 * random / 255 : 0;
    run->interval = interval;
    run->repeat_at = now + interval + jitter;
    wf_writer w = {run->datagram, sizeof run->datagram, run->datagram_len, false};
    wf_da_transmit(da, &run->address, &w, nothing);
}

/* ---- message_1 ---- */

/* A peer's tag is under the key of the pairing, a stranger's under one from the device's set-up code. */
static wf_error tag_message_1(const wf_da *da, const wf_run *run, uint8_t *tag, wf_bytes cookie, wf_bytes nonce) {
    wf_bytes message = wf_bytes_of(run->message_1, run->message_1_len);
    if (run->purpose != WF_RUN_PAIR) {
        return wf_admission_tag(tag, da->pairings.entries[run->pairing].admission_key, cookie, nonce, message);
    }
    uint8_t key[WF_SETUP_CODE_KEY_LEN];
    wf_error error = wf_setup_code_slot_key(key, &run->code);
    if (error == WF_OK) {
        error = wf_admission_tag(tag, key, cookie, nonce, message);
    }
    wf_wipe(key, sizeof key);
    return error;
}

static unsigned flags_of(const wf_run *run) {
    unsigned flags = run->has_cookie ? WF_DA_HAS_COOKIE : 0u;
    if (run->purpose == WF_RUN_PAIR) {
        return flags | (run->has_code ? WF_DA_HAS_TAG | WF_DA_TAG_OF_CODE : 0u);
    }
    return flags | WF_DA_HAS_TAG | (run->has_nonce ? WF_DA_TAG_COVERS_WAKE : 0u);
}

static wf_error compose_message_1(const wf_da *da, wf_run *run) {
    wf_bytes message = wf_bytes_of(run->message_1, run->message_1_len);
    wf_bytes cookie = run->has_cookie ? wf_bytes_of(run->cookie, sizeof run->cookie) : nothing;
    wf_bytes nonce = run->has_nonce ? wf_bytes_of(run->nonce, sizeof run->nonce) : nothing;
    unsigned flags = flags_of(run);
    wf_writer w = wf_writer_of(run->datagram, sizeof run->datagram);
    wf_da_write_header(&w, run->tid, WF_DA_MESSAGE_1);
    wf_write_u8(&w, (uint8_t)flags);
    wf_write_view(&w, cookie);
    uint8_t *tag = (flags & WF_DA_HAS_TAG) != 0 ? wf_write_space(&w, WF_DA_TAG_LEN) : NULL;
    wf_write_view(&w, message);
    wf_error error = wf_writer_finish(&w, &run->datagram_len);
    return error == WF_OK && tag != NULL ? tag_message_1(da, run, tag, cookie, nonce) : error;
}

wf_error wf_initiator_begin(wf_da *da, wf_time now, wf_run *run) {
    wf_kid kid;
    wf_error error = wf_session_reserve(&da->sessions, &run->session, &kid, true, &da->drbg);
    if (error != WF_OK) {
        return error;
    }
    wf_edhoc_id own = {{kid.bytes[0], kid.bytes[1]}, 2};
    const wf_edhoc_config *config = run->purpose == WF_RUN_PAIR ? &da->by_chain : wf_renewal_config(da, run->pairing);
    wf_writer w = wf_writer_of(run->message_1, sizeof run->message_1);
    error = wf_edhoc_write_1(&run->edhoc, config, WF_EDHOC_SUITE_3, &own, NULL, &w);
    if (error == WF_OK) {
        error = wf_writer_finish(&w, &run->message_1_len);
    }
    if (error == WF_OK) {
        error = compose_message_1(da, run);
    }
    if (error == WF_OK) {
        wf_run_step(da, run, WF_PAIR_STARTED);
        send_now(da, run, now, WF_FIRST_INTERVAL_MS);
        run->repeat_at = run->only_once ? WF_TIME_NEVER : run->repeat_at;
    }
    return error;
}

static void follow_retry(wf_da *da, wf_time now, wf_run *run, const wf_da_frame *frame) {
    bool known = run->has_cookie && memcmp(run->cookie, frame->cookie.at, sizeof run->cookie) == 0;
    if (run->state != WF_RUN_WAITS_2) {
        return;
    }
    /* A device has one cookie, and another one after half a minute; and it takes its own. */
    run->refused_cookies += known;
    run->disturbed |= run->refused_cookies > WF_MAX_RETRIES || (!known && run->retries >= WF_MAX_RETRIES);
    if (known || run->retries >= WF_MAX_RETRIES) {
        return;
    }
    run->retries++;
    run->has_cookie = true;
    memcpy(run->cookie, frame->cookie.at, sizeof run->cookie);
    if (compose_message_1(da, run) == WF_OK) {
        wf_run_step(da, run, WF_PAIR_ADDRESS_CONFIRMED);
        send_now(da, run, now, run->interval);
    }
}

/* ---- message_2 and message_3 ---- */

/* The device's certificate: the one that it was paired with, or one that the anchors vouch for, or the one whose key
 * its set-up code names. */
static wf_error judge(const wf_da *da, wf_time now, const wf_run *run, const wf_edhoc_credential *credential,
                      wf_certificate *peer, wf_origin *origin) {
    if (run->purpose == WF_RUN_PAIR) {
        bool by_anchors = !run->has_code || run->root_too;
        wf_error error = wf_da_judge_stranger(da, now, credential, WF_ROLE_DEVICE, by_anchors, peer, origin);
        bool has_key =
            !run->has_code || (error == WF_OK && wf_setup_code_check_key(&run->code, peer->public_key) == WF_OK);
        return error == WF_OK && !has_key ? WF_ERROR_WRONG_CODE : error;
    }
    const wf_pairing *p = &da->pairings.entries[run->pairing];
    if (credential->kind != WF_EDHOC_X5T || memcmp(credential->x5t, p->fingerprint, WF_X5T_LEN) != 0) {
        return WF_ERROR_CREDENTIAL;
    }
    return wf_certificate_parse(peer, wf_bytes_of(p->certificate, p->certificate_len));
}

static wf_error note_candidate(wf_da *da, wf_run *run, const wf_certificate *peer, const wf_origin *origin) {
    uint8_t fingerprint[WF_HASH_LEN];
    wf_error error = wf_certificate_fingerprint(fingerprint, peer->der);
    if (error != WF_OK) {
        return error;
    }
    run->pairing = wf_pairing_new(&da->pairings, peer, fingerprint);
    if (run->pairing == WF_NO_PAIRING) {
        return WF_ERROR_CAPACITY;
    }
    da->pairings.entries[run->pairing].address = run->address;
    da->pairings.entries[run->pairing].origin = *origin;
    memcpy(da->pairings.entries[run->pairing].own, da->own_x5t, sizeof da->own_x5t);
    return WF_OK;
}

static wf_error read_message_2(wf_da *da, wf_time now, wf_run *run, wf_bytes message, wf_edhoc *next,
                               wf_certificate *peer, wf_origin *origin) {
    wf_edhoc_credential credential;
    wf_edhoc_ead ead;
    wf_error error = wf_edhoc_read_2(next, message, &credential, &ead);
    if (error == WF_OK && next->peer_id.len != 1) {
        error = WF_ERROR_CONNECTION_ID; /* a device's has one byte */
    }
    if (error == WF_OK) {
        error = judge(da, now, run, &credential, peer, origin);
    }
    if (error == WF_OK) {
        error = wf_edhoc_accept_2(next, peer->der, peer->public_key);
    }
    if (error == WF_OK && run->has_number && memcmp(run->number, peer->number, sizeof run->number) != 0) {
        error = WF_ERROR_WRONG_DEVICE;
    }
    return error;
}

static wf_error write_message_3(wf_run *run, wf_edhoc *next) {
    wf_writer w = wf_writer_of(run->datagram, sizeof run->datagram);
    wf_da_write_header(&w, run->tid, WF_DA_MESSAGE_3);
    wf_write_u8(&w, next->peer_id.bytes[0]);
    wf_error error = wf_edhoc_write_3(next, NULL, &w);
    return error != WF_OK ? error : wf_writer_finish(&w, &run->datagram_len);
}

static wf_error send_message_3(wf_da *da, wf_time now, wf_run *run, wf_edhoc *next, const wf_certificate *peer,
                               const wf_origin *origin) {
    /* `peer` points into the text of message_2, which message_3 overwrites. */
    wf_error error = run->purpose == WF_RUN_PAIR ? note_candidate(da, run, peer, origin) : WF_OK;
    if (error != WF_OK) {
        return error;
    }
    error = write_message_3(run, next);
    if (error == WF_OK) {
        run->edhoc = *next;
        run->state = WF_RUN_WAITS_4;
        wf_run_step(da, run, WF_PAIR_DEVICE_VERIFIED);
        send_now(da, run, now, WF_FIRST_INTERVAL_MS);
    } else if (run->purpose == WF_RUN_PAIR) {
        wf_error ignored = wf_pairing_remove(&da->pairings, run->pairing); /* RAM only: it can't fail */
        (void)ignored;
        run->pairing = WF_NO_PAIRING;
    }
    return error;
}

/* No device of ours says this: somebody made it up, or changed it on its way. */
static bool is_forgery(wf_error error) {
    return error == WF_ERROR_TAG || error == WF_ERROR_SIGNATURE || error == WF_ERROR_CBOR ||
           error == WF_ERROR_EDHOC_MESSAGE || error == WF_ERROR_CONNECTION_ID || error == WF_ERROR_POINT ||
           error == WF_ERROR_DER;
}

/* The run goes forward in a copy: a forged message_2 must not end the real one. */
static void take_message_2(wf_da *da, wf_time now, wf_run *run, wf_bytes message) {
    wf_certificate peer;
    wf_origin origin;
    wf_edhoc next = run->edhoc;
    wf_error error = read_message_2(da, now, run, message, &next, &peer, &origin);
    if (error == WF_OK) {
        error = send_message_3(da, now, run, &next, &peer, &origin);
    }
    wf_edhoc_wipe(&next);
    if (error != WF_OK) {
        da->counters->handshakes_refused++;
        if (is_forgery(error)) {
            run->disturbed = true;
        } else {
            run->hint = error;
        }
        wf_da_emit_refusal(da, &run->address, error);
        if (error == WF_ERROR_WRONG_DEVICE && run->ends > now + PROVEN_HINT_MS) {
            run->ends = now + PROVEN_HINT_MS;
        }
    }
}

/* ---- message_4 and what follows ---- */

static void after_pair(wf_da *da, wf_time now, wf_run *run) {
    wf_pairing *p = &da->pairings.entries[run->pairing];
    wf_error error =
        wf_edhoc_export(&run->edhoc, WF_EXPORT_ADMISSION_KEY, nothing, p->admission_key, sizeof p->admission_key);
    if (error == WF_OK && run->has_code) {
        error = wf_proofs_make(&run->proofs, &run->code, &run->edhoc);
    }
    if (error != WF_OK) {
        wf_run_over(da, run, error);
        return;
    }
    wf_run_step(da, run, WF_PAIR_KEYS_AGREED);
    if (run->has_number || run->has_code) {
        wf_commit_begin(da, now, run);
        return;
    }
    run->state = WF_RUN_WAITS_DECISION;
    run->ends = now + DECISION_MS;
    run->repeat_at = WF_TIME_NEVER;
    wf_event question = {.kind = WF_EVENT_PAIR_QUESTION, .request = run->request, .from = run->address};
    memcpy(question.number, p->number, sizeof question.number);
    wf_da_emit(da, &question);
}

/* Fresh keys with a peer of old; they outlive the run, which still has a CONFIRM or an UNPAIR to say: only a record
 * under the new keys tells the device to send under them. */
static void after_connect(wf_da *da, wf_time now, wf_run *run) {
    wf_da_address_proven(da, run->pairing, &run->address);
    da->sessions.entries[run->session].proven = true; /* message_4 came under keys of this run */
    wf_da_session_trusted(da, run->session, now);
    wf_blocks_tell_renewal(da, now, run->pairing, run->edhoc.config);
    wf_commit_ask(da, now, run);
}

static void take_message_4(wf_da *da, wf_time now, wf_run *run, wf_bytes message) {
    wf_edhoc_ead ead;
    wf_edhoc next = run->edhoc;
    wf_error error = wf_edhoc_read_4(&next, message, &ead);
    if (error == WF_OK) {
        error = wf_da_session_open(da, run->session, now, &next, &run->address);
    }
    if (error == WF_OK) {
        run->edhoc = next;
        wf_session_bind(&da->sessions, run->session, run->pairing);
    }
    wf_edhoc_wipe(&next);
    if (error != WF_OK) {
        da->counters->handshakes_refused++;
        run->disturbed = true;
        return;
    }
    switch (run->purpose) {
    case WF_RUN_PAIR:
        after_pair(da, now, run);
        break;
    case WF_RUN_HEAL:
        wf_commit_ask(da, now, run);
        break;
    default:
        after_connect(da, now, run);
        break;
    }
}

/* ---- frames and time ---- */

static void take_error(wf_run *run, wf_bytes message) {
    wf_edhoc_error_message error;
    if (wf_edhoc_read_error(&error, message) != WF_OK) {
        return;
    }
    run->hint =
        error.code == 2 ? WF_ERROR_UNSUPPORTED_SUITE : (error.code == 3 ? WF_ERROR_CREDENTIAL : WF_ERROR_PEER_ERROR);
    for (unsigned i = 0; wf_error_at(i) != NULL; i++) {
        const wf_error_row *row = wf_error_at(i);
        if (error.code == 1 && strlen(row->name) == error.text.len &&
            memcmp(row->name, error.text.at, error.text.len) == 0) {
            run->hint = row->code;
        }
    }
}

void wf_initiator_frame(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_run *run = &da->runs[i];
        if (run->state == WF_RUN_FREE || run->tid != frame->tid || !wf_address_equal(&run->address, from)) {
            continue;
        }
        run->heard_da = true;
        if (frame->type == WF_DA_RETRY) {
            follow_retry(da, now, run, frame);
        } else if (frame->type == WF_DA_MESSAGE_2 && run->state == WF_RUN_WAITS_2) {
            take_message_2(da, now, run, frame->payload);
        } else if (frame->type == WF_DA_MESSAGE_4 && run->state == WF_RUN_WAITS_4) {
            take_message_4(da, now, run, frame->payload);
        } else if (frame->type == WF_DA_EDHOC_ERROR) {
            take_error(run, frame->payload);
        }
        return;
    }
}

/* A hello beside message_1 learns whether the window is still open: it words the outcome. */
void wf_initiator_send_again(wf_da *da, wf_time now, wf_run *run) {
    send_now(da, run, now, wf_run_longer(run->interval));
    if (run->purpose == WF_RUN_PAIR && run->state == WF_RUN_WAITS_2) {
        wf_da_hello(da, &run->address);
    }
}
