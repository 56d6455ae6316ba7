/* Inside core/host: where in a JSON text a value stands, for errors that name the line. Only for texts that a JSON
 * parser has accepted; a place that is not there stays where it was. */
#ifndef WARIFU_JSON_PLACE_H
#define WARIFU_JSON_PLACE_H

#include <warifu/bytes.h>

typedef struct wf_json_place {
    wf_bytes text;
    size_t at;
} wf_json_place;

wf_json_place wf_json_place_of(wf_bytes text); /* the outermost value */
/* The value of a member of the object here, or its key; item `index` of the list here. */
bool wf_json_place_member(wf_json_place *place, const char *key, bool at_key);
bool wf_json_place_item(wf_json_place *place, size_t index);
/* From an item of a list to the next one. */
bool wf_json_place_next(wf_json_place *place);

/* Both count from 1; columns are characters. */
void wf_json_place_line(const wf_json_place *place, unsigned *line, unsigned *column);

#endif
