/* The group that a controller manages: its epochs, the ids it gives out, and who has which keys.
 *
 * A new epoch begins when somebody leaves (nothing of the old one counts any more), every 30 days, when numbers run
 * out, and on demand. An id is given out once in an epoch: a peer under a new session gets a new one, since it may have
 * forgotten what it sent under the old.
 */
#ifndef WARIFU_DA_GROUP_MANAGER_H
#define WARIFU_DA_GROUP_MANAGER_H

#include "base/arena.h"

#include "da/group.h"
#include "da/session.h"

typedef struct wf_da wf_da;
typedef struct wf_da_request_ref wf_da_request_ref;

enum { WF_GROUP_QUESTIONS = 8 };

/* An id that was given out. */
typedef struct wf_group_place {
    uint32_t pairing; /* index + 1; 0: to nobody yet */
    uint8_t key[WF_AES_KEY_LEN];
    wf_replay_window window;
    wf_time paid;
} wf_group_place;

typedef struct wf_epoch {
    bool used;
    wf_group_keys keys;
    uint8_t secret[WF_GROUP_SECRET_LEN], salt[WF_GROUP_SALT_LEN];
    wf_time began, ends; /* ends: NEVER, or when its grace is over */
    uint64_t next_piv;
    uint32_t next_id;
    wf_group_place *places; /* by id; 0 is the manager's */
} wf_epoch;

/* What a peer has of the group, and what is on its way to it. */
typedef struct wf_group_push {
    bool has[WF_GROUP_EPOCHS];
    bool refused;    /* it has no room for this group: until its next session */
    bool tells;      /* senders are on their way to it, not keys */
    uint8_t room;    /* for other senders */
    uint16_t id;     /* in the newest epoch, given under the session `serial` */
    uint16_t former; /* the id before, which counts until the member has taken this one; or 0 */
    uint16_t tid;    /* of what is on its way */
    uint32_t serial; /* 0: it has no id */
    uint32_t joined; /* counts those who joined this epoch; 0: not yet */
    uint32_t told, telling;
    uint32_t interval;
    wf_time at, ends; /* the next step; when it is given up until the peer is heard again. ends 0: nothing is out */
    wf_time given;    /* it took the keys last */
    wf_time refresh;  /* its reckoning of the group's clock */
} wf_group_push;

typedef enum wf_group_renewal { WF_RENEW_NOTHING, WF_RENEW_WITH_GRACE, WF_RENEW_AT_ONCE } wf_group_renewal;

typedef struct wf_group_manager {
    bool enabled;
    wf_epoch epochs[WF_GROUP_EPOCHS];
    unsigned newest;
    uint8_t name[WF_GROUP_NAME_LEN];
    uint16_t number; /* of the newest epoch */
    uint32_t place_count, joins;
    wf_group_push *pushes; /* by pairing */
    wf_group_renewal renewal;
    wf_time next, retry; /* no push is due before `next`; no epoch begins before `retry` */
    struct wf_group_question {
        bool used;
        uint8_t gid[WF_DA_GID_LEN];
        uint64_t piv;
        uint16_t tid;
    } questions[WF_GROUP_QUESTIONS]; /* group records that may be answered */
    unsigned next_question;
} wf_group_manager;

void wf_group_manager_layout(wf_group_manager *manager, wf_arena *arena, uint32_t pairings);

/* It is a peer no more: what it knew is worth nothing from here on. */
void wf_group_manager_left(wf_da *da, uint32_t pairing);
/* Begins a new epoch, once the grace of the one before is over; the old one counts for the time of grace. */
void wf_group_manager_renew(wf_da *da);
void wf_group_manager_wipe(wf_da *da);

/* One byte up to 255, else two. */
wf_kid wf_group_kid_of(uint16_t id);
wf_group_found wf_group_manager_find(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame,
                                     wf_group_source *out);
/* The epoch to send in: the one before as long as somebody has only that. NULL: there is nobody. */
wf_epoch *wf_group_manager_sending(wf_da *da);
/* Does this peer hear what is sent in this epoch? */
bool wf_group_manager_covers(const wf_da *da, const wf_epoch *epoch, uint32_t pairing);
void wf_group_manager_asked(wf_da *da, const wf_epoch *epoch, uint64_t piv, uint16_t tid);
/* The TID of the group record that an answer names; false: none that may be answered. */
bool wf_group_manager_question(const wf_da *da, wf_bytes gid, uint64_t piv, uint16_t *tid);

wf_time wf_group_manager_deadline(const wf_da *da);
void wf_group_manager_tick(wf_da *da, wf_time now);

#endif
