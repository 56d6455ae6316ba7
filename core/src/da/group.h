/* Groups as they live in RAM: the one that a controller manages (group_manager.h), those that a device is a member of
 * (group_member.h), and what passes in them (group_talk.h). Nothing of it is ever stored: after a restart a manager has
 * a new group and a member a new id, so no number is used twice under one key. */
#ifndef WARIFU_DA_GROUP_H
#define WARIFU_DA_GROUP_H

#include <warifu/event.h>

#include "da/group_record.h"

enum {
    WF_GROUP_NAME_LEN = 4, /* of the gid; the rest counts epochs */
    WF_GROUP_SECRET_LEN = 16,
    WF_GROUP_SALT_LEN = 8,
    WF_GROUP_RENEW_AT = 1 << 19, /* numbers used by one sender: time for a new epoch */
    WF_GROUP_STOP_AT = 1 << 20,  /* and here it sends nothing any more */
    WF_GROUP_GRACE_MS = 30000,   /* how long the epoch before still counts, unless somebody had to leave */
    WF_GROUP_AT_ONCE = 200,      /* signatures checked of one sender at its own address, or of all who are elsewhere */
    WF_GROUP_TOKEN_MS = 10,      /* until the next one: all of them together take an eighth of a second each second */
    WF_GROUP_WORD_MS = 13 * 3600 * 1000, /* how long keys count without a word of the manager */
    WF_GROUP_EPOCHS = 2,                 /* the newest and the one before */
    WF_GROUP_SENDERS_AT_ONCE = 10
};

/* What a manager tells of somebody who sends in its group:
 *     id (length 1, bytes) | next number 5 | public key 64 | fingerprint of the certificate 32 */
typedef struct wf_group_card {
    wf_kid id;
    uint64_t next; /* no number below it is fresh */
    const uint8_t *public_key, *fingerprint;
} wf_group_card;

void wf_group_write_id(wf_writer *out, const wf_kid *id);
/* A wrong length fails the reader. */
void wf_group_read_id(wf_kid *out, wf_reader *r);
void wf_group_write_card(wf_writer *out, const wf_group_card *card);
void wf_group_read_card(wf_group_card *out, wf_reader *r); /* its views point into what is read */

/* The window of one who is known to have sent all numbers below `next`. */
wf_replay_window wf_group_window_from(uint64_t next);

/* Whose record this is, and what it is held against. */
typedef struct wf_group_source {
    const wf_group_keys *keys;
    wf_group_sender sender;
    wf_replay_window *window;
    wf_time *paid;
    uint32_t pairing;           /* the sender's, or WF_NO_PAIRING: another member of the group */
    wf_address *home;           /* and this is where it was last heard */
    const uint8_t *fingerprint; /* of its certificate */
    int64_t *clock;             /* the sender is the manager, whose group clock is that much ahead of ours; or NULL */
} wf_group_source;

typedef enum wf_group_found {
    WF_GROUP_FOUND,
    WF_GROUP_OWN,    /* one's own record, come back */
    WF_GROUP_UNKNOWN /* no such group, epoch or sender here */
} wf_group_found;

/* Tenths of a second, as clocks of groups count. */
static inline int64_t wf_group_tenths(wf_time now) {
    return (int64_t)(now / 100);
}

#endif
