/* The commit: CONFIRM and CONFIRMED make a pairing count on both sides, UNPAIR and UNPAIRED end it. */
#include "da/commit.h"

#include "da/life.h"
#include "da/output.h"
#include "da/sending.h"

#include <string.h>

enum { COMMIT_MS = 40000 /* CONFIRM until CONFIRMED */ };

static const wf_bytes nothing = {NULL, 0};

static size_t compose(uint8_t plain[static 1 + WF_SETUP_CODE_PROOF_LEN], wf_da_kind kind, const uint8_t *proof) {
    plain[0] = (uint8_t)kind;
    if (proof != NULL) {
        memcpy(plain + 1, proof, WF_SETUP_CODE_PROOF_LEN);
    }
    return proof != NULL ? 1 + WF_SETUP_CODE_PROOF_LEN : 1;
}

static void answer_kind(wf_da *da, const wf_da_request_ref *ref, wf_da_kind kind, const uint8_t *proof) {
    uint8_t plain[1 + WF_SETUP_CODE_PROOF_LEN];
    wf_error ignored = wf_da_answer_kind(da, ref, wf_bytes_of(plain, compose(plain, kind, proof)), nothing);
    (void)ignored; /* lost answers are asked for again */
}

/* ---- the side that is asked ---- */

static wf_error count_failure(wf_da *da) {
    if (++da->window.failures >= WF_WINDOW_FAILURES) {
        wf_da_close_window(da, WF_ERROR_LOCKED_OUT);
    }
    return WF_ERROR_WRONG_CODE;
}

/* A proof is counted in the store before it is looked at, so that no power cut gives another try for nothing. */
static wf_error check_proof(wf_da *da, wf_time now, const wf_session *s, wf_bytes proof) {
    if (!da->has_code) {
        return proof.len == 0 ? WF_OK : WF_ERROR_WRONG_CODE;
    }
    const wf_proofs *expected = wf_expected(&da->expectations, s->serial);
    if (proof.len == 0 || expected == NULL) {
        return proof.len == 0 ? WF_ERROR_CODE_NEEDED : WF_ERROR_NOT_PAIRED;
    }
    wf_error error = wf_guard_admit(&da->guard, now);
    if (error == WF_OK) {
        error = wf_guard_count(&da->guard, now);
    }
    if (error != WF_OK) {
        return error;
    }
    if (proof.len != sizeof expected->initiator ||
        !wf_equal_secret(proof.at, expected->initiator, sizeof expected->initiator)) {
        return count_failure(da);
    }
    wf_guard_forgive(&da->guard, now);
    return WF_OK;
}

static void count_pairing(wf_da *da) {
    if (da->window.pairings <= 1) {
        wf_da_close_window(da, WF_OK);
    } else {
        da->window.pairings--;
    }
}

static wf_error commit_candidate(wf_da *da, wf_time now, uint32_t session, wf_bytes proof) {
    wf_session *s = &da->sessions.entries[session];
    if (s->initiator || s->pairing == WF_NO_PAIRING) {
        return WF_ERROR_PAIRING_REFUSED;
    }
    if (wf_window_left(&da->window, now) == 0) {
        return WF_ERROR_WINDOW_CLOSED;
    }
    wf_error error = check_proof(da, now, s, proof);
    if (error == WF_OK) {
        error = wf_da_commit(da, s->pairing, WF_PAIRING_FINAL);
    }
    if (error == WF_OK) {
        wf_da_emit_peer(da, WF_EVENT_PAIRED, s->pairing, WF_OK);
        wf_da_session_trusted(da, session, now);
        count_pairing(da);
    }
    return error;
}

/* One handshake is good for one answer to CONFIRM; the session stays for repeating it, without the candidate. */
static void give_up_candidate(wf_da *da, wf_time now, wf_session *s, wf_error why) {
    uint32_t candidate = s->pairing;
    uint32_t session = (uint32_t)(s - da->sessions.entries);
    s->refused = why;
    wf_session_bind(&da->sessions, session, WF_NO_PAIRING);
    wf_session_end_at(&da->sessions, session, now + WF_SESSION_GRACE_MS);
    if (candidate != WF_NO_PAIRING) {
        wf_error ignored = wf_da_forget(da, candidate); /* RAM only: it can't fail */
        (void)ignored;
    }
}

static void confirm(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_bytes proof) {
    wf_session *s = &da->sessions.entries[ref->session];
    wf_error error = s->refused;
    if (s->leaving) {
        error = WF_ERROR_NOT_PAIRED;
    } else if (error == WF_OK && !s->trusted) {
        error = commit_candidate(da, now, ref->session, proof);
        if (error != WF_OK) {
            wf_da_emit_refusal(da, &s->address, error);
            give_up_candidate(da, now, s, error);
        }
    }
    if (error == WF_OK) {
        const wf_proofs *proofs = wf_expected(&da->expectations, s->serial);
        answer_kind(da, ref, WF_KIND_CONFIRMED, proofs != NULL ? proofs->responder : NULL);
        return;
    }
    wf_error ignored = wf_da_refuse(da, now, ref, error);
    (void)ignored;
}

/* The keys of the pairing go first, then the answer; this session stays for repeating the answer, and for nothing else.
 * Where the store could not be erased nobody is told that it was: this session goes after the refusal. */
static void unpair(wf_da *da, wf_time now, const wf_da_request_ref *ref) {
    wf_session *s = &da->sessions.entries[ref->session];
    if (!s->trusted) {
        wf_error ignored = wf_da_refuse(da, now, ref, WF_ERROR_NOT_PAIRED);
        (void)ignored;
        return;
    }
    wf_error error = WF_OK;
    if (!s->leaving) {
        uint32_t pairing = s->pairing;
        s->leaving = true;
        wf_session_bind(&da->sessions, ref->session, WF_NO_PAIRING);
        wf_session_end_at(&da->sessions, ref->session, now + WF_SESSION_GRACE_MS);
        wf_da_emit_peer(da, WF_EVENT_UNPAIRED, pairing, WF_OK);
        error = wf_da_forget_peer_of(da, pairing);
    }
    if (error == WF_OK) {
        answer_kind(da, ref, WF_KIND_UNPAIRED, NULL);
    } else {
        wf_error ignored = wf_da_refuse(da, now, ref, error);
        (void)ignored;
        wf_session_close(&da->sessions, ref->session);
    }
}

void wf_commit_request(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_da_kind kind, wf_bytes proof) {
    if (kind == WF_KIND_CONFIRM) {
        confirm(da, now, ref, proof);
    } else {
        unpair(da, now, ref);
    }
}

/* ---- the side that asks: each copy is a record of its own ---- */

void wf_commit_ask_again(wf_da *da, wf_time now, wf_run *run, uint32_t interval) {
    wf_da_kind kind = run->purpose == WF_RUN_UNPAIR ? WF_KIND_UNPAIR : WF_KIND_CONFIRM;
    bool proves = run->purpose == WF_RUN_PAIR && run->has_code;
    uint8_t plain[1 + WF_SETUP_CODE_PROOF_LEN];
    wf_bytes text = wf_bytes_of(plain, compose(plain, kind, proves ? run->proofs.initiator : NULL));
    uint32_t newest = wf_session_to_send(&da->sessions, run->pairing);
    if (run->purpose == WF_RUN_UNPAIR && newest != WF_NO_SESSION) {
        run->session = newest; /* the peer may have lost the other one's keys meanwhile */
    }
    run->interval = interval;
    run->repeat_at = now + interval;
    wf_error error = wf_da_send_kind(da, run->session, (*da->next_tid)++, text, nothing);
    if (error != WF_OK) {
        wf_run_over(da, run, error);
    }
}

void wf_commit_ask(wf_da *da, wf_time now, wf_run *run) {
    run->state = WF_RUN_WAITS_ANSWER;
    run->ends = now + (run->purpose == WF_RUN_UNPAIR ? WF_UNPAIR_MS : COMMIT_MS);
    wf_edhoc_wipe(&run->edhoc);
    wf_commit_ask_again(da, now, run, WF_FIRST_INTERVAL_MS);
}

void wf_commit_begin(wf_da *da, wf_time now, wf_run *run) {
    wf_error error = wf_da_commit(da, run->pairing, WF_PAIRING_PROVISIONAL);
    if (error != WF_OK) {
        wf_run_over(da, run, error == WF_ERROR_PAIRINGS_FULL ? WF_ERROR_CAPACITY : error);
        return;
    }
    wf_commit_ask(da, now, run);
}

static bool is_proven(const wf_run *run, wf_bytes proof) {
    if (run->purpose != WF_RUN_PAIR || !run->has_code) {
        return proof.len == 0;
    }
    return proof.len == sizeof run->proofs.responder &&
           wf_equal_secret(proof.at, run->proofs.responder, sizeof run->proofs.responder);
}

static void confirmed(wf_da *da, wf_time now, wf_run *run, wf_bytes proof) {
    if (!is_proven(run, proof)) {
        run->refused = true; /* whatever it wrote down: it does not know the code */
        wf_run_over(da, run, WF_ERROR_WRONG_CODE);
        return;
    }
    if (run->purpose == WF_RUN_CONNECT) {
        wf_run_over(da, run, WF_OK);
        return;
    }
    uint32_t session = run->session, pairing = run->pairing;
    wf_error error = wf_da_commit(da, pairing, WF_PAIRING_FINAL);
    if (error != WF_OK) {
        wf_run_over(da, run, error);
        return;
    }
    wf_run_step(da, run, WF_PAIR_CONFIRMED);
    wf_da_emit_peer(da, WF_EVENT_PAIRED, pairing, WF_OK);
    wf_da_session_trusted(da, session, now);
    run->session = WF_NO_SESSION; /* it outlives the run */
    run->pairing = WF_NO_PAIRING;
    wf_run_over(da, run, WF_OK);
}

static void unpaired(wf_da *da, wf_run *run) {
    uint32_t pairing = run->pairing;
    run->session = WF_NO_SESSION;
    run->pairing = WF_NO_PAIRING;
    wf_da_emit_peer(da, WF_EVENT_UNPAIRED, pairing, WF_OK);
    wf_error error = wf_da_forget_peer_of(da, pairing);
    wf_run_over(da, run, error);
}

void wf_commit_answer(wf_da *da, wf_time now, uint32_t session, wf_da_kind kind, wf_bytes proof, wf_error reason) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_run *run = &da->runs[i];
        if (run->state != WF_RUN_WAITS_ANSWER || run->session != session) {
            continue;
        }
        if (run->purpose == WF_RUN_UNPAIR && kind == WF_KIND_UNPAIRED) {
            unpaired(da, run);
        } else if (run->purpose != WF_RUN_UNPAIR && kind == WF_KIND_CONFIRMED) {
            confirmed(da, now, run, proof);
        } else if (run->purpose != WF_RUN_UNPAIR && kind == WF_KIND_REFUSED) {
            run->refused = true;
            wf_run_over(da, run, reason);
        }
        return;
    }
}
