/* What becomes of what we began: repeated, begun anew, or over. */
#ifndef WARIFU_DA_RUNS_H
#define WARIFU_DA_RUNS_H

#include "da/state.h"

void wf_runs_tick(wf_da *da, wf_time now);

/* A device that calls has written its half of that pairing down: who waits for it goes on as with a peer of old. False
 * when nobody does. */
bool wf_runs_called(wf_da *da, wf_time now, uint32_t pairing);

#endif
