/* The controller layer as the engine sees it. It composes messages and takes answers; the engine sends them, in clear
 * or under a session, and tells what came of each. */
#ifndef WARIFU_CONTROLLER_CONTROLLER_H
#define WARIFU_CONTROLLER_CONTROLLER_H

#include "base/arena.h"

#include <warifu/controller.h>

typedef struct wf_controller wf_controller;

/* One message of a call: ends in exactly one wf_controller_outcome. */
typedef struct wf_message {
    wf_target target;
    wf_bytes edata;
    uint32_t timeout_ms;
    bool repeatable;
} wf_message;

typedef struct wf_controller_output {
    /* CAPACITY: not now, it is tried again. */
    wf_error (*send)(void *context, wf_time now, wf_request_id *out, const wf_message *message);
    void (*cancel)(void *context, wf_request_id message);
    /* False: there is no room now. What must not be lost is told again, after wf_controller_release. */
    bool (*event)(void *context, const wf_event *event);
    void *context;
} wf_controller_output;

typedef struct wf_controller_config {
    unsigned calls;
    size_t call_bytes;  /* of values, for each call */
    unsigned nodes;     /* in the roster */
    unsigned instances; /* kept of each node */
    uint32_t gap_ms;    /* between an answer and the next message to that node */
    bool interview;     /* every node that is found */
    wf_eoj seoj;        /* who asks, in interviews */
    size_t edata_len;   /* longest message */
    wf_controller_output output;
} wf_controller_config;

wf_controller *wf_controller_layout(wf_arena *arena, const wf_controller_config *config); /* NULL when only counting */
void wf_controller_start(wf_controller *controller, const wf_controller_config *config, const uint64_t key[2]);

/* ---- calls ---- */

/* Errors: ARGUMENT (no property, one twice, several nodes or instances, too many properties), CAPACITY, TOO_SMALL (the
 * sets do not fit). */
WF_MUST_CHECK wf_error wf_controller_call(wf_controller *controller, wf_request_id id, const wf_call *call);
/* Whether it was one of its own. */
bool wf_controller_cancel(wf_controller *controller, wf_request_id id);
/* It is unpaired: its calls end, and what it says in clear counts again. */
void wf_controller_peer_gone(wf_controller *controller, wf_peer_id peer,
                             const uint8_t number[WF_STATIC WF_KNOWN_NUMBER_LEN]);

/* What came of a message: OK or REFUSED with the EDATA of an answer, or an error. `tids` are those that it was sent
 * with, the newest last. */
void wf_controller_outcome(wf_controller *controller, wf_time now, wf_request_id message, wf_error error,
                           wf_bytes edata, const uint16_t *tids, unsigned tid_count);
/* An answer to no message under way. True when a call could use it. */
bool wf_controller_late(wf_controller *controller, const wf_address *from, wf_peer_id peer, const wf_frame *answer);

/* Sends what may be sent now. */
void wf_controller_run(wf_controller *controller, wf_time now);
wf_time wf_controller_deadline(const wf_controller *controller);

/* The event of a call that is over. It and its results stay until wf_controller_release. */
bool wf_controller_next_outcome(wf_controller *controller, wf_event *out);
void wf_controller_release(wf_controller *controller);
bool wf_controller_next_result(const wf_controller *controller, unsigned *at, wf_result *out);

/* ---- the roster ---- */

/* What a node says of itself: its instance list, number, maker, version; also that it is there. */
void wf_controller_heard(wf_controller *controller, wf_time now, const wf_address *from, const wf_frame *frame);
/* A paired peer is known by its certificate, wherever it says that it is. `number` as proven. */
void wf_controller_heard_peer(wf_controller *controller, wf_time now, const wf_address *address,
                              const uint8_t number[WF_STATIC WF_KNOWN_NUMBER_LEN], const wf_frame *frame);
bool wf_controller_next_known(wf_controller *controller, unsigned *at, wf_known *out);
bool wf_controller_find_address(wf_controller *controller, const wf_address *address, wf_known *out);
bool wf_controller_find_number(wf_controller *controller, const uint8_t number[WF_STATIC WF_KNOWN_NUMBER_LEN],
                               wf_known *out);
bool wf_controller_known(wf_controller *controller, wf_known_id id, wf_known *out);
bool wf_controller_instance(wf_controller *controller, wf_known_id id, unsigned at, wf_eoj *out);
void wf_controller_forget(wf_controller *controller, wf_known_id id);
/* Errors: NO_OBJECT (no such node). */
WF_MUST_CHECK wf_error wf_controller_interview(wf_controller *controller, wf_known_id id);
/* Every node that was not heard since `since` is asked, one after the other; who stays silent is offline. */
void wf_controller_check(wf_controller *controller, wf_time since);

#endif
