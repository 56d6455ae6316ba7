/* An ECHONET Lite node: its objects, their properties, and the answer to every request by the rules of Part II 4.2.
 *
 * The node is a table in memory that the caller gives. It decides nothing about who may ask: the caller hands in a gate
 * (policy) for each request. The node profile (0EF001) is always there; its instance lists and all property maps are
 * computed, never stored.
 */
#ifndef WARIFU_NODE_H
#define WARIFU_NODE_H

#include <warifu/frame.h>
#include <warifu/property_map.h>

WF_C_BEGIN

typedef enum wf_access {
    WF_ACCESS_GET = 1,
    WF_ACCESS_SET = 2,
    WF_ACCESS_INF = 4 /* announced when it changes */
} wf_access;

typedef struct wf_node wf_node;

/* Asks whether an accepted-looking value may be set. Runs inside wf_node_answer; it may call wf_node_put. `old` and
 * `edt` are views. False refuses the property (SNA with the EDT echoed). */
typedef bool (*wf_node_set_hook)(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt);

typedef struct wf_node_config {
    unsigned objects;          /* without the node profile */
    unsigned properties;       /* of all objects together, without the computed ones */
    size_t value_bytes;        /* of all property values together: the sum of their capacities */
    uint8_t number[17];        /* identification number (83) */
    uint8_t maker[3];          /* maker code (8A) */
    wf_node_set_hook set_hook; /* NULL: every value of a right size is taken */
    void *set_context;
} wf_node_config;

/* Bytes that wf_node_start needs for this configuration. */
size_t wf_node_size(const wf_node_config *config);
/* Lays a node out in `memory` (aligned for uint64_t). Errors: ARGUMENT, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_node_start(wf_node **out, const wf_node_config *config, void *memory, size_t size);

/* Errors: ARGUMENT (instance 0 or above 127, group 0E), CAPACITY. Adding an object twice is an ARGUMENT error. */
WF_MUST_CHECK wf_error wf_node_add_object(wf_node *node, wf_eoj eoj);
/* Adds a property with its first value; sets of sizes min_len..max_len are taken. Maps (9D 9E 9F) are refused. Errors:
 * NO_OBJECT, ARGUMENT, CAPACITY. */
WF_MUST_CHECK wf_error wf_node_add_property(wf_node *node, wf_eoj eoj, uint8_t epc, unsigned access, size_t min_len,
                                            size_t max_len, wf_bytes value);

/* The owner's own writing: no access rule, no hook; size checked. `changed` says whether the value differs and is to be
 * announced (map 9D). Errors: NO_OBJECT, NO_PROPERTY, ARGUMENT. */
WF_MUST_CHECK wf_error wf_node_put(wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value);
/* Reads a stored or computed value into `out`. Errors: NO_OBJECT, NO_PROPERTY, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_node_get(const wf_node *node, wf_eoj eoj, uint8_t epc, wf_writer *out);

/* The next changed and announced property since the last call; false when there is none. */
bool wf_node_next_change(wf_node *node, wf_eoj *eoj, uint8_t *epc);

/* Who may touch what: asked once for every property of a request. */
typedef bool (*wf_node_gate)(void *context, wf_eoj eoj, uint8_t epc, wf_access access);

/* What the answer is and where it goes. */
typedef enum wf_node_reply {
    WF_REPLY_NONE,   /* silence is the rule here */
    WF_REPLY_SENDER, /* to the asker */
    WF_REPLY_ALL     /* INF that answers INF_REQ: to everybody */
} wf_node_reply;

/* Answers one request (a parsed frame with DEOJ instance 1..127). `out` gets the answer's EDATA (SEOJ first), cut to
 * the properties that fit as an SNA. `gate` NULL lets everything through. */
wf_node_reply wf_node_answer(wf_node *node, const wf_frame *request, wf_node_gate gate, void *gate_context,
                             wf_writer *out);

/* The instances that a DEOJ means: itself, or for instance 0 every object of the class. `*at` starts at 0. */
bool wf_node_next_target(const wf_node *node, wf_eoj deoj, size_t *at, wf_eoj *out);

WF_C_END

#endif
