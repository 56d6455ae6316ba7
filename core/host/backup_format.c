#include "host/backup_format.h"
#include <string.h>

static const uint8_t magic[] = {'W', 'F', 'B', 'K'};

/* ---- head and hash ---- */

void wf_backup_write_head(wf_writer *out, const wf_backup_head *head) {
    wf_write_bytes(out, magic, sizeof magic);
    wf_write_u8(out, WF_BACKUP_VERSION);
    wf_write_u32(out, head->iterations);
    wf_write_bytes(out, head->salt, sizeof head->salt);
    wf_write_u64(out, (uint64_t)head->made);
}

static wf_error check_hash(wf_bytes file) {
    uint8_t hash[WF_HASH_LEN];
    wf_bytes before = wf_bytes_of(file.at, file.len - sizeof hash);
    wf_error error = wf_sha256(hash, &before, 1);
    if (error == WF_OK && memcmp(hash, file.at + before.len, sizeof hash) != 0) {
        error = WF_ERROR_BACKUP;
    }
    return error;
}

wf_error wf_backup_parse(wf_backup_head *head, wf_bytes *chunks, wf_bytes file) {
    wf_reader r = wf_reader_of(file);
    wf_bytes start = wf_read_bytes(&r, sizeof magic);
    uint8_t version = wf_read_u8(&r);
    if (!wf_bytes_equal(start, wf_bytes_of(magic, sizeof magic)) || file.len > WF_BACKUP_MOST_LEN) {
        return WF_ERROR_BACKUP;
    }
    if (version > WF_BACKUP_VERSION) {
        return WF_ERROR_STORE_VERSION;
    }
    head->iterations = wf_read_u32(&r);
    wf_read_copy(&r, head->salt, sizeof head->salt);
    head->made = (int64_t)wf_read_u64(&r);
    if (version == 0 || file.len < WF_BACKUP_HEAD_LEN + WF_HASH_LEN || head->iterations == 0 ||
        head->iterations > WF_BACKUP_MOST_ITERATIONS) {
        return WF_ERROR_BACKUP;
    }
    *chunks = wf_bytes_of(file.at + WF_BACKUP_HEAD_LEN, file.len - WF_BACKUP_HEAD_LEN - WF_HASH_LEN);
    return check_hash(file);
}

/* ---- chunks ---- */

static void make_nonce(uint8_t nonce[static WF_CCM_NONCE_LEN], uint64_t number, bool is_last) {
    wf_writer w = wf_writer_of(nonce, WF_CCM_NONCE_LEN);
    wf_write_u32(&w, 0);
    wf_write_u64(&w, number);
    wf_write_u8(&w, is_last);
}

wf_error wf_backup_seal(wf_writer *out, const uint8_t key[static WF_AES_KEY_LEN], wf_bytes plain) {
    wf_bytes head = wf_bytes_of(out->start, out->len);
    uint8_t nonce[WF_CCM_NONCE_LEN];
    wf_error error = WF_OK;
    uint64_t number = 0;
    bool is_last = false;
    for (size_t at = 0; !is_last && error == WF_OK; number++) {
        size_t len = plain.len - at < WF_BACKUP_CHUNK_LEN ? plain.len - at : WF_BACKUP_CHUNK_LEN;
        is_last = at + len == plain.len;
        make_nonce(nonce, number, is_last);
        wf_write_u16(out, (uint16_t)(len + WF_CCM_TAG_LEN));
        uint8_t *space = wf_write_space(out, len + WF_CCM_TAG_LEN);
        error = space == NULL ? WF_ERROR_TOO_SMALL
                              : wf_ccm_seal(space, key, nonce, WF_CCM_TAG_LEN, head, wf_bytes_of(plain.at + at, len));
        at += len;
    }
    return error;
}

/* The hash was right, so a first chunk that does not open was sealed under another key. */
wf_error wf_backup_unseal(uint8_t *out, size_t *len, const uint8_t key[static WF_AES_KEY_LEN], wf_bytes head,
                          wf_bytes chunks) {
    wf_reader r = wf_reader_of(chunks);
    uint8_t nonce[WF_CCM_NONCE_LEN];
    wf_error error = WF_OK;
    *len = 0;
    for (uint64_t number = 0; error == WF_OK && (number == 0 || r.left > 0); number++) {
        wf_bytes sealed = wf_read_bytes(&r, wf_read_u16(&r));
        if (r.failed || sealed.len < WF_CCM_TAG_LEN || sealed.len > WF_BACKUP_CHUNK_LEN + WF_CCM_TAG_LEN) {
            error = WF_ERROR_BACKUP;
            break;
        }
        make_nonce(nonce, number, r.left == 0);
        error = wf_ccm_open(out + *len, key, nonce, WF_CCM_TAG_LEN, head, sealed);
        if (error == WF_ERROR_TAG) {
            error = number == 0 ? WF_ERROR_PASSPHRASE : WF_ERROR_BACKUP;
        }
        *len += sealed.len - WF_CCM_TAG_LEN;
    }
    if (error != WF_OK) {
        wf_wipe(out, chunks.len);
        *len = 0;
    }
    return error;
}

/* ---- entries ---- */

bool wf_backup_next_entry(wf_backup_entries *entries, uint16_t *id, wf_bytes *bytes) {
    if (entries->left == 0) {
        return false;
    }
    entries->left--;
    *id = wf_read_u16(&entries->reader);
    *bytes = wf_read_bytes(&entries->reader, wf_read_u16(&entries->reader));
    return true;
}

wf_error wf_backup_entries_of(wf_backup_entries *out, wf_bytes plain) {
    *out = (wf_backup_entries){.reader = wf_reader_of(plain)};
    out->left = wf_read_u32(&out->reader);
    wf_backup_entries walk = *out;
    uint32_t before = 0;
    uint16_t id;
    wf_bytes bytes;
    while (!walk.reader.failed && wf_backup_next_entry(&walk, &id, &bytes)) {
        if (id <= before || bytes.len == 0 || bytes.len > WF_STORE_ENTRY_LEN) {
            return WF_ERROR_BACKUP;
        }
        before = id;
    }
    return wf_reader_finish(&walk.reader) == WF_OK ? WF_OK : WF_ERROR_BACKUP;
}
