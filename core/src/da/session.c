#include "da/session.h"

/* One-byte identifiers that EDHOC writes as one byte: 00..17 and 20..37 (RFC 9528 3.3.2). */
enum { SHORT_KIDS = 48 };

static uint8_t short_kid(unsigned n) {
    return (uint8_t)(n < 24 ? n : n - 24 + 0x20);
}

static uint32_t free_entry(const wf_session_table *table) {
    for (uint32_t i = 0; i < table->count; i++) {
        if (!table->entries[i].used) {
            return i;
        }
    }
    return WF_NO_SESSION;
}

static wf_error choose_short(const wf_session_table *table, wf_kid *kid, const uint8_t random[static 4]) {
    unsigned start = random[0] % SHORT_KIDS;
    for (unsigned i = 0; i < SHORT_KIDS; i++) {
        *kid = (wf_kid){{short_kid((start + i) % SHORT_KIDS)}, 1};
        if (wf_session_by_kid(table, wf_bytes_of(kid->bytes, 1)) == WF_NO_SESSION) {
            return WF_OK;
        }
    }
    return WF_ERROR_CAPACITY;
}

/* value % count is the entry's index */
static void choose_long(const wf_session_table *table, wf_kid *kid, uint32_t index, const uint8_t random[static 4]) {
    uint32_t laps = (0x10000u - index - 1) / table->count + 1;
    uint32_t drawn = (uint32_t)random[0] << 24 | (uint32_t)random[1] << 16 | (uint32_t)random[2] << 8 | random[3];
    uint32_t value = drawn % laps * table->count + index;
    *kid = (wf_kid){{(uint8_t)(value >> 8), (uint8_t)value}, 2};
}

wf_error wf_session_reserve(wf_session_table *table, uint32_t *index, wf_kid *kid, bool initiator, wf_drbg *drbg) {
    uint8_t random[4];
    *index = free_entry(table);
    if (*index == WF_NO_SESSION || *index > 0xFFFF) {
        return WF_ERROR_CAPACITY;
    }
    wf_error error = wf_drbg_bytes(drbg, random, sizeof random);
    if (error == WF_OK && initiator) {
        choose_long(table, kid, *index, random);
    } else if (error == WF_OK) {
        error = choose_short(table, kid, random);
    }
    if (error != WF_OK) {
        return error;
    }
    wf_session *s = &table->entries[*index];
    *s = (wf_session){.serial = ++table->last_serial,
                      .used = true,
                      .initiator = initiator,
                      .pairing = WF_NO_PAIRING,
                      .ends = WF_TIME_NEVER};
    s->keys.receive_kid = *kid;
    return WF_OK;
}

/* The sessions of a pairing are few, however many pairings there are: they hang together. */
void wf_session_bind(wf_session_table *table, uint32_t index, uint32_t pairing) {
    wf_session *s = &table->entries[index];
    if (s->used && s->pairing != WF_NO_PAIRING) {
        uint32_t *link = &table->first_of_pairing[s->pairing];
        while (*link != index + 1) {
            link = &table->entries[*link - 1].next_of_pairing;
        }
        *link = s->next_of_pairing;
    }
    s->pairing = pairing;
    s->next_of_pairing = 0;
    if (pairing != WF_NO_PAIRING) {
        s->next_of_pairing = table->first_of_pairing[pairing];
        table->first_of_pairing[pairing] = index + 1;
    }
}

void wf_session_close(wf_session_table *table, uint32_t index) {
    if (table->entries[index].used) {
        wf_session_bind(table, index, WF_NO_PAIRING);
    }
    wf_wipe(&table->entries[index], sizeof table->entries[index]);
}

void wf_session_end_at(wf_session_table *table, uint32_t index, wf_time when) {
    table->entries[index].ends = when;
    table->next_end = when < table->next_end ? when : table->next_end;
}

static bool has_kid(const wf_session *session, wf_bytes kid) {
    const wf_kid *own = &session->keys.receive_kid;
    return session->used && wf_bytes_equal(wf_bytes_of(own->bytes, own->len), kid);
}

uint32_t wf_session_by_kid(const wf_session_table *table, wf_bytes kid) {
    if (kid.len == 2) {
        uint32_t index = ((uint32_t)kid.at[0] << 8 | kid.at[1]) % table->count;
        return has_kid(&table->entries[index], kid) ? index : WF_NO_SESSION;
    }
    for (uint32_t i = 0; i < table->count; i++) {
        if (has_kid(&table->entries[i], kid)) {
            return i;
        }
    }
    return WF_NO_SESSION;
}

static bool sends(const wf_session *s, uint32_t pairing) {
    return s->used && s->pairing == pairing && s->trusted && !s->leaving && s->ends == WF_TIME_NEVER;
}

static bool is_better(const wf_session *a, const wf_session *b) {
    return a->proven != b->proven ? a->proven : a->opened >= b->opened;
}

/* The next session of a pairing after the one at `link`, which may be closed meanwhile; false: there is none. */
static bool next_of(const wf_session_table *table, uint32_t *link, uint32_t *index) {
    if (*link == 0) {
        return false;
    }
    *index = *link - 1;
    *link = table->entries[*index].next_of_pairing;
    return true;
}

uint32_t wf_session_to_send(const wf_session_table *table, uint32_t pairing) {
    uint32_t best = WF_NO_SESSION, i;
    if (pairing == WF_NO_PAIRING) {
        return best;
    }
    for (uint32_t link = table->first_of_pairing[pairing]; next_of(table, &link, &i);) {
        if (sends(&table->entries[i], pairing) &&
            (best == WF_NO_SESSION || is_better(&table->entries[i], &table->entries[best]))) {
            best = i;
        }
    }
    return best;
}

void wf_session_close_unproven(wf_session_table *table, uint32_t pairing) {
    uint32_t i;
    for (uint32_t link = table->first_of_pairing[pairing]; next_of(table, &link, &i);) {
        if (sends(&table->entries[i], pairing) && !table->entries[i].proven) {
            wf_session_close(table, i);
        }
    }
}

/* The one that sent before this one, or WF_NO_SESSION. */
static uint32_t predecessor(const wf_session_table *table, uint32_t index) {
    uint32_t pairing = table->entries[index].pairing, last = WF_NO_SESSION, i;
    for (uint32_t link = table->first_of_pairing[pairing]; next_of(table, &link, &i);) {
        const wf_session *s = &table->entries[i];
        bool is_older = i != index && sends(s, pairing) && s->opened <= table->entries[index].opened;
        if (is_older && (last == WF_NO_SESSION || is_better(s, &table->entries[last]))) {
            last = i;
        }
    }
    return last;
}

void wf_session_retire_others(wf_session_table *table, uint32_t index, wf_time now) {
    uint32_t last = predecessor(table, index), i;
    if (last == WF_NO_SESSION) {
        return;
    }
    for (uint32_t link = table->first_of_pairing[table->entries[index].pairing]; next_of(table, &link, &i);) {
        const wf_session *s = &table->entries[i];
        if (i != index && i != last && s->trusted && s->opened <= table->entries[index].opened) {
            wf_session_close(table, i);
        }
    }
    wf_session_end_at(table, last, now + WF_SESSION_GRACE_MS);
}

void wf_session_close_pairing(wf_session_table *table, uint32_t pairing) {
    uint32_t i;
    for (uint32_t link = table->first_of_pairing[pairing]; next_of(table, &link, &i);) {
        wf_session_close(table, i);
    }
}

uint32_t wf_session_clock(const wf_session *session, wf_time now) {
    return (uint32_t)((now - session->opened) / 100);
}

uint32_t wf_session_peer_clock(const wf_session *session, wf_time now) {
    if (!session->peer_clock_known) {
        return WF_CLOCK_UNKNOWN;
    }
    return (uint32_t)((int64_t)wf_session_clock(session, now) + session->peer_clock_offset);
}

void wf_session_learn_clock(wf_session *session, wf_time now, uint32_t peer_clock) {
    session->peer_clock_known = true;
    session->peer_clock_offset = (int64_t)peer_clock - (int64_t)wf_session_clock(session, now);
}

bool wf_session_is_timely(const wf_session *session, wf_time now, uint32_t stamp) {
    int64_t age = (int64_t)wf_session_clock(session, now) - (int64_t)stamp;
    return stamp != WF_CLOCK_UNKNOWN && age <= WF_COMMAND_AGE_TENTHS && age >= -WF_COMMAND_AGE_TENTHS;
}

void wf_session_note_exchange(wf_session *session, uint16_t tid, uint64_t piv) {
    wf_exchange_note *earlier = wf_session_exchange(session, tid);
    if (earlier != NULL) {
        earlier->open = false;
    }
    session->exchanges[session->exchange_at] = (wf_exchange_note){true, tid, piv};
    session->exchange_at = (session->exchange_at + 1) % WF_SESSION_EXCHANGES;
}

/* The latest of them: an earlier one of the same TID is long forgotten by whoever asked. */
wf_exchange_note *wf_session_exchange(wf_session *session, uint16_t tid) {
    for (unsigned i = 1; i <= WF_SESSION_EXCHANGES; i++) {
        wf_exchange_note *note =
            &session->exchanges[(session->exchange_at + WF_SESSION_EXCHANGES - i) % WF_SESSION_EXCHANGES];
        if (note->open && note->tid == tid) {
            return note;
        }
    }
    return NULL;
}
