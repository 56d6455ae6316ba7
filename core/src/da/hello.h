/* Hello and its answer: hints, authenticated by nothing. */
#ifndef WARIFU_DA_HELLO_H
#define WARIFU_DA_HELLO_H

#include "da/state.h"

void wf_hello_frame(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame);

#endif
