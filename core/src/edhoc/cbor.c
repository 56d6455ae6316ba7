#include "edhoc/cbor.h"

#include <string.h>

typedef struct head {
    wf_cbor_type type;
    uint64_t argument;
} head;

/* The argument after the initial byte; `least` is the smallest value that needs this many bytes (RFC 8949 4.2.1). */
static uint64_t read_argument(wf_reader *r, uint8_t info) {
    uint64_t value = info;
    uint64_t least = 0;
    switch (info) {
    case 24:
        value = wf_read_u8(r);
        least = 24;
        break;
    case 25:
        value = wf_read_u16(r);
        least = UINT64_C(1) << 8;
        break;
    case 26:
        value = wf_read_u32(r);
        least = UINT64_C(1) << 16;
        break;
    case 27:
        value = wf_read_u64(r);
        least = UINT64_C(1) << 32;
        break;
    default:
        break;
    }
    if (info > 27 || value < least) {
        wf_reader_fail(r);
    }
    return value;
}

/* Simple values below 32 fit the initial byte, the others take one more (RFC 8949 3.3); what lies behind that are
 * floats. */
static bool simple_is_right(uint8_t info, uint64_t value) {
    return info < 24 || (info == 24 && value >= 32);
}

static head read_head(wf_reader *r) {
    uint8_t first = wf_read_u8(r);
    uint8_t info = first & 31;
    head out = {(wf_cbor_type)(first >> 5), read_argument(r, info)};
    bool right = true;
    switch (out.type) {
    case WF_CBOR_UINT:
    case WF_CBOR_NEGATIVE:
        break;
    case WF_CBOR_BSTR:
    case WF_CBOR_TSTR:
    case WF_CBOR_ARRAY: /* an item has at least one byte */
        right = out.argument <= r->left;
        break;
    case WF_CBOR_MAP:
        right = out.argument <= r->left / 2;
        break;
    case WF_CBOR_SIMPLE:
        right = simple_is_right(info, out.argument);
        break;
    default:
        right = false;
        break;
    }
    if (!right) {
        wf_reader_fail(r);
    }
    return r->failed ? (head){WF_CBOR_UINT, 0} : out;
}

static uint64_t read_typed(wf_reader *r, wf_cbor_type type) {
    if (!wf_cbor_next_is(r, type)) {
        wf_reader_fail(r);
        return 0;
    }
    return read_head(r).argument;
}

bool wf_cbor_next_is(const wf_reader *r, wf_cbor_type type) {
    return !r->failed && r->left > 0 && r->at[0] >> 5 == (int)type;
}

int64_t wf_cbor_read_int(wf_reader *r) {
    bool negative = wf_cbor_next_is(r, WF_CBOR_NEGATIVE);
    uint64_t argument = read_typed(r, negative ? WF_CBOR_NEGATIVE : WF_CBOR_UINT);
    if (argument > INT64_MAX) {
        wf_reader_fail(r);
        return 0;
    }
    return negative && !r->failed ? -1 - (int64_t)argument : (int64_t)argument;
}

wf_bytes wf_cbor_read_bstr(wf_reader *r) {
    return wf_read_bytes(r, (size_t)read_typed(r, WF_CBOR_BSTR));
}

/* How many bytes the character at `at` takes, 0 when it is none: too long a form, a surrogate and what lies beyond
 * U+10FFFF are none (RFC 3629 section 4). */
static size_t utf8_length(const uint8_t *at, size_t left) {
    uint8_t first = at[0];
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    size_t len = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (left < len) {
        return 0;
    }
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (size_t i = 1; i < len; i++) {
        if (at[i] < low || at[i] > high) {
            return 0;
        }
        low = 0x80;
        high = 0xBF;
    }
    return len;
}

static wf_bytes read_text(wf_reader *r, size_t len) {
    wf_bytes text = wf_read_bytes(r, len);
    for (size_t at = 0; at < text.len;) {
        size_t step = utf8_length(text.at + at, text.len - at);
        if (step == 0) {
            wf_reader_fail(r);
            return wf_bytes_of(NULL, 0);
        }
        at += step;
    }
    return text;
}

wf_bytes wf_cbor_read_tstr(wf_reader *r) {
    return read_text(r, (size_t)read_typed(r, WF_CBOR_TSTR));
}

size_t wf_cbor_read_array(wf_reader *r) {
    return (size_t)read_typed(r, WF_CBOR_ARRAY);
}

size_t wf_cbor_read_map(wf_reader *r) {
    return (size_t)read_typed(r, WF_CBOR_MAP);
}

uint8_t wf_cbor_read_simple(wf_reader *r) {
    return (uint8_t)read_typed(r, WF_CBOR_SIMPLE);
}

/* An array or map whose items are being read. */
typedef struct level {
    const uint8_t *at; /* its head */
    size_t left;       /* items to come, keys and values counted alike */
    bool map;
    wf_bytes key; /* the latest one */
} level;

/* Keys in bytewise order of their encodings, each once (RFC 8949 4.2.1). */
static bool key_ascends(wf_bytes before, wf_bytes key) {
    size_t common = before.len < key.len ? before.len : key.len;
    int order = common == 0 ? 0 : memcmp(before.at, key.at, common);
    return order < 0 || (order == 0 && before.len < key.len);
}

/* An item that began at `at` has ended: it may be a key, and it may be the last of the levels around it. */
static size_t close_levels(wf_reader *r, level *levels, size_t depth, const uint8_t *at) {
    while (depth > 0) {
        level *around = &levels[depth - 1];
        if (around->map && around->left % 2 == 0) {
            wf_bytes key = wf_bytes_of(at, (size_t)(r->at - at));
            if (!key_ascends(around->key, key)) {
                wf_reader_fail(r);
                return 0;
            }
            around->key = key;
        }
        if (--around->left > 0) {
            break;
        }
        at = around->at;
        depth--;
    }
    return depth;
}

wf_bytes wf_cbor_read_item(wf_reader *r) {
    level levels[WF_CBOR_DEPTH];
    size_t depth = 0;
    const uint8_t *start = r->at;
    do {
        const uint8_t *at = r->at;
        head item = read_head(r);
        bool map = item.type == WF_CBOR_MAP;
        if ((map || item.type == WF_CBOR_ARRAY) && item.argument > 0) {
            if (depth == WF_CBOR_DEPTH) {
                wf_reader_fail(r);
                break;
            }
            size_t items = (size_t)item.argument * (map ? 2 : 1);
            levels[depth++] = (level){at, items, map, {NULL, 0}};
            continue;
        }
        if (item.type == WF_CBOR_BSTR) {
            (void)wf_read_bytes(r, (size_t)item.argument);
        } else if (item.type == WF_CBOR_TSTR) {
            (void)read_text(r, (size_t)item.argument);
        }
        depth = r->failed ? 0 : close_levels(r, levels, depth, at);
    } while (depth > 0);
    return r->failed ? wf_bytes_of(NULL, 0) : wf_bytes_of(start, (size_t)(r->at - start));
}

wf_error wf_cbor_check(wf_bytes sequence) {
    wf_reader r = wf_reader_of(sequence);
    while (!r.failed && r.left > 0) {
        (void)wf_cbor_read_item(&r);
    }
    return r.failed ? WF_ERROR_CBOR : WF_OK;
}

void wf_cbor_write_head(wf_writer *w, wf_cbor_type type, uint64_t argument) {
    uint8_t major = (uint8_t)(type << 5);
    if (argument < 24) {
        wf_write_u8(w, (uint8_t)(major | argument));
    } else if (argument <= UINT8_MAX) {
        wf_write_u8(w, major | 24);
        wf_write_u8(w, (uint8_t)argument);
    } else if (argument <= UINT16_MAX) {
        wf_write_u8(w, major | 25);
        wf_write_u16(w, (uint16_t)argument);
    } else if (argument <= UINT32_MAX) {
        wf_write_u8(w, major | 26);
        wf_write_u32(w, (uint32_t)argument);
    } else {
        wf_write_u8(w, major | 27);
        wf_write_u64(w, argument);
    }
}

void wf_cbor_write_int(wf_writer *w, int64_t value) {
    if (value < 0) {
        wf_cbor_write_head(w, WF_CBOR_NEGATIVE, (uint64_t)(-1 - value));
    } else {
        wf_cbor_write_head(w, WF_CBOR_UINT, (uint64_t)value);
    }
}

void wf_cbor_write_bstr(wf_writer *w, wf_bytes bytes) {
    wf_cbor_write_head(w, WF_CBOR_BSTR, bytes.len);
    wf_write_view(w, bytes);
}

void wf_cbor_write_tstr(wf_writer *w, const char *text) {
    size_t len = strlen(text);
    wf_cbor_write_head(w, WF_CBOR_TSTR, len);
    wf_write_bytes(w, (const uint8_t *)text, len);
}
