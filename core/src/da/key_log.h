/* The keys of sessions and groups, for the key log. */
#ifndef WARIFU_DA_KEY_LOG_H
#define WARIFU_DA_KEY_LOG_H

#include "da/state.h"

/* A session has got its keys. */
void wf_da_log_keys(const wf_da *da, const wf_session *session);
/* An epoch has begun, of this node's group or of one that it is a member of. */
void wf_da_log_group_keys(const wf_da *da, const wf_group_keys *keys);

#endif
