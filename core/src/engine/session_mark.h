/* Which session a request came under, so that an answer that comes later is not sent under another in its place. */
#ifndef WARIFU_ENGINE_SESSION_MARK_H
#define WARIFU_ENGINE_SESSION_MARK_H

#include "da/da.h"

#include <warifu/crypto.h>

typedef struct wf_session_mark {
    wf_time opened;
    uint8_t iv[WF_CCM_NONCE_LEN]; /* the session's common IV: derived from its keys, and no secret */
} wf_session_mark;

wf_session_mark wf_session_mark_of(const wf_da *da, const wf_da_request_ref *ref);
/* Does the session live that was marked, so that the request can be answered? */
bool wf_session_mark_holds(const wf_da *da, const wf_da_request_ref *ref, const wf_session_mark *mark);

#endif
