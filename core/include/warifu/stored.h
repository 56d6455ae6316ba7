/* The pairings in a store that no engine uses: to list, to remove, to wipe, also where an engine can't start. */
#ifndef WARIFU_STORED_H
#define WARIFU_STORED_H

#include <warifu/address.h>
#include <warifu/certificate.h>
#include <warifu/store.h>

WF_C_BEGIN

typedef struct wf_stored_peer {
    wf_error error;    /* STORE_DAMAGED, STORE_VERSION: it can't be read, and nothing below counts */
    bool is_confirmed; /* false: the device's answer was missing; it is tried at the next start */
    uint8_t number[WF_NUMBER_LEN];
    uint8_t fingerprint[WF_HASH_LEN];
    wf_role role;
    wf_address address; /* where it was last proven to be */
} wf_stored_peer;

/* Walks them: `*at` starts at 0; false at the end. */
bool wf_stored_next_peer(const wf_store *store, unsigned *at, wf_stored_peer *out);

/* Removes all that is stored of the peer with this number. Errors: NOT_PAIRED, STORE. */
WF_MUST_CHECK wf_error wf_stored_forget(const wf_store *store, const uint8_t number[WF_STATIC WF_NUMBER_LEN]);
/* Removes the pairings that can't be read, and says how many. Errors: STORE. */
WF_MUST_CHECK wf_error wf_stored_forget_damaged(const wf_store *store, unsigned *count);
/* Does to the store what wf_engine_factory_reset does, and ends an unfinished restore. Errors: STORE: call again. */
WF_MUST_CHECK wf_error wf_stored_reset(const wf_store *store);

WF_C_END

#endif
