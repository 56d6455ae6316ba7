#include "da/group_manager.h"

#include <string.h>

#include "da/group_push.h"
#include "da/key_log.h"
#include "da/state.h"

enum { IDS_PER_PAIRING = 2, SPARE_IDS = 16, MOST_IDS = 0xFFFF, RETRY_MS = 10000, DAYS_OF_AN_EPOCH = 30 };
#define LIFE_MS ((wf_time)DAYS_OF_AN_EPOCH * 24 * 3600 * 1000)

void wf_group_manager_layout(wf_group_manager *m, wf_arena *arena, uint32_t pairings) {
    uint32_t ids = IDS_PER_PAIRING * pairings + SPARE_IDS;
    ids = ids < MOST_IDS ? ids : MOST_IDS;
    wf_group_push *pushes = wf_arena_take(arena, pairings * sizeof *pushes);
    wf_group_place *places[WF_GROUP_EPOCHS];
    for (unsigned i = 0; i < WF_GROUP_EPOCHS; i++) {
        places[i] = wf_arena_take(arena, ids * sizeof *places[i]);
    }
    if (m == NULL || arena->used > arena->capacity) {
        return;
    }
    *m = (wf_group_manager){.place_count = ids, .pushes = pushes, .next = WF_TIME_NEVER};
    for (unsigned i = 0; i < WF_GROUP_EPOCHS; i++) {
        m->epochs[i].places = places[i];
    }
}

static wf_epoch *newest(wf_da *da) {
    return &da->manager.epochs[da->manager.newest];
}

static wf_epoch *before(wf_da *da) {
    return &da->manager.epochs[1 - da->manager.newest];
}

static void end_epoch(wf_da *da, wf_epoch *epoch) {
    wf_group_place *places = epoch->places;
    wf_wipe(places, da->manager.place_count * sizeof *places);
    wf_wipe(epoch, sizeof *epoch);
    epoch->places = places;
}

/* ---- epochs ---- */

static wf_error name_epoch(wf_da *da, uint8_t gid[static WF_DA_GID_LEN]) {
    wf_group_manager *m = &da->manager;
    wf_error error = WF_OK;
    if (m->number == 0 || m->number == UINT16_MAX) {
        error = wf_drbg_bytes(&da->drbg, m->name, sizeof m->name);
        m->number = 0;
    }
    m->number = error == WF_OK ? m->number + 1 : 0;
    memcpy(gid, m->name, sizeof m->name);
    gid[WF_GROUP_NAME_LEN] = (uint8_t)(m->number >> 8);
    gid[WF_GROUP_NAME_LEN + 1] = (uint8_t)m->number;
    return error;
}

static wf_error make_epoch(wf_da *da, wf_epoch *epoch, wf_time now) {
    static const uint8_t own = 0;
    uint8_t gid[WF_DA_GID_LEN];
    wf_error error = name_epoch(da, gid);
    if (error == WF_OK) {
        error = wf_drbg_bytes(&da->drbg, epoch->secret, sizeof epoch->secret);
    }
    if (error == WF_OK) {
        error = wf_drbg_bytes(&da->drbg, epoch->salt, sizeof epoch->salt);
    }
    if (error == WF_OK) {
        error = wf_group_derive(&epoch->keys, wf_bytes_of(epoch->secret, sizeof epoch->secret),
                                wf_bytes_of(epoch->salt, sizeof epoch->salt), gid, wf_bytes_of(&own, 1),
                                da->identity.signer.public_key);
    }
    epoch->began = now;
    epoch->ends = WF_TIME_NEVER;
    epoch->next_id = 1;
    epoch->used = error == WF_OK;
    if (error == WF_OK) {
        wf_da_log_group_keys(da, &epoch->keys);
    } else {
        end_epoch(da, epoch);
    }
    return error;
}

/* Everybody needs the new keys, under a new id. */
static void invite_all(wf_da *da, wf_time now) {
    wf_group_manager *m = &da->manager;
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        wf_group_push *p = &m->pushes[i];
        *p = (wf_group_push){.has = {p->has[0], p->has[1]},
                             .refused = p->refused,
                             .room = p->room,
                             .at = p->refused ? WF_TIME_NEVER : now};
        p->has[m->newest] = false;
    }
    m->joins = 0;
    m->next = now;
}

static void begin_epoch(wf_da *da, wf_time now) {
    wf_group_manager *m = &da->manager;
    bool with_grace = m->renewal == WF_RENEW_WITH_GRACE && newest(da)->used;
    end_epoch(da, before(da));
    if (!with_grace) {
        end_epoch(da, newest(da));
    }
    m->newest = 1 - m->newest;
    wf_error error = make_epoch(da, newest(da), now);
    if (error != WF_OK) { /* then the old one goes on, if there is one */
        m->newest = 1 - m->newest;
        m->retry = now + RETRY_MS;
        return;
    }
    if (with_grace) {
        before(da)->ends = now + WF_GROUP_GRACE_MS;
    }
    m->renewal = WF_RENEW_NOTHING;
    invite_all(da, now);
}

void wf_group_manager_renew(wf_da *da) {
    if (da->manager.renewal == WF_RENEW_NOTHING) {
        da->manager.renewal = WF_RENEW_WITH_GRACE;
    }
}

static bool has_place(const wf_epoch *epoch, uint32_t pairing) {
    for (uint32_t id = 1; epoch->used && id < epoch->next_id; id++) {
        if (epoch->places[id].pairing == pairing + 1) {
            return true;
        }
    }
    return false;
}

void wf_group_manager_left(wf_da *da, uint32_t pairing) {
    wf_group_manager *m = &da->manager;
    if (!m->enabled) {
        return;
    }
    bool knows = has_place(newest(da), pairing) || has_place(before(da), pairing);
    m->pushes[pairing] = (wf_group_push){.at = WF_TIME_NEVER};
    if (knows) {
        end_epoch(da, newest(da));
        end_epoch(da, before(da));
        m->renewal = WF_RENEW_AT_ONCE;
    }
}

void wf_group_manager_wipe(wf_da *da) {
    wf_group_manager *m = &da->manager;
    if (!m->enabled) {
        return;
    }
    end_epoch(da, newest(da));
    end_epoch(da, before(da));
    wf_wipe(m->pushes, da->pairings.count * sizeof *m->pushes);
    wf_wipe(m->questions, sizeof m->questions);
    m->number = 0;
    m->renewal = WF_RENEW_NOTHING;
    m->next = WF_TIME_NEVER;
}

/* ---- who speaks ---- */

/* One byte up to 255; the same number in two bytes is no id. */
static uint32_t place_of(wf_bytes kid) {
    uint32_t id = kid.len == 1 ? kid.at[0] : (uint32_t)kid.at[0] << 8 | kid.at[1];
    return kid.len == 1 || id > UINT8_MAX ? id : UINT32_MAX;
}

wf_kid wf_group_kid_of(uint16_t id) {
    return id <= UINT8_MAX ? (wf_kid){{(uint8_t)id}, 1} : (wf_kid){{(uint8_t)(id >> 8), (uint8_t)id}, 2};
}

static wf_epoch *epoch_of(wf_da *da, wf_bytes gid) {
    for (unsigned i = 0; i < WF_GROUP_EPOCHS; i++) {
        wf_epoch *epoch = &da->manager.epochs[i];
        if (epoch->used && memcmp(epoch->keys.gid, gid.at, WF_DA_GID_LEN) == 0) {
            return epoch;
        }
    }
    return NULL;
}

/* A member that still speaks in an epoch that is over has not got the new one. */
static void heard_old(wf_da *da, wf_time now, const wf_address *from, wf_bytes gid) {
    uint32_t pairing = wf_pairing_by_address(&da->pairings, from);
    if (pairing != WF_NO_PAIRING && memcmp(gid.at, da->manager.name, WF_GROUP_NAME_LEN) == 0) {
        wf_group_push_heard(da, now, pairing);
    }
}

wf_group_found wf_group_manager_find(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame,
                                     wf_group_source *out) {
    wf_epoch *epoch = epoch_of(da, frame->gid);
    if (epoch == NULL) {
        heard_old(da, now, from, frame->gid);
        return WF_GROUP_UNKNOWN;
    }
    uint32_t id = place_of(frame->kid);
    if (id == 0) {
        return WF_GROUP_OWN;
    }
    if (id >= epoch->next_id || epoch->places[id].pairing == 0) {
        return WF_GROUP_UNKNOWN;
    }
    wf_group_place *place = &epoch->places[id];
    const wf_pairing *p = &da->pairings.entries[place->pairing - 1];
    *out = (wf_group_source){.keys = &epoch->keys,
                             .sender.id = wf_group_kid_of((uint16_t)id),
                             .window = &place->window,
                             .paid = &place->paid,
                             .pairing = place->pairing - 1,
                             .fingerprint = p->fingerprint};
    memcpy(out->sender.key, place->key, sizeof place->key);
    memcpy(out->sender.public_key, p->public_key, sizeof p->public_key);
    return WF_GROUP_FOUND;
}

/* ---- sending ---- */

static bool somebody_lacks(const wf_da *da, unsigned epoch, unsigned other) {
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        if (!da->manager.pushes[i].has[epoch] && da->manager.pushes[i].has[other]) {
            return true;
        }
    }
    return false;
}

static unsigned sending(const wf_da *da) {
    const wf_group_manager *m = &da->manager;
    unsigned old = 1 - m->newest;
    return m->epochs[old].used && somebody_lacks(da, m->newest, old) ? old : m->newest;
}

wf_epoch *wf_group_manager_sending(wf_da *da) {
    wf_epoch *epoch = &da->manager.epochs[sending(da)];
    if (epoch->next_piv >= WF_GROUP_RENEW_AT) {
        wf_group_manager_renew(da);
    }
    return epoch->used ? epoch : NULL;
}

bool wf_group_manager_covers(const wf_da *da, const wf_epoch *epoch, uint32_t pairing) {
    return da->manager.pushes[pairing].has[epoch - da->manager.epochs];
}

void wf_group_manager_asked(wf_da *da, const wf_epoch *epoch, uint64_t piv, uint16_t tid) {
    wf_group_manager *m = &da->manager;
    struct wf_group_question *q = &m->questions[m->next_question++ % WF_GROUP_QUESTIONS];
    q->used = true;
    q->piv = piv;
    q->tid = tid;
    memcpy(q->gid, epoch->keys.gid, sizeof q->gid);
}

bool wf_group_manager_question(const wf_da *da, wf_bytes gid, uint64_t piv, uint16_t *tid) {
    for (unsigned i = 0; i < WF_GROUP_QUESTIONS; i++) {
        const struct wf_group_question *q = &da->manager.questions[i];
        if (q->used && q->piv == piv && wf_bytes_equal(gid, wf_bytes_of(q->gid, sizeof q->gid))) {
            *tid = q->tid;
            return true;
        }
    }
    return false;
}

/* ---- time ---- */

/* Without anybody to talk to no group is made. */
static bool has_company(const wf_da *da) {
    for (uint32_t i = 0; i < da->pairings.count; i++) {
        if (wf_session_to_send(&da->sessions, i) != WF_NO_SESSION) {
            return true;
        }
    }
    return false;
}

/* One that was asked for waits until all had time to take the last one. */
static bool may_renew(const wf_group_manager *m) {
    return m->renewal == WF_RENEW_AT_ONCE || (m->renewal == WF_RENEW_WITH_GRACE && !m->epochs[1 - m->newest].used);
}

wf_time wf_group_manager_deadline(const wf_da *da) {
    const wf_group_manager *m = &da->manager;
    const wf_epoch *now_valid = &m->epochs[m->newest], *old = &m->epochs[1 - m->newest];
    wf_time next = m->enabled ? m->next : WF_TIME_NEVER;
    if (may_renew(m)) {
        next = m->retry < next ? m->retry : next;
    }
    if (old->used && old->ends < next) {
        next = old->ends;
    }
    return now_valid->used && now_valid->began + LIFE_MS < next ? now_valid->began + LIFE_MS : next;
}

void wf_group_manager_tick(wf_da *da, wf_time now) {
    wf_group_manager *m = &da->manager;
    if (!m->enabled) {
        return;
    }
    if (before(da)->used && before(da)->ends <= now) {
        end_epoch(da, before(da));
    }
    bool is_old = newest(da)->used && newest(da)->began + LIFE_MS <= now;
    bool is_needed = !newest(da)->used && m->next <= now;
    if (is_old || is_needed) {
        wf_group_manager_renew(da);
    }
    if (may_renew(m) && m->retry <= now) {
        if (has_company(da)) {
            begin_epoch(da, now);
        } else { /* the next session brings it back */
            m->renewal = WF_RENEW_NOTHING;
            end_epoch(da, newest(da));
        }
    }
    if (m->next <= now) {
        wf_group_push_due(da, now);
    }
}
