#include "io/file_slot.h"

enum { VERSION = 2 };

static const uint8_t magic[3] = {'W', 'F', 'S'};

static uint32_t crc32_of(wf_bytes bytes) {
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= bytes.at[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0xEDB88320 & (0 - (crc & 1)));
        }
    }
    return ~crc;
}

void wf_file_slot_write(wf_writer *out, const wf_file_slot *slot) {
    size_t start = out->len;
    wf_write_bytes(out, magic, sizeof magic);
    wf_write_u8(out, VERSION);
    wf_write_u16(out, slot->id);
    wf_write_u64(out, slot->generation);
    wf_write_u16(out, (uint16_t)slot->data.len);
    wf_write_view(out, slot->data);
    wf_write_u32(out, out->overflow ? 0 : crc32_of(wf_bytes_of(out->start + start, out->len - start)));
}

wf_error wf_file_slot_parse(wf_file_slot *out, wf_bytes bytes) {
    wf_reader r = wf_reader_of(bytes);
    wf_bytes start = wf_read_bytes(&r, sizeof magic);
    uint8_t version = wf_read_u8(&r), kind = version == 1 ? wf_read_u8(&r) : 1;
    *out = (wf_file_slot){.is_old = version == 1};
    out->id = wf_read_u16(&r);
    out->generation = wf_read_u64(&r);
    out->data = wf_read_bytes(&r, wf_read_u16(&r));
    uint32_t crc = wf_read_u32(&r);
    if (wf_reader_finish(&r) != WF_OK || !wf_bytes_equal(start, wf_bytes_of(magic, sizeof magic)) || version < 1 ||
        version > VERSION || kind > 1 || (kind == 1) != (out->data.len > 0) || out->data.len > WF_STORE_ENTRY_LEN ||
        crc != crc32_of(wf_bytes_of(bytes.at, bytes.len - 4))) {
        *out = (wf_file_slot){0};
        return WF_ERROR_STORE_DAMAGED;
    }
    return WF_OK;
}
