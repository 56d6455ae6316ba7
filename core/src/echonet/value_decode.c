#include "value_leaf.h"
#include "value_tree.h"

static unsigned shift_of(uint8_t mask) {
    unsigned shift = 0;
    for (; mask != 0 && (mask >> shift & 1) == 0; shift++) {
    }
    return shift;
}

uint8_t wf_field_of(uint8_t byte, uint8_t mask) {
    return (uint8_t)((byte & mask) >> shift_of(mask));
}

bool wf_field_put(uint8_t *byte, uint8_t mask, uint8_t field) {
    unsigned moved = (unsigned)field << shift_of(mask);
    *byte = (uint8_t)((*byte & ~mask) | (moved & mask));
    return (moved & ~(unsigned)mask) == 0;
}

static void add(wf_tree *tree, const wf_value *node) {
    if (tree->count < tree->capacity) {
        tree->nodes[tree->count] = *node;
    }
    tree->count++;
}

static wf_value container_node(const wf_type_row *row, wf_type type, wf_bytes edt) {
    switch (row->kind) {
    case WF_TYPE_ARRAY: {
        wf_type item = {type.dictionary, row->first};
        return (wf_value){.kind = WF_VALUE_ARRAY, .count = (uint16_t)(edt.len / wf_type_row_of(item)->min_size)};
    }
    case WF_TYPE_BITMAP:
        return (wf_value){.kind = WF_VALUE_BITMAP, .count = row->count, .bytes = edt};
    default:
        return (wf_value){.kind = WF_VALUE_OBJECT, .count = row->count};
    }
}

/* One node; a container's children are left to come. */
static wf_error decode_one(wf_tree *tree, wf_path *path, wf_type type, wf_names member, wf_bytes edt) {
    uint8_t code[WF_CODE_LEN];
    wf_bytes again;
    wf_type chosen;
    wf_value node = {.kind = WF_VALUE_RAW, .bytes = edt};
    if (!wf_type_resolve(type, &chosen, &node, edt)) {
        return wf_path_refuse_value(path, type, &(wf_value){.kind = WF_VALUE_RAW, .bytes = edt});
    }
    if (wf_type_is_container(chosen)) {
        node = container_node(wf_type_row_of(chosen), chosen, edt);
        if (path->depth == WF_TYPE_DEPTH) {
            return wf_path_refuse(path, type, "a type that is too deep");
        }
        path->frames[path->depth++] = (wf_frame_of_tree){chosen, edt, 0, node.count};
    } else if (path->set && !wf_leaf_encode(chosen, &again, code, &node, false, true)) {
        return wf_path_refuse_value(path, type, &node);
    }
    node.member = member;
    add(tree, &node);
    return WF_OK;
}

/* The bytes that all members after this one need at least. */
static size_t needed_after(const wf_frame_of_tree *frame) {
    wf_member_info member;
    size_t needed = 0;
    for (unsigned i = frame->next + 1; wf_type_member(frame->type, &member, i); i++) {
        needed += wf_type_row_of(member.type)->min_size;
    }
    return needed;
}

/* A member of variable size, of which an object has one at most, takes what the others leave. */
static size_t size_of_member(const wf_frame_of_tree *frame, wf_type type) {
    const wf_type_row *row = wf_type_row_of(type);
    if (row->min_size == row->max_size) {
        return row->min_size;
    }
    size_t after = needed_after(frame);
    return after < frame->rest.len ? frame->rest.len - after : 0;
}

static wf_error decode_next(wf_tree *tree, wf_path *path, wf_frame_of_tree *frame) {
    bool items = wf_type_row_of(frame->type)->kind == WF_TYPE_ARRAY;
    wf_member_info member;
    if (!wf_type_member(frame->type, &member, items ? 0 : frame->next)) {
        return WF_ERROR_STATE;
    }
    if (member.mask != 0) {
        const uint8_t field = wf_field_of(frame->rest.at[member.byte], member.mask);
        frame->next++;
        return decode_one(tree, path, member.type, member.names, wf_bytes_of(&field, 1));
    }
    wf_reader r = wf_reader_of(frame->rest);
    wf_bytes part =
        wf_read_bytes(&r, items ? wf_type_row_of(member.type)->min_size : size_of_member(frame, member.type));
    frame->rest = wf_read_rest(&r);
    frame->next++;
    return decode_one(tree, path, member.type, items ? (wf_names){0} : member.names, part);
}

wf_error wf_tree_decode(wf_tree *tree, wf_path *path, wf_type type, wf_bytes edt) {
    unsigned bottom = path->depth;
    wf_error error = decode_one(tree, path, type, (wf_names){0}, edt);
    while (error == WF_OK && path->depth > bottom) {
        wf_frame_of_tree *frame = &path->frames[path->depth - 1];
        if (frame->next == frame->count) {
            path->depth--;
        } else {
            error = decode_next(tree, path, frame);
        }
    }
    return error;
}

wf_error wf_value_decode(const wf_property_info *property, wf_value *nodes, size_t capacity, size_t *count,
                         wf_value_message *message, wf_bytes edt) {
    wf_path path = wf_path_of(property, message, false);
    wf_tree tree = {nodes, capacity, 0};
    wf_error error = wf_tree_decode(&tree, &path, property->type, edt);
    *count = error == WF_OK ? tree.count : 0;
    return error == WF_OK && tree.count > capacity ? WF_ERROR_TOO_SMALL : error;
}

wf_error wf_value_check(const wf_property_info *property, wf_value_message *message, wf_bytes edt, bool set) {
    wf_path path = wf_path_of(property, message, set);
    wf_tree tree = {NULL, 0, 0};
    return wf_tree_decode(&tree, &path, property->type, edt);
}
