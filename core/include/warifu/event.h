/* What happened: the events that an engine hands out, one at a time, and the ids that they carry. */
#ifndef WARIFU_EVENT_H
#define WARIFU_EVENT_H

#include <warifu/address.h>
#include <warifu/bytes.h>
#include <warifu/eoj.h>

WF_C_BEGIN

/* Monotonic milliseconds from any start; never goes back. */
typedef uint64_t wf_time;
#define WF_TIME_NEVER UINT64_MAX

/* One-member structs, so that the one can't be passed for the other. 0 means none. */
typedef struct wf_request_id {
    uint32_t value;
} wf_request_id;
typedef struct wf_peer_id {
    uint32_t value;
} wf_peer_id;
typedef struct wf_known_id { /* a node of the roster */
    uint32_t value;
} wf_known_id;
/* A property whose get or set hook decides later. */
typedef struct wf_later_id {
    uint32_t value;
} wf_later_id;

/* Every kind of event: name in C, name elsewhere, what it tells and which fields count. */
#define WF_EVENT_KINDS(X)                                                                                         \
    X(DONE, "done", "a request is over: error, and edata of the answer where there is one")                       \
    X(ANSWER, "answer", "one of several answers, of many nodes or instances: edata, from")                        \
    X(FOUND, "found", "the node at from speaks DA: hello")                                                        \
    X(NOTIFICATION, "notification", "INF or INFC in edata; is_protected says whether the peer is proven")         \
    X(PROPERTY_SET, "property_set", "somebody set a property of this node: eoj, epc, value in edata; from, peer") \
    X(PAIR_STEP, "pair_step", "progress of the pairing that request asked for: step; confirmed: peer")            \
    X(PAIR_QUESTION, "pair_question", "is this number the right device? wf_engine_pair_decide answers")           \
    X(PAIRED, "paired", "a pairing counts, on the device too: peer, number")                                      \
    X(UNPAIRED, "unpaired", "a pairing has ended: peer, number")                                                  \
    X(SESSION_UP, "session_up", "the peer and we have fresh keys")                                                \
    X(LIST_TAKEN, "list_taken", "a revocation list counts from now on; peer: who brought it, none for the owner") \
    X(PEER_MOVED, "peer_moved", "the peer proved under its session that it is at from now: peer, number")         \
    X(WINDOW_OPENED, "window_opened", "the pairing window was opened")                                            \
    X(WINDOW_CLOSED, "window_closed", "and closed again; error: OK after a pairing, else why")                    \
    X(SECURITY, "security", "refused: from, error; EXPIRED of a peer is a notice only")                           \
    X(LATE_ANSWER, "late_answer", "an answer to a request that is over: news in edata, no outcome")               \
    X(NODE_FOUND, "node_found", "a node was heard for the first time: known, from")                               \
    X(NODE_CHANGED, "node_changed", "a known node changed: known, changes (WF_CHANGED_...)")                      \
    X(NODE_GONE, "node_gone", "a known node is offline, or forgotten (error OK): known, error")                   \
    X(NODE_OBJECT, "node_object", "an interview read eoj of a node: EPC, PDC, EDT one after the other in edata")

typedef enum wf_event_kind {
#define WF_EVENT_KIND(name, text, what) WF_EVENT_##name,
    WF_EVENT_KINDS(WF_EVENT_KIND)
#undef WF_EVENT_KIND
} wf_event_kind;

/* The steps of a pairing, as the controller sees them. */
#define WF_PAIR_STEPS(X)                                                                   \
    X(STARTED, "started", "message_1 is on its way")                                       \
    X(ADDRESS_CONFIRMED, "address_confirmed", "the device's cookie came back")             \
    X(DEVICE_VERIFIED, "device_verified", "certificate and proof of the device are right") \
    X(KEYS_AGREED, "keys_agreed", "the device proved that it has the keys (message_4)")    \
    X(CONFIRMED, "confirmed", "the device has written the pairing down")

typedef enum wf_pair_step {
#define WF_PAIR_STEP(name, text, what) WF_PAIR_##name,
    WF_PAIR_STEPS(WF_PAIR_STEP)
#undef WF_PAIR_STEP
} wf_pair_step;

const char *wf_event_kind_text(wf_event_kind kind); /* "pair_step"; "unknown" for what is none */
const char *wf_pair_step_text(wf_pair_step step);   /* "keys_agreed" */

enum {
    WF_CHANGED_ADDRESS = 1,
    WF_CHANGED_INSTANCES = 2,
    WF_CHANGED_NUMBER = 4,
    WF_CHANGED_ONLINE = 8,  /* it is back */
    WF_CHANGED_DETAILS = 16 /* maker, version */
};

/* What a node says about itself in a hello: a hint, authenticated by nothing. */
typedef struct wf_hello {
    bool is_device, is_controller;
    bool window_open;
    bool has_pairings;
    bool demands_code, demands_root; /* of who wants to pair with it */
    bool takes_suite_2, takes_suite_3;
    uint16_t window_seconds; /* left; 0 when closed */
} wf_hello;

typedef struct wf_event {
    wf_event_kind kind;
    wf_request_id request;
    wf_peer_id peer;
    wf_known_id known;
    unsigned changes;
    wf_address from;
    wf_error error;
    bool is_protected;
    bool is_signed;     /* it came in a group, by multicast, signed by its sender */
    uint8_t member[32]; /* then: fingerprint of the sender's certificate; peer is 0 where it is no peer of ours */
    wf_pair_step step;
    wf_hello hello;
    uint8_t number[17];
    uint16_t tid;
    wf_eoj eoj;
    uint8_t epc;
    uint8_t access; /* what the policy refused: a set of wf_policy_access; edata has all EPCs of eoj, epc the first */
    wf_bytes edata; /* valid until the next call on the engine */
} wf_event;

WF_C_END

#endif
