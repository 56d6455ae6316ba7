/* Values without children: one type, one node, a few bytes. */
#ifndef WARIFU_VALUE_LEAF_H
#define WARIFU_VALUE_LEAF_H

#include "dictionary_table.h"
#include <warifu/value.h>

enum { WF_CODE_LEN = 8 };

bool wf_type_is_container(wf_type type); /* has children: array, object, bitmap */

/* Reads bytes as a value of a type without children or alternatives. The reserved codes of numbers count only with
 * `reserved`. The node is zeroed but for what its kind names. */
bool wf_leaf_decode(wf_type type, wf_value *out, wf_bytes edt, bool reserved);

/* The bytes of a node: a view of `code` or of the node's own bytes. `loose` takes a number for a level. */
bool wf_leaf_encode(wf_type type, wf_bytes *out, uint8_t code[WF_STATIC WF_CODE_LEN], const wf_value *node, bool loose,
                    bool set);

/* What bytes are, where a type may have alternatives: the alternative that takes them (the type itself without), and
 * its value in `out` unless it is a container. A later alternative goes before an earlier one, and all of them before a
 * number's reserved codes: the code of "no data" is often one of those too. A container takes what has its size. */
bool wf_type_resolve(wf_type type, wf_type *chosen, wf_value *out, wf_bytes edt);

#endif
