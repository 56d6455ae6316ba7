/* The keys of sessions, for the key log. */
#ifndef WARIFU_DA_KEY_LOG_H
#define WARIFU_DA_KEY_LOG_H

#include "da/state.h"

/* A session has got its keys. */
void wf_da_log_keys(const wf_da *da, const wf_session *session);

#endif
