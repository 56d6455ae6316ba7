#include "value_text.h"
#include <string.h>

enum { DIGITS = 24, BYTES_SHOWN = 24, GOT_LEN = 80 };

wf_text wf_text_of(char *at, size_t size) {
    at[0] = '\0';
    return (wf_text){at, size, 0, false};
}

/* Makes room for the dots; a character of several bytes goes whole. */
static void cut(wf_text *text) {
    static const char dots[] = "...";
    size_t room = sizeof dots < text->size ? sizeof dots : text->size;
    size_t keep = text->size - room < text->len ? text->size - room : text->len;
    while (keep > 0 && ((unsigned char)text->at[keep] & 0xC0) == 0x80) {
        keep--;
    }
    memcpy(text->at + keep, dots + sizeof dots - room, room);
    text->len = keep + room - 1;
    text->cut = true;
}

void wf_text_put(wf_text *text, const char *words) {
    size_t len = strlen(words);
    if (text->cut) {
        return;
    }
    size_t fits = len < text->size - text->len ? len : text->size - text->len - 1;
    memcpy(text->at + text->len, words, fits);
    text->len += fits;
    text->at[text->len] = '\0';
    if (fits < len) {
        cut(text);
    }
}

static void put_unsigned(wf_text *text, uint64_t number, unsigned width) {
    char digits[DIGITS];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    for (; number > 0 || width > 0; number /= 10) {
        digits[--at] = (char)('0' + number % 10);
        width -= width > 0 ? 1 : 0;
    }
    wf_text_put(text, digits + at);
}

void wf_text_number(wf_text *text, int64_t number, int exponent) {
    uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number, below = 1;
    wf_text_put(text, number < 0 ? "-" : "");
    if (exponent >= 0) {
        put_unsigned(text, size, 1);
        for (; exponent > 0 && number != 0 && !text->cut; exponent--) {
            wf_text_put(text, "0");
        }
        return;
    }
    if (exponent < -18) { /* no dictionary has such numbers, but a caller may */
        put_unsigned(text, size, 1);
        wf_text_put(text, "e-");
        put_unsigned(text, (uint64_t)-exponent, 1);
        return;
    }
    for (int i = exponent; i < 0; i++) {
        below *= 10;
    }
    put_unsigned(text, size / below, 1);
    wf_text_put(text, ".");
    put_unsigned(text, size % below, (unsigned)-exponent);
}

void wf_text_hex(wf_text *text, wf_bytes bytes) {
    static const char hex[] = "0123456789ABCDEF";
    size_t shown = bytes.len < BYTES_SHOWN ? bytes.len : BYTES_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        const char digits[] = {hex[bytes.at[i] >> 4], hex[bytes.at[i] & 15], '\0'};
        wf_text_put(text, digits);
    }
    wf_text_put(text, shown < bytes.len ? ".." : "");
    wf_text_put(text, bytes.len == 0 ? "no bytes" : "");
}

static void put_code(wf_text *text, uint64_t code, size_t size) {
    uint8_t bytes[8];
    for (size_t i = size; i-- > 0; code >>= 8) {
        bytes[i] = (uint8_t)code;
    }
    wf_text_hex(text, wf_bytes_of(bytes, size));
}

/* --- values --- */

static void put_date(wf_text *text, const wf_value *node) {
    put_unsigned(text, node->year, 4);
    wf_text_put(text, "-");
    put_unsigned(text, node->month, 2);
    wf_text_put(text, "-");
    put_unsigned(text, node->day, 2);
}

static void put_time(wf_text *text, const wf_value *node) {
    put_unsigned(text, node->hour, 2);
    wf_text_put(text, ":");
    put_unsigned(text, node->minute, 2);
    if (node->second != 0) {
        wf_text_put(text, ":");
        put_unsigned(text, node->second, 2);
    }
}

static void put_state(wf_text *text, const wf_value *node) {
    if (node->name.id != NULL && node->name.id[0] != '\0') {
        wf_text_put(text, node->name.id);
    } else if (node->coded) {
        wf_text_put(text, "code ");
        put_code(text, node->code, node->code > 0xFFFFFFFF ? 8 : node->code > 0xFF ? 4 : 1);
    } else {
        wf_text_put(text, node->kind == WF_VALUE_UNDEFINED ? "undefined" : "no data");
    }
}

static void put_number(wf_text *text, const wf_value *node) {
    wf_text_number(text, node->number, node->exponent);
    if (node->unit != NULL && node->unit[0] != '\0') {
        wf_text_put(text, " ");
        wf_text_put(text, node->unit);
    }
}

static void put_count(wf_text *text, const wf_value *node) {
    wf_text_put(text, "[");
    put_unsigned(text, node->count, 1);
    wf_text_put(text, "]");
}

void wf_text_value(wf_text *text, const wf_value *node) {
    switch (node->kind) {
    case WF_VALUE_NUMBER:
        put_number(text, node);
        break;
    case WF_VALUE_LEVEL:
        wf_text_put(text, "level ");
        wf_text_number(text, node->number, 0);
        break;
    case WF_VALUE_STATE:
    case WF_VALUE_UNDEFINED:
    case WF_VALUE_NO_DATA:
        put_state(text, node);
        break;
    case WF_VALUE_UNDERFLOW:
    case WF_VALUE_OVERFLOW:
        wf_text_put(text, node->kind == WF_VALUE_UNDERFLOW ? "underflow" : "overflow");
        break;
    case WF_VALUE_BITMAP:
    case WF_VALUE_RAW:
        wf_text_hex(text, node->bytes);
        break;
    case WF_VALUE_TIME:
        put_time(text, node);
        break;
    case WF_VALUE_DATE:
        put_date(text, node);
        break;
    case WF_VALUE_DATE_TIME:
        put_date(text, node);
        wf_text_put(text, " ");
        put_time(text, node);
        break;
    case WF_VALUE_ARRAY:
    case WF_VALUE_OBJECT:
        put_count(text, node);
        break;
    }
}

void wf_value_text(const wf_value *node, char *out, size_t size) {
    if (size > 0) {
        wf_text text = wf_text_of(out, size);
        wf_text_value(&text, node);
    }
}

/* --- what a type takes --- */

static void put_range(wf_text *text, int64_t from, int64_t to, const char *between) {
    put_unsigned(text, (uint64_t)from, 1);
    if (from != to) {
        wf_text_put(text, between);
        put_unsigned(text, (uint64_t)to, 1);
    }
}

static void put_number_type(wf_text *text, const wf_type_info *info) {
    wf_text_number(text, info->minimum, info->exponent);
    if (info->minimum != info->maximum) {
        wf_text_put(text, " to ");
        wf_text_number(text, info->maximum, info->exponent);
    }
    wf_text_put(text, info->unit[0] != '\0' ? " " : "");
    wf_text_put(text, info->unit);
    if (info->exponent > 0) {
        wf_text_put(text, " in steps of ");
        wf_text_number(text, 1, info->exponent);
    }
}

static void put_enumerators(wf_text *text, wf_type type, const wf_type_info *info, bool set) {
    wf_enumerator state;
    const char *between = "";
    for (unsigned i = 0; wf_type_enumerator(type, &state, i) && !text->cut; i++) {
        if (set && state.read_only) {
            continue;
        }
        wf_text_put(text, between);
        between = ", ";
        if (info->kind == WF_TYPE_NUMERIC) {
            wf_text_number(text, state.number, state.exponent);
            continue;
        }
        wf_text_put(text, state.names.id);
        wf_text_put(text, " (");
        put_code(text, state.first, info->min_size);
        wf_text_put(text, state.first != state.last ? ".." : "");
        if (state.first != state.last) {
            put_code(text, state.last, info->min_size);
        }
        wf_text_put(text, ")");
    }
}

static void put_members(wf_text *text, wf_type type, const char *what) {
    wf_member_info member;
    wf_text_put(text, what);
    for (unsigned i = 0; wf_type_member(type, &member, i) && !text->cut; i++) {
        wf_text_put(text, i == 0 ? "" : ", ");
        wf_text_put(text, member.names.id);
    }
}

static void put_plain_type(wf_text *text, wf_type type, bool set) {
    wf_type_info info;
    wf_type_describe(type, &info);
    switch (info.kind) {
    case WF_TYPE_NUMBER:
        put_number_type(text, &info);
        break;
    case WF_TYPE_NUMERIC:
    case WF_TYPE_STATE:
        put_enumerators(text, type, &info, set);
        break;
    case WF_TYPE_LEVEL:
        wf_text_put(text, "level ");
        put_range(text, info.minimum, info.maximum, " to ");
        break;
    case WF_TYPE_RAW:
        put_range(text, info.min_size, info.max_size, " to ");
        wf_text_put(text, info.max_size == 1 ? " byte" : " bytes");
        break;
    case WF_TYPE_TIME:
        wf_text_put(text, info.min_size == 2 ? "a time of hour and minute" : "a time");
        break;
    case WF_TYPE_DATE:
        wf_text_put(text, "a date");
        break;
    case WF_TYPE_DATE_TIME:
        wf_text_put(text, info.min_size == 6 ? "a date with hour and minute" : "a date with time");
        break;
    case WF_TYPE_ARRAY:
        put_range(text, info.min_items, info.max_items, " to ");
        wf_text_put(text, info.max_items == 1 ? " item" : " items");
        break;
    case WF_TYPE_BITMAP:
        put_members(text, type, "a bitmap of ");
        break;
    case WF_TYPE_OBJECT:
        put_members(text, type, "an object of ");
        break;
    case WF_TYPE_ONE_OF:
        break;
    }
}

static void put_type(wf_text *text, wf_type type, bool set) {
    wf_member_info alternative;
    if (wf_type_row_of(type)->kind != WF_TYPE_ONE_OF) {
        put_plain_type(text, type, set);
        return;
    }
    const char *between = "";
    for (unsigned i = 0; wf_type_member(type, &alternative, i) && !text->cut; i++) {
        size_t before = text->len;
        wf_text_put(text, between);
        size_t start = text->len;
        put_plain_type(text, alternative.type, set);
        if (text->len == start) { /* nothing of this alternative can be set */
            text->len = before;
            text->at[before] = '\0';
        } else {
            between = "; ";
        }
    }
}

/* --- refusals --- */

wf_path wf_path_of(const wf_property_info *property, wf_value_message *message, bool set) {
    if (message != NULL) {
        message->text[0] = '\0';
    }
    return (wf_path){.property = property, .message = message, .set = set};
}

static void put_place(wf_text *text, const wf_path *path) {
    const uint8_t epc = path->property->epc;
    wf_member_info member;
    wf_text_put(text, path->property->names.id);
    wf_text_put(text, " (");
    wf_text_hex(text, wf_bytes_of(&epc, 1));
    wf_text_put(text, ")");
    for (unsigned i = 0; i < path->depth; i++) {
        const wf_frame_of_tree *frame = &path->frames[i];
        if (wf_type_row_of(frame->type)->kind == WF_TYPE_ARRAY) {
            wf_text_put(text, "[");
            put_unsigned(text, frame->next - 1, 1);
            wf_text_put(text, "]");
        } else if (wf_type_member(frame->type, &member, frame->next - 1)) {
            wf_text_put(text, ".");
            wf_text_put(text, member.names.id);
        }
    }
    wf_text_put(text, ": ");
}

wf_error wf_path_refuse(const wf_path *path, wf_type type, const char *got) {
    if (path->message != NULL) {
        wf_text text = wf_text_of(path->message->text, sizeof path->message->text);
        put_place(&text, path);
        wf_text_put(&text, got);
        wf_text_put(&text, path->set ? " can't be set; it takes " : " is no value of it; it takes ");
        put_type(&text, type, path->set);
    }
    return WF_ERROR_WRONG_VALUE;
}

wf_error wf_path_refuse_value(const wf_path *path, wf_type type, const wf_value *node) {
    char got[GOT_LEN];
    wf_value_text(node, got, sizeof got);
    return wf_path_refuse(path, type, got);
}
