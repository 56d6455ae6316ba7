/* A whole store as one file under a passphrase, for hosts.
 *
 *     "WFBK" | version 1 | iterations 4 | salt 16 | made 8 | chunks | SHA-256 of all before
 *
 * The key is PBKDF2-HMAC-SHA-256 of passphrase and salt (RFC 8018). Each chunk is a length of 2 bytes and AES-128-CCM
 * of up to 16,384 bytes: its nonce is 4 zeros, the chunk's number (8 bytes) and 1 for the last one, else 0; all before
 * the chunks is its associated data. Together they are: count 4, then id 2, length 2 and bytes of each entry, by rising
 * id. The hash tells damage from a wrong passphrase. The salt is new each time, so no key and nonce come twice.
 *
 * All entries are in it; of the random generator's only the number of starts, because no seed may come twice.
 */
#ifndef WARIFU_BACKUP_H
#define WARIFU_BACKUP_H

#include <warifu/crypto.h>
#include <warifu/store.h>
#include <warifu/system_error.h>

WF_C_BEGIN

enum {
    WF_BACKUP_ITERATIONS = 600000,
    WF_BACKUP_MOST_ITERATIONS = 10000000,
    WF_BACKUP_LEAST_PASSPHRASE = 8, /* bytes */
    WF_BACKUP_MOST_LEN = 1 << 24
};

typedef struct wf_backup_order {
    wf_bytes passphrase;
    uint32_t iterations; /* 0: WF_BACKUP_ITERATIONS */
    int64_t made;        /* seconds since 1970; 0: not known */
    bool skips_damaged;  /* leaves out what can't be read instead of failing */
    wf_entropy entropy;
} wf_backup_order;

/* Allocates *out; wf_backup_free wipes and frees it. Errors: ARGUMENT (a passphrase below 8 bytes, too many
 * iterations), ENTROPY, CAPACITY, and those of reading the store. */
WF_MUST_CHECK wf_error wf_backup_make(uint8_t **out, size_t *len, const wf_store *store, const wf_backup_order *order);
void wf_backup_free(uint8_t *backup, size_t len);

/* Does it open, and is all of it sound? Errors: BACKUP, PASSPHRASE, STORE_VERSION (of a later version), CAPACITY. */
WF_MUST_CHECK wf_error wf_backup_check(wf_bytes backup, wf_bytes passphrase);

/* Puts the pairings of the store back to those of the backup. Other entries come back only where the store has none, so
 * that counts of failures and numbers of revocation lists never go back, and the audit log only into a store that has
 * none. Nothing changes before the whole backup is
 * opened and checked. A power cut leaves a store that a node refuses with RESTORE_UNFINISHED until this is called
 * again. Errors: those above, STORE_NOT_EMPTY (it has pairings; `force` replaces them), those of the store. */
WF_MUST_CHECK wf_error wf_backup_restore(const wf_store *store, wf_bytes backup, wf_bytes passphrase, bool force);

/* The same with files. A new file gets mode 0600 and is there whole or not at all; one that is there already is left
 * alone. Errors: STORE (reason says what) and the above. */
WF_MUST_CHECK wf_error wf_backup_to_file(const char *path, const wf_store *store, const wf_backup_order *order,
                                         wf_system_error *reason);
/* `old_path` NULL: only into a store without pairings. Else what the store holds is backed up there first, under the
 * same passphrase, without entries that can't be read. `order` serves that backup. */
WF_MUST_CHECK wf_error wf_backup_from_file(const wf_store *store, const char *path, const char *old_path,
                                           const wf_backup_order *order, wf_system_error *reason);

WF_C_END

#endif
