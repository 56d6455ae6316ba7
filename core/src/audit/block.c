#include "audit/block.h"

enum { VERSION = 1, HEAD_LEN = 2, LINE_LEN = 78, FROM_MANY = 0x80 };
_Static_assert(HEAD_LEN + WF_AUDIT_LINES * LINE_LEN <= WF_STORE_ENTRY_LEN, "a store entry takes all lines");

static void write_line(wf_writer *out, const wf_audit_entry *line) {
    wf_write_u32(out, line->sequence);
    wf_write_u32(out, line->boot);
    wf_write_u64(out, line->at);
    wf_write_u32(out, (uint32_t)(line->last - line->at));
    wf_write_u64(out, (uint64_t)line->date);
    wf_write_u8(out, (uint8_t)((unsigned)line->what | (line->from_many ? FROM_MANY : 0)));
    wf_write_u16(out, (uint16_t)line->error);
    wf_write_u32(out, line->count);
    wf_write_bytes(out, line->number, sizeof line->number);
    wf_write_bytes(out, line->address.ip, sizeof line->address.ip);
    wf_write_u16(out, line->address.port);
    wf_write_u32(out, line->address.scope);
    wf_write_u8(out, (uint8_t)(line->eoj >> 16));
    wf_write_u16(out, (uint16_t)line->eoj);
    wf_write_u8(out, line->epc);
}

void wf_audit_block_write(wf_writer *out, const wf_audit_block *block) {
    wf_write_u8(out, VERSION);
    wf_write_u8(out, (uint8_t)block->ring_len);
    for (unsigned i = 0; i < block->count; i++) {
        write_line(out, &block->lines[i]);
    }
}

static bool is_sound(const wf_audit_entry *line, uint32_t repeated_for) {
    return line->what != WF_AUDITED_NONE && line->count > 0 && line->date >= 0 && line->date <= WF_AUDIT_LAST_DATE &&
           line->at <= WF_TIME_NEVER - repeated_for;
}

static void read_line(wf_reader *r, wf_audit_entry *line) {
    line->sequence = wf_read_u32(r);
    line->boot = wf_read_u32(r);
    line->at = wf_read_u64(r);
    uint32_t repeated_for = wf_read_u32(r);
    line->last = line->at + repeated_for;
    line->date = (int64_t)wf_read_u64(r);
    uint8_t what = wf_read_u8(r);
    line->from_many = (what & FROM_MANY) != 0;
    line->what = (wf_audited)(what & ~FROM_MANY);
    line->error = (wf_error)wf_read_u16(r);
    line->count = wf_read_u32(r);
    wf_read_copy(r, line->number, sizeof line->number);
    wf_read_copy(r, line->address.ip, sizeof line->address.ip);
    line->address.port = wf_read_u16(r);
    line->address.scope = wf_read_u32(r);
    uint32_t group_and_class = wf_read_u8(r);
    line->eoj = (wf_eoj)(group_and_class << 16 | wf_read_u16(r));
    line->epc = wf_read_u8(r);
    if (!is_sound(line, repeated_for)) {
        wf_reader_fail(r);
    }
}

static void read_block(wf_reader *r, wf_audit_block *out) {
    bool known = wf_read_u8(r) == VERSION;
    out->ring_len = wf_read_u8(r);
    if (!known || out->ring_len == 0 || out->ring_len > WF_AUDIT_RING || r->left == 0 ||
        r->left > (size_t)WF_AUDIT_LINES * LINE_LEN) {
        wf_reader_fail(r);
    }
    for (; r->left > 0; out->count++) {
        wf_audit_entry *line = &out->lines[out->count];
        read_line(r, line);
        if (out->count > 0 && line->sequence <= line[-1].sequence) {
            wf_reader_fail(r);
        }
    }
}

wf_error wf_audit_block_parse(wf_audit_block *out, wf_bytes bytes) {
    wf_reader r = wf_reader_of(bytes);
    out->count = 0;
    read_block(&r, out);
    if (wf_reader_finish(&r) != WF_OK) {
        out->count = 0;
        return WF_ERROR_STORE_DAMAGED;
    }
    return WF_OK;
}

wf_error wf_audit_block_load(wf_audit_block *out, const wf_store *store, uint16_t id,
                             uint8_t scratch[static WF_STORE_ENTRY_LEN]) {
    size_t len = 0;
    out->count = 0;
    wf_error error = store->load(store->context, id, scratch, WF_STORE_ENTRY_LEN, &len);
    return error != WF_OK || len == 0 ? error : wf_audit_block_parse(out, wf_bytes_of(scratch, len));
}
