/* What the parts of an overlay's loader share: rows that grow, and the place in the text that errors name. */
#ifndef WARIFU_OVERLAY_BUILD_H
#define WARIFU_OVERLAY_BUILD_H

#include "src/echonet/dictionary_table.h"
#include <jansson.h>
#include <warifu/overlay.h>

typedef struct wf_rows {
    void *at;
    size_t count, capacity; /* in rows */
} wf_rows;

struct wf_overlay {
    wf_dictionary dictionary;
    wf_rows classes, properties, types, numbers, enumerators, numerics, members, options;
    wf_rows ids, en, ja; /* of char */
};

enum { WF_OVERLAY_PATH_LEN = 160 };

typedef struct wf_overlay_builder {
    wf_overlay *overlay;
    wf_overlay_message *message;
    wf_error error;
    json_t *types; /* the shared ones; NULL: none */
    unsigned nested;
    size_t path_len;
    char path[WF_OVERLAY_PATH_LEN];
} wf_overlay_builder;

/* A type's row, and how many containers it is deep. */
typedef struct wf_made_type {
    uint16_t index;
    unsigned depth;
} wf_made_type;

/* Says why, at the place where the builder is; the first one counts. Gives false. */
__attribute__((format(printf, 2, 3))) bool wf_build_refuse(wf_overlay_builder *b, const char *format, ...);

/* Goes to a part of where it is; gives what wf_build_leave needs to come back. */
__attribute__((format(printf, 2, 3))) size_t wf_build_enter(wf_overlay_builder *b, const char *format, ...);
void wf_build_leave(wf_overlay_builder *b, size_t before);

/* Appends `count` rows of `size` bytes and gives the index of the first one. False without memory, or above 16 bits. */
bool wf_build_append(wf_overlay_builder *b, wf_rows *rows, uint16_t *first, const void *row, size_t size, size_t count);

/* False, and refused, when a value is missing or of another kind. */
bool wf_build_keys(wf_overlay_builder *b, json_t *object, const char *const *known);
bool wf_build_integer(wf_overlay_builder *b, int64_t *out, json_t *value, const char *what, int64_t least,
                      int64_t most);
bool wf_build_hex(wf_overlay_builder *b, uint64_t *out, json_t *value, const char *what, size_t digits);
bool wf_build_names(wf_overlay_builder *b, wf_names_row *out, json_t *id, json_t *en, json_t *ja);
bool wf_build_text(wf_overlay_builder *b, wf_rows *pool, uint16_t *out, json_t *value, const char *what);

/* A type, by a shared one's name or an object. */
bool wf_build_type(wf_overlay_builder *b, wf_made_type *out, json_t *type, bool beside);
const wf_type_row *wf_build_type_row(const wf_overlay_builder *b, uint16_t index);

/* The kinds without parts (overlay_leaf.c); each writes what it knows into the row. */
bool wf_build_number(wf_overlay_builder *b, wf_type_row *row, json_t *type);
bool wf_build_numeric(wf_overlay_builder *b, wf_type_row *row, json_t *type);
bool wf_build_state(wf_overlay_builder *b, wf_type_row *row, json_t *type, bool beside);
bool wf_build_level(wf_overlay_builder *b, wf_type_row *row, json_t *type);
bool wf_build_raw(wf_overlay_builder *b, wf_type_row *row, json_t *type);
bool wf_build_time(wf_overlay_builder *b, wf_type_row *row, json_t *type);
bool wf_build_date(wf_overlay_builder *b, wf_type_row *row, json_t *type);
bool wf_build_date_time(wf_overlay_builder *b, wf_type_row *row, json_t *type);

#endif
