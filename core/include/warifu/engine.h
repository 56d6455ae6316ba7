/* The engine: one endpoint of ECHONET Lite with Device Authentication, without any input or output of its own.
 *
 * It opens no socket, reads no clock, sleeps, logs and allocates nothing. The caller carries datagrams, time and
 * durable entries to and fro:
 *
 *     wf_engine_receive        one datagram in
 *     wf_engine_next_datagram  what to send, until there is none
 *     wf_engine_next_event     what happened, until there is nothing
 *     wf_engine_deadline       when to call wf_engine_tick again
 *
 * After any call ask for datagrams and events. An engine is not thread-safe; two engines are two nodes.
 */
#ifndef WARIFU_ENGINE_H
#define WARIFU_ENGINE_H

#include <warifu/audit.h>
#include <warifu/controller.h>
#include <warifu/counters.h>
#include <warifu/crl.h>
#include <warifu/event.h>
#include <warifu/identity.h>
#include <warifu/key_log.h>
#include <warifu/node.h>
#include <warifu/policy.h>
#include <warifu/setup_code.h>
#include <warifu/store.h>
#include <warifu/trace.h>

WF_C_BEGIN

typedef struct wf_engine wf_engine;

/* What a node need not listen to. Who is switched off answers nothing, and hears nothing. */
typedef enum wf_listener {
    WF_LISTENER_HELLO = 1,     /* who asks who speaks DA */
    WF_LISTENER_PLAINTEXT = 2, /* all of ECHONET Lite in clear: then nothing is sent in clear either */
    WF_LISTENER_GROUP = 4,     /* multicast */
    WF_LISTENER_IPV6 = 8
} wf_listener;
enum { WF_KNOWN_ADDRESSES = 4096 };

typedef struct wf_engine_config {
    wf_node_config node;
    /* The certificate before a renewal, of the same number: peers that know it are told the new chain. NULL: none. */
    const wf_identity *former;
    int64_t build_date;   /* of the firmware, seconds since 1970: the date is never before it */
    unsigned revoked;     /* ids kept of each revocation list, at most 3,840; 8 bytes of memory each. 0: 240 */
    wf_identity identity; /* without a signer: a plain ECHONET Lite node without DA */
    /* A device's own. Who wants to pair has to prove that it knows it, and to be trusted by the anchors as well unless
     * code_alone is set or there are none. NULL: the anchors decide. */
    const wf_setup_code *setup_code;
    bool code_alone;
    const wf_policy *policy; /* NULL: wf_policy_strict; it must outlive the engine */
    const wf_address *known; /* hosts whose clear frames count as WF_PEER_KNOWN; ports don't matter. Copied */
    size_t known_count;      /* at most WF_KNOWN_ADDRESSES */
    unsigned listeners_off;  /* a set of wf_listener */
    wf_entropy entropy;
    wf_store store;      /* load NULL: nothing is kept, pairings end with the engine */
    uint16_t port;       /* 0: 3610 */
    unsigned pairings;   /* most pairings kept; a device takes at most 4, a controller 4,094 */
    unsigned handshakes; /* begun at the same time by this side */
    unsigned requests;   /* under way at the same time */
    /* Groups (docs/reference/da-profile-1-groups.md): a controller manages a group of its peers, for 0.5 KB each; a
     * device is a member of its controllers' groups, two at most. Without them, or without the multicast listener,
     * notifications go to each peer under its session. */
    bool groups;
    unsigned listens;   /* other members that a device hears in each group, at most 255; 0.8 KB each */
    size_t send_bytes;  /* of datagrams waiting to be sent; at least 4,096 */
    size_t event_bytes; /* of events waiting to be taken; at least 4,096 */
    /* Answers to multicast requests wait a random time, so that not all nodes answer at once: at most so long, 0:
     * 500 ms, WF_ANSWER_AT_ONCE: not at all. Half a second is over before a controller that repeats after one does. */
    uint32_t answer_delay_ms;
    unsigned later;    /* answers that may wait for their owner at the same time (wf_engine_later); 0: none */
    uint32_t later_ms; /* how long; then what was not decided is refused. 0: 10 s, half of what askers wait */
    /* Without an identity: the identification number is the one that the store keeps. The first time node.number is
     * taken, or when it is all zeros FE, node.maker and 13 random bytes, and written down. */
    bool keep_number;
    /* The audit log (warifu/audit.h): so many entries of the store are for it, an even number up to WF_AUDIT_ENTRIES;
     * 0: none. It takes 8 KB. Without a store only the newest of it is kept, in RAM. */
    unsigned audit_entries;
    /* The controller's part (warifu/controller.h). Without calls and nodes an engine has none of it. */
    unsigned calls;     /* under way or waiting for their turn; each takes 1.7 KB and its call_bytes */
    size_t call_bytes;  /* of values in one call, 512 to 65,535; 0: 2,048 */
    unsigned nodes;     /* most nodes in the roster; each takes 240 bytes, 24 to 48 of index, and 3 for an instance */
    unsigned instances; /* kept of each node; 0: 84, as many as one list can hold */
    uint32_t gap_ms;    /* rest of a node between its answer and the next message; 0: 100 ms, WF_NO_GAP: none. Paired
                         * peers have none */
    bool interview;     /* every node that is found (wf_engine_interview) */
} wf_engine_config;
#define WF_NO_GAP UINT32_MAX
#define WF_ANSWER_AT_ONCE UINT32_MAX

/* Bytes that the engine needs for this configuration. */
size_t wf_engine_size(const wf_engine_config *config);

/* Lays an engine out in `memory` (aligned for uint64_t), loads its pairings and tries to finish half-made ones.
 * Errors: ARGUMENT (the policy's too), TOO_SMALL, ENTROPY, STORE, STORE_DAMAGED, STORE_VERSION, RESTORE_UNFINISHED, and
 * those of parsing the own certificate. */
WF_MUST_CHECK wf_error wf_engine_start(wf_engine **out, const wf_engine_config *config, void *memory, size_t size,
                                       wf_time now);
/* Writes down what the audit log still gathers, and wipes all secrets; the memory is the caller's again. */
void wf_engine_end(wf_engine *engine, size_t size);

/* Tells the date, for the validity of certificates: seconds since 1970. Without it notBefore is not checked. */
void wf_engine_set_date(wf_engine *engine, wf_time now, int64_t seconds);

/* ---- the node ---- */

wf_node *wf_engine_node(wf_engine *engine);
/* Once all objects are there: the start-up announcement (D5) and, on a device, WAKE to its controllers. */
void wf_engine_announce(wf_engine *engine, wf_time now);
/* After objects were added or removed on the way: the instance list (D5) again, to everybody and to the peers. */
void wf_engine_announce_instances(wf_engine *engine, wf_time now);
/* Writes a property of this node; peers are told if it is announced and changed. BF of the node profile is kept in the
 * store, also when others set it. Errors: those of wf_node_put; STORE. */
WF_MUST_CHECK wf_error wf_engine_put(wf_engine *engine, wf_time now, wf_eoj eoj, uint8_t epc, wf_bytes value);

/* Inside a get or set hook: the answer to this property comes later, by wf_engine_answer_later; what the hook returns
 * doesn't count. 0: too many wait already, or it is BF of the node profile: the hook has to decide now. An answer
 * leaves when all of its properties are decided, in clear or under the session that the request came under; when that
 * has ended there is none. */
wf_later_id wf_engine_later(wf_engine *engine);
/* The decision. Accepting stores a value: for a set `value` or, when it is empty, the one asked for; for a get `value`
 * if there is one. Errors: STATE (decided, timed out), NO_OBJECT and NO_PROPERTY (gone meanwhile, and so refused),
 * ARGUMENT (no value for this property: it still waits). */
WF_MUST_CHECK wf_error wf_engine_answer_later(wf_engine *engine, wf_time now, wf_later_id later, bool accept,
                                              wf_bytes value);

/* ---- datagrams, events, time ---- */

void wf_engine_receive(wf_engine *engine, wf_time now, const wf_address *from, bool multicast, wf_bytes datagram);

typedef struct wf_datagram {
    wf_address to; /* port 0 and all-zero ip: to every ECHONET Lite group of every interface */
    wf_bytes bytes;
} wf_datagram;
/* The views live until the next call on the engine. */
bool wf_engine_next_datagram(wf_engine *engine, wf_datagram *out);
bool wf_engine_next_event(wf_engine *engine, wf_event *out);

wf_time wf_engine_deadline(const wf_engine *engine); /* WF_TIME_NEVER: only a datagram can change anything */
void wf_engine_tick(wf_engine *engine, wf_time now);

/* ---- requests: each ends in exactly one WF_EVENT_DONE ---- */

typedef struct wf_request {
    wf_target target;
    wf_bytes edata;      /* SEOJ to the last property */
    uint32_t timeout_ms; /* 0: 20 s; where several answers come 3 s */
    bool repeatable;     /* may be sent again though its first copy may have had an effect */
} wf_request;

/* With target.group the request goes to all members of the group that this controller manages, signed: SetI, SetC or
 * Get. Each answer is a WF_EVENT_ANSWER of a peer, until the time is over. Errors then: ARGUMENT (another service, or
 * it doesn't fit), STATE (this node manages no group), NO_SESSION (nobody is in it).
 * Sends a request. A paired peer is only ever asked under its session; the request waits for one if there is none.
 * SetI, INF and INFC to a peer are sent this way too; what has no answer is done when it is sent.
 * To everybody, or to instance 0 of a class, several answers come: each is a WF_EVENT_ANSWER until the time is over,
 * and the outcome has none. One node's instances are told once each, and when none of them answered the outcome says
 * why; who is not there of everybody nobody knows, so that outcome is OK.
 * Errors: FRAME, CAPACITY, NOT_PAIRED, TOO_SMALL (does not fit a datagram), POLICY (INF or INFC in clear that tells
 * what the policy neither announces nor lets the target read; or clear frames are switched off). */
WF_MUST_CHECK wf_error wf_engine_request(wf_engine *engine, wf_time now, wf_request_id *out, const wf_request *request);

/* Tells others properties of this node as they are now, beyond what is announced when it changes. */
typedef struct wf_inform {
    wf_target target; /* one node or peer; nowhere: everybody, peers under their sessions */
    wf_eoj eoj;       /* of this node */
    const uint8_t *epcs;
    size_t epc_count;
    bool confirm;        /* INFC, which one node confirms, instead of INF; sent again until it does */
    uint32_t timeout_ms; /* then: how long; 0: 20 s */
} wf_inform;

/* What the policy keeps from those who would hear it is left out, but for one node it is an error. To everybody there
 * is no request to wait for: *out is 0. Errors: ARGUMENT (no property, INFC to everybody), NO_OBJECT, NO_PROPERTY,
 * POLICY, TOO_SMALL, CAPACITY, NOT_PAIRED. */
WF_MUST_CHECK wf_error wf_engine_inform(wf_engine *engine, wf_time now, wf_request_id *out, const wf_inform *order);

/* Sends a hello: answers arrive as WF_EVENT_FOUND until the request is done after `duration_ms`. */
WF_MUST_CHECK wf_error wf_engine_hello(wf_engine *engine, wf_time now, wf_request_id *out, const wf_address *to,
                                       uint32_t duration_ms);

/* Ends a request early; its outcome is CANCELLED. A pairing that the device may already have written down is healed at
 * the next start. */
void wf_engine_cancel(wf_engine *engine, wf_time now, wf_request_id request);

/* Any datagram as it is, for tests of others' patience. Errors: CAPACITY, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_engine_send_raw(wf_engine *engine, const wf_address *to, wf_bytes datagram);

/* ---- calls: reads and writes of many properties, whatever the limits of a device ---- */

/* Begins a call. A paired peer is only ever asked under its session. Its outcome is one WF_EVENT_DONE without EDATA: OK
 * when every property came out well; NO_ANSWER when the node is not there; REFUSED when some properties were refused,
 * silent or different; TOO_SMALL when only room was lacking; else what ended it (OUTCOME_UNKNOWN, NO_SESSION, ...).
 * Errors: ARGUMENT (no property, one of them twice, several nodes or instances, more than WF_CALL_PROPERTIES),
 * CAPACITY, NOT_PAIRED, TOO_SMALL (the sets do not fit call_bytes), STATE (configured without calls). */
WF_MUST_CHECK wf_error wf_engine_call(wf_engine *engine, wf_time now, wf_request_id *out, const wf_call *call);
/* The properties of the call whose WF_EVENT_DONE was handed out last, sets first, in the order asked: `*at` starts at
 * 0; false at the end. They and their views live until the next wf_engine_next_event. */
bool wf_engine_next_result(const wf_engine *engine, unsigned *at, wf_result *out);

/* ---- the roster: nodes that were heard ---- */

/* Asks everybody (all zeros) or one address who is there: Get D6, 83 and 82 and, to everybody, INF_REQ D5 too. Answers
 * arrive as WF_EVENT_ANSWER for `duration_ms` (0: 3 s; devices may wait a second before they answer everybody, so less
 * than 2 s misses some) and enter the roster, as does all that is announced at any time.
 * An engine with DA says hello to each node whose 82 has the arbitrary format (bit 1 of the third byte):
 * WF_EVENT_FOUND; where its plaintext listener is off, it says hello to all and asks nothing else. With `check` those
 * of the roster that stayed silent are then asked one by one; who does not answer goes offline. Errors: CAPACITY. */
WF_MUST_CHECK wf_error wf_engine_discover(wf_engine *engine, wf_time now, wf_request_id *out, const wf_address *to,
                                          uint32_t duration_ms, bool check);
/* Asks a node in the background what it is and, object by object, what its property maps say: WF_EVENT_NODE_OBJECT
 * for each, the node profile first. Errors: NO_OBJECT (no such node), STATE. */
WF_MUST_CHECK wf_error wf_engine_interview(wf_engine *engine, wf_time now, wf_known_id known);

/* Walks the nodes that were ever heard: `*at` starts at 0; false at the end. */
bool wf_engine_next_known(const wf_engine *engine, unsigned *at, wf_known *out);
/* These look up in a number of steps that does not grow with the roster. False: not known. */
bool wf_engine_known(const wf_engine *engine, wf_known_id known, wf_known *out);
bool wf_engine_known_at(const wf_engine *engine, const wf_address *address, wf_known *out);
bool wf_engine_known_by_number(const wf_engine *engine, const uint8_t number[WF_STATIC WF_KNOWN_NUMBER_LEN],
                               wf_known *out);
/* Instance `at` of its list; false past the end. */
bool wf_engine_known_instance(const wf_engine *engine, wf_known_id known, unsigned at, wf_eoj *out);
/* Drops a node and what was learnt of it; it comes back when it is heard. */
void wf_engine_forget_known(wf_engine *engine, wf_known_id known);

/* ---- pairing ---- */

typedef struct wf_pair_order {
    wf_address address;
    const uint8_t *number;     /* WF_NUMBER_LEN bytes: only that device will do. NULL: any, see below */
    const wf_setup_code *code; /* of the device; NULL: the anchors vouch for it */
    bool root_too;             /* with a code: the anchors have to vouch for it as well */
    uint32_t duration_ms;      /* how long handshakes that fail for want of answers begin anew; 0: 180 s */
} wf_pair_order;

/* Controller: pairs with a device whose window is open. Without number and code the owner is asked whether it is the
 * right one (WF_EVENT_PAIR_QUESTION). The order is copied. A device that is silent ends it after 30 s.
 * Errors: STATE (no identity, or a device's), ARGUMENT, CAPACITY, UNTRUSTED (neither anchors nor a code). Outcomes: OK,
 * WINDOW_CLOSED, BUSY, CODE_NEEDED, WRONG_CODE, LOCKED_OUT, UNTRUSTED, EXPIRED, REVOKED, WRONG_DEVICE, PAIRINGS_FULL,
 * PLAINTEXT_ONLY, NO_ANSWER, DISTURBED, PAIRING_INCOMPLETE, ... */
WF_MUST_CHECK wf_error wf_engine_pair(wf_engine *engine, wf_time now, wf_request_id *out, const wf_pair_order *order);
void wf_engine_pair_decide(wf_engine *engine, wf_time now, wf_request_id request, bool accept);

/* A revocation list of `issuer` (its certificate, or the anchor itself): at once no certificate on it counts, and a
 * paired peer that is on it is a peer no more. It is kept in the store. Errors: STATE (no identity, or no store), those
 * of judging the issuer and of wf_crl_reader, CRL_OLD, CRL_EXPIRED, NOT_YET_VALID, CAPACITY (lists of 8 issuers),
 * STORE.
 */
WF_MUST_CHECK wf_error wf_engine_take_list(wf_engine *engine, wf_time now, wf_bytes issuer, wf_bytes list);
/* Gives a list to a peer, block by block. Both are borrowed until the request is done: OK, NO_ANSWER, or why the peer
 * did not take it. Errors: NOT_PAIRED, CAPACITY. */
WF_MUST_CHECK wf_error wf_engine_send_list(wf_engine *engine, wf_time now, wf_request_id *out, wf_peer_id peer,
                                           wf_bytes issuer, wf_bytes list);
/* Walks the lists held: `*at` starts at 0; false at the end. `kept` tells how many of its entries found room. */
bool wf_engine_next_list(const wf_engine *engine, unsigned *at, wf_crl *out, uint32_t *kept);

/* Ends a pairing from this side; outcome OK, or UNPAIRED_HERE_ONLY when the peer could not be told. */
WF_MUST_CHECK wf_error wf_engine_unpair(wf_engine *engine, wf_time now, wf_request_id *out, wf_peer_id peer);

/* Removes a pairing here, by a local act: no peer has to be there, and none is told. Errors: NOT_PAIRED, STORE (it is
 * gone but would be back after a restart; calling again tries again). */
WF_MUST_CHECK wf_error wf_engine_forget_peer(wf_engine *engine, wf_time now, wf_peer_id peer);
/* By a local act: ends every session and what is under way with peers, and erases all pairings with their keys and the
 * stored seed; the random generator begins anew. Identity, set-up code, identification number, time floor, numbers of
 * revocation lists, counts of failures and the budget of windows stay, and no window is opened. A power cut leaves all
 * of it done or nothing; what was begun is finished at the next start. Errors: STATE (no identity), STORE and ENTROPY:
 * call again. */
WF_MUST_CHECK wf_error wf_engine_factory_reset(wf_engine *engine, wf_time now);

/* Device: opens the pairing window, a local act of the owner, for so many pairings (0: one). 0 ms: 180 s; at most
 * 900 s. One that is open already begins anew. Five wrong proofs of the set-up code close it; with 39 windows in 24 h
 * that makes fewer than 200 proofs a day. Errors: STATE, ARGUMENT, LOCKED_OUT (opened 39 times in 24 h of operation),
 * STORE. */
WF_MUST_CHECK wf_error wf_engine_open_window(wf_engine *engine, wf_time now, uint32_t duration_ms, unsigned pairings);
void wf_engine_close_window(wf_engine *engine, wf_time now);
typedef struct wf_window_state {
    uint32_t left_ms;      /* 0: closed */
    unsigned pairings;     /* it still takes */
    unsigned failures;     /* wrong proofs seen in this window */
    unsigned opened_today; /* times in the last 24 h of operation */
} wf_window_state;
wf_window_state wf_engine_window(const wf_engine *engine, wf_time now);

typedef struct wf_peer {
    wf_peer_id id;
    uint8_t number[WF_NUMBER_LEN];
    uint8_t fingerprint[WF_HASH_LEN];
    wf_role role;
    wf_address address; /* where it was last proven to be */
    bool has_session;
} wf_peer;
/* Walks the pairings: `*at` starts at 0; false at the end. */
bool wf_engine_next_peer(const wf_engine *engine, unsigned *at, wf_peer *out);

/* ---- groups ---- */

typedef struct wf_group_state {
    wf_peer_id manager;   /* 0: this node manages it */
    uint8_t gid[6];       /* of the group 4, of its epoch 2 */
    unsigned members;     /* who have the keys of this epoch; on a device: who are listened to, the manager included */
    unsigned waiting;     /* peers who have not */
    uint64_t next_number; /* that this node will use in it */
} wf_group_state;
/* Walks the groups of this node: `*at` starts at 0; false at the end. */
bool wf_engine_next_group(const wf_engine *engine, unsigned *at, wf_group_state *out);
/* Begins a new epoch of the managed group, with new keys, once the 30 s are over for which the one before counts; then
 * the old one counts for 30 s more. Errors: STATE. */
WF_MUST_CHECK wf_error wf_engine_renew_group(wf_engine *engine, wf_time now);

/* ---- the policy ---- */

/* Which rule decides. `who` is a peer, or an address that would ask in clear; NULL: a peer of the kind question->peer.
 * question->peer becomes the kind that counted: from a paired peer's address in clear, and for ANNOUNCE, UNKNOWN.
 * Errors: NOT_PAIRED. */
WF_MUST_CHECK wf_error wf_engine_explain(const wf_engine *engine, wf_policy_verdict *out, wf_policy_question *question,
                                         const wf_target *who);

/* ---- what was seen ---- */

/* From here on `trace` is told of every datagram. NULL: nobody is any more. */
void wf_engine_set_trace(wf_engine *engine, const wf_trace *trace);
/* Tells the keys of the sessions there are, and of each new one: see warifu/key_log.h before you do. NULL: none any
 * more. Errors: STATE (this build has no key log, or the engine no identity). */
WF_MUST_CHECK wf_error wf_engine_set_key_log(wf_engine *engine, const wf_key_log *log);

const wf_counters *wf_engine_counters(const wf_engine *engine);
/* Begins to read the audit log: wf_audit_next gives its entries, also those not written down yet, until the next call
 * on the engine. */
void wf_engine_audit(const wf_engine *engine, wf_audit_reader *out);

WF_C_END

#endif
