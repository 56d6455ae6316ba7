/* Records that come in. */
#ifndef WARIFU_DA_RECORDS_H
#define WARIFU_DA_RECORDS_H

#include "da/state.h"

void wf_records_receive(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame, wf_da_incoming *in);

#endif
