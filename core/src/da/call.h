/* Ways to a session that is wanted. */
#ifndef WARIFU_DA_CALL_H
#define WARIFU_DA_CALL_H

#include "da/state.h"

void wf_call_wake(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);
void wf_call_tick(wf_da *da, wf_time now);

#endif
