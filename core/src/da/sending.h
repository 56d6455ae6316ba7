/* What goes out under a session. */
#ifndef WARIFU_DA_SENDING_H
#define WARIFU_DA_SENDING_H

#include "da/state.h"

/* Derives the keys of a reserved session from a finished handshake. Errors: BACKEND, STATE. */
WF_MUST_CHECK wf_error wf_da_session_open(wf_da *da, uint32_t session, wf_time now, const wf_edhoc *run,
                                          const wf_address *address);
/* From here on anything but the commit may pass under it. */
void wf_da_session_trusted(wf_da *da, uint32_t session, wf_time now);
/* Asks for new keys long before the old ones must not be used any more. */
void wf_da_renew_if_worn(wf_da *da, wf_session *session, wf_time now);
/* A whole plaintext, its kind first; `inner` is what a trace may show of it. Errors: KEYS_EXHAUSTED, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_da_send_kind(wf_da *da, uint32_t session, uint16_t tid, wf_bytes plain, wf_bytes inner);
/* The same to an address that is not the session's, under a TID of its own. */
WF_MUST_CHECK wf_error wf_da_send_kind_to(wf_da *da, uint32_t session, const wf_address *to, wf_bytes plain);
WF_MUST_CHECK wf_error wf_da_answer_kind(wf_da *da, const wf_da_request_ref *ref, wf_bytes plain, wf_bytes inner);

#endif
