/* Inside core/host: the bytes of a backup (warifu/backup.h has their layout). */
#ifndef WARIFU_BACKUP_FORMAT_H
#define WARIFU_BACKUP_FORMAT_H

#include <warifu/backup.h>

enum {
    WF_BACKUP_VERSION = 1,
    WF_BACKUP_SALT_LEN = 16,
    WF_BACKUP_HEAD_LEN = 4 + 1 + 4 + WF_BACKUP_SALT_LEN + 8,
    WF_BACKUP_CHUNK_LEN = 16384
};

typedef struct wf_backup_head {
    uint32_t iterations;
    uint8_t salt[WF_BACKUP_SALT_LEN];
    int64_t made;
} wf_backup_head;

void wf_backup_write_head(wf_writer *out, const wf_backup_head *head);
/* Checks head, hash and lengths of a whole file; `chunks` is a view of what is sealed. Errors: BACKUP, STORE_VERSION.
 */
WF_MUST_CHECK wf_error wf_backup_parse(wf_backup_head *head, wf_bytes *chunks, wf_bytes file);

/* Seals all of `plain` behind the head that `out` begins with. Errors: TOO_SMALL, BACKEND. */
WF_MUST_CHECK wf_error wf_backup_seal(wf_writer *out, const uint8_t key[WF_STATIC WF_AES_KEY_LEN], wf_bytes plain);
/* Opens the chunks into `out`, which has room for chunks.len bytes. Errors: PASSPHRASE, BACKUP, BACKEND. */
WF_MUST_CHECK wf_error wf_backup_unseal(uint8_t *out, size_t *len, const uint8_t key[WF_STATIC WF_AES_KEY_LEN],
                                        wf_bytes head, wf_bytes chunks);

/* The entries, once they are open. */
typedef struct wf_backup_entries {
    wf_reader reader;
    uint32_t left, last;
} wf_backup_entries;
/* Checks all of it. Errors: BACKUP. */
WF_MUST_CHECK wf_error wf_backup_entries_of(wf_backup_entries *out, wf_bytes plain);
bool wf_backup_next_entry(wf_backup_entries *entries, uint16_t *id, wf_bytes *bytes);

#endif
