/* Types with parts: bitmaps, arrays, objects, alternatives. */
#include "overlay_build.h"
#include <string.h>

enum { EDT_LEN = 255, MOST_NESTED = 16, MOST_BITMAP = 8, MOST_FIELDS = 64, MOST_ALTERNATIVES = 32 };

const wf_type_row *wf_build_type_row(const wf_overlay_builder *b, uint16_t index) {
    return (const wf_type_row *)b->overlay->types.at + index;
}

/* The members of an object or a bitmap, while they are collected; `seen` are a bitmap's bits. */
typedef struct parts {
    wf_member_row rows[EDT_LEN];
    const char *ids[EDT_LEN];
    size_t count;
    unsigned depth;
    uint8_t seen[MOST_BITMAP];
} parts;

static bool add_part(wf_overlay_builder *b, parts *p, wf_member_row row, unsigned depth, const char *id) {
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->ids[i], id) == 0) {
            return wf_build_refuse(b, "'%s' stands there twice", id);
        }
    }
    p->depth = depth > p->depth ? depth : p->depth;
    p->ids[p->count] = id;
    p->rows[p->count++] = row;
    return true;
}

static bool append_parts(wf_overlay_builder *b, wf_type_row *row, const parts *p) {
    row->count = (uint16_t)p->count;
    return wf_build_append(b, &b->overlay->members, &row->first, p->rows, sizeof p->rows[0], p->count);
}

/* ---- bitmaps ---- */

static bool is_contiguous(uint8_t mask) {
    unsigned low = mask & (~(unsigned)mask + 1);
    return mask != 0 && ((mask + low) & mask) == 0;
}

/* "0.07": byte and mask. */
static bool read_bits(wf_overlay_builder *b, parts *p, wf_member_row *out, json_t *value, int64_t size) {
    static const char hex[] = "0123456789ABCDEFabcdef";
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    if (strlen(text) != 4 || text[0] < '0' || text[0] - '0' >= size || text[1] != '.' || strspn(text + 2, hex) != 2) {
        return wf_build_refuse(b, "bits are such as \"0.07\": a byte of the bitmap and a mask");
    }
    unsigned mask = 0;
    for (const char *digit = text + 2; *digit != '\0'; digit++) {
        unsigned nibble = (unsigned)(strchr(hex, *digit) - hex);
        mask = mask << 4 | (nibble > 15 ? nibble - 6 : nibble);
    }
    out->byte = (uint8_t)(text[0] - '0');
    out->mask = (uint8_t)mask;
    if (!is_contiguous(out->mask)) {
        return wf_build_refuse(b, "the bits of a field stand side by side");
    }
    if ((p->seen[out->byte] & out->mask) != 0) {
        return wf_build_refuse(b, "some of its bits belong to an earlier field");
    }
    p->seen[out->byte] |= out->mask;
    return true;
}

/* The greatest code of a state or level of one byte; false for every other type. */
static bool greatest_code(const wf_overlay_builder *b, uint16_t index, unsigned *out) {
    const wf_type_row *row = wf_build_type_row(b, index);
    *out = 0;
    if (row->kind == WF_TYPE_LEVEL && row->max_size == 1) {
        *out = row->first + row->count - 1u;
        return true;
    }
    const wf_enumerator_row *states = b->overlay->enumerators.at;
    for (size_t i = 0; row->kind == WF_TYPE_STATE && i < row->count; i++) {
        unsigned last = states[row->first + i].code + (states[row->first + i].more & WF_CODE_MORE);
        *out = last > *out ? last : *out;
    }
    return row->kind == WF_TYPE_STATE && row->max_size == 1;
}

static bool build_field(wf_overlay_builder *b, parts *p, json_t *field, int64_t size) {
    wf_member_row row = {0};
    wf_made_type made;
    unsigned greatest;
    if (json_array_size(field) != 5) {
        return wf_build_refuse(b, "a field is [bits, id, en, ja, type]");
    }
    if (!read_bits(b, p, &row, json_array_get(field, 0), size) ||
        !wf_build_names(b, &row.names, json_array_get(field, 1), json_array_get(field, 2), json_array_get(field, 3)) ||
        !wf_build_type(b, &made, json_array_get(field, 4), false)) {
        return false;
    }
    row.type = made.index;
    if (!greatest_code(b, made.index, &greatest)) {
        return wf_build_refuse(b, "a field is a state or a level of 1 byte");
    }
    if (greatest > row.mask / (row.mask & (~(unsigned)row.mask + 1))) {
        return wf_build_refuse(b, "the code %02X does not fit its bits", greatest);
    }
    return add_part(b, p, row, 0, json_string_value(json_array_get(field, 1)));
}

static bool build_bitmap(wf_overlay_builder *b, wf_type_row *row, unsigned *depth, json_t *type) {
    static const char *const keys[] = {"bitmap", "fields", NULL};
    json_t *fields = json_object_get(type, "fields"), *field;
    parts p = {.count = 0};
    size_t at;
    int64_t size;
    if (!wf_build_keys(b, type, keys) ||
        !wf_build_integer(b, &size, json_object_get(type, "bitmap"), "bitmap", 1, MOST_BITMAP)) {
        return false;
    }
    if (json_array_size(fields) == 0 || json_array_size(fields) > MOST_FIELDS) {
        return wf_build_refuse(b, "fields must be a list of 1 to %d fields", MOST_FIELDS);
    }
    json_array_foreach(fields, at, field) {
        size_t before = wf_build_enter(b, ".fields[%zu]", at);
        if (!build_field(b, &p, field, size)) {
            return false;
        }
        wf_build_leave(b, before);
    }
    *row = (wf_type_row){.kind = WF_TYPE_BITMAP, .min_size = (uint8_t)size, .max_size = (uint8_t)size};
    *depth = 1;
    return append_parts(b, row, &p);
}

/* ---- objects and arrays ---- */

static bool build_member(wf_overlay_builder *b, parts *p, json_t *member) {
    wf_member_row row = {0};
    wf_made_type made;
    if (json_array_size(member) != 4) {
        return wf_build_refuse(b, "a member is [id, en, ja, type]");
    }
    if (!wf_build_names(b, &row.names, json_array_get(member, 0), json_array_get(member, 1),
                        json_array_get(member, 2)) ||
        !wf_build_type(b, &made, json_array_get(member, 3), false)) {
        return false;
    }
    row.type = made.index;
    return add_part(b, p, row, made.depth, json_string_value(json_array_get(member, 0)));
}

static bool build_object(wf_overlay_builder *b, wf_type_row *row, unsigned *depth, json_t *type) {
    static const char *const keys[] = {"object", NULL};
    json_t *members = json_object_get(type, "object"), *member;
    parts p = {.count = 0};
    size_t at, least = 0, most = 0, variable = 0;
    if (!wf_build_keys(b, type, keys)) {
        return false;
    }
    if (json_array_size(members) == 0 || json_array_size(members) > EDT_LEN) {
        return wf_build_refuse(b, "object must be a list of 1 to %d members", EDT_LEN);
    }
    json_array_foreach(members, at, member) {
        size_t before = wf_build_enter(b, ".object[%zu]", at);
        if (!build_member(b, &p, member)) {
            return false;
        }
        wf_build_leave(b, before);
        const wf_type_row *part = wf_build_type_row(b, p.rows[at].type);
        least += part->min_size;
        most += part->max_size;
        variable += part->min_size != part->max_size ? 1 : 0;
    }
    if (variable > 1) {
        return wf_build_refuse(b, "two members of variable size: where would one end and the next begin?");
    }
    if (most > EDT_LEN) {
        return wf_build_refuse(b, "it has up to %zu bytes, a property holds %d", most, EDT_LEN);
    }
    *row = (wf_type_row){.kind = WF_TYPE_OBJECT, .min_size = (uint8_t)least, .max_size = (uint8_t)most};
    *depth = p.depth + 1;
    return append_parts(b, row, &p);
}

static bool build_array(wf_overlay_builder *b, wf_type_row *row, unsigned *depth, json_t *type) {
    static const char *const keys[] = {"array", "of", NULL};
    json_t *limits = json_object_get(type, "array");
    wf_made_type item;
    int64_t least, most;
    if (!wf_build_keys(b, type, keys)) {
        return false;
    }
    if (json_array_size(limits) != 2) {
        return wf_build_refuse(b, "array must be a list of two counts");
    }
    if (!wf_build_integer(b, &least, json_array_get(limits, 0), "the least count", 0, EDT_LEN) ||
        !wf_build_integer(b, &most, json_array_get(limits, 1), "the most", least > 0 ? least : 1, EDT_LEN)) {
        return false;
    }
    size_t before = wf_build_enter(b, ".of");
    if (!wf_build_type(b, &item, json_object_get(type, "of"), false)) {
        return false;
    }
    const wf_type_row *part = wf_build_type_row(b, item.index);
    const unsigned size = part->max_size;
    if (part->min_size != size) {
        return wf_build_refuse(b, "the items of an array must be of one size");
    }
    wf_build_leave(b, before);
    if (most * size > EDT_LEN) {
        return wf_build_refuse(b, "it has up to %lld bytes, a property holds %d", (long long)most * size, EDT_LEN);
    }
    *row = (wf_type_row){.kind = WF_TYPE_ARRAY,
                         .flags = (uint8_t)least,
                         .min_size = (uint8_t)(least * size),
                         .max_size = (uint8_t)(most * size),
                         .first = item.index,
                         .count = (uint16_t)most};
    *depth = item.depth + 1;
    return true;
}

/* ---- alternatives ---- */

typedef struct alternatives {
    uint16_t rows[MOST_ALTERNATIVES];
    size_t count, containers;
    unsigned depth, least, most;
} alternatives;

/* Alternatives of alternatives are alternatives. */
static bool take_alternative(wf_overlay_builder *b, alternatives *all, wf_made_type made) {
    const wf_type_row *row = wf_build_type_row(b, made.index);
    const bool many = row->kind == WF_TYPE_ONE_OF;
    const unsigned first = row->first, count = many ? row->count : 1;
    if (all->count + count > MOST_ALTERNATIVES) {
        return wf_build_refuse(b, "there are more alternatives than %d", MOST_ALTERNATIVES);
    }
    for (unsigned i = 0; i < count; i++) {
        all->rows[all->count++] = many ? ((const uint16_t *)b->overlay->options.at)[first + i] : made.index;
    }
    all->least = row->min_size < all->least ? row->min_size : all->least;
    all->most = row->max_size > all->most ? row->max_size : all->most;
    all->depth = made.depth > all->depth ? made.depth : all->depth;
    all->containers += made.depth > 0 ? 1 : 0;
    return true;
}

static bool build_one_of(wf_overlay_builder *b, wf_type_row *row, unsigned *depth, json_t *type) {
    static const char *const keys[] = {"oneOf", NULL};
    json_t *list = json_object_get(type, "oneOf"), *piece;
    alternatives all = {.least = EDT_LEN};
    size_t at;
    if (!wf_build_keys(b, type, keys)) {
        return false;
    }
    if (json_array_size(list) == 0) {
        return wf_build_refuse(b, "oneOf must be a list of types");
    }
    json_array_foreach(list, at, piece) {
        wf_made_type made;
        size_t before = wf_build_enter(b, ".oneOf[%zu]", at);
        if (!wf_build_type(b, &made, piece, true) || !take_alternative(b, &all, made)) {
            return false;
        }
        wf_build_leave(b, before);
    }
    if (all.containers > 1) {
        return wf_build_refuse(b, "two alternatives that hold other values can't be told apart");
    }
    *row = (wf_type_row){.kind = WF_TYPE_ONE_OF,
                         .min_size = (uint8_t)all.least,
                         .max_size = (uint8_t)all.most,
                         .count = (uint16_t)all.count};
    *depth = all.depth;
    return wf_build_append(b, &b->overlay->options, &row->first, all.rows, sizeof all.rows[0], all.count);
}

/* ---- any type ---- */

static bool build_object_of_json(wf_overlay_builder *b, wf_type_row *row, unsigned *depth, json_t *type, bool beside) {
    static const struct {
        const char *key;
        bool (*leaf)(wf_overlay_builder *, wf_type_row *, json_t *);
        bool (*container)(wf_overlay_builder *, wf_type_row *, unsigned *, json_t *);
    } kinds[] = {
        {"number", wf_build_number, NULL},
        {"numeric", wf_build_numeric, NULL},
        {"level", wf_build_level, NULL},
        {"raw", wf_build_raw, NULL},
        {"time", wf_build_time, NULL},
        {"date", wf_build_date, NULL},
        {"date-time", wf_build_date_time, NULL},
        {"bitmap", NULL, build_bitmap},
        {"array", NULL, build_array},
        {"object", NULL, build_object},
        {"oneOf", NULL, build_one_of},
    };
    if (json_object_get(type, "state") != NULL) {
        return wf_build_state(b, row, type, beside);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (json_object_get(type, kinds[i].key) != NULL) {
            return kinds[i].leaf != NULL ? kinds[i].leaf(b, row, type) : kinds[i].container(b, row, depth, type);
        }
    }
    return wf_build_refuse(b, "a type is the name of a shared one, or an object of one of the kinds");
}

/* The object behind the names of shared types; NULL, and refused, when there is none. */
static json_t *resolve(wf_overlay_builder *b, json_t *type) {
    for (unsigned names = 0; json_is_string(type); names++) {
        const char *name = json_string_value(type);
        type = json_object_get(b->types, name);
        if (type == NULL || names == MOST_NESTED) {
            wf_build_refuse(b, type == NULL ? "there is no shared type '%s'" : "type '%s' holds itself", name);
            return NULL;
        }
        wf_build_enter(b, " (type %s)", name);
    }
    return type;
}

bool wf_build_type(wf_overlay_builder *b, wf_made_type *out, json_t *type, bool beside) {
    wf_type_row row = {0};
    size_t before = b->path_len;
    *out = (wf_made_type){0, 0};
    if (b->nested == MOST_NESTED) {
        return wf_build_refuse(b, "types are nested too deeply, or hold themselves");
    }
    json_t *object = resolve(b, type);
    if (object == NULL && b->error != WF_OK) {
        return false;
    }
    b->nested++;
    bool good = build_object_of_json(b, &row, &out->depth, object, beside);
    b->nested--;
    if (!good) {
        return false;
    }
    if (out->depth > WF_TYPE_DEPTH) {
        return wf_build_refuse(b, "values hold values more than %d deep", WF_TYPE_DEPTH);
    }
    wf_build_leave(b, before);
    return wf_build_append(b, &b->overlay->types, &out->index, &row, sizeof row, 1);
}
