/* Types without parts. */
#include "overlay_build.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_SCALE = 18, MOST_CODE_SIZE = 4, MOST_LEVEL_SIZE = 2, MOST_RAW = 255, MOST_DECIMALS = 9 };

/* The row of a kind of one size. */
static void sized(wf_type_row *row, wf_type_kind kind, int64_t size) {
    row->kind = (uint8_t)kind;
    row->min_size = row->max_size = (uint8_t)size;
}

/* ---- numbers ---- */

static bool number_format(wf_overlay_builder *b, wf_type_row *row, json_t *value) {
    static const struct {
        const char *name;
        uint8_t size, flags;
    } formats[] = {{"int8", 1, WF_NUMBER_SIGNED},  {"uint8", 1, 0}, {"int16", 2, WF_NUMBER_SIGNED}, {"uint16", 2, 0},
                   {"int32", 4, WF_NUMBER_SIGNED}, {"uint32", 4, 0}};
    const char *text = json_string_value(value);
    for (size_t i = 0; text != NULL && i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(text, formats[i].name) == 0) {
            sized(row, WF_TYPE_NUMBER, formats[i].size);
            row->flags = formats[i].flags;
            return true;
        }
    }
    return wf_build_refuse(b, "number must be int8, uint8, int16, uint16, int32 or uint32");
}

static bool number_codes(wf_overlay_builder *b, wf_type_row *row, json_t *codes) {
    size_t at;
    json_t *code;
    if (codes == NULL) {
        row->flags |= WF_NUMBER_UNDERFLOW | WF_NUMBER_OVERFLOW;
        return true;
    }
    if (!json_is_array(codes)) {
        return wf_build_refuse(b, "codes must be a list");
    }
    json_array_foreach(codes, at, code) {
        const char *text = json_is_string(code) ? json_string_value(code) : "";
        bool under = strcmp(text, "underflow") == 0, over = strcmp(text, "overflow") == 0;
        if (!under && !over) {
            return wf_build_refuse(b, "codes takes \"underflow\" and \"overflow\"");
        }
        row->flags |= under ? WF_NUMBER_UNDERFLOW : WF_NUMBER_OVERFLOW;
    }
    return true;
}

static bool number_times(wf_overlay_builder *b, wf_number_row *number, json_t *times) {
    const size_t most = sizeof number->coefficients;
    uint64_t code;
    if (times != NULL && (!json_is_array(times) || json_array_size(times) > most)) {
        return wf_build_refuse(b, "times must be a list of at most 3 EPCs");
    }
    for (size_t at = 0; at < most && at < json_array_size(times); at++) {
        if (!wf_build_hex(b, &code, json_array_get(times, at), "times", 2)) {
            return false;
        }
        if (code < 0x80) {
            return wf_build_refuse(b, "times names an EPC below 80");
        }
        number->coefficients[at] = (uint8_t)code;
    }
    return true;
}

bool wf_build_number(wf_overlay_builder *b, wf_type_row *row, json_t *type) {
    static const char *const keys[] = {"number", "from", "to", "scale", "unit", "times", "codes", NULL};
    wf_number_row number = {0};
    json_t *scale = json_object_get(type, "scale");
    int64_t exponent = 0;
    if (!wf_build_keys(b, type, keys) || !number_format(b, row, json_object_get(type, "number"))) {
        return false;
    }
    const int64_t span = INT64_C(1) << 8 * row->min_size;
    const int64_t least = (row->flags & WF_NUMBER_SIGNED) != 0 ? -span / 2 : 0, most = least + span - 1;
    if (!wf_build_integer(b, &number.minimum, json_object_get(type, "from"), "from", least, most) ||
        !wf_build_integer(b, &number.maximum, json_object_get(type, "to"), "to", number.minimum, most) ||
        (scale != NULL && !wf_build_integer(b, &exponent, scale, "scale", -MOST_SCALE, MOST_DECIMALS)) ||
        !wf_build_text(b, &b->overlay->ids, &number.unit, json_object_get(type, "unit"), "unit") ||
        !number_times(b, &number, json_object_get(type, "times")) ||
        !number_codes(b, row, json_object_get(type, "codes"))) {
        return false;
    }
    number.exponent = (int8_t)exponent;
    return wf_build_append(b, &b->overlay->numbers, &row->first, &number, sizeof number, 1);
}

/* "0.01" is 1 * 10^-2. */
static bool read_decimal(wf_overlay_builder *b, wf_numeric_row *out, json_t *value) {
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    const char *digits = text[0] == '-' ? text + 1 : text;
    int64_t number = 0;
    int decimals = 0, count = 0;
    bool point = false;
    for (; (*digits >= '0' && *digits <= '9') || (*digits == '.' && !point && count > 0); digits++) {
        if (*digits == '.') {
            point = true;
            continue;
        }
        number = number * 10 + (*digits - '0');
        decimals += point ? 1 : 0;
        if (++count > MOST_DECIMALS) {
            break;
        }
    }
    if (*digits != '\0' || count == 0 || (point && decimals == 0)) {
        return wf_build_refuse(b, "a number here is a text of at most %d digits, such as \"0.1\"", MOST_DECIMALS);
    }
    out->number = (int32_t)(text[0] == '-' ? -number : number);
    out->exponent = (int8_t)-decimals;
    return true;
}

bool wf_build_numeric(wf_overlay_builder *b, wf_type_row *row, json_t *type) {
    static const char *const keys[] = {"numeric", "values", NULL};
    json_t *values = json_object_get(type, "values"), *value;
    const char *code;
    int64_t size;
    if (!wf_build_keys(b, type, keys) ||
        !wf_build_integer(b, &size, json_object_get(type, "numeric"), "numeric", 1, 1)) {
        return false;
    }
    if (!json_is_object(values) || json_object_size(values) == 0) {
        return wf_build_refuse(b, "values must be an object from codes to numbers");
    }
    sized(row, WF_TYPE_NUMERIC, 1);
    row->first = (uint16_t)b->overlay->numerics.count;
    row->count = (uint16_t)json_object_size(values);
    json_object_foreach(values, code, value) {
        wf_numeric_row numeric = {0};
        uint16_t index;
        if (strlen(code) != 2 || strspn(code, "0123456789ABCDEF") != 2) {
            return wf_build_refuse(b, "the code '%s' must have 2 hexadecimal digits in capitals", code);
        }
        numeric.code = (uint8_t)strtoul(code, NULL, 16);
        if (!read_decimal(b, &numeric, value) ||
            !wf_build_append(b, &b->overlay->numerics, &index, &numeric, sizeof numeric, 1)) {
            return false;
        }
    }
    return true;
}

/* ---- states and levels ---- */

static bool is_one_of(const char *word, const char *const *words) {
    while (*words != NULL && strcmp(*words, word) != 0) {
        words++;
    }
    return *words != NULL;
}

/* "41" or "0014-001D". */
static bool read_codes(wf_overlay_builder *b, wf_enumerator_row *out, json_t *value, size_t digits) {
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    size_t len = strlen(text), first = strspn(text, "0123456789ABCDEFabcdef");
    bool row = len == 2 * digits + 1 && text[digits] == '-';
    if (first != digits || (len != digits && !row) ||
        (row && strspn(text + digits + 1, "0123456789ABCDEFabcdef") != digits)) {
        return wf_build_refuse(b, "a code has %zu hexadecimal digits, a row of them is such as 14-1D", digits);
    }
    unsigned long from = strtoul(text, NULL, 16), to = row ? strtoul(text + digits + 1, NULL, 16) : from;
    if (to < from || to - from > WF_CODE_MORE) {
        return wf_build_refuse(b, "the row of codes %s is too long or runs backwards", text);
    }
    out->code = (uint32_t)from;
    out->more = (uint16_t)(to - from);
    return true;
}

static bool read_enumerator(wf_overlay_builder *b, wf_enumerator_row *out, json_t *value, size_t digits, bool beside) {
    static const char *const undefined[] = {"undefined", "unknown", NULL};
    static const char *const no_data[] = {"noData", "unmeasurable", "invalid", "historyUnavailable", NULL};
    size_t len = json_array_size(value);
    json_t *id = json_array_get(value, 1), *last = json_array_get(value, 4);
    if (len < 2 || len > 5 ||
        (last != NULL && (!json_is_string(last) || strcmp(json_string_value(last), "readOnly") != 0))) {
        return wf_build_refuse(b, "a state is [code, id, en, ja], with \"readOnly\" after that where it can't be set");
    }
    if (!read_codes(b, out, json_array_get(value, 0), digits) ||
        !wf_build_names(b, &out->names, id, json_array_get(value, 2), json_array_get(value, 3))) {
        return false;
    }
    out->more |= last != NULL ? WF_CODE_READ_ONLY : 0;
    if (beside && is_one_of(json_string_value(id), undefined)) {
        out->more |= WF_CODE_UNDEFINED;
    } else if (beside && is_one_of(json_string_value(id), no_data)) {
        out->more |= WF_CODE_NO_DATA;
    }
    return true;
}

static bool overlaps(const wf_enumerator_row *a, const wf_enumerator_row *c) {
    return a->code <= c->code + (c->more & WF_CODE_MORE) && c->code <= a->code + (a->more & WF_CODE_MORE);
}

bool wf_build_state(wf_overlay_builder *b, wf_type_row *row, json_t *type, bool beside) {
    static const char *const keys[] = {"state", "values", NULL};
    json_t *values = json_object_get(type, "values"), *value;
    size_t at;
    int64_t size;
    if (!wf_build_keys(b, type, keys) ||
        !wf_build_integer(b, &size, json_object_get(type, "state"), "state", 1, MOST_CODE_SIZE)) {
        return false;
    }
    if (json_array_size(values) == 0) {
        return wf_build_refuse(b, "values must be a list of states");
    }
    sized(row, WF_TYPE_STATE, size);
    row->first = (uint16_t)b->overlay->enumerators.count;
    json_array_foreach(values, at, value) {
        wf_enumerator_row state = {0};
        uint16_t index;
        size_t before = wf_build_enter(b, ".values[%zu]", at);
        if (!read_enumerator(b, &state, value, 2 * (size_t)size, beside)) {
            return false;
        }
        const wf_enumerator_row *rows = b->overlay->enumerators.at;
        for (size_t i = row->first; i < b->overlay->enumerators.count; i++) {
            if (overlaps(&rows[i], &state)) {
                return wf_build_refuse(b, "its code is taken by an earlier state");
            }
        }
        if (!wf_build_append(b, &b->overlay->enumerators, &index, &state, sizeof state, 1)) {
            return false;
        }
        wf_build_leave(b, before);
    }
    row->count = (uint16_t)json_array_size(values);
    return true;
}

bool wf_build_level(wf_overlay_builder *b, wf_type_row *row, json_t *type) {
    static const char *const keys[] = {"level", "levels", NULL};
    json_t *level = json_object_get(type, "level");
    size_t digits = json_string_length(level);
    uint64_t base;
    int64_t levels;
    if (!wf_build_keys(b, type, keys)) {
        return false;
    }
    digits = digits == 2 * MOST_LEVEL_SIZE ? digits : 2;
    if (!wf_build_hex(b, &base, level, "level (2 or 4 digits)", digits) ||
        !wf_build_integer(b, &levels, json_object_get(type, "levels"), "levels", 1,
                          (INT64_C(1) << 4 * digits) - (int64_t)base)) {
        return false;
    }
    if (levels > UINT16_MAX) {
        return wf_build_refuse(b, "there are more levels than 65535");
    }
    sized(row, WF_TYPE_LEVEL, (int64_t)digits / 2);
    row->first = (uint16_t)base;
    row->count = (uint16_t)levels;
    return true;
}

/* ---- bytes and times ---- */

bool wf_build_raw(wf_overlay_builder *b, wf_type_row *row, json_t *type) {
    static const char *const keys[] = {"raw", NULL};
    json_t *sizes = json_object_get(type, "raw");
    int64_t least, most;
    if (!wf_build_keys(b, type, keys)) {
        return false;
    }
    if (json_array_size(sizes) != 2) {
        return wf_build_refuse(b, "raw must be a list of two sizes");
    }
    if (!wf_build_integer(b, &least, json_array_get(sizes, 0), "the least size", 1, MOST_RAW) ||
        !wf_build_integer(b, &most, json_array_get(sizes, 1), "the most", least, MOST_RAW)) {
        return false;
    }
    *row = (wf_type_row){.kind = WF_TYPE_RAW, .min_size = (uint8_t)least, .max_size = (uint8_t)most};
    return true;
}

bool wf_build_time(wf_overlay_builder *b, wf_type_row *row, json_t *type) {
    static const char *const keys[] = {"time", "hours", NULL};
    int64_t size, hours;
    if (!wf_build_keys(b, type, keys) || !wf_build_integer(b, &size, json_object_get(type, "time"), "time", 2, 3) ||
        !wf_build_integer(b, &hours, json_object_get(type, "hours"), "hours", 0, UINT8_MAX)) {
        return false;
    }
    sized(row, WF_TYPE_TIME, size);
    row->first = (uint16_t)hours;
    return true;
}

bool wf_build_date(wf_overlay_builder *b, wf_type_row *row, json_t *type) {
    static const char *const keys[] = {"date", NULL};
    int64_t size;
    if (!wf_build_keys(b, type, keys) || !wf_build_integer(b, &size, json_object_get(type, "date"), "date", 4, 4)) {
        return false;
    }
    sized(row, WF_TYPE_DATE, size);
    return true;
}

bool wf_build_date_time(wf_overlay_builder *b, wf_type_row *row, json_t *type) {
    static const char *const keys[] = {"date-time", NULL};
    int64_t size;
    if (!wf_build_keys(b, type, keys) ||
        !wf_build_integer(b, &size, json_object_get(type, "date-time"), "date-time", 6, 7)) {
        return false;
    }
    sized(row, WF_TYPE_DATE_TIME, size);
    return true;
}
