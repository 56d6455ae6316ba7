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
    WF_ACCESS_INF = 4 /* announced when it changes (map 9D); asked of the gate for INF_REQ */
} wf_access;

typedef struct wf_node wf_node;

/* Asks whether a value of a right size, let through by the gate, may be set; true stores it afterwards. Runs inside
 * wf_node_answer and may call wf_node_put, for other properties too. `old` is a view of the stored value, `edt` of the
 * request. False refuses the property (SNA with the EDT echoed). After wf_node_put_off the verdict doesn't count. */
typedef bool (*wf_node_set_hook)(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt);

/* Asks for the present value of a stored property that somebody may read and does: what is written to `fresh` is put in
 * place of `old` first, nothing leaves it. False refuses the property (PDC 0). Otherwise as the set hook. */
typedef bool (*wf_node_get_hook)(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_writer *fresh);

/* Says whether a property may have a value at all, beside the bounds of its size: for sizes and contents that are no
 * range. Asked for every value, the owner's own too; `asked` when it is one that somebody else's Set asks for. */
typedef bool (*wf_node_value_rule)(void *context, const wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value,
                                   bool asked);
/* The rule of a node that gives none: 81 of a device object has 1 or 17 bytes. */
bool wf_node_usual_rule(void *context, const wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value, bool asked);
/* A rule by the dictionary (<warifu/dictionary.h>): type, size, range, states; what is asked for has no reserved and no
 * read-only code. `context` is a wf_node_dictionary. The entries are those of the release in the object's own 82 (add
 * that first), the newest where there is none and in the node profile, whose 82 is the protocol's version. What the
 * dictionary doesn't know, such as properties of one maker, goes by the usual rule. */
struct wf_dictionary;
typedef struct wf_node_dictionary {
    const struct wf_dictionary *dictionary;
} wf_node_dictionary;
bool wf_node_dictionary_rule(void *context, const wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value, bool asked);

/* BF, by Part II 6.11.1 as OpenECHO reads it: two bytes that may be set. Bit 14 tells that somebody has set them, so
 * whoever sets them sets it too (or is refused); bit 15 stays as it is, whatever was asked for. */
enum { WF_EPC_UNIQUE = 0xBF };

typedef struct wf_node_config {
    unsigned objects;         /* without the node profile */
    unsigned properties;      /* of all objects together, without maps and without what the node profile starts with */
    size_t value_bytes;       /* of all property values together: the sum of their capacities */
    uint8_t number[17];       /* identification number of the node profile (83): FE, maker code, 13 bytes */
    uint8_t maker[3];         /* maker code of the node profile (8A) */
    const char *product_code; /* 8C of the node profile: up to 12 ASCII characters; NULL or empty: it has none */
    const char *production_number; /* 8D, the same */
    uint8_t unique[2];             /* unique identifier data of the node profile (BF); zeros: made of `number` */
    wf_node_set_hook set_hook;     /* NULL: every value of a right size is taken */
    void *set_context;
    wf_node_get_hook get_hook; /* NULL: the stored value is the present one */
    void *get_context;
    wf_node_value_rule value_rule; /* NULL: wf_node_usual_rule */
    void *rule_context;
    bool transmits_only; /* its profile is 0EF002: it announces and answers nothing */
} wf_node_config;

/* Bytes that wf_node_start needs for this configuration; 0 when it is beyond all sense (then start gives ARGUMENT). */
size_t wf_node_size(const wf_node_config *config);
/* Lays a node out in `memory` (aligned for uint64_t, and owned by the caller as long as the node is used). The node
 * profile starts with 80 = 30, 82 = Ver. 1.14 with both formats, 83, 8A, BF and, where they are given, 8C and 8D; what
 * else it is to have (88 ...) is added like any property. Errors: ARGUMENT, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_node_start(wf_node **out, const wf_node_config *config, void *memory, size_t size);

/* 0EF001, or 0EF002 of a node that only transmits. */
wf_eoj wf_node_profile(const wf_node *node);

/* Errors: ARGUMENT (instance 0 or above 127, group 0E), CAPACITY. Adding an object twice is an ARGUMENT error. */
WF_MUST_CHECK wf_error wf_node_add_object(wf_node *node, wf_eoj eoj);
/* Takes an object away with its properties; their memory is free again. Not from inside a hook. Errors: NO_OBJECT,
 * ARGUMENT (the node profile). */
WF_MUST_CHECK wf_error wf_node_remove_object(wf_node *node, wf_eoj eoj);
bool wf_node_has(const wf_node *node, wf_eoj eoj); /* the node profile counts */
/* Adds a property with its first value; Sets of min_len..max_len bytes (1..255) are taken. ARGUMENT: what is computed
 * (maps; D3 to D7 of the node profile), an EPC below 80, one that is there already, no access, a value outside the
 * sizes. Errors: NO_OBJECT, ARGUMENT, CAPACITY. */
WF_MUST_CHECK wf_error wf_node_add_property(wf_node *node, wf_eoj eoj, uint8_t epc, unsigned access, size_t min_len,
                                            size_t max_len, wf_bytes value);

/* Takes a property away. Those that the node profile starts with go too, to be added anew with another access, but for
 * 83. Not from inside a hook. Errors: NO_OBJECT, NO_PROPERTY, ARGUMENT (83 of the node profile, or computed). */
WF_MUST_CHECK wf_error wf_node_remove_property(wf_node *node, wf_eoj eoj, uint8_t epc);

/* The owner's own writing: no access rule, no gate, no hook; the size is checked and what is computed can't be put
 * (ARGUMENT). Errors: NO_OBJECT, NO_PROPERTY, ARGUMENT. */
WF_MUST_CHECK wf_error wf_node_put(wf_node *node, wf_eoj eoj, uint8_t epc, wf_bytes value);
/* Reads a stored or computed value into `out`. Errors: NO_OBJECT, NO_PROPERTY, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_node_get(const wf_node *node, wf_eoj eoj, uint8_t epc, wf_writer *out);

/* The next property that was set or put to a different value and is announced (map 9D), oldest change first; false
 * when there is none. Several changes before this call count once, and setting the value that is there already is no
 * change: an announcement tells a change of state, not a request. The value to announce is the present one. */
bool wf_node_next_change(wf_node *node, wf_eoj *eoj, uint8_t *epc);

/* The instance list as D5 announces it: part 0, 1, ... of at most 84 instances each, in the order of their EOJs; false
 * when there is no such part. Part 0 is always there. D6 and a requested D5 carry part 0. */
bool wf_node_instance_list(const wf_node *node, unsigned part, wf_writer *out);

/* Who may touch what: asked once for every property of a request that the object itself would read or take (it exists,
 * its access and the size fit; not for INFC, whose answer tells nothing). A property that is not let through is
 * answered like one that isn't accessible. */
typedef bool (*wf_node_gate)(void *context, wf_eoj eoj, uint8_t epc, wf_access access);

/* What the answer is and where it goes. */
typedef enum wf_node_reply {
    WF_REPLY_NONE,   /* silence is the rule here */
    WF_REPLY_SENDER, /* to the asker */
    WF_REPLY_ALL,    /* INF that answers INF_REQ: to everybody */
    WF_REPLY_LATER   /* a hook put a property off: only from wf_node_work_on */
} wf_node_reply;

/* Answers one request (a parsed frame with DEOJ instance 1..127; see wf_node_next_target for instance 0). The answer's
 * EDATA (SEOJ first) is appended to `out`, which must not overlap the request; nothing is appended when silence is the
 * rule. What does not fit is neither answered nor done, and the answer is an SNA. `gate` NULL lets everything through.
 * That INFC, and in DA any command, counts only on its right path (unicast, multicast) is the caller's rule. */
wf_node_reply wf_node_answer(wf_node *node, const wf_frame *request, wf_node_gate gate, void *gate_context,
                             wf_writer *out);

/* What was decided about the properties of one request so far, so that its answer can wait. Starts as zeros. */
enum { WF_WORK_PROPERTIES = 2 * 255 };
typedef struct wf_node_work {
    bool may_wait;                       /* set by who keeps the request and will go on */
    uint16_t at;                         /* the property that a hook is asked about, counted over both lists */
    uint8_t decided[WF_WORK_PROPERTIES]; /* the get list of SetGet begins in the middle */
} wf_node_work;

/* As wf_node_answer, but a hook may put its property off: then the reply is LATER and nothing is appended. Once all of
 * them are decided the same call with the same request and work gives the answer: nobody is asked twice, what is read
 * is read then. Sets of a SetGet are decided before its reads begin. */
wf_node_reply wf_node_work_on(wf_node *node, wf_node_work *work, const wf_frame *request, wf_node_gate gate,
                              void *gate_context, wf_writer *out);
/* Inside a hook: puts the property that it is asked about off. False when nobody could wait for it: decide now. */
bool wf_node_put_off(wf_node *node);
/* Decides property `at` of a request, which was put off. An accepted value is stored: for a set `value` or, when that
 * is empty, the one asked for; for a read `value`, if any. Errors: STATE (not put off, or decided already), and those
 * of wf_node_put: after ARGUMENT it still waits. */
WF_MUST_CHECK wf_error wf_node_decide(wf_node *node, wf_node_work *work, const wf_frame *request, unsigned at,
                                      bool accept, wf_bytes value);
/* The property that `at` counts, and whether the request is to set it. */
bool wf_node_asked(const wf_frame *request, unsigned at, wf_property *out);
bool wf_node_is_set(const wf_frame *request, unsigned at);
void wf_node_refuse_rest(wf_node_work *work); /* what is put off is refused, and nothing more can be */

/* The objects that a DEOJ means: itself if the node has it, or for instance 0 every object of the class. `*at` starts
 * at 0. */
bool wf_node_next_target(const wf_node *node, wf_eoj deoj, size_t *at, wf_eoj *out);

WF_C_END

#endif
