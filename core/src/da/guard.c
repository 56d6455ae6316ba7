#include "da/guard.h"

enum { VERSION = 1, SAVE_EACH_MS = 60 * 60 * 1000, ENTRY_LEN = 1 + 4 + 4 + 1 + 4 * WF_GUARD_WINDOWS };

static uint32_t operated(const wf_guard *guard, wf_time now) {
    return guard->operated + (uint32_t)((now - guard->started) / 1000);
}

static wf_error save(wf_guard *guard, wf_time now) {
    uint8_t entry[ENTRY_LEN];
    size_t len;
    wf_writer w = wf_writer_of(entry, sizeof entry);
    wf_write_u8(&w, VERSION);
    wf_write_u32(&w, operated(guard, now));
    wf_write_u32(&w, guard->failures);
    wf_write_u8(&w, guard->next);
    for (unsigned i = 0; i < WF_GUARD_WINDOWS; i++) {
        wf_write_u32(&w, guard->openings[i]);
    }
    guard->saved = now;
    wf_error error = wf_writer_finish(&w, &len);
    if (error == WF_OK && guard->store.save != NULL) {
        error = guard->store.save(guard->store.context, WF_STORE_GUARD, entry, len);
    }
    return error;
}

static wf_error read_entry(wf_guard *guard, wf_bytes entry) {
    wf_reader r = wf_reader_of(entry);
    if (wf_read_u8(&r) > VERSION) {
        return WF_ERROR_STORE_VERSION;
    }
    guard->operated = wf_read_u32(&r);
    guard->failures = wf_read_u32(&r);
    guard->next = wf_read_u8(&r);
    for (unsigned i = 0; i < WF_GUARD_WINDOWS; i++) {
        guard->openings[i] = wf_read_u32(&r);
    }
    bool is_sound = wf_reader_finish(&r) == WF_OK && entry.at[0] == VERSION && guard->next < WF_GUARD_WINDOWS;
    return is_sound ? WF_OK : WF_ERROR_STORE_DAMAGED;
}

/* 1, 2, 4 ... seconds after the first, second, third ... wrong proof in a row. */
static void make_wait(wf_guard *guard, wf_time now) {
    uint32_t seconds = guard->failures > 6 ? WF_GUARD_LONGEST_WAIT_S : 1u << (guard->failures - 1);
    guard->proof_after = now + seconds * 1000u;
}

wf_error wf_guard_start(wf_guard *guard, const wf_store *store, wf_time now) {
    uint8_t entry[ENTRY_LEN];
    size_t len = 0;
    *guard = (wf_guard){.store = *store, .started = now, .saved = now};
    wf_error error = WF_OK;
    if (store->load != NULL) {
        error = store->load(store->context, WF_STORE_GUARD, entry, sizeof entry, &len);
    }
    if (error == WF_OK && len > 0) {
        error = read_entry(guard, wf_bytes_of(entry, len));
    }
    if (error == WF_OK && guard->failures > 0) {
        make_wait(guard, now);
    }
    return error == WF_ERROR_TOO_SMALL ? WF_ERROR_STORE_DAMAGED : error;
}

static bool is_recent(const wf_guard *guard, wf_time now, uint32_t opening) {
    return opening != 0 && operated(guard, now) - (opening - 1) < WF_GUARD_DAY_S;
}

unsigned wf_guard_opened(const wf_guard *guard, wf_time now) {
    unsigned count = 0;
    for (unsigned i = 0; i < WF_GUARD_WINDOWS; i++) {
        count += is_recent(guard, now, guard->openings[i]);
    }
    return count;
}

wf_error wf_guard_open(wf_guard *guard, wf_time now) {
    uint32_t *oldest = &guard->openings[guard->next];
    if (is_recent(guard, now, *oldest)) {
        return WF_ERROR_LOCKED_OUT;
    }
    *oldest = operated(guard, now) + 1;
    guard->next = (uint8_t)((guard->next + 1) % WF_GUARD_WINDOWS);
    return save(guard, now);
}

wf_error wf_guard_admit(const wf_guard *guard, wf_time now) {
    return now >= guard->proof_after ? WF_OK : WF_ERROR_LOCKED_OUT;
}

wf_error wf_guard_count(wf_guard *guard, wf_time now) {
    guard->failures += guard->failures < UINT32_MAX;
    make_wait(guard, now);
    return save(guard, now);
}

void wf_guard_forgive(wf_guard *guard, wf_time now) {
    guard->failures = 0;
    guard->proof_after = 0;
    wf_error ignored = save(guard, now); /* what the store still counts only makes the next proof wait */
    (void)ignored;
}

wf_time wf_guard_deadline(const wf_guard *guard) {
    return wf_guard_opened(guard, guard->saved) > 0 ? guard->saved + SAVE_EACH_MS : WF_TIME_NEVER;
}

void wf_guard_tick(wf_guard *guard, wf_time now) {
    if (wf_guard_deadline(guard) <= now) {
        wf_error ignored = save(guard, now); /* a day gets longer, never shorter */
        (void)ignored;
    }
}
