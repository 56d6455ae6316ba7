/* The commit: what makes a pairing count on both sides, and what ends it. */
#ifndef WARIFU_DA_COMMIT_H
#define WARIFU_DA_COMMIT_H

#include "da/state.h"

enum { WF_UNPAIR_MS = 8000 /* UNPAIR until UNPAIRED */ };

/* Writes the provisional pairing, then asks for it to be confirmed. */
void wf_commit_begin(wf_da *da, wf_time now, wf_run *run);
/* Asks CONFIRM or UNPAIR, as the run's purpose is, until there is an answer. */
void wf_commit_ask(wf_da *da, wf_time now, wf_run *run);
void wf_commit_ask_again(wf_da *da, wf_time now, wf_run *run, uint32_t interval);

/* CONFIRM or UNPAIR has come in; with CONFIRM the proof of the set-up code, empty without one. */
void wf_commit_request(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_da_kind kind, wf_bytes proof);
/* CONFIRMED with its proof, UNPAIRED, or REFUSED with its reason. */
void wf_commit_answer(wf_da *da, wf_time now, uint32_t session, wf_da_kind kind, wf_bytes proof, wf_error reason);

#endif
