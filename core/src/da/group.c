#include "da/group.h"

#include <string.h>

void wf_group_write_id(wf_writer *out, const wf_kid *id) {
    wf_write_u8(out, id->len);
    wf_write_bytes(out, id->bytes, id->len);
}

void wf_group_read_id(wf_kid *out, wf_reader *r) {
    *out = (wf_kid){.len = wf_read_u8(r)};
    if (out->len < 1 || out->len > sizeof out->bytes) {
        wf_reader_fail(r);
        return;
    }
    wf_read_copy(r, out->bytes, out->len);
}

void wf_group_write_card(wf_writer *out, const wf_group_card *card) {
    wf_group_write_id(out, &card->id);
    wf_write_u8(out, (uint8_t)(card->next >> 32));
    wf_write_u32(out, (uint32_t)card->next);
    wf_write_bytes(out, card->public_key, WF_P256_PUBLIC_LEN);
    wf_write_bytes(out, card->fingerprint, WF_HASH_LEN);
}

void wf_group_read_card(wf_group_card *out, wf_reader *r) {
    wf_group_read_id(&out->id, r);
    out->next = (uint64_t)wf_read_u8(r) << 32;
    out->next |= wf_read_u32(r);
    out->public_key = wf_read_bytes(r, WF_P256_PUBLIC_LEN).at;
    out->fingerprint = wf_read_bytes(r, WF_HASH_LEN).at;
}

wf_replay_window wf_group_window_from(uint64_t next) {
    return (wf_replay_window){.next = next, .history = next > 0 ? UINT64_MAX : 0};
}
