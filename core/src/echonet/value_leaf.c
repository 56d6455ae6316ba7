#include "value_leaf.h"
#include <string.h>

enum { MONTHS = 12, LAST_YEAR = 9999, SIXTY = 60 };

bool wf_type_is_container(wf_type type) {
    uint8_t kind = wf_type_row_of(type)->kind;
    return kind == WF_TYPE_ARRAY || kind == WF_TYPE_OBJECT || kind == WF_TYPE_BITMAP;
}

static uint64_t number_of(wf_bytes bytes) {
    uint64_t number = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        number = number << 8 | bytes.at[i];
    }
    return number;
}

static wf_bytes bytes_of(uint8_t out[WF_STATIC WF_CODE_LEN], uint64_t number, size_t len) {
    for (size_t i = len; i-- > 0; number >>= 8) {
        out[i] = (uint8_t)number;
    }
    return wf_bytes_of(out, len);
}

/* --- numbers --- */

/* The reserved codes of a format: signed 80.. and 7F.., unsigned FE.. and FF.. (Appendix, data types). */
static int64_t reserved_code(const wf_type_row *row, wf_value_kind kind) {
    int bits = 8 * row->min_size;
    if (row->flags & WF_NUMBER_SIGNED) {
        int64_t half = (int64_t)1 << (bits - 1);
        return kind == WF_VALUE_UNDERFLOW ? -half : half - 1;
    }
    int64_t greatest = ((int64_t)1 << bits) - 1;
    return kind == WF_VALUE_UNDERFLOW ? greatest - 1 : greatest;
}

static bool has_reserved_code(const wf_type_row *row, wf_value_kind kind) {
    return (row->flags & (kind == WF_VALUE_UNDERFLOW ? WF_NUMBER_UNDERFLOW : WF_NUMBER_OVERFLOW)) != 0;
}

static bool decode_reserved(const wf_type_row *row, wf_value *out, int64_t raw, uint64_t code) {
    static const wf_value_kind kinds[] = {WF_VALUE_UNDERFLOW, WF_VALUE_OVERFLOW};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (has_reserved_code(row, kinds[i]) && raw == reserved_code(row, kinds[i])) {
            *out = (wf_value){.kind = kinds[i], .coded = true, .code = code};
            return true;
        }
    }
    return false;
}

static bool decode_number(wf_type type, const wf_type_row *row, wf_value *out, wf_bytes edt, bool reserved) {
    const wf_number_row *number = &type.dictionary->numbers[row->first];
    uint64_t code = number_of(edt);
    int64_t raw = (int64_t)code;
    if (row->flags & WF_NUMBER_SIGNED && edt.len > 0 && edt.at[0] >> 7 != 0) {
        raw -= (int64_t)1 << 8 * edt.len;
    }
    if (raw < number->minimum || raw > number->maximum) {
        return reserved && decode_reserved(row, out, raw, code);
    }
    *out = (wf_value){.kind = WF_VALUE_NUMBER, .number = raw, .exponent = number->exponent};
    out->unit = type.dictionary->ids + number->unit;
    memcpy(out->coefficients, number->coefficients, sizeof out->coefficients);
    return true;
}

/* number * 10^by, where that is a whole number that some EDT could hold. */
static bool shift_exactly(int64_t *number, int by) {
    const int64_t enough = INT64_C(1) << 40;
    for (; by > 0 && *number != 0; by--) {
        if (*number > enough || *number < -enough) {
            return false;
        }
        *number *= 10;
    }
    for (; by < 0 && *number != 0; by++) {
        if (*number % 10 != 0) {
            return false;
        }
        *number /= 10;
    }
    return true;
}

static bool unit_fits(const char *unit, const char *own) {
    return unit == NULL || unit[0] == '\0' || strcmp(unit, own) == 0;
}

static bool encode_number(wf_type type, const wf_type_row *row, wf_bytes *out, uint8_t *code, const wf_value *node) {
    const wf_number_row *number = &type.dictionary->numbers[row->first];
    int64_t raw = node->number;
    if (node->kind == WF_VALUE_UNDERFLOW || node->kind == WF_VALUE_OVERFLOW) {
        raw = reserved_code(row, node->kind);
        *out = bytes_of(code, (uint64_t)raw, row->min_size);
        return has_reserved_code(row, node->kind) && (!node->coded || node->code == number_of(*out));
    }
    if (node->kind != WF_VALUE_NUMBER || !unit_fits(node->unit, type.dictionary->ids + number->unit) ||
        !shift_exactly(&raw, node->exponent - number->exponent) || raw < number->minimum || raw > number->maximum) {
        return false;
    }
    *out = bytes_of(code, (uint64_t)raw, row->min_size);
    return true;
}

static bool same_number(const wf_value *node, const wf_numeric_row *row) {
    int64_t number = node->number;
    return shift_exactly(&number, node->exponent - row->exponent) && number == row->number;
}

static bool decode_numeric(wf_type type, const wf_type_row *row, wf_value *out, uint64_t code) {
    for (unsigned i = 0; i < row->count; i++) {
        const wf_numeric_row *numeric = &type.dictionary->numerics[row->first + i];
        if (numeric->code == code) {
            *out = (wf_value){
                .kind = WF_VALUE_NUMBER, .number = numeric->number, .exponent = numeric->exponent, .unit = ""};
            return true;
        }
    }
    return false;
}

static bool encode_numeric(wf_type type, const wf_type_row *row, wf_bytes *out, uint8_t *code, const wf_value *node) {
    for (unsigned i = 0; node->kind == WF_VALUE_NUMBER && unit_fits(node->unit, "") && i < row->count; i++) {
        const wf_numeric_row *numeric = &type.dictionary->numerics[row->first + i];
        if (same_number(node, numeric)) {
            *out = bytes_of(code, numeric->code, row->min_size);
            return true;
        }
    }
    return false;
}

/* --- states and levels --- */

static wf_value_kind state_kind(const wf_enumerator *state) {
    if (state->undefined) {
        return WF_VALUE_UNDEFINED;
    }
    return state->no_data ? WF_VALUE_NO_DATA : WF_VALUE_STATE;
}

static bool is_state(wf_value_kind kind) {
    return kind == WF_VALUE_STATE || kind == WF_VALUE_UNDEFINED || kind == WF_VALUE_NO_DATA;
}

static bool decode_state(wf_type type, wf_value *out, uint64_t code) {
    wf_enumerator state;
    for (unsigned i = 0; wf_type_enumerator(type, &state, i); i++) {
        if (code >= state.first && code <= state.last) {
            *out = (wf_value){.kind = state_kind(&state), .coded = true, .code = code, .name = state.names};
            return true;
        }
    }
    return false;
}

static bool is_called(const wf_enumerator *state, const char *name, int language) {
    const char *const names[] = {state->names.id, state->names.en, state->names.ja};
    return strcmp(names[language], name) == 0;
}

/* The code that a node means. A name that several codes have tells nothing, unless the code stands beside it. */
static bool code_in_language(wf_type type, uint64_t *code, const wf_value *node, int language, bool set) {
    const char *name = node->name.id;
    bool named = name != NULL && name[0] != '\0';
    wf_enumerator state;
    unsigned found = 0;
    for (unsigned i = 0; wf_type_enumerator(type, &state, i); i++) {
        bool fits = (node->kind == WF_VALUE_STATE || node->kind == state_kind(&state)) && !(set && state.read_only) &&
                    (!named || is_called(&state, name, language)) &&
                    (!node->coded || (node->code >= state.first && node->code <= state.last));
        if (fits) {
            *code = node->coded ? node->code : state.first;
            found += node->coded || state.first == state.last ? 1 : 2;
        }
    }
    return found == 1;
}

static bool encode_state(wf_type type, const wf_type_row *row, wf_bytes *out, uint8_t *bytes, const wf_value *node,
                         bool set) {
    enum { LANGUAGES = 3 };
    uint64_t code = 0;
    bool found = false;
    for (int language = 0; is_state(node->kind) && language < LANGUAGES && !found; language++) {
        found = code_in_language(type, &code, node, language, set);
    }
    *out = bytes_of(bytes, code, row->min_size);
    return found;
}

static bool decode_level(const wf_type_row *row, wf_value *out, uint64_t code) {
    if (code < row->first || code - row->first >= row->count) {
        return false;
    }
    *out = (wf_value){.kind = WF_VALUE_LEVEL, .coded = true, .code = code, .number = (int64_t)code - row->first + 1};
    return true;
}

static bool encode_level(const wf_type_row *row, wf_bytes *out, uint8_t *code, const wf_value *node, bool loose) {
    int64_t level = node->number;
    bool plain = loose && node->kind == WF_VALUE_NUMBER && unit_fits(node->unit, "");
    if ((node->kind != WF_VALUE_LEVEL && !(plain && shift_exactly(&level, node->exponent))) || level < 1 ||
        level > row->count) {
        return false;
    }
    uint64_t wanted = (uint64_t)(row->first + level - 1);
    *out = bytes_of(code, wanted, row->min_size);
    return node->kind != WF_VALUE_LEVEL || !node->coded || node->code == wanted;
}

/* --- time and date --- */

static bool time_fits(const wf_value *t, unsigned max_hour) {
    return t->hour <= max_hour && t->minute < SIXTY && t->second < SIXTY;
}

static bool date_fits(const wf_value *d) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (d->year < 1 || d->year > LAST_YEAR || d->month < 1 || d->month > MONTHS || d->day < 1) {
        return false;
    }
    bool leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;
    return d->day <= days[d->month - 1] + (d->month == 2 && leap ? 1 : 0);
}

static bool moment_fits(const wf_type_row *row, const wf_value *moment) {
    switch (row->kind) {
    case WF_TYPE_TIME:
        return moment->kind == WF_VALUE_TIME && time_fits(moment, row->first);
    case WF_TYPE_DATE:
        return moment->kind == WF_VALUE_DATE && date_fits(moment);
    default:
        return moment->kind == WF_VALUE_DATE_TIME && date_fits(moment) && time_fits(moment, 23);
    }
}

static bool has_seconds(const wf_type_row *row) {
    return row->min_size == (row->kind == WF_TYPE_TIME ? 3 : 7);
}

static bool decode_moment(const wf_type_row *row, wf_value *out, wf_bytes edt) {
    static const wf_value_kind kinds[] = {WF_VALUE_TIME, WF_VALUE_DATE, WF_VALUE_DATE_TIME};
    wf_reader r = wf_reader_of(edt);
    *out = (wf_value){.kind = kinds[row->kind - WF_TYPE_TIME]};
    if (row->kind != WF_TYPE_TIME) {
        out->year = wf_read_u16(&r);
        out->month = wf_read_u8(&r);
        out->day = wf_read_u8(&r);
    }
    if (row->kind != WF_TYPE_DATE) {
        out->hour = wf_read_u8(&r);
        out->minute = wf_read_u8(&r);
        out->second = has_seconds(row) ? wf_read_u8(&r) : 0;
    }
    return moment_fits(row, out);
}

static bool encode_moment(const wf_type_row *row, wf_bytes *out, uint8_t *code, const wf_value *node) {
    wf_writer w = wf_writer_of(code, WF_CODE_LEN);
    if (!moment_fits(row, node) || (node->second != 0 && !has_seconds(row) && row->kind != WF_TYPE_DATE)) {
        return false;
    }
    if (row->kind != WF_TYPE_TIME) {
        wf_write_u16(&w, node->year);
        wf_write_u8(&w, node->month);
        wf_write_u8(&w, node->day);
    }
    if (row->kind != WF_TYPE_DATE) {
        wf_write_u8(&w, node->hour);
        wf_write_u8(&w, node->minute);
    }
    if (row->kind != WF_TYPE_DATE && has_seconds(row)) {
        wf_write_u8(&w, node->second);
    }
    *out = wf_bytes_of(code, w.len);
    return true;
}

/* --- any of them --- */

bool wf_leaf_decode(wf_type type, wf_value *out, wf_bytes edt, bool reserved) {
    const wf_type_row *row = wf_type_row_of(type);
    if (edt.len < row->min_size || edt.len > row->max_size) {
        return false;
    }
    switch (row->kind) {
    case WF_TYPE_NUMBER:
        return decode_number(type, row, out, edt, reserved);
    case WF_TYPE_NUMERIC:
        return decode_numeric(type, row, out, number_of(edt));
    case WF_TYPE_STATE:
        return decode_state(type, out, number_of(edt));
    case WF_TYPE_LEVEL:
        return decode_level(row, out, number_of(edt));
    case WF_TYPE_RAW:
        *out = (wf_value){.kind = WF_VALUE_RAW, .bytes = edt};
        return true;
    case WF_TYPE_TIME:
    case WF_TYPE_DATE:
    case WF_TYPE_DATE_TIME:
        return decode_moment(row, out, edt);
    default:
        return false;
    }
}

bool wf_leaf_encode(wf_type type, wf_bytes *out, uint8_t code[WF_STATIC WF_CODE_LEN], const wf_value *node, bool loose,
                    bool set) {
    const wf_type_row *row = wf_type_row_of(type);
    switch (row->kind) {
    case WF_TYPE_NUMBER:
        return !(set && node->kind != WF_VALUE_NUMBER) && encode_number(type, row, out, code, node);
    case WF_TYPE_NUMERIC:
        return encode_numeric(type, row, out, code, node);
    case WF_TYPE_STATE:
        return encode_state(type, row, out, code, node, set);
    case WF_TYPE_LEVEL:
        return encode_level(row, out, code, node, loose);
    case WF_TYPE_RAW:
        *out = node->bytes;
        return node->kind == WF_VALUE_RAW && out->len >= row->min_size && out->len <= row->max_size;
    case WF_TYPE_TIME:
    case WF_TYPE_DATE:
    case WF_TYPE_DATE_TIME:
        return encode_moment(row, out, code, node);
    default:
        return false;
    }
}

static bool takes(wf_type type, wf_value *out, wf_bytes edt, bool reserved) {
    const wf_type_row *row = wf_type_row_of(type);
    if (!wf_type_is_container(type)) {
        return wf_leaf_decode(type, out, edt, reserved);
    }
    wf_type item = {type.dictionary, row->first};
    return edt.len >= row->min_size && edt.len <= row->max_size &&
           (row->kind != WF_TYPE_ARRAY || edt.len % wf_type_row_of(item)->min_size == 0);
}

bool wf_type_resolve(wf_type type, wf_type *chosen, wf_value *out, wf_bytes edt) {
    wf_member_info alternative = {.type = type};
    unsigned count = wf_type_row_of(type)->kind == WF_TYPE_ONE_OF ? wf_type_row_of(type)->count : 1;
    for (int reserved = 0; reserved < 2; reserved++) {
        for (unsigned i = count; i-- > 0;) {
            if (wf_type_row_of(type)->kind == WF_TYPE_ONE_OF && !wf_type_member(type, &alternative, i)) {
                return false;
            }
            if (takes(alternative.type, out, edt, reserved != 0)) {
                *chosen = alternative.type;
                return true;
            }
        }
    }
    return false;
}
