/* The DA profile as the engine sees it: the one interface behind which another profile could stand.
 *
 * It takes frames of the arbitrary format, keeps pairings and sessions, and hands EDATA over in the clear together with
 * the peer that is proven to have sent it. It knows nothing of objects and properties.
 */
#ifndef WARIFU_DA_DA_H
#define WARIFU_DA_DA_H

#include "base/arena.h"

#include <warifu/counters.h>
#include <warifu/event.h>
#include <warifu/identity.h>
#include <warifu/key_log.h>
#include <warifu/setup_code.h>
#include <warifu/store.h>
#include <warifu/wire.h>

#include "da/revocation.h"

typedef struct wf_da wf_da;

enum {
    WF_MOST_PAIRINGS = WF_STORE_MOST_PAIRINGS - 2, /* as config.pairings: two more are kept for candidates */
    /* EDATA that fits a record: a datagram less header, lengths, kid, PIV, kind, stamp and tag */
    WF_RECORD_EDATA_LEN = 1232 - 5 - 1 - 2 - 5 - 1 - 4 - 16
};

/* Where its datagrams and events go. A datagram to nowhere (all zeros) is for every group. */
typedef struct wf_da_output {
    void (*send)(void *context, const wf_address *to, wf_bytes datagram, wf_bytes inner);
    void (*event)(void *context, const wf_event *event);
    void *context;
} wf_da_output;

typedef struct wf_da_config {
    wf_identity identity;
    const wf_identity *former; /* the certificate before a renewal, which peers may still know; NULL: none */
    int64_t build_date;        /* of the firmware, seconds since 1970: no date before it is right */
    unsigned revoked;          /* ids kept of a revocation list */
    const wf_setup_code *code; /* of this device; NULL: it has none */
    bool code_alone;           /* who proves it needs no certificate under the anchors */
    wf_entropy entropy;
    wf_store store;
    unsigned pairings;
    unsigned handshakes;
    bool groups;      /* a controller manages one, a device is a member of those of its controllers */
    unsigned listens; /* other members that a device hears in each group, at most 255 */
    wf_da_output output;
    wf_counters *counters;
    uint16_t *next_tid; /* of the engine: there is one count of TIDs */
} wf_da_config;

/* NULL when only counting. */
wf_da *wf_da_layout(wf_arena *arena, const wf_da_config *config);
WF_MUST_CHECK wf_error wf_da_start(wf_da *da, const wf_da_config *config, wf_time now);
void wf_da_set_date(wf_da *da, wf_time now, int64_t seconds);
/* As wf_engine_set_key_log. Errors: STATE (this build has none). */
WF_MUST_CHECK wf_error wf_da_set_key_log(wf_da *da, const wf_key_log *log);

typedef enum wf_da_incoming_kind {
    WF_DA_INCOMING_NOTHING,
    WF_DA_INCOMING_REQUEST,     /* `edata`; wf_da_answer answers it */
    WF_DA_INCOMING_ANSWER,      /* `edata` answers our request `tid` */
    WF_DA_INCOMING_REFUSED,     /* our request `tid` was refused: `error` */
    WF_DA_INCOMING_GROUP_ANSWER /* `edata` is one of the answers to our record `tid` in the group */
} wf_da_incoming_kind;

/* The request that an answer is bound to, and the session that it came under, or the group. */
typedef struct wf_da_request_ref {
    uint32_t session, serial;
    uint16_t tid;
    uint64_t piv;
    uint32_t manager; /* pairing + 1 of the group's manager; 0: it came under a session */
    uint8_t gid[WF_DA_GID_LEN];
} wf_da_request_ref;

typedef struct wf_da_incoming {
    wf_da_incoming_kind kind;
    wf_peer_id peer;       /* of the group: 0 when its member is no peer of ours */
    bool of_group;         /* by multicast, with the sender's signature */
    bool commands;         /* and the sender is the group's manager */
    const uint8_t *member; /* then: fingerprint of the sender's certificate */
    uint16_t tid;
    bool is_timely; /* it came with a stamp, and in time: a command may be carried out */
    wf_error error;
    wf_da_request_ref ref;
    wf_bytes edata; /* valid until the next call */
} wf_da_incoming;

/* One datagram that begins 10 82. */
void wf_da_receive(wf_da *da, wf_time now, const wf_address *from, bool multicast, wf_bytes datagram,
                   wf_da_incoming *in);
/* A clear ECHONET Lite frame came from there: a hint for the wording of errors. */
void wf_da_heard_plaintext(wf_da *da, const wf_address *from);

/* Sends EDATA to a peer under its session; `timed` puts the stamp of freshness before it. Errors: NO_SESSION (and new
 * keys are being agreed upon), KEYS_EXHAUSTED, NOT_PAIRED, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_da_send(wf_da *da, wf_time now, wf_peer_id peer, uint16_t tid, bool timed, wf_bytes edata);
/* Tells all peers: those of a group by one record in it, the others under their sessions. */
void wf_da_notify(wf_da *da, wf_time now, wf_bytes edata);
/* The manager asks or commands its group. Errors: NO_SESSION (there is nobody in it), KEYS_EXHAUSTED, ARGUMENT (does
 * not fit), those of the signer. */
WF_MUST_CHECK wf_error wf_da_command_group(wf_da *da, wf_time now, uint16_t tid, bool timed, wf_bytes edata);
/* However late it comes. Errors: NO_SESSION (the request's has ended), KEYS_EXHAUSTED, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_da_answer(wf_da *da, const wf_da_request_ref *ref, wf_bytes edata);
/* Refuses a request with the error and our session clock. */
WF_MUST_CHECK wf_error wf_da_refuse(wf_da *da, wf_time now, const wf_da_request_ref *ref, wf_error reason);

/* Asks for new keys in the background (a controller shakes hands, a device calls); sparing with repetitions. */
void wf_da_want_session(wf_da *da, wf_time now, wf_peer_id peer);
void wf_da_want_all_sessions(wf_da *da, wf_time now);

wf_peer_id wf_da_peer_by_address(const wf_da *da, const wf_address *address); /* 0: none */
bool wf_da_is_paired(const wf_da *da, wf_peer_id peer);
bool wf_da_has_session(const wf_da *da, wf_peer_id peer);
typedef struct wf_da_peer {
    wf_peer_id id;
    const uint8_t *number;
    const uint8_t *fingerprint;
    wf_role role;
    wf_address address;
} wf_da_peer;
bool wf_da_next_peer(const wf_da *da, unsigned *at, wf_da_peer *out);
bool wf_da_peer_row(const wf_da *da, wf_peer_id peer, wf_da_peer *out); /* false: not paired */

/* Begins a new epoch of the group; the old one counts for 30 s more. Errors: STATE (this node manages none). */
WF_MUST_CHECK wf_error wf_da_renew_group(wf_da *da);
bool wf_da_manages_group(const wf_da *da);
/* The forger says EDATA in the victim's name, in a group that both are in. Errors: STATE (they are in none), and those
 * of sealing. */
WF_MUST_CHECK wf_error wf_da_forge(wf_da *forger, const wf_da *victim, wf_bytes edata);
typedef struct wf_da_group {
    wf_peer_id manager; /* 0: this node */
    uint8_t gid[WF_DA_GID_LEN];
    unsigned members; /* who have its keys; on a device: who are listened to */
    unsigned waiting; /* peers who have not */
    uint64_t next_number;
} wf_da_group;
bool wf_da_next_group(const wf_da *da, unsigned *at, wf_da_group *out);

typedef struct wf_da_pair_order {
    wf_address address;
    const uint8_t *number;     /* WF_NUMBER_LEN bytes, or NULL */
    const wf_setup_code *code; /* or NULL */
    bool root_too;             /* with a code: the device's certificate is judged as well */
    uint32_t duration_ms;      /* runs that fail for want of answers begin anew so long */
} wf_da_pair_order;
WF_MUST_CHECK wf_error wf_da_pair(wf_da *da, wf_time now, wf_request_id request, const wf_da_pair_order *order);
void wf_da_pair_decide(wf_da *da, wf_time now, wf_request_id request, bool accept);
/* A revocation list, from the owner or for a peer; its issuer's certificate comes with it. Errors: see intake.h and
 * blocks.h. */
WF_MUST_CHECK wf_error wf_da_take_list(wf_da *da, wf_time now, wf_bytes issuer, wf_bytes list);
WF_MUST_CHECK wf_error wf_da_send_list(wf_da *da, wf_time now, wf_request_id request, wf_peer_id peer, wf_bytes issuer,
                                       wf_bytes list);
const wf_revocation_list *wf_da_next_list(const wf_da *da, unsigned *at);
WF_MUST_CHECK wf_error wf_da_unpair(wf_da *da, wf_time now, wf_request_id request, wf_peer_id peer);
/* Local acts, of which no peer is told. */
WF_MUST_CHECK wf_error wf_da_forget_peer(wf_da *da, wf_peer_id peer);
WF_MUST_CHECK wf_error wf_da_factory_reset(wf_da *da);
/* Since it ran last: offline, or to the end of what the power had cut short. */
bool wf_da_was_reset(const wf_da *da);
bool wf_da_was_restored(const wf_da *da);
void wf_da_cancel(wf_da *da, wf_request_id request); /* says CANCELLED if it was under way here */
void wf_da_hello(wf_da *da, const wf_address *to);

WF_MUST_CHECK wf_error wf_da_open_window(wf_da *da, wf_time now, uint32_t duration_ms, unsigned pairings);
void wf_da_close_window(wf_da *da, wf_error reason);
typedef struct wf_da_window {
    uint32_t left_ms; /* 0: closed */
    unsigned pairings, failures, opened_today;
} wf_da_window;
wf_da_window wf_da_window_state(const wf_da *da, wf_time now);

wf_time wf_da_deadline(const wf_da *da);
void wf_da_tick(wf_da *da, wf_time now);

#endif
