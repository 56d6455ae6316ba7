/* What leaves a node while it runs: its place in the tables is closed, so that all of their room stays usable. */
#include "node_table.h"
#include <string.h>

enum { EPC_NUMBER = 0x83 };

/* Changes of properties [first, last) that nobody was told of yet are forgotten; the others keep their order. */
static void forget_changes(wf_node *node, size_t first, size_t last) {
    const uint32_t lowest = node->properties[first].key, highest = node->properties[last - 1].key;
    size_t kept = 0;
    for (size_t i = 0; i < node->change_count; i++) {
        uint32_t key = node->changes[(node->change_first + i) % node->property_capacity];
        if (key < lowest || key > highest) {
            node->changes[(node->change_first + kept++) % node->property_capacity] = key;
        }
    }
    node->change_count = kept;
}

static void free_value(wf_node *node, const wf_node_property *gone) {
    const uint32_t at = gone->value_at, len = gone->max_len;
    memmove(node->values + at, node->values + at + len, node->value_len - at - len);
    node->value_len -= len;
    for (size_t i = 0; i < node->property_count; i++) {
        if (node->properties[i].value_at > at) {
            node->properties[i].value_at -= len;
        }
    }
}

static void remove_properties(wf_node *node, size_t first, size_t last) {
    if (first == last) {
        return;
    }
    forget_changes(node, first, last);
    for (size_t i = first; i < last; i++) {
        free_value(node, &node->properties[i]);
    }
    memmove(&node->properties[first], &node->properties[last],
            (node->property_count - last) * sizeof node->properties[0]);
    node->property_count -= last - first;
}

wf_error wf_node_remove_object(wf_node *node, wf_eoj eoj) {
    if (eoj == node->profile) {
        return WF_ERROR_ARGUMENT;
    }
    if (!wf_node_has(node, eoj)) {
        return WF_ERROR_NO_OBJECT;
    }
    remove_properties(node, wf_node_property_from(node, eoj << 8), wf_node_property_from(node, (eoj + 1) << 8));
    size_t i = wf_node_object_from(node, eoj);
    memmove(&node->objects[i], &node->objects[i + 1], (node->object_count - i - 1) * sizeof node->objects[0]);
    node->object_count--;
    return WF_OK;
}

wf_error wf_node_remove_property(wf_node *node, wf_eoj eoj, uint8_t epc) {
    if (!wf_node_has(node, eoj)) {
        return WF_ERROR_NO_OBJECT;
    }
    if (wf_node_computed_access(eoj, epc) != 0 || (eoj == node->profile && epc == EPC_NUMBER)) {
        return WF_ERROR_ARGUMENT;
    }
    if (wf_node_find(node, eoj, epc) == NULL) {
        return WF_ERROR_NO_PROPERTY;
    }
    size_t i = wf_node_property_from(node, eoj << 8 | epc);
    remove_properties(node, i, i + 1);
    return WF_OK;
}
