/* A backup's head and chunks with a right hash behind them, and the list of entries as it is once it was opened. */
#include "host/backup_format.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(wf_bytes plain) {
    wf_backup_entries entries;
    uint16_t id, last = 0;
    wf_bytes bytes;
    if (wf_backup_entries_of(&entries, plain) != WF_OK) {
        return;
    }
    while (wf_backup_next_entry(&entries, &id, &bytes)) {
        if (id <= last || bytes.len == 0 || bytes.at < plain.at || bytes.at + bytes.len > plain.at + plain.len) {
            abort();
        }
        last = id;
    }
}

static void open_file(uint8_t *file, size_t size) {
    static const uint8_t key[WF_AES_KEY_LEN] = {1};
    wf_backup_head head;
    wf_bytes chunks, before = wf_bytes_of(file, size - WF_HASH_LEN);
    size_t len;
    static bool started; /* it proves every algorithm, which takes a while */
    started = started || wf_crypto_start() == WF_OK;
    if (!started || wf_sha256(file + before.len, &before, 1) != WF_OK) {
        abort();
    }
    if (wf_backup_parse(&head, &chunks, wf_bytes_of(file, size)) != WF_OK) {
        return;
    }
    uint8_t *out = malloc(chunks.len + 1);
    if (out != NULL && wf_backup_unseal(out, &len, key, wf_bytes_of(file, WF_BACKUP_HEAD_LEN), chunks) == WF_OK) {
        walk(wf_bytes_of(out, len));
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    walk(wf_bytes_of(data, size));
    uint8_t *file = malloc(size + WF_HASH_LEN);
    if (file != NULL && size > 0) {
        memcpy(file, data, size);
        open_file(file, size + WF_HASH_LEN);
    }
    free(file);
    return 0;
}
