#include "da/group_push.h"

#include <string.h>
#include <warifu/certificate.h>

#include "da/life.h"
#include "da/sending.h"

enum {
    PATIENCE_MS = 60000,
    REFRESH_MS = 6 * 3600 * 1000, /* clocks of good crystals part by a second or two meanwhile */
    AT_ONCE = 16,                 /* members served in one go */
    GAP_MS = 20,                  /* until the next ones */
    JOIN_PAUSE_MS = 2000
};

static wf_epoch *newest(wf_da *da) {
    return &da->manager.epochs[da->manager.newest];
}

static void due_at(wf_da *da, wf_group_push *p, wf_time when) {
    p->at = when;
    da->manager.next = when < da->manager.next ? when : da->manager.next;
}

static void begin(wf_da *da, wf_group_push *p, wf_time now) {
    p->ends = 0;
    due_at(da, p, now);
}

/* ---- what asks for it ---- */

void wf_group_push_session_up(wf_da *da, wf_time now, uint32_t pairing) {
    if (da->manager.enabled) {
        da->manager.pushes[pairing].refused = false;
        begin(da, &da->manager.pushes[pairing], now);
    }
}

void wf_group_push_join(wf_da *da, wf_time now, uint32_t pairing) {
    if (!da->manager.enabled || da->manager.pushes[pairing].ends != 0) {
        return;
    }
    wf_group_push *p = &da->manager.pushes[pairing];
    wf_time may = p->given + JOIN_PAUSE_MS;
    p->refused = false;
    p->refresh = 0;
    due_at(da, p, may > now ? may : now);
}

void wf_group_push_heard(wf_da *da, wf_time now, uint32_t pairing) {
    if (!da->manager.enabled) {
        return;
    }
    wf_group_push *p = &da->manager.pushes[pairing];
    bool lacks_keys = newest(da)->used && !p->has[da->manager.newest] && !p->refused;
    if (lacks_keys && p->at == WF_TIME_NEVER) {
        begin(da, p, now);
    } else if (lacks_keys && p->ends != 0) {
        p->ends = now + PATIENCE_MS; /* which is for silence */
    }
}

/* ---- what goes out ---- */

/* What was held back under an id must not come out much later. */
static void retire(wf_epoch *epoch, uint16_t id) {
    if (id != 0) {
        epoch->places[id].pairing = 0;
    }
}

/* An id of the newest epoch for the member under this session. False: they have run out. */
static bool give_id(wf_da *da, uint32_t pairing, uint32_t serial) {
    wf_group_manager *m = &da->manager;
    wf_epoch *epoch = newest(da);
    wf_group_push *p = &m->pushes[pairing];
    if (epoch->next_id >= m->place_count) {
        wf_group_manager_renew(da);
        return false;
    }
    uint16_t id = (uint16_t)epoch->next_id++;
    wf_kid kid = wf_group_kid_of(id);
    wf_group_sender sender;
    if (wf_group_sender_derive(&sender, &epoch->keys, wf_bytes_of(kid.bytes, kid.len),
                               da->pairings.entries[pairing].public_key) != WF_OK) {
        return false;
    }
    retire(epoch, p->former);
    p->former = p->serial != 0 ? p->id : 0;
    wf_group_place *place = &epoch->places[id];
    *place = (wf_group_place){.pairing = pairing + 1};
    memcpy(place->key, sender.key, sizeof place->key);
    wf_wipe(&sender, sizeof sender);
    p->id = id;
    p->serial = serial;
    p->has[m->newest] = false;
    p->joined = p->told = 0;
    return true;
}

static uint8_t seconds_of_grace(const wf_da *da, wf_time now) {
    const wf_epoch *before = &da->manager.epochs[1 - da->manager.newest];
    return before->used && before->ends > now ? (uint8_t)((before->ends - now + 999) / 1000) : 0;
}

static wf_error write_keys(wf_da *da, wf_time now, const wf_group_push *p, const wf_session *s, wf_writer *w) {
    const wf_epoch *epoch = newest(da);
    uint8_t fingerprint[WF_HASH_LEN];
    const wf_kid own = wf_group_kid_of(p->id);
    wf_error error = wf_certificate_fingerprint(fingerprint, da->identity.chain[0]);
    const wf_group_card manager = {epoch->keys.own, epoch->next_piv, da->identity.signer.public_key, fingerprint};
    wf_write_u8(w, WF_KIND_GROUP);
    wf_write_u32(w, wf_session_peer_clock(s, now));
    wf_write_bytes(w, epoch->keys.gid, sizeof epoch->keys.gid);
    wf_write_u32(w, (uint32_t)(wf_group_tenths(now) - wf_group_tenths(epoch->began)));
    wf_write_u8(w, seconds_of_grace(da, now));
    wf_write_bytes(w, epoch->secret, sizeof epoch->secret);
    wf_write_bytes(w, epoch->salt, sizeof epoch->salt);
    wf_group_write_id(w, &own);
    wf_group_write_card(w, &manager);
    return error;
}

/* Those who joined after the last one that the member was told of, the earliest first. */
static uint32_t next_sender(const wf_da *da, uint32_t after, uint32_t but) {
    uint32_t best = WF_NO_PAIRING;
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        const wf_group_push *p = &da->manager.pushes[i];
        if (i != but && p->joined > after && (best == WF_NO_PAIRING || p->joined < da->manager.pushes[best].joined)) {
            best = i;
        }
    }
    return best;
}

static void write_senders(wf_da *da, uint32_t pairing, wf_writer *w) {
    const wf_epoch *epoch = newest(da);
    wf_group_push *p = &da->manager.pushes[pairing];
    wf_write_u8(w, WF_KIND_SENDERS);
    wf_write_bytes(w, epoch->keys.gid, sizeof epoch->keys.gid);
    p->telling = p->told;
    for (unsigned i = 0; i < WF_GROUP_SENDERS_AT_ONCE; i++) {
        uint32_t other = next_sender(da, p->telling, pairing);
        if (other == WF_NO_PAIRING) {
            break;
        }
        const wf_pairing *known = &da->pairings.entries[other];
        const wf_group_push *its = &da->manager.pushes[other];
        const wf_group_card card = {wf_group_kid_of(its->id), epoch->places[its->id].window.next, known->public_key,
                                    known->fingerprint};
        wf_group_write_card(w, &card);
        p->telling = its->joined;
    }
}

static void send(wf_da *da, wf_time now, uint32_t pairing, uint32_t session) {
    wf_group_push *p = &da->manager.pushes[pairing];
    uint8_t plain[WF_DATAGRAM_LEN];
    size_t len;
    wf_writer w = wf_writer_of(plain, sizeof plain);
    wf_error error = WF_OK;
    if (p->tells) {
        write_senders(da, pairing, &w);
    } else {
        error = write_keys(da, now, p, &da->sessions.entries[session], &w);
    }
    p->tid = (*da->next_tid)++;
    if (error == WF_OK && wf_writer_finish(&w, &len) == WF_OK) {
        error = wf_da_send_kind(da, session, p->tid, wf_bytes_of(plain, len), wf_bytes_of(NULL, 0));
    }
    (void)error; /* it goes out again */
    wf_wipe(plain, sizeof plain);
}

static bool has_all(const wf_da *da, uint32_t pairing, wf_time now, bool *tells) {
    const wf_group_push *p = &da->manager.pushes[pairing];
    *tells = p->has[da->manager.newest] && now < p->refresh;
    return *tells && (p->room == 0 || next_sender(da, p->told, pairing) == WF_NO_PAIRING);
}

/* Does the peer know the certificate that our signatures are judged by? After a renewal it is told first. */
static bool knows_us(const wf_da *da, uint32_t pairing) {
    return memcmp(da->pairings.entries[pairing].own, da->own_x5t, sizeof da->own_x5t) == 0;
}

/* Gives whether something was sent. */
static bool step(wf_da *da, wf_time now, uint32_t pairing) {
    wf_group_push *p = &da->manager.pushes[pairing];
    uint32_t session = wf_session_to_send(&da->sessions, pairing);
    if (session == WF_NO_SESSION || p->refused) {
        p->at = WF_TIME_NEVER;
        p->ends = 0;
        return false;
    }
    uint32_t serial = da->sessions.entries[session].serial;
    if (!knows_us(da, pairing) || ((p->serial != serial || p->id == 0) && !give_id(da, pairing, serial))) {
        p->at = now + PATIENCE_MS;
        return false;
    }
    if (has_all(da, pairing, now, &p->tells)) {
        p->ends = 0;
        p->at = p->refresh;
        return false;
    }
    if (p->ends != 0 && p->ends <= now) {
        p->ends = 0;
        p->at = p->has[da->manager.newest] ? now + REFRESH_MS : WF_TIME_NEVER; /* or when it is heard again */
        return false;
    }
    p->interval = p->ends == 0 ? WF_FIRST_INTERVAL_MS : wf_run_longer(p->interval);
    p->ends = p->ends == 0 ? now + PATIENCE_MS : p->ends;
    p->at = now + p->interval;
    send(da, now, pairing, session);
    return true;
}

void wf_group_push_due(wf_da *da, wf_time now) {
    wf_group_manager *m = &da->manager;
    unsigned sent = 0;
    m->next = WF_TIME_NEVER;
    if (!newest(da)->used) {
        m->next = m->retry > now ? m->retry : WF_TIME_NEVER;
        return;
    }
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        wf_group_push *p = &m->pushes[i];
        if (p->at <= now && sent >= AT_ONCE) {
            m->next = now + GAP_MS;
            return;
        }
        if (p->at <= now) {
            sent += step(da, now, i);
        }
        m->next = p->at < m->next ? p->at : m->next;
    }
}

/* ---- answers ---- */

/* Those who listen to others hear of the one who is new. */
static void announce_joined(wf_da *da, wf_time now) {
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        wf_group_push *p = &da->manager.pushes[i];
        if (p->room > 0 && p->ends == 0 && p->has[da->manager.newest]) {
            due_at(da, p, now);
        }
    }
}

static void taken(wf_da *da, wf_time now, uint32_t pairing, uint8_t room) {
    wf_group_push *p = &da->manager.pushes[pairing];
    p->ends = 0;
    if (p->tells) {
        p->told = p->telling;
        due_at(da, p, now);
        return;
    }
    retire(newest(da), p->former);
    p->former = 0;
    p->has[da->manager.newest] = true;
    p->room = room;
    p->given = now;
    p->refresh = now + REFRESH_MS;
    due_at(da, p, now);
    if (p->joined == 0) {
        p->joined = ++da->manager.joins;
        announce_joined(da, now);
    }
}

bool wf_group_push_answer(wf_da *da, wf_time now, uint32_t session, uint16_t tid, wf_da_kind kind, wf_reader *plain,
                          wf_error reason) {
    const wf_session *s = &da->sessions.entries[session];
    wf_group_push *p = da->manager.enabled && s->pairing != WF_NO_PAIRING ? &da->manager.pushes[s->pairing] : NULL;
    if (p == NULL || p->ends == 0 || p->tid != tid || p->serial != s->serial) {
        return false;
    }
    if (kind == WF_KIND_REFUSED) {
        p->refused = reason == WF_ERROR_CAPACITY;
        bool knows_clock_now = reason == WF_ERROR_TOO_LATE && p->interval == WF_FIRST_INTERVAL_MS;
        if (p->refused || knows_clock_now) {
            due_at(da, p, now);
        }
        return true;
    }
    wf_bytes gid = wf_read_bytes(plain, WF_DA_GID_LEN);
    uint8_t room = wf_read_u8(plain);
    if (kind == WF_KIND_GROUP_TAKEN && wf_reader_finish(plain) == WF_OK &&
        wf_bytes_equal(gid, wf_bytes_of(newest(da)->keys.gid, WF_DA_GID_LEN))) {
        taken(da, now, s->pairing, room);
    }
    return true;
}
