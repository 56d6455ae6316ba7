#include "da/group_member.h"

#include <string.h>

#include "da/key_log.h"
#include "da/sending.h"

enum { JOIN_PAUSE_MS = 10000, MANAGER = 0 };

void wf_group_members_layout(wf_group_members *members, wf_arena *arena, uint32_t room) {
    wf_group_heard *heard[WF_MEMBERSHIPS];
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        heard[i] = wf_arena_take(arena, (1 + room) * sizeof *heard[i]);
    }
    if (members == NULL || arena->used > arena->capacity) {
        return;
    }
    *members = (wf_group_members){.room = room};
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        members->all[i].heard = heard[i];
    }
}

static void leave(wf_da *da, wf_membership *m) {
    wf_group_heard *heard = m->heard;
    wf_wipe(heard, (1 + da->members.room) * sizeof *heard);
    wf_wipe(m, sizeof *m);
    m->heard = heard;
}

wf_membership *wf_group_member_of(wf_da *da, uint32_t pairing) {
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        wf_membership *m = &da->members.all[i];
        if (m->used && m->is_newest && m->pairing == pairing) {
            return m;
        }
    }
    return NULL;
}

static wf_membership *by_gid(wf_da *da, wf_bytes gid) {
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        wf_membership *m = &da->members.all[i];
        if (m->used && wf_bytes_equal(gid, wf_bytes_of(m->keys.gid, sizeof m->keys.gid))) {
            return m;
        }
    }
    return NULL;
}

/* ---- joining ---- */

static void ask_to_join(wf_da *da, uint32_t pairing) {
    static const uint8_t kind = WF_KIND_JOIN;
    uint32_t session = wf_session_to_send(&da->sessions, pairing);
    if (session != WF_NO_SESSION) {
        wf_error ignored = wf_da_send_kind(da, session, (*da->next_tid)++, wf_bytes_of(&kind, 1), wf_bytes_of(NULL, 0));
        (void)ignored; /* it is asked again when the next record shows the need */
    }
}

static void ask_for_keys(wf_da *da, wf_time now, wf_membership *m) {
    if (now >= m->join_after) {
        m->join_after = now + JOIN_PAUSE_MS;
        ask_to_join(da, m->pairing);
    }
}

void wf_group_member_doubts_clock(wf_da *da, wf_time now, wf_bytes gid) {
    wf_membership *m = by_gid(da, gid);
    if (m != NULL) {
        ask_for_keys(da, now, m);
    }
}

static void answer_taken(wf_da *da, const wf_da_request_ref *ref, wf_bytes gid) {
    uint8_t plain[1 + WF_DA_GID_LEN + 1];
    wf_writer w = wf_writer_of(plain, sizeof plain);
    uint32_t room = da->members.room;
    wf_write_u8(&w, WF_KIND_GROUP_TAKEN);
    wf_write_view(&w, gid);
    wf_write_u8(&w, (uint8_t)(room < UINT8_MAX ? room : UINT8_MAX));
    wf_error ignored = wf_da_answer_kind(da, ref, wf_bytes_of(plain, w.len), wf_bytes_of(NULL, 0));
    (void)ignored; /* the manager sends it again */
}

/* What GROUP says. */
typedef struct offer {
    wf_bytes gid, secret, salt;
    uint32_t clock;
    uint8_t grace; /* seconds that the epoch before still counts */
    wf_kid own;
    wf_group_card manager;
} offer;

static bool read_offer(offer *out, wf_reader *r) {
    out->gid = wf_read_bytes(r, WF_DA_GID_LEN);
    out->clock = wf_read_u32(r);
    out->grace = wf_read_u8(r);
    out->secret = wf_read_bytes(r, WF_GROUP_SECRET_LEN);
    out->salt = wf_read_bytes(r, WF_GROUP_SALT_LEN);
    wf_group_read_id(&out->own, r);
    wf_group_read_card(&out->manager, r);
    return wf_reader_finish(r) == WF_OK;
}

static wf_membership *free_place(wf_da *da, uint32_t pairing) {
    unsigned groups = 0;
    wf_membership *place = NULL;
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        wf_membership *m = &da->members.all[i];
        groups += m->used && m->is_newest && m->pairing != pairing;
        place = m->used ? place : m;
    }
    return groups < WF_GROUPS_AT_MOST ? place : NULL;
}

static bool is_next_epoch(const uint8_t *before, const uint8_t *gid) {
    unsigned number = (unsigned)before[WF_GROUP_NAME_LEN] << 8 | before[WF_GROUP_NAME_LEN + 1];
    unsigned next = (unsigned)gid[WF_GROUP_NAME_LEN] << 8 | gid[WF_GROUP_NAME_LEN + 1];
    return memcmp(before, gid, WF_GROUP_NAME_LEN) == 0 && number + 1 == next;
}

/* The epoch before stays as long as its manager says, for records on their way; nothing is sent in it any more. All
 * others of this manager end. */
static void make_room(wf_da *da, wf_time now, uint32_t pairing, const offer *o) {
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        wf_membership *m = &da->members.all[i];
        if (!m->used || m->pairing != pairing) {
            continue;
        }
        if (m->is_newest && o->grace > 0 && is_next_epoch(m->keys.gid, o->gid.at)) {
            m->is_newest = false;
            m->ends = now + (wf_time)o->grace * 1000;
        } else {
            leave(da, m);
        }
    }
}

static wf_error derive(wf_group_keys *keys, wf_group_heard *manager, const offer *o) {
    *manager = (wf_group_heard){.used = true, .window = wf_group_window_from(o->manager.next)};
    memcpy(manager->fingerprint, o->manager.fingerprint, sizeof manager->fingerprint);
    wf_error error = wf_group_derive(keys, o->secret, o->salt, o->gid.at, wf_bytes_of(o->own.bytes, o->own.len),
                                     o->manager.public_key);
    if (error == WF_OK) {
        error = wf_group_sender_derive(&manager->sender, keys, wf_bytes_of(o->manager.id.bytes, o->manager.id.len),
                                       o->manager.public_key);
    }
    return error;
}

static bool is_the_manager(const wf_pairing *p, const wf_group_card *card) {
    return p->role == WF_ROLE_CONTROLLER && memcmp(p->public_key, card->public_key, sizeof p->public_key) == 0 &&
           memcmp(p->fingerprint, card->fingerprint, sizeof p->fingerprint) == 0;
}

/* The same keys once more bring nothing but the clock: a number used stays used. */
static bool has_them(const wf_membership *m, const offer *o) {
    return m != NULL && memcmp(m->keys.gid, o->gid.at, WF_DA_GID_LEN) == 0 &&
           wf_bytes_equal(wf_bytes_of(m->keys.own.bytes, m->keys.own.len), wf_bytes_of(o->own.bytes, o->own.len));
}

/* Keys that were held back would bring an id back whose numbers are used: only what was sent last counts, and what
 * comes under an earlier session was sent before. */
static bool is_overtaken(const wf_membership *m, const wf_da_request_ref *ref) {
    return m != NULL && (ref->serial < m->serial || (ref->serial == m->serial && ref->piv < m->piv));
}

/* Two groups of one name could not be told apart. */
static bool is_anothers_name(const wf_da *da, uint32_t pairing, wf_bytes gid) {
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        const wf_membership *m = &da->members.all[i];
        if (m->used && m->pairing != pairing && memcmp(m->keys.gid, gid.at, WF_GROUP_NAME_LEN) == 0) {
            return true;
        }
    }
    return false;
}

static wf_error check(wf_da *da, const wf_da_request_ref *ref, uint32_t pairing, const offer *o) {
    const wf_pairing *p = &da->pairings.entries[pairing];
    const wf_membership *m = wf_group_member_of(da, pairing);
    if (!da->members.enabled || is_anothers_name(da, pairing, o->gid) ||
        (m == NULL && free_place(da, pairing) == NULL)) {
        return WF_ERROR_CAPACITY;
    }
    if (!is_the_manager(p, &o->manager)) {
        return WF_ERROR_UNTRUSTED;
    }
    /* The others are told of us as the manager knows us: it has to have our present certificate first. */
    bool knows_us = memcmp(p->own, da->own_x5t, sizeof p->own) == 0;
    return knows_us && !is_overtaken(m, ref) ? WF_OK : WF_ERROR_STATE;
}

static wf_error enter(wf_da *da, wf_time now, uint32_t pairing, const offer *o) {
    wf_group_keys keys;
    wf_group_heard manager;
    wf_error error = derive(&keys, &manager, o);
    if (error == WF_OK) {
        make_room(da, now, pairing, o);
        wf_membership *m = free_place(da, pairing);
        m->used = m->is_newest = true;
        m->pairing = pairing;
        m->keys = keys;
        m->ends = WF_TIME_NEVER;
        m->heard[MANAGER] = manager;
        wf_da_log_group_keys(da, &m->keys);
    }
    wf_wipe(&keys, sizeof keys);
    wf_wipe(&manager, sizeof manager);
    return error;
}

static wf_error take(wf_da *da, wf_time now, const wf_da_request_ref *ref, const offer *o) {
    uint32_t pairing = da->sessions.entries[ref->session].pairing;
    wf_error error = check(da, ref, pairing, o);
    if (error == WF_OK && !has_them(wf_group_member_of(da, pairing), o)) {
        error = enter(da, now, pairing, o);
    }
    wf_membership *m = wf_group_member_of(da, pairing);
    if (error == WF_OK && m != NULL) {
        m->serial = ref->serial;
        m->piv = ref->piv;
        m->clock = (int64_t)o->clock - wf_group_tenths(now);
        m->good_until = now + WF_GROUP_WORD_MS;
    }
    return error;
}

void wf_group_member_take_keys(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_reader *plain) {
    offer o;
    if (!read_offer(&o, plain)) {
        da->counters->malformed++;
        return;
    }
    wf_error error = take(da, now, ref, &o);
    if (error == WF_OK) {
        answer_taken(da, ref, o.gid);
    } else {
        wf_error ignored = wf_da_refuse(da, now, ref, error); /* the manager sends it again */
        (void)ignored;
    }
}

/* ---- those who are listened to ---- */

/* A member that joined again has another id. */
static wf_group_heard *place_for(wf_da *da, wf_membership *m, const uint8_t *fingerprint) {
    wf_group_heard *place = NULL;
    for (uint32_t i = 1; i <= da->members.room; i++) {
        wf_group_heard *h = &m->heard[i];
        if (h->used && memcmp(h->fingerprint, fingerprint, sizeof h->fingerprint) == 0) {
            return h;
        }
        place = place == NULL && !h->used ? h : place;
    }
    return place;
}

/* Ids of an epoch are given out in their order, so a lower one was told before, and came late. */
static bool is_later(const wf_kid *id, const wf_kid *known) {
    return id->len != known->len ? id->len > known->len : memcmp(id->bytes, known->bytes, id->len) > 0;
}

static void listen_to(wf_da *da, wf_membership *m, const wf_group_card *card) {
    wf_group_heard *place = place_for(da, m, card->fingerprint);
    if (place == NULL || (place->used && !is_later(&card->id, &place->sender.id))) {
        return;
    }
    *place = (wf_group_heard){.window = wf_group_window_from(card->next)};
    memcpy(place->fingerprint, card->fingerprint, sizeof place->fingerprint);
    place->used = wf_group_sender_derive(&place->sender, &m->keys, wf_bytes_of(card->id.bytes, card->id.len),
                                         card->public_key) == WF_OK;
}

void wf_group_member_take_senders(wf_da *da, const wf_da_request_ref *ref, wf_reader *plain) {
    wf_group_card cards[WF_GROUP_SENDERS_AT_ONCE];
    unsigned count = 0;
    wf_bytes gid = wf_read_bytes(plain, WF_DA_GID_LEN);
    while (plain->left > 0 && count < WF_GROUP_SENDERS_AT_ONCE) {
        wf_group_read_card(&cards[count++], plain);
    }
    if (wf_reader_finish(plain) != WF_OK) {
        da->counters->malformed++;
        return;
    }
    wf_membership *m = by_gid(da, gid);
    if (m == NULL || m->pairing != da->sessions.entries[ref->session].pairing) {
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        listen_to(da, m, &cards[i]);
    }
    answer_taken(da, ref, gid);
}

/* ---- leaving ---- */

void wf_group_member_left(wf_da *da, uint32_t pairing) {
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        wf_membership *m = &da->members.all[i];
        if (m->used && m->pairing == pairing) {
            da->members.has_left = true;
            leave(da, m);
        }
    }
}

void wf_group_members_wipe(wf_da *da) {
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        leave(da, &da->members.all[i]);
    }
    da->members.has_left = false;
}

/* ---- who speaks ---- */

/* A later epoch of a group of ours: its keys were lost on the way. */
static void heard_later(wf_da *da, wf_time now, wf_bytes gid) {
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        wf_membership *m = &da->members.all[i];
        if (m->used && m->is_newest && memcmp(m->keys.gid, gid.at, WF_GROUP_NAME_LEN) == 0 &&
            memcmp(m->keys.gid, gid.at, WF_DA_GID_LEN) < 0) {
            ask_for_keys(da, now, m);
        }
    }
}

wf_group_found wf_group_member_find(wf_da *da, wf_time now, const wf_da_frame *frame, wf_group_source *out) {
    wf_membership *m = by_gid(da, frame->gid);
    if (m == NULL) {
        heard_later(da, now, frame->gid);
        return WF_GROUP_UNKNOWN;
    }
    if (now >= m->good_until) {
        ask_for_keys(da, now, m);
        return WF_GROUP_UNKNOWN;
    }
    if (wf_bytes_equal(frame->kid, wf_bytes_of(m->keys.own.bytes, m->keys.own.len))) {
        return WF_GROUP_OWN;
    }
    for (uint32_t i = 0; i <= da->members.room; i++) {
        wf_group_heard *h = &m->heard[i];
        if (h->used && wf_bytes_equal(frame->kid, wf_bytes_of(h->sender.id.bytes, h->sender.id.len))) {
            *out = (wf_group_source){.keys = &m->keys,
                                     .sender = h->sender,
                                     .window = &h->window,
                                     .paid = &h->paid,
                                     .pairing = i == MANAGER ? m->pairing : WF_NO_PAIRING,
                                     .home = &h->home,
                                     .fingerprint = h->fingerprint,
                                     .clock = i == MANAGER ? &m->clock : NULL};
            return WF_GROUP_FOUND;
        }
    }
    return WF_GROUP_UNKNOWN;
}

/* ---- time ---- */

wf_time wf_group_members_deadline(const wf_da *da) {
    wf_time next = da->members.has_left ? 0 : WF_TIME_NEVER;
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        const wf_membership *m = &da->members.all[i];
        next = m->used && m->ends < next ? m->ends : next;
    }
    return next;
}

void wf_group_members_tick(wf_da *da, wf_time now) {
    for (unsigned i = 0; i < WF_MEMBERSHIPS; i++) {
        if (da->members.all[i].used && da->members.all[i].ends <= now) {
            leave(da, &da->members.all[i]);
        }
    }
    if (!da->members.has_left) {
        return;
    }
    da->members.has_left = false;
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        if (wf_group_member_of(da, i) == NULL) {
            ask_to_join(da, i);
        }
    }
}
