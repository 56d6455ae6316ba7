/* What makes guessing impracticable: windows opened in a day and wrong proofs are counted in the store, and after a
 * wrong proof the next one has to wait.
 *
 * Time here is seconds of operation, which stand still while the node is off: a restart makes a day longer, never
 * shorter.
 */
#ifndef WARIFU_DA_GUARD_H
#define WARIFU_DA_GUARD_H

#include <warifu/event.h>
#include <warifu/store.h>

enum {
    WF_GUARD_WINDOWS = 39, /* opened in a day at most */
    WF_GUARD_DAY_S = 24 * 60 * 60,
    WF_GUARD_LONGEST_WAIT_S = 64 /* between two proofs */
};

typedef struct wf_guard {
    wf_store store;
    wf_time started;                     /* the engine's time at its start */
    uint32_t operated;                   /* seconds of operation before that */
    wf_time saved;                       /* when the seconds of operation were last written down */
    uint32_t openings[WF_GUARD_WINDOWS]; /* + 1, in seconds of operation; 0: never */
    uint8_t next;                        /* the oldest of them */
    uint32_t failures;                   /* wrong proofs since the last pairing */
    wf_time proof_after;                 /* the next proof is not looked at before */
} wf_guard;

/* Errors: STORE, STORE_DAMAGED, STORE_VERSION. */
WF_MUST_CHECK wf_error wf_guard_start(wf_guard *guard, const wf_store *store, wf_time now);

/* Counts an opening. Errors: LOCKED_OUT (there were enough today), STORE (not written down, so it doesn't open). */
WF_MUST_CHECK wf_error wf_guard_open(wf_guard *guard, wf_time now);
unsigned wf_guard_opened(const wf_guard *guard, wf_time now); /* in the last day */

/* May a proof be looked at? Errors: LOCKED_OUT. */
WF_MUST_CHECK wf_error wf_guard_admit(const wf_guard *guard, wf_time now);
/* Counts a proof before it is compared, so that no power cut saves the attacker a failure. Errors: STORE. */
WF_MUST_CHECK wf_error wf_guard_count(wf_guard *guard, wf_time now);
/* The proof was right: it counts no more. */
void wf_guard_forgive(wf_guard *guard, wf_time now);

/* While openings of the last day are remembered, the seconds of operation are written down once an hour. */
wf_time wf_guard_deadline(const wf_guard *guard);
void wf_guard_tick(wf_guard *guard, wf_time now);

#endif
