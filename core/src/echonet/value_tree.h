/* The walk through bytes by a type: decoding, and the check of raw bytes that are to be sent. */
#ifndef WARIFU_VALUE_TREE_H
#define WARIFU_VALUE_TREE_H

#include "value_text.h"

/* Where nodes go; those past the capacity are counted only. */
typedef struct wf_tree {
    wf_value *nodes;
    size_t capacity, count;
} wf_tree;

/* Reads `edt` as a value of `type`, below the place where `path` stands (and stands again afterwards). With the path's
 * `set` also what can't be set is refused. Errors: WRONG_VALUE. */
WF_MUST_CHECK wf_error wf_tree_decode(wf_tree *tree, wf_path *path, wf_type type, wf_bytes edt);

/* The bits of a field, moved to the right, and back. */
uint8_t wf_field_of(uint8_t byte, uint8_t mask);
bool wf_field_put(uint8_t *byte, uint8_t mask, uint8_t field); /* false: larger than the field */

#endif
