/* Durable storage as the core sees it: a few small entries by id, each written whole or not at all.
 *
 * The caller implements it (core/io has one on files). Before `save` or `erase` has answered, a power cut leaves the
 * old or the new entry. Once they have answered WF_OK, no power cut and no damage brings an older state back: from then
 * on `load` gives this entry, or none after `erase`, or STORE_DAMAGED. A peer that was removed and a failure that was
 * counted depend on it. So whoever keeps a second copy to fall back on writes both before answering; one copy with a
 * checksum and no fallback will do too.
 */
#ifndef WARIFU_STORE_H
#define WARIFU_STORE_H

#include <warifu/bytes.h>

enum { WF_STORE_ENTRY_LEN = 2048 }; /* longest entry */

/* What lies under which id. */
typedef enum wf_store_id {
    WF_STORE_RESETTING = 0x0001, /* 1 while a factory reset is under way; 2: done, and not yet in the audit log */
    WF_STORE_SEED = 0x0002,      /* of the random generator, and the number of starts */
    WF_STORE_NUMBER = 0x0003,    /* identification number of a node without a certificate */
    WF_STORE_RESTORING = 0x0004, /* the same of restoring a backup */
    WF_STORE_GUARD = 0x0005,     /* windows opened, proofs failed */
    WF_STORE_FLOOR = 0x0006,     /* under the date */
    WF_STORE_UNIQUE = 0x0007,    /* unique identifier data (BF) of the node profile that somebody has set */
    WF_STORE_AUDIT = 0x0400,     /* from here on, WF_AUDIT_ENTRIES of them */
    WF_STORE_LISTS = 0x0700,     /* of what was revoked: 8 heads from here on, and from the next on their ids */
    WF_STORE_REVOKED = 0x0800,
    WF_STORE_PAIRINGS = 0x1000 /* from here on, WF_STORE_MOST_PAIRINGS of them */
} wf_store_id;
enum { WF_STORE_MOST_PAIRINGS = 0x1000 };

typedef struct wf_store {
    /* Reads entry `id` into `out`; *len = 0 when there is none. Errors: STORE, STORE_DAMAGED, TOO_SMALL. */
    wf_error (*load)(void *context, uint16_t id, uint8_t *out, size_t capacity, size_t *len);
    wf_error (*save)(void *context, uint16_t id, const uint8_t *data, size_t len); /* Errors: STORE */
    wf_error (*erase)(void *context, uint16_t id);                                 /* Errors: STORE */
    void *context;
} wf_store;

#endif
