/* What happened: the events that an engine hands out, one at a time, and the ids that they carry. */
#ifndef WARIFU_EVENT_H
#define WARIFU_EVENT_H

#include <warifu/address.h>
#include <warifu/bytes.h>
#include <warifu/eoj.h>

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

typedef enum wf_event_kind {
    WF_EVENT_DONE,          /* `request` is over: `error`, and `edata` of the answer where there is one */
    WF_EVENT_ANSWER,        /* one of several answers to a multicast request: `edata`, `from` */
    WF_EVENT_FOUND,         /* `from` speaks DA: `hello` */
    WF_EVENT_NOTIFICATION,  /* INF or INFC in `edata`; `is_protected` says whether `peer` is proven */
    WF_EVENT_PROPERTY_SET,  /* a peer set `eoj` `epc` of this node; the value is in `edata` */
    WF_EVENT_PAIR_STEP,     /* progress of pairing request `request`: `step` */
    WF_EVENT_PAIR_QUESTION, /* is `number` the right device? Answer with wf_engine_pair_decide */
    WF_EVENT_PAIRED,        /* `peer`, `number`; on the device too */
    WF_EVENT_UNPAIRED,      /* `peer`, `number` */
    WF_EVENT_SESSION_UP,    /* `peer` has fresh keys */
    WF_EVENT_WINDOW_OPENED,
    WF_EVENT_WINDOW_CLOSED, /* `error`: OK after a pairing, else why */
    WF_EVENT_SECURITY,      /* something from `from` was refused: `error` */
    WF_EVENT_LATE_ANSWER,   /* `edata` answers a request that is over: news of `from`, no outcome */
    WF_EVENT_NODE_FOUND,    /* `known` at `from` was heard for the first time */
    WF_EVENT_NODE_CHANGED,  /* `known`: `changes` are WF_CHANGED_... */
    WF_EVENT_NODE_GONE,     /* `known` is offline: `error`; or it was forgotten: OK */
    WF_EVENT_NODE_OBJECT    /* interview of `known`: EPC, PDC, EDT of `eoj`, one after the other, in `edata` */
} wf_event_kind;

typedef enum wf_pair_step {
    WF_PAIR_STARTED,           /* message_1 is on its way */
    WF_PAIR_ADDRESS_CONFIRMED, /* the device's cookie came back */
    WF_PAIR_DEVICE_VERIFIED,   /* certificate and proof of the device are right */
    WF_PAIR_KEYS_AGREED,       /* the device proved that it has the keys (message_4) */
    WF_PAIR_CONFIRMED          /* the device has written the pairing down */
} wf_pair_step;

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
    wf_pair_step step;
    wf_hello hello;
    uint8_t number[17];
    uint16_t tid;
    wf_eoj eoj;
    uint8_t epc;
    wf_bytes edata; /* valid until the next call on the engine */
} wf_event;

#endif
