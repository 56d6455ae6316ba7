#include "overlay_build.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = UINT16_MAX, FIRST_ROWS = 16, REASON_LEN = WF_OVERLAY_MESSAGE_LEN - WF_OVERLAY_PATH_LEN - 2 };

bool wf_build_refuse(wf_overlay_builder *b, const char *format, ...) {
    if (b->error == WF_OK) {
        char reason[REASON_LEN];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(reason, sizeof reason, format, arguments);
        va_end(arguments);
        snprintf(b->message->text, sizeof b->message->text, "%s%s%s", b->path, b->path_len > 0 ? ": " : "", reason);
        b->error = WF_ERROR_OVERLAY;
    }
    return false;
}

size_t wf_build_enter(wf_overlay_builder *b, const char *format, ...) {
    size_t before = b->path_len;
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(b->path + before, sizeof b->path - before, format, arguments);
    va_end(arguments);
    size_t room = sizeof b->path - before - 1;
    b->path_len = before + (len < 0 ? 0 : (size_t)len > room ? room : (size_t)len);
    return before;
}

void wf_build_leave(wf_overlay_builder *b, size_t before) {
    b->path_len = before;
    b->path[before] = '\0';
}

static bool grow(wf_overlay_builder *b, wf_rows *rows, size_t size, size_t needed) {
    size_t capacity = rows->capacity == 0 ? FIRST_ROWS : rows->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    void *at = capacity == rows->capacity ? rows->at : realloc(rows->at, capacity * size);
    if (at == NULL) {
        b->error = b->error == WF_OK ? WF_ERROR_CAPACITY : b->error;
        return false;
    }
    rows->at = at;
    rows->capacity = capacity;
    return true;
}

bool wf_build_append(wf_overlay_builder *b, wf_rows *rows, uint16_t *first, const void *row, size_t size,
                     size_t count) {
    if (count > MOST_ROWS - rows->count) {
        return wf_build_refuse(b, "the overlay is too large: a table of it has more than %d rows or bytes", MOST_ROWS);
    }
    if (!grow(b, rows, size, rows->count + count)) {
        return false;
    }
    if (count > 0) {
        memcpy((char *)rows->at + rows->count * size, row, count * size);
    }
    *first = (uint16_t)rows->count;
    rows->count += count;
    return true;
}

/* ---- pieces of JSON ---- */

bool wf_build_keys(wf_overlay_builder *b, json_t *object, const char *const *known) {
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        const char *const *at = known;
        while (*at != NULL && strcmp(*at, key) != 0) {
            at++;
        }
        if (*at == NULL) {
            return wf_build_refuse(b, "'%s' is not known here", key);
        }
    }
    return true;
}

bool wf_build_integer(wf_overlay_builder *b, int64_t *out, json_t *value, const char *what, int64_t least,
                      int64_t most) {
    if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > most) {
        return wf_build_refuse(b, "%s must be an integer from %lld to %lld", what, (long long)least, (long long)most);
    }
    *out = json_integer_value(value);
    return true;
}

bool wf_build_hex(wf_overlay_builder *b, uint64_t *out, json_t *value, const char *what, size_t digits) {
    const char *text = json_string_value(value);
    if (text == NULL || strlen(text) != digits || strspn(text, "0123456789ABCDEFabcdef") != digits) {
        return wf_build_refuse(b, "%s must be a text of %zu hexadecimal digits", what, digits);
    }
    *out = strtoull(text, NULL, 16);
    return true;
}

bool wf_build_text(wf_overlay_builder *b, wf_rows *pool, uint16_t *out, json_t *value, const char *what) {
    const char *text = json_string_value(value);
    *out = 0;
    if (value == NULL || (text != NULL && text[0] == '\0')) {
        return true; /* 0 is the empty text */
    }
    if (text == NULL) {
        return wf_build_refuse(b, "%s must be a text", what);
    }
    return wf_build_append(b, pool, out, text, 1, strlen(text) + 1);
}

bool wf_build_names(wf_overlay_builder *b, wf_names_row *out, json_t *id, json_t *en, json_t *ja) {
    if (json_string_length(id) == 0) {
        return wf_build_refuse(b, "the identifier (id) is missing");
    }
    return wf_build_text(b, &b->overlay->ids, &out->id, id, "id") &&
           wf_build_text(b, &b->overlay->en, &out->en, en, "en") &&
           wf_build_text(b, &b->overlay->ja, &out->ja, ja, "ja");
}
