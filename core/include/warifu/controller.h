/* What a controller does with real devices: calls that read and write many properties whatever a device's limits, and
 * the roster of the nodes that it knows.
 *
 * A call is made of as many messages as it takes. One message at a time is under way to a node, with a short rest after
 * its answer; other calls to that node wait, writes before reads. What was learnt (how many properties a node takes at
 * once, which it never answers, that it has no SetGet) is kept with the node. The engine offers all this; see there for
 * wf_engine_call, wf_engine_next_result and wf_engine_next_known.
 */
#ifndef WARIFU_CONTROLLER_H
#define WARIFU_CONTROLLER_H

#include <warifu/event.h>
#include <warifu/frame.h>

WF_C_BEGIN

enum {
    WF_KNOWN_NUMBER_LEN = 17,
    WF_CALL_PROPERTIES = 128, /* sets and gets of one call together */
    WF_CALL_BYTES_LEAST = 512,
    WF_CALL_BYTES_MOST = 65535,
    WF_KNOWN_MOST = 500000
};

/* Whom a request is for: a peer by id, a node by address, or everybody. */
typedef struct wf_target {
    wf_peer_id peer;    /* 0: by address */
    wf_address address; /* nowhere (all zeros): multicast, in clear */
    bool group;         /* neither: all members of this controller's group, protected and signed */
} wf_target;

/* ---- calls ---- */

/* Sets first, then gets. With both it is one SetGet, or SetC + Get where the node has none, with no other call to the
 * node in between: so an index and what it selects are read together (`atomic` in the Machine Readable Appendix). */
typedef struct wf_call {
    wf_target target; /* one node or peer */
    wf_eoj seoj, deoj;
    const wf_property *sets;
    size_t set_count;
    const uint8_t *gets; /* EPCs */
    size_t get_count;
    uint32_t timeout_ms; /* for each message; 0: 20 s for one property, 60 s for more */
    uint32_t verify_ms;  /* sets alone: read back until the values are there, at most so long; 0: not at all */
    bool repeatable;     /* the sets may be sent again though a first copy may have had an effect */
    bool force;          /* several gets: also those that the object's map 9F, where it is known, does not list */
} wf_call;

/* What became of a property: its name in C, the name that the faces give it, and what it means. */
#define WF_RESULT_STATUSES(X)                                                               \
    X(OPEN, "open", "the call ended before")                                                \
    X(VALUE, "value", "read: `edt`")                                                        \
    X(SET, "set", "accepted")                                                               \
    X(VERIFIED, "verified", "accepted, and read back")                                      \
    X(DIFFERS, "differs", "accepted, but `edt` is what is there (empty: it can't be read)") \
    X(REFUSED, "refused", "the device said no to it alone")                                 \
    X(SILENT, "silent", "the node answers, but not to this")                                \
    X(NO_ROOM, "no_room", "read, but it did not fit the call's memory")                     \
    X(UNLISTED, "unlisted", "not asked for: the object's map 9F does not list it")

typedef enum wf_result_status {
#define WF_RESULT_STATUS(name, text, what) WF_RESULT_##name,
    WF_RESULT_STATUSES(WF_RESULT_STATUS)
#undef WF_RESULT_STATUS
} wf_result_status;

const char *wf_result_status_name(wf_result_status status); /* "value", ...; NULL: there is no such status */

typedef struct wf_result {
    uint8_t epc;
    bool is_set; /* one of the sets */
    wf_result_status status;
    wf_bytes edt;
} wf_result;

/* ---- the roster ---- */

typedef enum wf_known_state {
    WF_KNOWN_NOT,
    WF_KNOWN_ASKED, /* it was asked, and never answered yet */
    WF_KNOWN_ONLINE,
    WF_KNOWN_OFFLINE
} wf_known_state;

/* A node as the roster has it. Nothing of it is proven, unless `is_peer`: then address and number are. */
typedef struct wf_known {
    wf_known_id id;
    wf_known_state state;
    wf_error reason;    /* why it is offline */
    wf_address address; /* where it is asked: IPv4 where it has both, until it is silent there */
    wf_address other;   /* the same number in the other family; all zeros: none, or a peer */
    bool is_peer;
    bool has_number, has_maker, has_version;
    uint8_t number[WF_KNOWN_NUMBER_LEN]; /* 83 */
    uint8_t maker[3];                    /* 8A */
    uint8_t version[4];                  /* 82 of the node profile */
    uint8_t limit;                       /* most properties that it takes at once; 0: not learnt */
    bool no_setget;
    unsigned instances; /* of its list, node profile not counted; wf_engine_known_instance has them */
    wf_time heard_at;
} wf_known;

WF_C_END

#endif
