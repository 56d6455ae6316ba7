#include "audit/log.h"

/* ---- which store entries there are ---- */

static const wf_audit_ring *live_ring(const wf_audit_reader *reader, unsigned which) {
    return reader->live != NULL ? &reader->live->rings[which] : NULL;
}

/* The lines of one store entry into the cursor: of the newest one those of the running node. */
static wf_error load(wf_audit_reader *reader, unsigned which, unsigned block) {
    wf_audit_cursor *cursor = &reader->cursors[which];
    const wf_audit_ring *live = live_ring(reader, which);
    cursor->line = 0;
    if (live != NULL && live->at == block) {
        cursor->block = live->block;
        return WF_OK;
    }
    return wf_audit_block_load(&cursor->block, &reader->store, wf_audit_block_id(which, block), reader->scratch);
}

static void insert(wf_audit_cursor *cursor, unsigned block) {
    uint32_t first = cursor->block.lines[0].sequence;
    unsigned at = cursor->block_count++;
    for (; at > 0 && cursor->firsts[at - 1] > first; at--) {
        cursor->firsts[at] = cursor->firsts[at - 1];
        cursor->blocks[at] = cursor->blocks[at - 1];
    }
    cursor->firsts[at] = first;
    cursor->blocks[at] = (uint8_t)block;
}

/* Gives STORE when something could not even be looked at. */
static wf_error find_blocks(wf_audit_reader *reader, unsigned which) {
    wf_audit_cursor *cursor = &reader->cursors[which];
    wf_error result = WF_OK;
    for (unsigned block = 0; block < WF_AUDIT_RING; block++) {
        wf_error error = load(reader, which, block);
        if (error == WF_OK && cursor->block.count > 0) {
            insert(cursor, block);
        } else if (error != WF_OK) {
            reader->damaged++;
            result = error == WF_ERROR_STORE_DAMAGED || error == WF_ERROR_TOO_SMALL ? result : error;
        }
    }
    cursor->line = cursor->block.count = 0;
    return result;
}

static wf_error begin(wf_audit_reader *reader, const wf_store *store, const wf_audit_log *live) {
    *reader = (wf_audit_reader){.store = *store, .live = live};
    wf_error acts = find_blocks(reader, WF_AUDIT_ACTS), refusals = find_blocks(reader, WF_AUDIT_REFUSALS);
    return acts != WF_OK ? acts : refusals;
}

wf_error wf_audit_read(wf_audit_reader *reader, const wf_store *store) {
    return begin(reader, store, NULL);
}

void wf_audit_read_live(wf_audit_reader *reader, const wf_audit_log *log) {
    wf_error ignored = begin(reader, &log->store, log);
    (void)ignored; /* what the store can't give is counted, and the newest is in RAM */
}

/* ---- walking ---- */

/* The next line of a ring, or NULL. A node that runs may have written another entry over the one that was found. */
static const wf_audit_entry *peek(wf_audit_reader *reader, unsigned which) {
    wf_audit_cursor *cursor = &reader->cursors[which];
    while (cursor->line == cursor->block.count) {
        if (cursor->at == cursor->block_count) {
            return NULL;
        }
        unsigned at = cursor->at++;
        if (load(reader, which, cursor->blocks[at]) != WF_OK) {
            reader->damaged++;
            cursor->block.count = 0;
        } else if (cursor->block.count > 0 && cursor->block.lines[0].sequence != cursor->firsts[at]) {
            cursor->block.count = 0;
        }
    }
    return &cursor->block.lines[cursor->line];
}

bool wf_audit_next(wf_audit_reader *reader, wf_audit_entry *out) {
    const wf_audit_entry *acts = peek(reader, WF_AUDIT_ACTS), *refusals = peek(reader, WF_AUDIT_REFUSALS);
    if (acts == NULL && refusals == NULL) {
        return false;
    }
    bool is_act = refusals == NULL || (acts != NULL && acts->sequence < refusals->sequence);
    *out = is_act ? *acts : *refusals;
    reader->cursors[is_act ? WF_AUDIT_ACTS : WF_AUDIT_REFUSALS].line++;
    return true;
}
