/* Revocation lists as a node keeps them: of each issuer the number and the dates in RAM, and in the store the ids of
 * what was revoked, cut to 8 bytes. What is read of a list is gathered first and counts once its signature was right.
 */
#ifndef WARIFU_DA_REVOCATION_H
#define WARIFU_DA_REVOCATION_H

#include <warifu/crl.h>
#include <warifu/store.h>

enum {
    WF_REVOCATION_LISTS = 8,   /* issuers */
    WF_REVOKED_AT_MOST = 3840, /* ids of a list, 16 entries of the store */
    WF_SHORT_ID_LEN = 8
};

/* The first bytes of SHA-256 over a wf_certificate_id. */
typedef struct wf_short_id {
    uint8_t bytes[WF_SHORT_ID_LEN];
} wf_short_id;

WF_MUST_CHECK wf_error wf_short_id_of(wf_short_id *out, const wf_certificate_id *id);

typedef struct wf_revocation_list {
    wf_crl crl;    /* issuer all zeros: a free place */
    uint32_t kept; /* ids in the store, fewer than crl.entries when there was no room for all */
    uint8_t bank;  /* which of two places in the store they lie in */
    bool applied;  /* the peers on it are gone; else that is still to be done, at the next start */
} wf_revocation_list;

typedef struct wf_revocation {
    wf_store store;
    wf_revocation_list lists[WF_REVOCATION_LISTS];
    wf_short_id *gathered; /* of the list that is being read */
    uint32_t room, count;  /* count may be larger than room: those found no place */
} wf_revocation;

/* Errors: STORE, STORE_DAMAGED, STORE_VERSION. */
WF_MUST_CHECK wf_error wf_revocation_load(wf_revocation *revocation);

void wf_revocation_gather(wf_revocation *revocation, const wf_short_id *id);

/* May this list take the place of the one held? OK also for the same one again. Errors: CRL_OLD, CAPACITY (too many
 * issuers), STATE (there is no store to keep it in). */
WF_MUST_CHECK wf_error wf_revocation_admit(const wf_revocation *revocation, const wf_crl *crl);
/* Writes down what was gathered, as this list. Errors: those above, STORE. */
WF_MUST_CHECK wf_error wf_revocation_keep(wf_revocation *revocation, const wf_crl *crl);

/* The peers on it are gone. Errors: STORE. */
WF_MUST_CHECK wf_error wf_revocation_applied(wf_revocation *revocation, const uint8_t issuer[static WF_HASH_LEN]);

/* Walks the lists held: `*at` starts at 0; NULL at the end. */
const wf_revocation_list *wf_revocation_next(const wf_revocation *revocation, unsigned *at);

/* The list held of this issuer, or NULL. */
const wf_revocation_list *wf_revocation_of(const wf_revocation *revocation, const uint8_t issuer[static WF_HASH_LEN]);
/* Is the certificate on a list? It says OK of one that was not revoked as far as is known. Errors: REVOKED, STORE,
 * STORE_DAMAGED. */
WF_MUST_CHECK wf_error wf_revocation_check(const wf_revocation *revocation, const wf_revocation_list *list,
                                           const wf_short_id *id);

#endif
