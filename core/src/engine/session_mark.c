#include "engine/session_mark.h"

#include <string.h>

/* A reference holds the place of a session in the table of the DA layer, and after its end another may stand there. An
 * answer used to follow its request within one call, so that layer has no word for this. */
#include "da/state.h"

wf_session_mark wf_session_mark_of(const wf_da *da, const wf_da_request_ref *ref) {
    const wf_session *s = &da->sessions.entries[ref->session];
    wf_session_mark mark = {.opened = s->opened};
    memcpy(mark.iv, s->keys.common_iv, sizeof mark.iv);
    return mark;
}

bool wf_session_mark_holds(const wf_da *da, const wf_da_request_ref *ref, const wf_session_mark *mark) {
    const wf_session *s = &da->sessions.entries[ref->session];
    return s->used && s->keyed && s->trusted && !s->leaving && s->opened == mark->opened &&
           memcmp(s->keys.common_iv, mark->iv, sizeof mark->iv) == 0;
}
