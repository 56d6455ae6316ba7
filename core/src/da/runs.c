/* What becomes of what we began. A pairing is worth more than one handshake: while the owner's time lasts, a run that
 * only lacked answers begins anew, and when CONFIRM got none the provisional pairing is tried as a peer of old. */
#include "da/runs.h"

#include "da/commit.h"
#include "da/initiator.h"
#include "da/life.h"
#include "da/output.h"

static bool shakes_hands(const wf_run *run) {
    return run->state == WF_RUN_WAITS_2 || run->state == WF_RUN_WAITS_4;
}

/* As far as anybody can tell who must believe nothing. */
static bool window_is_closed(const wf_run *run) {
    return run->window_seen_closed && !run->window_seen_open;
}

/* Why nothing came of it, as well as it can be known. */
static wf_error outcome_of(const wf_run *run) {
    if (run->purpose == WF_RUN_UNPAIR) {
        return WF_ERROR_UNPAIRED_HERE_ONLY;
    }
    if (run->state == WF_RUN_WAITS_ANSWER || run->purpose == WF_RUN_HEAL || run->incomplete) {
        return WF_ERROR_PAIRING_INCOMPLETE;
    }
    if (run->state == WF_RUN_WAITS_DECISION) {
        return WF_ERROR_CANCELLED;
    }
    if (run->hint != WF_OK) {
        return run->hint;
    }
    if (run->disturbed) {
        return WF_ERROR_DISTURBED;
    }
    if (run->purpose == WF_RUN_PAIR && window_is_closed(run)) {
        return WF_ERROR_WINDOW_CLOSED;
    }
    return run->heard_plaintext && !run->heard_da ? WF_ERROR_PLAINTEXT_ONLY : WF_ERROR_NO_ANSWER;
}

/* Nobody refused it: the answers were lost, or it was somebody else's turn. */
static bool lacks_answers(const wf_run *run) {
    bool nothing_wrong = run->hint == WF_OK || run->hint == WF_ERROR_BUSY;
    return shakes_hands(run) && nothing_wrong && run->heard_da;
}

/* What an earlier handshake with that device left in the store, or WF_NO_PAIRING. */
static uint32_t written_earlier(const wf_da *da, const wf_run *run) {
    for (uint32_t i = 0; i < da->pairings.count && run->incomplete; i++) {
        const wf_pairing *p = &da->pairings.entries[i];
        if (p->state == WF_PAIRING_PROVISIONAL && wf_address_equal(&p->address, &run->address)) {
            return i;
        }
    }
    return WF_NO_PAIRING;
}

/* Its session and its candidate go; what was written down stays. */
static void clear_away(wf_da *da, wf_run *run) {
    uint32_t pairing = run->pairing;
    if (run->session != WF_NO_SESSION) {
        wf_session_close(&da->sessions, run->session);
        run->session = WF_NO_SESSION;
    }
    run->pairing = WF_NO_PAIRING;
    if (pairing != WF_NO_PAIRING && da->pairings.entries[pairing].state == WF_PAIRING_CANDIDATE) {
        wf_error ignored = wf_da_forget(da, pairing); /* RAM only: it can't fail */
        (void)ignored;
    }
}

/* With a provisional pairing as a peer of old, else as a stranger. */
static void begin_anew(wf_da *da, wf_time now, wf_run *run, uint32_t provisional) {
    clear_away(da, run);
    run->incomplete |= provisional != WF_NO_PAIRING;
    run->purpose = provisional != WF_NO_PAIRING ? WF_RUN_HEAL : WF_RUN_PAIR;
    run->pairing = provisional;
    run->state = WF_RUN_WAITS_2;
    run->tid = (*da->next_tid)++;
    run->ends = now + WF_RUN_MS;
    run->retries = run->refused_cookies = 0;
    run->has_cookie = false;
    run->hint = WF_OK;
    run->window_seen_open = run->window_seen_closed = false;
    wf_edhoc_wipe(&run->edhoc);
    wf_error error = wf_initiator_begin(da, now, run);
    if (error != WF_OK) {
        wf_run_over(da, run, error);
    }
}

static void end_unpair(wf_da *da, wf_run *run) {
    uint32_t pairing = run->pairing;
    wf_error outcome = outcome_of(run);
    wf_da_emit_peer(da, WF_EVENT_UNPAIRED, pairing, outcome);
    run->pairing = WF_NO_PAIRING;
    wf_error error = wf_da_forget_peer_of(da, pairing);
    wf_run_over(da, run, error != WF_OK ? error : outcome);
}

/* Whether the device has written its half down nobody knows until CONFIRMED comes, so both ways take turns. */
static void go_on(wf_da *da, wf_time now, wf_run *run) {
    uint32_t earlier = written_earlier(da, run);
    if (run->state == WF_RUN_WAITS_ANSWER) {
        begin_anew(da, now, run, run->pairing);
    } else if (run->purpose == WF_RUN_HEAL) {
        begin_anew(da, now, run, WF_NO_PAIRING);
    } else if (lacks_answers(run) && (earlier != WF_NO_PAIRING || !window_is_closed(run))) {
        begin_anew(da, now, run, earlier);
    } else {
        wf_run_over(da, run, outcome_of(run));
    }
}

static void end_run(wf_da *da, wf_time now, wf_run *run) {
    if (run->purpose == WF_RUN_UNPAIR) {
        end_unpair(da, run);
    } else if (run->request.value != 0 && now < run->until) {
        go_on(da, now, run);
    } else {
        wf_run_over(da, run, outcome_of(run));
    }
}

bool wf_runs_called(wf_da *da, wf_time now, uint32_t pairing) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_run *run = &da->runs[i];
        bool tries_anew = run->request.value != 0 && run->purpose == WF_RUN_PAIR && shakes_hands(run);
        if (tries_anew && written_earlier(da, run) == pairing) {
            begin_anew(da, now, run, pairing);
            return true;
        }
    }
    return false;
}

void wf_runs_tick(wf_da *da, wf_time now) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_run *run = &da->runs[i];
        if (run->state == WF_RUN_FREE) {
            continue;
        }
        if (run->ends <= now) {
            end_run(da, now, run);
        } else if (run->repeat_at <= now && run->state == WF_RUN_WAITS_ANSWER) {
            wf_commit_ask_again(da, now, run, wf_run_longer(run->interval));
        } else if (run->repeat_at <= now) {
            wf_initiator_send_again(da, now, run);
        }
    }
}
