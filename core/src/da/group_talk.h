/* What passes in groups: notifications of everybody, commands and questions of the manager. */
#ifndef WARIFU_DA_GROUP_TALK_H
#define WARIFU_DA_GROUP_TALK_H

#include "da/state.h"

/* In the order that costs a stranger the most and us the least: the group, the sender, the window, the tag, the
 * sender's tokens, the signature; then the window moves, and not before is anything of it let out. */
void wf_group_receive(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame, wf_da_incoming *in);
/* Is this one of the kinds of requests that groups have under a session? */
bool wf_group_takes(uint8_t kind);
void wf_group_request(wf_da *da, wf_time now, const wf_da_request_ref *ref, uint8_t kind, wf_reader *plain,
                      wf_da_incoming *in);
void wf_group_session_up(wf_da *da, wf_time now, uint32_t pairing);
void wf_group_left(wf_da *da, uint32_t pairing);
void wf_groups_wipe(wf_da *da);
/* An answer to a record of the group, under the session with its manager. Errors: NO_SESSION, TOO_SMALL,
 * KEYS_EXHAUSTED. */
WF_MUST_CHECK wf_error wf_group_answer(wf_da *da, const wf_da_request_ref *ref, wf_bytes edata);
wf_time wf_groups_deadline(const wf_da *da);
void wf_groups_tick(wf_da *da, wf_time now);

#endif
