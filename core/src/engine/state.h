/* The inside of wf_engine, for the files of this folder only. */
#ifndef WARIFU_ENGINE_STATE_H
#define WARIFU_ENGINE_STATE_H

#include "audit/log.h"
#include "base/arena.h"
#include "base/ring.h"
#include "controller/controller.h"
#include "da/da.h"

#include <warifu/engine.h>

enum { WF_REQUEST_TIDS = 4 /* copies of a request whose answers count */ };

typedef enum wf_pending_state {
    WF_PENDING_FREE,
    WF_PENDING_SESSION,   /* waits for one */
    WF_PENDING_ANSWER,    /* waits for its answer */
    WF_PENDING_COLLECTS,  /* multicast: takes answers until its time is over */
    WF_PENDING_ELSEWHERE, /* the DA layer has it */
    WF_PENDING_OVER       /* its outcome waits to be taken */
} wf_pending_state;

/* A request under way. Its outcome stays here until it is taken, so that it can't be lost. */
typedef struct wf_pending {
    wf_pending_state state;
    wf_request_id id;
    wf_peer_id peer; /* 0: in clear */
    wf_address address;
    uint8_t esv;
    wf_eoj deoj;
    bool to_group;
    bool is_hello;
    bool is_pairing;
    bool repeatable;
    bool was_sent;
    bool of_call; /* a message of the controller layer, which takes its outcome */
    bool of_each; /* to instance 0 of one node: takes an answer of each instance until its time is over */
    bool has_answers;
    uint8_t answered[32]; /* the instances that have, a bit each */
    bool seeks;           /* a discovery: any answer is good */
    bool greets;          /* and who takes the arbitrary format is sent a hello */
    bool checks;          /* a discovery after which the silent are asked */
    wf_time begun;
    bool was_late; /* refused once for lateness, and repeated */
    bool resend;   /* a session came up, or its peer has enough to do: goes out in its turn */
    uint16_t tids[WF_REQUEST_TIDS];
    unsigned copies;
    wf_time ends, repeat_at;
    uint32_t interval;
    wf_error error;
    uint8_t edata[WF_DATAGRAM_LEN]; /* of the request; of the answer once it is over */
    size_t edata_len;
} wf_pending;

/* Who asks, and on which way the answer goes back. */
typedef struct wf_asker {
    wf_peer_kind kind;
    wf_address address;
    bool multicast;
    wf_peer_id in_place_of; /* in clear from the address of this paired peer: it is given what strangers are at least */
    uint16_t tid;
    wf_peer_id peer; /* 0: in clear */
    wf_da_request_ref ref;
} wf_asker;

/* A request to one object whose answer waits for its owner. */
typedef struct wf_later {
    uint32_t serial; /* of its last use; 0: never used */
    bool waits;
    wf_asker asker;
    wf_eoj target;
    wf_time ends;
    wf_node_work work;
    uint8_t edata[WF_DATAGRAM_LEN];
    size_t edata_len;
} wf_later;

struct wf_engine {
    wf_node *node;
    wf_da *da;                 /* NULL: plain ECHONET Lite only */
    wf_controller *controller; /* NULL: none */
    bool answers_group;        /* all members at the same time: after a random while */
    bool is_resetting;         /* pairings end with all others */
    wf_audit_log *audit;       /* NULL: none */
    wf_store store;            /* the owner's, where audit watches it */
    wf_store kept;             /* the same, watched; load NULL: none */
    wf_time now;               /* of the call under way, as far as something audited may come of it */
    const wf_policy *policy;
    wf_address *known;
    size_t known_count;
    unsigned listeners_off;
    wf_node_set_hook set_hook; /* the owner's */
    void *set_context;
    wf_trace trace;
    uint16_t port;
    wf_ring outgoing, events;
    wf_ring held; /* answers to multicast requests, each with its time */
    uint32_t answer_delay_ms;
    wf_time held_next, held_until; /* the first and the last of them; NEVER: none */
    uint64_t jitter;               /* state of the generator of these times */
    wf_later *later;
    unsigned later_count;
    uint32_t later_ms;
    uint32_t later_serial;
    bool put_off;          /* by the hook that runs */
    wf_later *asking;      /* where the request that hooks run for will be kept; NULL: they have to decide */
    const wf_asker *asker; /* whose request the node works on; NULL: nobody's */
    bool datagram_handed, event_handed;
    wf_pending *pending;
    unsigned pending_count;
    wf_pending *handed; /* its outcome was taken by the last call */
    uint32_t next_id;
    uint16_t next_tid;
    wf_counters counters;
};

/* Firmware of a device leaves the controller's part out: then the compiler sees that there never is one. */
#ifdef WARIFU_NO_CONTROLLER
enum { WF_HAS_CONTROLLER = 0 };
#else
enum { WF_HAS_CONTROLLER = 1 };
#endif

static inline wf_controller *wf_controller_of(const wf_engine *engine) {
    return WF_HAS_CONTROLLER ? engine->controller : NULL;
}

/* What may do something: under a session it needs a stamp of freshness. */
static inline bool wf_is_command(uint8_t esv) {
    return esv == WF_ESV_SETI || esv == WF_ESV_SETC || esv == WF_ESV_SETGET;
}

/* queue.c */
/* What stands before EDATA in a clear frame. */
void wf_queue_clear_head(wf_writer *out, uint16_t tid);
void wf_queue_datagram(wf_engine *engine, const wf_address *to, wf_bytes datagram, wf_bytes inner);
/* False: there was no room, which is counted. */
bool wf_queue_event(wf_engine *engine, const wf_event *event);
void wf_queue_set(wf_engine *engine, const wf_asker *by, wf_eoj eoj, uint8_t epc, wf_bytes edt); /* PROPERTY_SET */
/* The same for what is offered again: not counted. */
bool wf_queue_offer(wf_engine *engine, const wf_event *event);
void wf_queue_trace_received(wf_engine *engine, const wf_address *from, bool multicast, wf_bytes datagram,
                             wf_bytes inner);

/* outcomes.c */
bool wf_is_answered(uint8_t esv); /* a request of this kind */
bool wf_pending_fits(const wf_pending *pending, const wf_frame *answer);
void wf_pending_answer(wf_engine *engine, wf_pending *pending, const wf_event *answer);
void wf_pending_found(wf_engine *engine, const wf_address *from); /* a hello was answered */

/* requests.c */
void wf_pending_over(wf_pending *pending, wf_error error, wf_bytes edata);
/* It is a discovery, which greets whoever takes the arbitrary format, if this node speaks DA. */
void wf_pending_seek(const wf_engine *engine, wf_pending *pending, wf_time now);
wf_pending *wf_pending_new(wf_engine *engine, wf_time now, uint32_t timeout_ms); /* NULL: all are taken */
wf_pending *wf_pending_by_id(wf_engine *engine, wf_request_id id);
wf_pending *wf_pending_of_peer(wf_engine *engine, wf_peer_id peer, uint16_t tid);
wf_pending *wf_pending_of_group(wf_engine *engine, uint16_t tid);
wf_pending *wf_pending_of_address(wf_engine *engine, const wf_address *from, uint16_t tid);
void wf_pending_refused(wf_engine *engine, wf_time now, wf_pending *pending, wf_error reason);
void wf_pending_session_up(wf_engine *engine, wf_peer_id peer);
void wf_pending_settle(wf_engine *engine, wf_time now);
void wf_pending_tick(wf_engine *engine, wf_time now);
wf_time wf_pending_deadline(const wf_engine *engine);
/* Whom a target means: a peer, even where its address was given, or 0 and an address. */
wf_error wf_pending_target(const wf_engine *engine, const wf_target *target, wf_peer_id *peer, wf_address *address);

/* calls.c: the controller layer at work */
wf_controller_config wf_calls_config(wf_engine *engine, const wf_engine_config *config);
bool wf_calls_are_sound(const wf_engine_config *config);
wf_error wf_calls_start(wf_engine *engine, const wf_engine_config *config);
void wf_calls_heard(wf_engine *engine, wf_time now, const wf_address *from, const wf_frame *frame);
void wf_calls_heard_peer(wf_engine *engine, wf_time now, wf_peer_id peer, const wf_frame *frame);
void wf_calls_late(wf_engine *engine, const wf_event *answer, const wf_frame *frame);
void wf_calls_settle(wf_engine *engine, wf_time now);
wf_time wf_calls_deadline(const wf_engine *engine);
bool wf_calls_next_outcome(wf_engine *engine, wf_event *out);
void wf_calls_release(wf_engine *engine);

/* queue.c: an answer to a multicast request, after a random while. */
void wf_queue_held(wf_engine *engine, wf_time now, const wf_address *to, wf_bytes datagram, wf_bytes inner);
void wf_queue_release(wf_engine *engine, wf_time now);

static inline bool wf_is_hint_only(const wf_asker *asker) {
    return asker->in_place_of.value != 0;
}

/* What the policy refused of one message to or from one object. */
typedef struct wf_refusal {
    uint8_t epcs[UINT8_MAX];
    size_t count;
    uint8_t access;
} wf_refusal;

/* gate.c */
/* Is this for a listener that is switched off? Counts it. */
bool wf_gate_is_shut(wf_engine *engine, const wf_address *from, bool multicast, wf_bytes datagram);
wf_peer_kind wf_gate_kind(const wf_engine *engine, const wf_address *address); /* in clear from there */
wf_asker wf_gate_clear_asker(const wf_engine *engine, const wf_address *from);
/* Sets question->peer: who it is for this access. */
wf_policy_verdict wf_gate_decide(const wf_engine *engine, const wf_asker *asker, wf_policy_question *question);
bool wf_gate_announces(const wf_engine *engine, wf_eoj eoj, uint8_t epc);
/* May they tell us all of this notification? Reports it if not. */
bool wf_gate_hears(wf_engine *engine, const wf_asker *asker, const wf_frame *frame);
/* POLICY: it would tell in clear what the policy doesn't let out, or no answer could be heard. */
WF_MUST_CHECK wf_error wf_gate_sends_clear(const wf_engine *engine, const wf_frame *frame, const wf_address *to);
void wf_refusal_add(wf_refusal *refusal, uint8_t epc, wf_policy_access access);
/* Counts each property, and says all of it in one event. */
void wf_refusal_report(wf_engine *engine, const wf_refusal *refusal, const wf_asker *asker, wf_eoj eoj);

/* inbound.c */
void wf_inbound_plain(wf_engine *engine, wf_time now, const wf_address *from, bool multicast, wf_bytes datagram);
void wf_inbound_protected(wf_engine *engine, wf_time now, const wf_address *from, const wf_da_incoming *in);

/* answers.c */
void wf_answer_request(wf_engine *engine, wf_time now, const wf_asker *asker, const wf_frame *request, wf_bytes edata);
/* One object's answer, sent unless a property was put off. `later` keeps the request then; NULL: nothing can wait. */
wf_node_reply wf_answer_one(wf_engine *engine, wf_time now, const wf_asker *asker, const wf_frame *request,
                            wf_later *later);

/* later.c */
wf_later *wf_later_free(wf_engine *engine); /* NULL: all of them wait */
void wf_later_keep(wf_later *later, const wf_asker *asker, wf_eoj target, wf_time ends, wf_bytes edata);
/* Is this a copy of a request that waits? */
bool wf_later_has(wf_engine *engine, const wf_asker *asker, wf_eoj target, wf_bytes edata);
wf_error wf_later_decide(wf_engine *engine, wf_time now, wf_later_id id, bool accept, wf_bytes value);
void wf_later_tick(wf_engine *engine, wf_time now);
wf_time wf_later_deadline(const wf_engine *engine);

/* audit.c */
bool wf_audit_is_sound(const wf_engine_config *config);
void wf_audit_start(wf_engine *engine, wf_audit_log *log, const wf_engine_config *config);
void wf_audit_note(wf_engine *engine, const wf_audit_entry *entry); /* nothing where there is no log */
void wf_audit_event(wf_engine *engine, const wf_event *event);
void wf_audit_pairing_failed(wf_engine *engine, const wf_address *with, wf_error error);
/* The store for the DA layer: its failures are audited. */
wf_store wf_audit_watched_store(wf_engine *engine, const wf_engine_config *config);

/* number.c */
WF_MUST_CHECK wf_error wf_number_keep(wf_engine_config *config);
/* BF of the node profile, as it was set last. */
WF_MUST_CHECK wf_error wf_unique_load(wf_engine_config *config);
/* Writes down what is about to be stored in a property, if it is BF of the node profile. */
WF_MUST_CHECK wf_error wf_unique_keep(const wf_engine *engine, wf_eoj eoj, uint8_t epc, wf_bytes value);

/* announce.c */
void wf_announce_changes(wf_engine *engine, wf_time now);
/* The parts of the instance list after the first, which an answer has carried. */
void wf_announce_further_parts(wf_engine *engine, wf_time now, const wf_asker *asker, wf_eoj asker_object);

#endif
