/* Store entries of the audit log: what parses is written as the same bytes, and its texts fit the room promised. */
#include "audit/block.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static wf_audit_block block;
    static uint8_t again[WF_STORE_ENTRY_LEN], text[WF_AUDIT_TEXT_LEN];
    if (wf_audit_block_parse(&block, wf_bytes_of(data, size)) != WF_OK) {
        return 0;
    }
    wf_writer w = wf_writer_of(again, sizeof again);
    wf_audit_block_write(&w, &block);
    if (!wf_bytes_equal(wf_bytes_of(again, w.len), wf_bytes_of(data, size))) {
        abort();
    }
    for (unsigned i = 0; i < block.count; i++) {
        wf_writer line = wf_writer_of(text, sizeof text);
        wf_audit_write_text(&line, &block.lines[i]);
        wf_writer json = wf_writer_of(text, sizeof text);
        wf_audit_write_json(&json, &block.lines[i]);
        if (line.overflow || json.overflow) {
            abort();
        }
    }
    return 0;
}
