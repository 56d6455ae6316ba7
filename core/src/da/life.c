#include "da/life.h"

#include <string.h>

#include "da/group_talk.h"
#include "da/output.h"
#include "da/trust.h"

enum { LONGEST_INTERVAL_MS = 4000 };

/* ---- slots ---- */

void wf_slot_free(wf_da *da, wf_slot *slot) {
    if (!slot->used) {
        return;
    }
    if (!slot->done && slot->session != WF_NO_SESSION) {
        wf_session_close(&da->sessions, slot->session);
    }
    wf_wipe(slot, sizeof *slot);
}

static void free_slots_of(wf_da *da, uint32_t pairing) {
    for (unsigned i = 0; i < WF_RESPONDER_SLOTS; i++) {
        if (da->slots[i].pairing == pairing) {
            wf_slot_free(da, &da->slots[i]);
        }
    }
}

/* Erases it with all that hangs on it but runs. */
static wf_error drop(wf_da *da, uint32_t pairing) {
    free_slots_of(da, pairing);
    wf_session_close_pairing(&da->sessions, pairing);
    wf_group_left(da, pairing);
    wf_wipe(&da->calls[pairing], sizeof da->calls[pairing]);
    return wf_pairing_remove(&da->pairings, pairing);
}

/* ---- runs ---- */

static wf_run *free_run(wf_da *da) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        if (da->runs[i].state == WF_RUN_FREE) {
            return &da->runs[i];
        }
    }
    return NULL;
}

/* A run that nobody asked for and that has got no answer yet makes room for one that somebody asked for. */
static wf_run *give_up_one(wf_da *da) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_run *run = &da->runs[i];
        if (run->state == WF_RUN_WAITS_2 && run->request.value == 0) {
            wf_run_give_up(da, run);
            return run;
        }
    }
    return NULL;
}

wf_run *wf_run_new(wf_da *da, wf_time now, wf_run_purpose purpose, const wf_address *address) {
    wf_run *run = free_run(da);
    if (run == NULL && (purpose == WF_RUN_PAIR || purpose == WF_RUN_UNPAIR)) {
        run = give_up_one(da);
    }
    if (run != NULL) {
        *run = (wf_run){.state = WF_RUN_WAITS_2,
                        .purpose = purpose,
                        .pairing = WF_NO_PAIRING,
                        .session = WF_NO_SESSION,
                        .address = *address,
                        .tid = (*da->next_tid)++,
                        .ends = now + WF_RUN_MS,
                        .hint = WF_OK};
    }
    return run;
}

wf_run *wf_run_of_pairing(wf_da *da, uint32_t pairing) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        if (da->runs[i].state != WF_RUN_FREE && da->runs[i].pairing == pairing) {
            return &da->runs[i];
        }
    }
    return NULL;
}

wf_run *wf_run_of_request(wf_da *da, wf_request_id request) {
    for (uint32_t i = 0; i < da->run_count; i++) {
        if (da->runs[i].state != WF_RUN_FREE && da->runs[i].request.value == request.value) {
            return &da->runs[i];
        }
    }
    return NULL;
}

void wf_run_step(wf_da *da, const wf_run *run, wf_pair_step step) {
    if (run->request.value != 0 && run->purpose != WF_RUN_UNPAIR) {
        wf_event event = {.kind = WF_EVENT_PAIR_STEP, .request = run->request, .step = step};
        if (step == WF_PAIR_CONFIRMED) {
            event.peer = wf_da_peer_of(run->pairing);
        }
        wf_da_emit(da, &event);
    }
}

/* What a run that fails leaves behind. A provisional pairing stays when the device may have written its half down. */
static void clean_up(wf_da *da, wf_run *run, wf_error outcome) {
    if (run->session != WF_NO_SESSION && !da->sessions.entries[run->session].trusted) {
        wf_session_close(&da->sessions, run->session);
    }
    if (run->pairing == WF_NO_PAIRING || run->purpose == WF_RUN_CONNECT || run->purpose == WF_RUN_UNPAIR) {
        return;
    }
    bool was_confirmed = (run->purpose == WF_RUN_PAIR && run->state == WF_RUN_WAITS_ANSWER) ||
                         (run->purpose == WF_RUN_HEAL && run->request.value != 0);
    bool may_be_written = was_confirmed && !run->refused;
    if (!may_be_written && outcome != WF_OK) {
        wf_error ignored = drop(da, run->pairing); /* in the store it is tried and dropped at the next start */
        (void)ignored;
    }
}

void wf_run_over(wf_da *da, wf_run *run, wf_error outcome) {
    wf_event done = {.kind = WF_EVENT_DONE, .request = run->request, .from = run->address, .error = outcome};
    clean_up(da, run, outcome);
    wf_wipe(run, sizeof *run);
    da->calls_next = 0; /* somebody may have waited for it */
    if (done.request.value != 0) {
        wf_da_emit(da, &done);
    }
}

void wf_run_give_up(wf_da *da, wf_run *run) {
    run->pairing = WF_NO_PAIRING;
    wf_run_over(da, run, WF_ERROR_CANCELLED);
}

/* Its pairing is gone; an UNPAIR has nothing left to do. */
static void end_runs_of(wf_da *da, uint32_t pairing) {
    for (wf_run *run = wf_run_of_pairing(da, pairing); run != NULL; run = wf_run_of_pairing(da, pairing)) {
        run->pairing = WF_NO_PAIRING;
        wf_run_over(da, run, run->purpose == WF_RUN_UNPAIR ? WF_OK : WF_ERROR_NOT_PAIRED);
    }
}

uint32_t wf_run_longer(uint32_t interval) {
    uint32_t next = interval + interval / 2;
    return next < LONGEST_INTERVAL_MS ? next : LONGEST_INTERVAL_MS;
}

/* ---- pairings ---- */

wf_error wf_da_forget(wf_da *da, uint32_t pairing) {
    end_runs_of(da, pairing);
    return drop(da, pairing);
}

/* The one that counts goes last: until then nothing has happened. */
wf_error wf_da_forget_peer_of(wf_da *da, uint32_t pairing) {
    uint32_t beside;
    wf_error error = WF_OK;
    while ((beside = wf_pairing_beside(&da->pairings, pairing)) != WF_NO_PAIRING) {
        wf_error this_one = wf_da_forget(da, beside);
        error = error == WF_OK ? this_one : error;
    }
    wf_error last = wf_da_forget(da, pairing);
    return error == WF_OK ? last : error;
}

wf_error wf_da_commit(wf_da *da, uint32_t pairing, wf_pairing_state state) {
    uint32_t old;
    /* Once more: a list may have come between the judgement and this. */
    wf_error error = wf_da_check_lists(da, &da->pairings.entries[pairing]);
    if (error == WF_OK) {
        error = wf_pairing_commit(&da->pairings, pairing, state);
    }
    while (error == WF_OK && (old = wf_pairing_replaced(&da->pairings, pairing)) != WF_NO_PAIRING) {
        wf_error ignored = wf_da_forget(da, old); /* what lies in the store still is dropped at the next start */
        (void)ignored;
    }
    return error;
}
