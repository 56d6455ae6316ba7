/* The groups that a device is a member of: one for each controller it is paired with, two at most. */
#ifndef WARIFU_DA_GROUP_MEMBER_H
#define WARIFU_DA_GROUP_MEMBER_H

#include "base/arena.h"

#include "da/group.h"
#include "da/session.h"

typedef struct wf_da wf_da;
typedef struct wf_da_request_ref wf_da_request_ref;

enum {
    WF_GROUPS_AT_MOST = 2,
    WF_MEMBERSHIPS = WF_GROUPS_AT_MOST * WF_GROUP_EPOCHS /* the epoch before is heard for the time of grace */
};

/* Somebody who is listened to. */
typedef struct wf_group_heard {
    bool used;
    wf_group_sender sender;
    uint8_t fingerprint[WF_HASH_LEN];
    wf_replay_window window;
    wf_time paid;
    wf_address home; /* where it was heard last */
} wf_group_heard;

/* One epoch of a group. */
typedef struct wf_membership {
    bool used;
    bool is_newest;
    uint32_t pairing; /* of the manager */
    uint32_t serial;  /* of the session that brought the keys, and the number of its record */
    uint64_t piv;
    wf_group_keys keys;
    uint64_t next_piv;
    int64_t clock;         /* the manager's less our own, in tenths of a second */
    wf_time good_until;    /* without another GROUP: somebody may have been put out meanwhile, and clocks part */
    wf_time ends;          /* NEVER, or when its grace is over */
    wf_time join_after;    /* no JOIN before */
    wf_group_heard *heard; /* the manager, then as many others as there is room for */
} wf_membership;

typedef struct wf_group_members {
    bool enabled;
    uint32_t room; /* for other senders, in each group */
    wf_membership all[WF_MEMBERSHIPS];
    bool has_left; /* another manager's group may have a place now */
} wf_group_members;

void wf_group_members_layout(wf_group_members *members, wf_arena *arena, uint32_t room);

/* GROUP and SENDERS of a manager, answered here. */
void wf_group_member_take_keys(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_reader *plain);
void wf_group_member_take_senders(wf_da *da, const wf_da_request_ref *ref, wf_reader *plain);
/* The pairing is no more: nor is its group. */
void wf_group_member_left(wf_da *da, uint32_t pairing);
void wf_group_members_wipe(wf_da *da);

wf_group_found wf_group_member_find(wf_da *da, wf_time now, const wf_da_frame *frame, wf_group_source *out);
/* Its manager's clock is another one than we reckon: it is asked for. */
void wf_group_member_doubts_clock(wf_da *da, wf_time now, wf_bytes gid);
/* What is sent to the group of this manager: its newest epoch, or NULL. */
wf_membership *wf_group_member_of(wf_da *da, uint32_t pairing);

wf_time wf_group_members_deadline(const wf_da *da);
void wf_group_members_tick(wf_da *da, wf_time now);

#endif
