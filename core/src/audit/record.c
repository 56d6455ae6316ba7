#include "audit/log.h"

#include <string.h>

/* How many store entries a ring of the log has that lies in the store: its newest entry knows. 0: there is no log. */
static unsigned ring_len_of(const wf_store *store, wf_audit_block *block, uint8_t scratch[static WF_STORE_ENTRY_LEN]) {
    unsigned ring_len = 0;
    uint32_t newest = 0;
    for (unsigned i = 0; i < WF_AUDIT_ENTRIES; i++) {
        wf_error ignored = wf_audit_block_load(block, store, (uint16_t)(WF_STORE_AUDIT + i), scratch);
        (void)ignored; /* what can't be read says nothing */
        if (block->count > 0 && block->lines[block->count - 1].sequence > newest) {
            newest = block->lines[block->count - 1].sequence;
            ring_len = block->ring_len;
        }
    }
    return ring_len;
}

wf_error wf_audit_record(const wf_store *store, const wf_audit_entry *entry) {
    wf_audit_log log;
    uint64_t failed = 0;
    if (wf_audited_row_of(entry->what)->care != WF_AUDIT_ACT || entry->date < 0 || entry->date > WF_AUDIT_LAST_DATE) {
        return WF_ERROR_ARGUMENT;
    }
    unsigned ring_len = ring_len_of(store, &log.rings[0].block, log.scratch);
    if (ring_len == 0) {
        return WF_OK;
    }
    wf_audit_log_open(&log, store, ring_len * WF_AUDIT_RINGS, &failed);
    log.has_date = entry->date != 0;
    log.date = entry->date;
    wf_audit_entry act = {.what = entry->what, .error = entry->error, .address = entry->address};
    memcpy(act.number, entry->number, sizeof act.number);
    wf_audit_log_note(&log, 0, &act);
    return failed == 0 ? WF_OK : WF_ERROR_STORE;
}
