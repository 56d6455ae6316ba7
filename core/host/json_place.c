#include "json_place.h"
#include <string.h>

static char at(const wf_json_place *p, size_t where) {
    return where < p->text.len ? (char)p->text.at[where] : '\0';
}

static size_t past_space(const wf_json_place *p, size_t where) {
    while (where < p->text.len && strchr(" \t\r\n", at(p, where)) != NULL && at(p, where) != '\0') {
        where++;
    }
    return where;
}

static size_t past_string(const wf_json_place *p, size_t where) {
    for (where++; where < p->text.len && at(p, where) != '"'; where++) {
        where += at(p, where) == '\\';
    }
    return where < p->text.len ? where + 1 : p->text.len;
}

static bool ends_word(char c) {
    return c == '\0' || strchr(",:]} \t\r\n", c) != NULL;
}

/* Counts brackets, so that no depth of nesting costs stack. */
static size_t past_value(const wf_json_place *p, size_t where) {
    size_t depth = 0;
    do {
        char c = at(p, where);
        if (c == '"') {
            where = past_string(p, where);
        } else if (c == '{' || c == '[') {
            depth++;
            where++;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
            where++;
        } else if (c == ',' || c == ':') {
            where++;
        } else {
            while (!ends_word(at(p, where))) {
                where++;
            }
        }
        where = past_space(p, where);
    } while (depth > 0 && where < p->text.len);
    return where;
}

wf_json_place wf_json_place_of(wf_bytes text) {
    wf_json_place place = {text, 0};
    place.at = past_space(&place, 0);
    return place;
}

static bool is_key(const wf_json_place *p, size_t where, const char *key) {
    size_t len = strlen(key);
    return where + len + 2 <= p->text.len && memcmp(p->text.at + where + 1, key, len) == 0 &&
           at(p, where + 1 + len) == '"';
}

bool wf_json_place_member(wf_json_place *place, const char *key, bool at_key) {
    size_t where = past_space(place, place->at + 1);
    while (at(place, place->at) == '{' && at(place, where) == '"') {
        size_t colon = past_space(place, past_string(place, where));
        size_t value = past_space(place, colon + 1);
        if (is_key(place, where, key)) {
            place->at = at_key ? where : value;
            return true;
        }
        where = past_space(place, past_value(place, value) + 1);
    }
    return false;
}

bool wf_json_place_item(wf_json_place *place, size_t index) {
    wf_json_place item = {place->text, past_space(place, place->at + 1)};
    if (at(place, place->at) != '[' || at(place, item.at) == ']') {
        return false;
    }
    for (; index > 0; index--) {
        if (!wf_json_place_next(&item)) {
            return false;
        }
    }
    *place = item;
    return true;
}

bool wf_json_place_next(wf_json_place *place) {
    size_t where = past_value(place, place->at);
    if (at(place, where) != ',') {
        return false;
    }
    place->at = past_space(place, where + 1);
    return true;
}

void wf_json_place_line(const wf_json_place *place, unsigned *line, unsigned *column) {
    *line = *column = 1;
    for (size_t i = 0; i < place->at && i < place->text.len; i++) {
        if (place->text.at[i] == '\n') {
            ++*line;
            *column = 1;
        } else if ((place->text.at[i] & 0xC0) != 0x80) { /* not a later byte of UTF-8 */
            ++*column;
        }
    }
}
