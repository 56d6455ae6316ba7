/* Sessions: fresh keys with one peer, in RAM only. A pairing can have two for a while, when new keys replace old ones.
 */
#ifndef WARIFU_DA_SESSION_H
#define WARIFU_DA_SESSION_H

#include "da/pairing.h"
#include "da/record.h"

enum {
    WF_SESSION_REKEY_AT = 1 << 19, /* records sent, or failures seen: agree on new keys */
    WF_SESSION_STOP_AT = 1 << 20,  /* and here no more is sent */
    WF_SESSION_GRACE_MS = 30000,   /* how long old keys still receive */
    WF_SESSION_EXCHANGES = 16,     /* requests whose answers are still taken */
    WF_COMMAND_AGE_TENTHS = 100    /* a command older than this is refused */
};
#define WF_CLOCK_UNKNOWN UINT32_MAX
#define WF_NO_SESSION UINT32_MAX

typedef struct wf_exchange_note {
    bool open;
    uint16_t tid;
    uint64_t piv;
} wf_exchange_note;

/* A challenge to the address that the peer's records come from of late. */
typedef struct wf_path_check {
    bool open; /* it was sent, and its answer counts */
    uint8_t nonce[WF_DA_NONCE_LEN];
    wf_address address;
    size_t credit; /* bytes that came from there, less those that went there */
    wf_time next;  /* no challenge before */
} wf_path_check;

typedef struct wf_session {
    uint32_t serial; /* no other session that stood in this place had the same */
    bool used;
    bool initiator;
    bool keyed;               /* before, only the kid is reserved */
    bool trusted;             /* the pairing counts: only then anything but the commit passes */
    bool proven;              /* a record of the peer's has arrived under these keys */
    bool leaving;             /* unpaired: nothing but UNPAIRED is answered */
    wf_error refused;         /* what CONFIRM was refused with, and will be again */
    uint32_t pairing;         /* set by wf_session_bind */
    uint32_t next_of_pairing; /* index + 1; 0: the last */
    wf_record_keys keys;
    uint64_t next_piv;
    uint64_t failures;
    wf_replay_window window;
    wf_time opened;
    wf_time ends;        /* WF_TIME_NEVER, or when it is forgotten: wf_session_end_at */
    wf_time renew_after; /* not before this is the next attempt at new keys */
    bool peer_clock_known;
    int64_t peer_clock_offset; /* the peer's session clock less our own, in tenths of a second */
    wf_address address;
    wf_path_check check;
    wf_exchange_note exchanges[WF_SESSION_EXCHANGES];
    unsigned exchange_at;
} wf_session;

typedef struct wf_session_table {
    wf_session *entries;
    uint32_t count;
    uint32_t *first_of_pairing; /* index + 1; 0: a pairing without sessions */
    wf_time next_end;           /* no session ends before */
    uint32_t last_serial;
} wf_session_table;

/* A kid that no live session of ours uses: two bytes for an Initiator, one for a Responder. The index of the session to
 * open under it is part of it, so that a record finds its session without a search. Errors: CAPACITY, ENTROPY. */
WF_MUST_CHECK wf_error wf_session_reserve(wf_session_table *table, uint32_t *index, wf_kid *kid, bool initiator,
                                          wf_drbg *drbg);
void wf_session_close(wf_session_table *table, uint32_t index);
/* Gives it to a pairing, or (WF_NO_PAIRING) to none. */
void wf_session_bind(wf_session_table *table, uint32_t index, uint32_t pairing);
void wf_session_end_at(wf_session_table *table, uint32_t index, wf_time when);

/* The session that a record of this kid is for, or WF_NO_SESSION. */
uint32_t wf_session_by_kid(const wf_session_table *table, wf_bytes kid);
/* The session to send under: the newest that the peer is known to have, else the newest. Or WF_NO_SESSION. */
uint32_t wf_session_to_send(const wf_session_table *table, uint32_t pairing);
/* Makes room for a new session: those that the peer was never heard under go. */
void wf_session_close_unproven(wf_session_table *table, uint32_t pairing);
/* Once `index` is proven the pairing's other session only receives, for the time of grace; older ones go at once. */
void wf_session_retire_others(wf_session_table *table, uint32_t index, wf_time now);
void wf_session_close_pairing(wf_session_table *table, uint32_t pairing);

/* The session clock: tenths of a second since the keys were agreed. */
uint32_t wf_session_clock(const wf_session *session, wf_time now);
uint32_t wf_session_peer_clock(const wf_session *session, wf_time now); /* as we reckon it, or WF_CLOCK_UNKNOWN */
void wf_session_learn_clock(wf_session *session, wf_time now, uint32_t peer_clock);
bool wf_session_is_timely(const wf_session *session, wf_time now, uint32_t stamp);

/* A TID used again means the later exchange. */
void wf_session_note_exchange(wf_session *session, uint16_t tid, uint64_t piv);
/* The open exchange of this TID, or NULL. */
wf_exchange_note *wf_session_exchange(wf_session *session, uint16_t tid);

#endif
