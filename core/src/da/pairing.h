/* The pairings of a node, in RAM and in the store: who the peer is, and the admission key that both sides share.
 *
 * A candidate lives in RAM only, until CONFIRM. A provisional pairing is the controller's, written before CONFIRM; it
 * is tried once at the next start and then dropped. Nothing here could repeat a nonce.
 */
#ifndef WARIFU_DA_PAIRING_H
#define WARIFU_DA_PAIRING_H

#include <warifu/address.h>
#include <warifu/certificate.h>
#include <warifu/edhoc.h>
#include <warifu/store.h>
#include <warifu/wire.h>

#include "da/revocation.h"

enum { WF_ADMISSION_KEY_LEN = 32 };
#define WF_NO_PAIRING UINT32_MAX

typedef enum wf_pairing_state {
    WF_PAIRING_FREE,
    WF_PAIRING_CANDIDATE,
    WF_PAIRING_PROVISIONAL,
    WF_PAIRING_FINAL
} wf_pairing_state;

/* Where a certificate comes from. */
typedef struct wf_origin {
    bool pinned; /* by the set-up code alone: chain, dates and revocation say nothing about it, and the rest is zero */
    wf_short_id path[WF_CHAIN_LEN];  /* the certificates of its chain, its own first */
    uint8_t anchor[WF_SHORT_ID_LEN]; /* of the hash of the root */
} wf_origin;

typedef struct wf_pairing {
    wf_pairing_state state;
    wf_role role;
    bool unerased; /* the store holds an entry here that could not be erased and does not count */
    bool listed;   /* on the revocation list that is being read */
    wf_origin origin;
    uint8_t own[WF_X5T_LEN]; /* the certificate of ours that the peer knows */
    uint32_t sequence;       /* a later pairing with the same peer has a higher one */
    uint8_t number[WF_NUMBER_LEN];
    uint8_t fingerprint[WF_HASH_LEN]; /* x5t is its first 8 bytes */
    uint8_t admission_key[WF_ADMISSION_KEY_LEN];
    uint8_t hint[WF_DA_HINT_LEN]; /* of the admission key, for the index */
    wf_address address;
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    uint8_t certificate[WF_CERTIFICATE_LEN];
    uint16_t certificate_len;
} wf_pairing;

typedef struct wf_pairing_table {
    wf_pairing *entries;
    uint32_t count; /* of entries, used or not */
    uint32_t limit; /* most final ones */
    wf_store store;
    uint32_t *by_hint, *by_host; /* pairing_index.c */
    uint32_t places;             /* of each: wf_pairing_index_places(count) */
} wf_pairing_table;

/* Reads what the store holds; of two entries for one peer the later one stays. Errors: STORE, STORE_DAMAGED,
 * STORE_VERSION (written by a later version). */
WF_MUST_CHECK wf_error wf_pairing_load(wf_pairing_table *table);

/* Entry `index` of a store; all zeros (WF_PAIRING_FREE) when there is none, or after an error. Errors: those above. */
WF_MUST_CHECK wf_error wf_pairing_read(wf_pairing *out, const wf_store *store, uint32_t index);

/* A free entry as a candidate for the peer of this certificate, or WF_NO_PAIRING. */
uint32_t wf_pairing_new(wf_pairing_table *table, const wf_certificate *peer,
                        const uint8_t fingerprint[static WF_HASH_LEN]);
/* Writes the entry down in this state. Errors: PAIRINGS_FULL, PAIRING_REFUSED (another certificate bears the same
 * number or the same x5t), STORE. */
WF_MUST_CHECK wf_error wf_pairing_commit(wf_pairing_table *table, uint32_t index, wf_pairing_state state);
/* The peer's certificate is another one from now on. Errors: PAIRING_REFUSED, STORE: then all is as before. */
WF_MUST_CHECK wf_error wf_pairing_renew(wf_pairing_table *table, uint32_t index, const wf_certificate *peer,
                                        const wf_origin *origin);
/* An earlier entry of the same peer whose place this written one takes, or WF_NO_PAIRING: a final one takes the place
 * of all of them, a provisional one that of another provisional one. Ask again once it is removed. */
uint32_t wf_pairing_replaced(const wf_pairing_table *table, uint32_t index);
/* Another entry that is written down for the same peer, or WF_NO_PAIRING. */
uint32_t wf_pairing_beside(const wf_pairing_table *table, uint32_t index);
/* Erases it in RAM, then in the store. Errors: STORE (gone from RAM all the same; removing it, or any other, tries
 * again). */
WF_MUST_CHECK wf_error wf_pairing_remove(wf_pairing_table *table, uint32_t index);

uint32_t wf_pairing_index_places(uint32_t entries);
void wf_pairing_reindex(wf_pairing_table *table);

unsigned wf_pairing_count(const wf_pairing_table *table, wf_pairing_state state);
uint32_t wf_pairing_by_address(const wf_pairing_table *table, const wf_address *address); /* final ones only */
uint32_t wf_pairing_by_hint(const wf_pairing_table *table, wf_bytes hint);                /* provisional ones too */
uint32_t wf_pairing_candidate(const wf_pairing_table *table, const uint8_t fingerprint[static WF_HASH_LEN]);

#endif
