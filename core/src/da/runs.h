/* What becomes of what we began: repeated, begun anew, or over. */
#ifndef WARIFU_DA_RUNS_H
#define WARIFU_DA_RUNS_H

#include "da/state.h"

void wf_runs_tick(wf_da *da, wf_time now);

#endif
