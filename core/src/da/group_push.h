/* Keys of the group and those who send in it, on their way to its members: what was not taken goes out again, with the
 * present clock, until it is or the peer has been silent for too long. */
#ifndef WARIFU_DA_GROUP_PUSH_H
#define WARIFU_DA_GROUP_PUSH_H

#include "da/group_manager.h"

/* A peer has fresh keys: it joins. */
void wf_group_push_session_up(wf_da *da, wf_time now, uint32_t pairing);
/* It asks for the keys, or for the clock. */
void wf_group_push_join(wf_da *da, wf_time now, uint32_t pairing);
/* Something of a peer arrived: what it was given up for is tried again. */
void wf_group_push_heard(wf_da *da, wf_time now, uint32_t pairing);
/* GROUP_TAKEN or REFUSED; false: it answers something else. */
bool wf_group_push_answer(wf_da *da, wf_time now, uint32_t session, uint16_t tid, wf_da_kind kind, wf_reader *plain,
                          wf_error reason);
void wf_group_push_due(wf_da *da, wf_time now);

#endif
