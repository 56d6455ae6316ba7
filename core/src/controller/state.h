/* The inside of wf_controller, for the files of this folder only. */
#ifndef WARIFU_CONTROLLER_STATE_H
#define WARIFU_CONTROLLER_STATE_H

#include "controller/controller.h"
#include "controller/roster.h"

#include <warifu/property_map.h>

enum { WF_CALL_TIDS = 16, WF_EDATA_LEN = 1232, WF_MAPS_EACH = 4 /* of each node, in the mean */ };

typedef enum wf_step {
    WF_STEP_NONE,
    WF_STEP_SETGET,
    WF_STEP_SET,
    WF_STEP_GET,
    WF_STEP_VERIFY,
    WF_STEP_PROBE /* is the node there at all? */
} wf_step;

/* A property of a call. */
typedef struct wf_entry {
    uint8_t epc;
    uint8_t status; /* wf_result_status */
    bool is_set;
    bool asked;    /* in the message under way */
    uint8_t width; /* may be asked together with so many */
    uint8_t len, seen_len;
    uint16_t at, seen_at; /* value to be set; value that was read */
} wf_entry;

typedef enum wf_call_state { WF_CALL_FREE, WF_CALL_ACTIVE, WF_CALL_OVER } wf_call_state;
typedef enum wf_call_purpose { WF_CALL_OF_USER, WF_CALL_OF_INTERVIEW, WF_CALL_OF_CHECK } wf_call_purpose;

typedef struct wf_running {
    wf_call_state state;
    wf_call_purpose purpose;
    wf_request_id id;
    wf_known_id known;
    wf_target target;
    wf_eoj seoj, deoj;
    uint32_t timeout_ms;
    bool repeatable, sets_and_gets;
    bool splits;       /* SetGet failed: SetC and Get instead */
    bool lacks_setget; /* it refused or ignored one */
    bool holds;        /* between the SetC and the Get that belong together */
    bool probed;       /* the node answers, whatever this message meets */
    bool had_silence;
    bool was_answered;
    wf_step step; /* of the message under way */
    wf_request_id message;
    uint64_t turn; /* of the last message: who waited longest is next */
    wf_time sent_at, not_before;
    uint32_t verify_ms, verify_wait;
    wf_time verify_until; /* 0: not begun */
    uint8_t limit;        /* learnt here */
    uint8_t widest;       /* most properties that were answered at once */
    wf_error error;
    uint16_t tids[WF_CALL_TIDS];
    unsigned tid_count;
    wf_entry entries[WF_CALL_PROPERTIES];
    unsigned entry_count;
    uint8_t *values;
    size_t used;
} wf_running;

/* What of an object can be read. */
typedef struct wf_object_map {
    wf_known_id node;
    uint32_t key; /* the node's maps_age, and the EOJ */
    wf_epc_set readable;
} wf_object_map;

struct wf_controller {
    wf_controller_config config;
    wf_roster roster;
    wf_object_map *maps;
    uint32_t map_count;
    wf_running *calls;
    wf_running *handed; /* its outcome was taken by the last call */
    uint64_t turns;
    wf_time wake;
    bool is_dirty;                    /* something may be sent */
    uint32_t first_guest, last_guest; /* nodes that await their interview */
    wf_known_id guest;                /* being interviewed */
    unsigned guest_at;                /* 0: the node profile, then its instances */
    bool guest_waits;                 /* what an interview read found no room among the events */
    uint32_t untold, untold_at;       /* nodes of which something could not be told, and where to look next */
    uint32_t check_at;                /* of the roster; its capacity: no check is under way */
    wf_time check_since;
};

/* call.c */
wf_running *wf_call_start(wf_controller *c, wf_error *error, wf_request_id id, const wf_call *order);
wf_neighbour *wf_call_node(wf_controller *c, const wf_running *call); /* NULL: the roster has no room for it */
void wf_call_end(wf_controller *c, wf_running *call, wf_error error);

/* plan.c: which message comes next; false when there is none: the call is over, or waits */
bool wf_call_compose(wf_controller *c, wf_time now, wf_running *call, wf_writer *out, uint32_t *timeout_ms);
void wf_call_unasked(wf_running *call);
bool wf_call_is_over(const wf_running *call); /* nothing is left to be sent */

/* maps.c */
void wf_maps_learn(wf_controller *c, const wf_running *call, wf_bytes edt); /* the 9F of its object */
void wf_maps_spare(wf_controller *c, wf_running *call);                     /* of a call that only reads */

/* harvest.c */
void wf_call_answered(wf_controller *c, wf_time now, wf_running *call, const wf_frame *answer);
void wf_call_unanswered(wf_controller *c, wf_running *call, wf_error error);
bool wf_call_harvest_late(wf_controller *c, wf_running *call, const wf_frame *answer);
wf_error wf_call_verdict(wf_controller *c, wf_running *call);

/* known.c */
void wf_known_online(wf_controller *c, wf_time now, uint32_t index);
void wf_known_offline(wf_controller *c, uint32_t index, wf_error reason);
void wf_known_retell(wf_controller *c); /* what found no room before */

/* interview.c */
void wf_interview_want(wf_controller *c, uint32_t index);
void wf_interview_run(wf_controller *c); /* starts what is next in the background */
void wf_interview_leave(wf_controller *c, uint32_t index);
/* False: what it read can't be told yet. */
bool wf_interview_over(wf_controller *c, const wf_running *call);

#endif
