/* What is done to a store as a whole, and the marks that say so. */
#ifndef WARIFU_DA_STORED_H
#define WARIFU_DA_STORED_H

#include <warifu/stored.h>

/* The value of WF_STORE_RESETTING and WF_STORE_RESTORING. */
typedef enum wf_store_mark { WF_MARK_NONE, WF_MARK_UNDER_WAY, WF_MARK_DONE } wf_store_mark;

/* Errors: STORE, STORE_DAMAGED. */
WF_MUST_CHECK wf_error wf_stored_mark(const wf_store *store, uint16_t id, wf_store_mark *out);
/* A reset that leaves no note for the audit log. Errors: STORE. */
WF_MUST_CHECK wf_error wf_stored_wipe(const wf_store *store);

#endif
