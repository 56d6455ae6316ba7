#include "value_leaf.h"
#include "value_tree.h"
#include <string.h>

enum { GOT_LEN = 80, MAX_FIELDS = 64, BITMAP_LEN = 8 };

typedef struct encoder {
    wf_writer *out;
    const wf_value *nodes;
    size_t count, at;
    wf_path path;
} encoder;

static bool same_kind(wf_type type, const wf_value *node) {
    switch (wf_type_row_of(type)->kind) {
    case WF_TYPE_ARRAY:
        return node->kind == WF_VALUE_ARRAY;
    case WF_TYPE_OBJECT:
        return node->kind == WF_VALUE_OBJECT;
    case WF_TYPE_BITMAP:
        return node->kind == WF_VALUE_BITMAP;
    default:
        return false;
    }
}

/* --- one node without children --- */

static wf_text got_text(char got[WF_STATIC GOT_LEN], const wf_value *node) {
    wf_text text = wf_text_of(got, GOT_LEN);
    wf_text_value(&text, node);
    return text;
}

/* "0 W (0000 means cancel)": the bytes would be read as another value. */
static wf_error refuse_misread(const encoder *e, wf_type type, const wf_value *node, wf_bytes bytes,
                               const wf_value *meant) {
    char got[GOT_LEN];
    wf_text text = got_text(got, node);
    wf_text_put(&text, " (");
    wf_text_hex(&text, bytes);
    wf_text_put(&text, " means ");
    wf_text_value(&text, meant);
    wf_text_put(&text, ")");
    return wf_path_refuse(&e->path, type, got);
}

/* "level 3 (33 or 23)": only a code can tell which. */
static wf_error refuse_ambiguous(const encoder *e, wf_type type, const wf_value *node, wf_bytes one, wf_bytes other) {
    char got[GOT_LEN];
    wf_text text = got_text(got, node);
    wf_text_put(&text, " (");
    wf_text_hex(&text, one);
    wf_text_put(&text, " or ");
    wf_text_hex(&text, other);
    wf_text_put(&text, ")");
    return wf_path_refuse(&e->path, type, got);
}

/* What the alternatives of a type make of a node, all exactly or all stretched. */
typedef struct leaf {
    wf_bytes bytes;
    uint8_t code[WF_CODE_LEN];
    bool found;
    bool misread; /* some alternative gave bytes that are read as `meant` */
    wf_value meant;
} leaf;

static wf_error try_alternative(const encoder *e, wf_type type, wf_type alternative, const wf_value *node, bool loose,
                                leaf *out) {
    uint8_t code[WF_CODE_LEN];
    wf_bytes bytes;
    wf_value meant;
    wf_type chosen;
    if (!wf_leaf_encode(alternative, &bytes, code, node, loose, e->path.set)) {
        return WF_OK;
    }
    if (!wf_type_resolve(type, &chosen, &meant, bytes)) {
        return WF_ERROR_STATE;
    }
    bool reserved = node->kind == WF_VALUE_UNDERFLOW || node->kind == WF_VALUE_OVERFLOW;
    bool misread = reserved ? meant.kind != node->kind : chosen.index != alternative.index;
    if (out->found) {
        bool same = misread || wf_bytes_equal(out->bytes, bytes);
        return same ? WF_OK : refuse_ambiguous(e, type, node, out->bytes, bytes);
    }
    *out = (leaf){.found = !misread, .misread = misread, .meant = meant, .bytes = bytes};
    if (bytes.at == code) {
        memcpy(out->code, code, sizeof code);
        out->bytes.at = out->code;
    }
    return WF_OK;
}

/* Those alternatives that fit a node exactly go before those that are stretched. */
static wf_error encode_leaf(const encoder *e, wf_type type, const wf_value *node, leaf *out) {
    bool many = wf_type_row_of(type)->kind == WF_TYPE_ONE_OF;
    wf_member_info option = {.type = type};
    wf_error error = WF_OK;
    *out = (leaf){.found = false};
    for (int loose = 0; loose < 2 && error == WF_OK && !out->found; loose++) {
        for (unsigned i = many ? wf_type_row_of(type)->count : 1; error == WF_OK && i-- > 0;) {
            if (!many || wf_type_member(type, &option, i)) {
                error = try_alternative(e, type, option.type, node, loose != 0, out);
            }
        }
    }
    if (error != WF_OK || out->found) {
        return error;
    }
    return out->misread ? refuse_misread(e, type, node, out->bytes, &out->meant)
                        : wf_path_refuse_value(&e->path, type, node);
}

/* --- bitmaps --- */

static bool find_field(wf_type type, wf_member_info *out, unsigned *index, const wf_value *node, unsigned order) {
    if (node->member.id == NULL || node->member.id[0] == '\0') {
        *index = order;
        return wf_type_member(type, out, order);
    }
    for (*index = 0; wf_type_member(type, out, *index); ++*index) {
        if (strcmp(out->names.id, node->member.id) == 0) {
            return true;
        }
    }
    return false;
}

static wf_error encode_field(encoder *e, wf_type type, uint8_t *bytes, uint64_t *named, unsigned order) {
    const wf_value *node = &e->nodes[e->at++];
    wf_frame_of_tree *frame = &e->path.frames[e->path.depth - 1];
    wf_member_info field;
    leaf bits;
    unsigned index;
    if (!find_field(type, &field, &index, node, order)) {
        return wf_path_refuse(&e->path, type, node->member.id != NULL ? node->member.id : "one field more");
    }
    frame->next = index + 1;
    wf_error error = encode_leaf(e, field.type, node, &bits);
    if (error == WF_OK && (bits.bytes.len != 1 || !wf_field_put(&bytes[field.byte], field.mask, bits.bytes.at[0]))) {
        error = wf_path_refuse_value(&e->path, field.type, node);
    }
    *named |= UINT64_C(1) << index;
    return error;
}

static wf_error encode_fields(encoder *e, wf_type type, const wf_value *node, uint8_t *bytes, uint64_t *named) {
    wf_error error = WF_OK;
    e->path.frames[e->path.depth++] = (wf_frame_of_tree){.type = type};
    for (unsigned i = 0; error == WF_OK && i < node->count; i++) {
        error = encode_field(e, type, bytes, named, i);
    }
    e->path.depth--;
    return error;
}

static wf_error encode_bitmap(encoder *e, wf_type type, const wf_value *node) {
    const wf_type_row *row = wf_type_row_of(type);
    uint64_t named = 0, all = row->count >= MAX_FIELDS ? UINT64_MAX : (UINT64_C(1) << row->count) - 1;
    uint8_t bytes[BITMAP_LEN] = {0};
    if (row->min_size > BITMAP_LEN || row->count > MAX_FIELDS || node->count > e->count - e->at ||
        e->path.depth == WF_TYPE_DEPTH || (node->bytes.len != 0 && node->bytes.len != row->min_size)) {
        return wf_path_refuse_value(&e->path, type, node);
    }
    if (node->bytes.len != 0) {
        memcpy(bytes, node->bytes.at, node->bytes.len);
    }
    wf_error error = encode_fields(e, type, node, bytes, &named);
    if (error == WF_OK && node->bytes.len == 0 && named != all) {
        return wf_path_refuse(&e->path, type, "a bitmap without bytes that leaves fields out");
    }
    if (error == WF_OK) { /* fields that were not named come from the node's bytes */
        wf_tree checked = {NULL, 0, 0};
        error = wf_tree_decode(&checked, &e->path, type, wf_bytes_of(bytes, row->min_size));
    }
    wf_write_bytes(e->out, bytes, row->min_size);
    return error;
}

/* --- any node --- */

static wf_error enter(encoder *e, wf_type type, const wf_value *node) {
    wf_type_info info;
    wf_type_describe(type, &info);
    unsigned least = info.kind == WF_TYPE_ARRAY ? info.min_items : info.count;
    unsigned most = info.kind == WF_TYPE_ARRAY ? info.max_items : info.count;
    if (node->count < least || node->count > most || e->path.depth == WF_TYPE_DEPTH) {
        return wf_path_refuse_value(&e->path, type, node);
    }
    e->path.frames[e->path.depth++] = (wf_frame_of_tree){.type = type, .count = node->count};
    return WF_OK;
}

static bool container_of(wf_type type, wf_type *out, const wf_value *node) {
    wf_member_info option = {.type = type};
    bool many = wf_type_row_of(type)->kind == WF_TYPE_ONE_OF;
    for (unsigned i = many ? wf_type_row_of(type)->count : 1; i-- > 0;) {
        if ((!many || wf_type_member(type, &option, i)) && same_kind(option.type, node)) {
            *out = option.type;
            return true;
        }
    }
    return false;
}

static bool has_raw(wf_type type) {
    wf_member_info option = {.type = type};
    bool many = wf_type_row_of(type)->kind == WF_TYPE_ONE_OF;
    for (unsigned i = many ? wf_type_row_of(type)->count : 1; i-- > 0;) {
        if ((!many || wf_type_member(type, &option, i)) && wf_type_row_of(option.type)->kind == WF_TYPE_RAW) {
            return true;
        }
    }
    return false;
}

static wf_error encode_one(encoder *e, wf_type type, wf_names member) {
    leaf made = {.found = false};
    wf_type container;
    if (e->at == e->count) {
        return wf_path_refuse(&e->path, type, "nothing");
    }
    const wf_value *node = &e->nodes[e->at++];
    if (member.id != NULL && node->member.id != NULL && node->member.id[0] != '\0' &&
        strcmp(node->member.id, member.id) != 0) {
        return wf_path_refuse(&e->path, type, node->member.id);
    }
    if (container_of(type, &container, node)) {
        bool bitmap = node->kind == WF_VALUE_BITMAP;
        return bitmap ? encode_bitmap(e, container, node) : enter(e, container, node);
    }
    wf_error error = WF_OK;
    if (node->kind == WF_VALUE_RAW && !has_raw(type)) {
        wf_tree checked = {NULL, 0, 0};
        made.bytes = node->bytes;
        error = wf_tree_decode(&checked, &e->path, type, made.bytes);
    } else {
        error = encode_leaf(e, type, node, &made);
    }
    wf_write_view(e->out, made.bytes);
    return error;
}

static wf_error encode_next(encoder *e, wf_frame_of_tree *frame) {
    bool items = wf_type_row_of(frame->type)->kind == WF_TYPE_ARRAY;
    wf_member_info member;
    if (!wf_type_member(frame->type, &member, items ? 0 : frame->next)) {
        return WF_ERROR_STATE;
    }
    frame->next++;
    return encode_one(e, member.type, items ? (wf_names){0} : member.names);
}

static wf_error encode_tree(encoder *e) {
    const wf_type type = e->path.property->type;
    wf_error error = encode_one(e, type, (wf_names){0});
    while (error == WF_OK && e->path.depth > 0) {
        wf_frame_of_tree *frame = &e->path.frames[e->path.depth - 1];
        if (frame->next == frame->count) {
            e->path.depth--;
        } else {
            error = encode_next(e, frame);
        }
    }
    if (error == WF_OK && e->at < e->count) {
        error = wf_path_refuse(&e->path, type, "more nodes than one value");
    }
    return error;
}

wf_error wf_value_encode(const wf_property_info *property, wf_writer *out, wf_value_message *message,
                         const wf_value *nodes, size_t count, bool set) {
    encoder e = {.out = out, .nodes = nodes, .count = count, .path = wf_path_of(property, message, set)};
    size_t start = out->len;
    wf_error error = encode_tree(&e);
    error = error == WF_OK && out->overflow ? WF_ERROR_TOO_SMALL : error;
    out->len = error == WF_OK ? out->len : start;
    return error;
}
