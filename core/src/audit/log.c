#include "audit/log.h"

#include <string.h>

enum {
    HOUR_MS = 3600000,
    CLOCK_JUMP_S = 60, /* less is a clock that is kept */
    /* Lines of each store entry for what is gathered; the rest is for counting what got none, a line for each kind. */
    OWN_LINES = WF_AUDIT_LINES - 12
};

/* ---- the store ---- */

static void is_unwritten(wf_audit_log *log, wf_audit_ring *ring) {
    ring->unwritten = true;
    if (log->write_at == WF_TIME_NEVER) {
        log->write_at = log->now + WF_AUDIT_UNWRITTEN_MS;
    }
}

/* What fails is tried again with the next writing. */
static void save(wf_audit_log *log, unsigned which) {
    wf_audit_ring *ring = &log->rings[which];
    size_t len;
    wf_writer w = wf_writer_of(log->scratch, sizeof log->scratch);
    if (which == WF_AUDIT_REFUSALS) {
        log->gathered_at = log->now;
    }
    ring->block.ring_len = log->ring_len;
    wf_audit_block_write(&w, &ring->block);
    if (wf_writer_finish(&w, &len) != WF_OK ||
        log->store.save(log->store.context, wf_audit_block_id(which, ring->at), log->scratch, len) != WF_OK) {
        (*log->failed)++;
        is_unwritten(log, ring);
        return;
    }
    ring->unwritten = false;
    if (!log->rings[WF_AUDIT_ACTS].unwritten && !log->rings[WF_AUDIT_REFUSALS].unwritten) {
        log->write_at = WF_TIME_NEVER;
    }
}

static bool may_save(const wf_audit_log *log, unsigned which) {
    return which != WF_AUDIT_REFUSALS || log->now - log->gathered_at >= WF_AUDIT_UNWRITTEN_MS;
}

void wf_audit_log_flush(wf_audit_log *log) {
    log->write_at = WF_TIME_NEVER;
    for (unsigned which = 0; which < WF_AUDIT_RINGS; which++) {
        if (log->rings[which].unwritten) {
            save(log, which);
        }
    }
}

static void load_block(wf_audit_log *log, unsigned which, unsigned block) {
    wf_audit_ring *ring = &log->rings[which];
    wf_error ignored = wf_audit_block_load(&ring->block, &log->store, wf_audit_block_id(which, block), log->scratch);
    (void)ignored; /* what can't be read is overwritten when its turn comes */
}

/* ---- no store ---- */

static wf_error load_nothing(void *context, uint16_t id, uint8_t *out, size_t capacity, size_t *len) {
    (void)context;
    (void)id;
    (void)out;
    (void)capacity;
    *len = 0;
    return WF_OK;
}

static wf_error save_nothing(void *context, uint16_t id, const uint8_t *data, size_t len) {
    (void)context;
    (void)id;
    (void)data;
    (void)len;
    return WF_OK;
}

static wf_error erase_nothing(void *context, uint16_t id) {
    (void)context;
    (void)id;
    return WF_OK;
}

static const wf_store nowhere = {load_nothing, save_nothing, erase_nothing, NULL};

/* ---- beginning ---- */

/* Finds the newest store entry of a ring, and drops those of a time when it had more. */
static void load_ring(wf_audit_log *log, unsigned which) {
    wf_audit_ring *ring = &log->rings[which];
    uint32_t newest = 0;
    for (unsigned block = 0; block < WF_AUDIT_RING; block++) {
        load_block(log, which, block);
        if (ring->block.count == 0) {
            continue;
        }
        const wf_audit_entry *last = &ring->block.lines[ring->block.count - 1];
        log->next_sequence = last->sequence >= log->next_sequence ? last->sequence + 1 : log->next_sequence;
        log->boot = last->boot > log->boot ? last->boot : log->boot;
        if (block >= log->ring_len) {
            *log->failed += log->store.erase(log->store.context, wf_audit_block_id(which, block)) != WF_OK;
        } else if (last->sequence > newest) {
            newest = last->sequence;
            ring->at = block;
        }
    }
    load_block(log, which, ring->at);
}

void wf_audit_log_open(wf_audit_log *log, const wf_store *store, unsigned entries, uint64_t *failed) {
    *log = (wf_audit_log){.store = store->load != NULL ? *store : nowhere,
                          .ring_len = entries / WF_AUDIT_RINGS,
                          .next_sequence = 1,
                          .write_at = WF_TIME_NEVER,
                          .failed = failed};
    load_ring(log, WF_AUDIT_ACTS);
    load_ring(log, WF_AUDIT_REFUSALS);
}

/* ---- lines ---- */

static int64_t date_of(const wf_audit_log *log, wf_time moment) {
    if (!log->has_date) {
        return 0;
    }
    int64_t ago = moment >= log->date_at ? 0 : (int64_t)((log->date_at - moment) / 1000);
    int64_t since = moment >= log->date_at ? (int64_t)((moment - log->date_at) / 1000) : 0;
    int64_t date = log->date + since - ago;
    return date > 0 && date <= WF_AUDIT_LAST_DATE ? date : 0;
}

static void fill(wf_audit_log *log, wf_audit_ring *ring, wf_audit_entry *line, const wf_audit_entry *entry) {
    *line = *entry;
    line->sequence = log->next_sequence++;
    line->boot = log->boot;
    line->at = line->last = log->now;
    line->date = date_of(log, log->now);
    line->count = 1;
    is_unwritten(log, ring);
}

static void repeat(wf_audit_log *log, wf_audit_ring *ring, wf_audit_entry *line) {
    line->count += line->count < UINT32_MAX;
    line->last = log->now - line->at < UINT32_MAX ? log->now : line->at + UINT32_MAX;
    is_unwritten(log, ring);
}

/* A new line of the ring, of which only so many may be in use; NULL: none, as long as the minute or the store does not
 * let the present lines be written down. */
static wf_audit_entry *place(wf_audit_log *log, unsigned which, unsigned limit) {
    wf_audit_ring *ring = &log->rings[which];
    if (ring->block.count >= limit) {
        if (ring->unwritten && may_save(log, which)) {
            save(log, which);
        }
        if (ring->unwritten) {
            return NULL;
        }
        ring->at = (ring->at + 1) % log->ring_len;
        ring->block.count = 0;
    }
    return &ring->block.lines[ring->block.count++];
}

static bool same_number(const wf_audit_entry *a, const wf_audit_entry *b) {
    return memcmp(a->number, b->number, sizeof a->number) == 0;
}

/* The line of this hour that `entry` repeats, or NULL. */
static wf_audit_entry *repeated(wf_audit_log *log, wf_audit_ring *ring, const wf_audit_entry *entry, bool any_host) {
    for (unsigned i = ring->block.count; i-- > 0;) {
        wf_audit_entry *line = &ring->block.lines[i];
        if (line->boot == log->boot && line->at >= log->hour_began && line->what == entry->what &&
            line->error == entry->error && !line->from_many && same_number(line, entry) &&
            (any_host || wf_address_same_host(&line->address, &entry->address))) {
            return line;
        }
    }
    return NULL;
}

static wf_audit_entry *rest_of(const wf_audit_log *log, wf_audit_ring *ring, wf_audited what) {
    for (unsigned i = ring->block.count; i-- > 0;) {
        wf_audit_entry *line = &ring->block.lines[i];
        if (line->boot == log->boot && line->what == what && line->from_many) {
            return line;
        }
    }
    return NULL;
}

/* One more that gets no line of its own. */
static void count_rest(wf_audit_log *log, wf_audit_ring *ring, const wf_audit_entry *entry) {
    wf_audit_entry *rest = rest_of(log, ring, entry->what);
    if (rest != NULL) {
        rest->error = rest->error == entry->error ? rest->error : WF_OK;
        repeat(log, ring, rest);
        return;
    }
    rest = place(log, WF_AUDIT_REFUSALS, WF_AUDIT_LINES);
    if (rest == NULL) {
        (*log->failed)++;
        return;
    }
    fill(log, ring, rest, &(wf_audit_entry){.what = entry->what, .error = entry->error, .from_many = true});
}

static void gather(wf_audit_log *log, const wf_audit_entry *entry) {
    wf_audit_ring *ring = &log->rings[WF_AUDIT_REFUSALS];
    wf_audit_entry *line = repeated(log, ring, entry, false);
    if (line != NULL) {
        repeat(log, ring, line);
        return;
    }
    uint8_t *begun_of_kind = &log->begun_of[(size_t)entry->what % sizeof log->begun_of];
    bool may_begin = log->begun < WF_AUDIT_NEW_AN_HOUR && *begun_of_kind < WF_AUDIT_NEW_OF_A_KIND;
    line = may_begin ? place(log, WF_AUDIT_REFUSALS, OWN_LINES) : NULL;
    if (line == NULL) {
        count_rest(log, ring, entry);
        return;
    }
    log->begun++;
    (*begun_of_kind)++;
    fill(log, ring, line, entry);
}

static void act(wf_audit_log *log, const wf_audit_entry *entry, bool may_repeat) {
    wf_audit_ring *ring = &log->rings[WF_AUDIT_ACTS];
    wf_audit_entry *line = may_repeat ? repeated(log, ring, entry, true) : NULL;
    if (line != NULL) {
        repeat(log, ring, line);
        return;
    }
    line = place(log, WF_AUDIT_ACTS, WF_AUDIT_LINES);
    if (line == NULL) {
        (*log->failed)++;
        return;
    }
    fill(log, ring, line, entry);
    save(log, WF_AUDIT_ACTS);
}

/* Only the newest of many starts in a row is kept beside the first, with their number. */
static void note_start(wf_audit_log *log) {
    wf_audit_ring *ring = &log->rings[WF_AUDIT_REFUSALS];
    const wf_audit_entry started = {.what = WF_AUDITED_STARTED};
    wf_audit_entry *last = ring->block.count > 0 ? &ring->block.lines[ring->block.count - 1] : NULL;
    bool in_a_row = ring->block.count > 1 && last->what == WF_AUDITED_STARTED && last[-1].what == WF_AUDITED_STARTED;
    uint32_t before = in_a_row ? last->count : 0;
    wf_audit_entry *line = in_a_row ? last : place(log, WF_AUDIT_REFUSALS, WF_AUDIT_LINES);
    if (line == NULL) {
        (*log->failed)++;
        return;
    }
    fill(log, ring, line, &started);
    line->count += before < UINT32_MAX ? before : before - 1;
    save(log, WF_AUDIT_REFUSALS);
}

/* ---- time ---- */

static void turn_to(wf_audit_log *log, wf_time now) {
    log->now = now > log->now ? now : log->now;
    if (log->now - log->hour_began >= HOUR_MS) {
        log->hour_began = log->now;
        log->begun = 0;
        memset(log->begun_of, 0, sizeof log->begun_of);
    }
}

void wf_audit_log_start(wf_audit_log *log, wf_time now) {
    log->now = log->hour_began = log->gathered_at = now;
    log->boot++;
    note_start(log);
}

void wf_audit_log_note(wf_audit_log *log, wf_time now, const wf_audit_entry *entry) {
    turn_to(log, now);
    switch (wf_audited_row_of(entry->what)->care) {
    case WF_AUDIT_ACT:
        act(log, entry, false);
        break;
    case WF_AUDIT_NOTICE:
        act(log, entry, true);
        break;
    default:
        gather(log, entry);
        break;
    }
}

static void date_lines(wf_audit_log *log) {
    for (unsigned which = 0; which < WF_AUDIT_RINGS; which++) {
        wf_audit_ring *ring = &log->rings[which];
        for (unsigned i = 0; i < ring->block.count; i++) {
            wf_audit_entry *line = &ring->block.lines[i];
            if (line->boot == log->boot && line->date == 0) {
                line->date = date_of(log, line->at);
                is_unwritten(log, ring);
            }
        }
    }
}

void wf_audit_log_set_date(wf_audit_log *log, wf_time now, int64_t seconds) {
    if (seconds <= 0 || seconds > WF_AUDIT_LAST_DATE) {
        return;
    }
    turn_to(log, now);
    int64_t expected = date_of(log, log->now);
    bool jumps = log->has_date && (seconds < expected - CLOCK_JUMP_S || seconds > expected + CLOCK_JUMP_S);
    bool is_first = !log->has_date;
    log->has_date = true;
    log->date = seconds;
    log->date_at = log->now;
    if (is_first) {
        date_lines(log);
    } else if (jumps) {
        wf_audit_log_note(log, log->now, &(wf_audit_entry){.what = WF_AUDITED_CLOCK_SET});
    }
}

void wf_audit_log_tick(wf_audit_log *log, wf_time now) {
    turn_to(log, now);
    if (log->write_at > log->now) {
        return;
    }
    if (log->rings[WF_AUDIT_REFUSALS].unwritten && !may_save(log, WF_AUDIT_REFUSALS)) {
        log->write_at = log->gathered_at + WF_AUDIT_UNWRITTEN_MS; /* a full entry was written in between */
    } else {
        wf_audit_log_flush(log);
    }
}

wf_time wf_audit_log_deadline(const wf_audit_log *log) {
    return log->write_at;
}
