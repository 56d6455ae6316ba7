/* A durable store in memory whose power can be cut, for tests: what was not synced yet is lost, torn or reordered.
 *
 * As it is made it keeps the contract of store.h: what a call has confirmed survives, and of the one call in which the
 * power goes the old or the new entry is found. wf_sim_store_set_faults makes it a worse one, which leaves its last
 * writes unsynced. It allocates; when memory ends, calls fail with STORE. It belongs to one thread.
 */
#ifndef WARIFU_SIM_STORE_H
#define WARIFU_SIM_STORE_H

#include <warifu/store.h>

WF_C_BEGIN

typedef struct wf_sim_store wf_sim_store;

/* Errors: CAPACITY (no memory). */
WF_MUST_CHECK wf_error wf_sim_store_new(wf_sim_store **out, uint64_t seed);
void wf_sim_store_free(wf_sim_store *store); /* NULL does nothing */

wf_store wf_sim_store_as_store(wf_sim_store *store);

/* ---- backups ---- */

/* A copy of entries, unsynced writes and faults, with a seed of its own. Errors: CAPACITY. */
WF_MUST_CHECK wf_error wf_sim_store_clone(wf_sim_store **out, const wf_sim_store *store, uint64_t seed);
/* Replaces the entries by those of `backup`, all synced. Errors: CAPACITY; then nothing has changed. */
WF_MUST_CHECK wf_error wf_sim_store_restore(wf_sim_store *store, const wf_sim_store *backup);

/* ---- faults ---- */

/* Rates are of a million. */
typedef struct wf_sim_store_faults {
    size_t unsynced;   /* so many writes stay unsynced; 0: each is synced before its call returns */
    uint32_t loss;     /* how often the power cut takes an unsynced write, or the one under way */
    uint32_t tearing;  /* how often it leaves half of an unsynced one that it doesn't take: reading is STORE_DAMAGED */
    bool in_any_order; /* one may be lost though a later one survives; else all after the first lost one are lost */
} wf_sim_store_faults;

/* A new store has a loss of one half, for the write under way, and nothing else. */
void wf_sim_store_set_faults(wf_sim_store *store, const wf_sim_store_faults *faults);

typedef enum wf_sim_store_calls { WF_SIM_READS = 1, WF_SIM_WRITES = 2 } wf_sim_store_calls;

/* The k-th of these calls from now fails with STORE and changes nothing (1: the next; 0: none does). `calls` is
 * WF_SIM_READS, WF_SIM_WRITES or both. */
void wf_sim_store_fail_at(wf_sim_store *store, unsigned calls, uint64_t k);
/* From now on all of these calls fail (0: none). */
void wf_sim_store_fail_all(wf_sim_store *store, unsigned calls);

/* The power goes within the k-th write from now (1: the next; 0: it doesn't). That write is the last unsynced one; it
 * and all later calls fail with STORE. */
void wf_sim_store_cut_at(wf_sim_store *store, uint64_t k);
/* The power goes now. */
void wf_sim_store_cut_power(wf_sim_store *store);
bool wf_sim_store_has_power(const wf_sim_store *store);
/* The power is back: what survived is there. */
void wf_sim_store_power_on(wf_sim_store *store);
void wf_sim_store_sync(wf_sim_store *store);

/* ---- what was seen ---- */

uint64_t wf_sim_store_reads(const wf_sim_store *store);
uint64_t wf_sim_store_writes(const wf_sim_store *store); /* entries saved or erased, failed calls included */
/* Walks the entries: `*at` starts at 0; false at the end. A torn one has no bytes. */
bool wf_sim_store_next(const wf_sim_store *store, size_t *at, uint16_t *id, wf_bytes *entry);
/* Does any entry, or any unsynced write, contain these bytes? */
bool wf_sim_store_contains(const wf_sim_store *store, wf_bytes bytes);

WF_C_END

#endif
