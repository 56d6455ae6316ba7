/* The tables of a node, shared by the files that keep it (node.c), compute its own values (node_profile.c) change it
 * while it runs (node_remove.c) and answer for it (node_answer.c). */
#ifndef WARIFU_ECHONET_NODE_TABLE_H
#define WARIFU_ECHONET_NODE_TABLE_H

#include <warifu/node.h>

typedef struct wf_node_property {
    uint32_t key;      /* EOJ << 8 | EPC */
    uint32_t value_at; /* in wf_node.values, room for max_len bytes */
    uint8_t len, min_len, max_len;
    uint8_t access;
    bool changed; /* stands in wf_node.changes */
} wf_node_property;

/* Both tables are sorted, so that a look-up is a binary search and an object's properties lie side by side. */
struct wf_node {
    wf_eoj profile;
    wf_node_set_hook set_hook;
    void *set_context;
    wf_node_get_hook get_hook;
    void *get_context;
    wf_node_value_rule value_rule;
    void *rule_context;
    wf_node_work *asking; /* whose hook runs */
    bool put_off;         /* and said that it will decide later */
    wf_eoj *objects;      /* without the node profile */
    size_t object_count, object_capacity;
    wf_node_property *properties;
    size_t property_count, property_capacity;
    uint32_t *changes; /* keys of changed properties, oldest first: a ring as long as the property table */
    size_t change_first, change_count;
    uint8_t *values;
    size_t value_len, value_capacity;
};

/* The place of the first object, or property, that is not below. */
size_t wf_node_object_from(const wf_node *node, wf_eoj eoj);
size_t wf_node_property_from(const wf_node *node, uint32_t key);

/* Of an object that is there; NULL: no such stored property. */
wf_node_property *wf_node_find(const wf_node *node, wf_eoj eoj, uint8_t epc);
wf_bytes wf_node_value(const wf_node *node, const wf_node_property *property);

/* Whether an EPC of an object takes a value; `asked` when somebody else's Set asks for it. */
bool wf_node_takes(const wf_node *node, const wf_node_property *property, wf_bytes value, bool asked);

/* BF of a node whose owner gives none, from its identification number. */
void wf_node_make_unique(uint8_t out[static 2], const uint8_t number[static 17]);
/* Is it the property whose upper bits follow a rule? */
bool wf_node_is_unique(const wf_node *node, const wf_node_property *property);
/* What is stored of a value that somebody else asks for: it, or in `scratch` what the rule of BF makes of it. */
wf_bytes wf_node_as_stored(const wf_node *node, const wf_node_property *property, wf_bytes asked,
                           uint8_t scratch[static 2]);

/* The access of a stored or computed property, or 0 when the object has none of that EPC. *value is a view of the node
 * or of `scratch`. */
unsigned wf_node_look(const wf_node *node, wf_eoj eoj, uint8_t epc, uint8_t scratch[static WF_EDT_LEN],
                      wf_bytes *value);

/* The access of a computed property; 0 for all others. */
unsigned wf_node_computed_access(wf_eoj eoj, uint8_t epc);
void wf_node_compute(const wf_node *node, wf_eoj eoj, uint8_t epc, wf_writer *out);

#endif
