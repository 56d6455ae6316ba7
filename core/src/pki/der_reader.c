#include "pki/der.h"

/* X.690 10.1: the definite form in the fewest octets. */
static size_t read_length(wf_reader *r) {
    uint8_t first = wf_read_u8(r);
    if (first < 0x80) {
        return first;
    }
    if (first == 0x81) {
        uint8_t length = wf_read_u8(r);
        if (length >= 0x80) {
            return length;
        }
    } else if (first == 0x82) {
        uint16_t length = wf_read_u16(r);
        if (length >= 0x100) {
            return length;
        }
    }
    wf_reader_fail(r);
    return 0;
}

wf_der_element wf_der_read_any(wf_reader *r) {
    wf_der_element element = {0};
    const uint8_t *start = r->at;
    size_t left = r->left;
    uint8_t tag = wf_read_u8(r);
    if ((tag & 0x1F) == 0x1F) {
        wf_reader_fail(r);
    }
    wf_bytes contents = wf_read_bytes(r, read_length(r));
    if (r->failed) {
        return element;
    }
    element.tag = tag;
    element.contents = contents;
    element.whole = wf_bytes_of(start, left - r->left);
    return element;
}

bool wf_der_next_is(const wf_reader *r, uint8_t tag) {
    return !r->failed && r->left > 0 && r->at[0] == tag;
}

wf_der_element wf_der_read(wf_reader *r, uint8_t tag) {
    if (!wf_der_next_is(r, tag)) {
        wf_reader_fail(r);
    }
    return wf_der_read_any(r);
}

wf_reader wf_der_enter(wf_reader *outer, uint8_t tag) {
    wf_reader inner = wf_reader_of(wf_der_read(outer, tag).contents);
    if (outer->failed) {
        wf_reader_fail(&inner);
    }
    return inner;
}

void wf_der_leave(wf_reader *outer, const wf_reader *inner) {
    if (inner->failed || inner->left > 0) {
        wf_reader_fail(outer);
    }
}

/* X.690 8.3.2: the first nine bits are neither all zero nor all one. */
static bool integer_is_minimal(wf_bytes contents) {
    if (contents.len == 0) {
        return false;
    }
    if (contents.len == 1) {
        return true;
    }
    bool next_bit = contents.at[1] >= 0x80;
    return contents.at[0] != (next_bit ? 0xFF : 0x00);
}

static bool boolean_is_strict(wf_bytes contents) {
    return contents.len == 1 && (contents.at[0] == 0x00 || contents.at[0] == 0xFF);
}

/* X.690 11.2.1: unused bits are zero. */
static bool bit_string_is_strict(wf_bytes contents) {
    if (contents.len == 0 || contents.at[0] > 7) {
        return false;
    }
    if (contents.len == 1) {
        return contents.at[0] == 0;
    }
    unsigned unused_mask = (1u << contents.at[0]) - 1;
    return (contents.at[contents.len - 1] & unused_mask) == 0;
}

/* X.690 8.19.2: each arc in the fewest octets, the last arc complete. */
static bool oid_is_strict(wf_bytes contents) {
    bool arc_begins = true;
    for (size_t i = 0; i < contents.len; i++) {
        if (arc_begins && contents.at[i] == 0x80) {
            return false;
        }
        arc_begins = contents.at[i] < 0x80;
    }
    return contents.len > 0 && arc_begins;
}

bool wf_der_read_boolean(wf_reader *r) {
    wf_bytes contents = wf_der_read(r, WF_DER_BOOLEAN).contents;
    if (!boolean_is_strict(contents)) {
        wf_reader_fail(r);
        return false;
    }
    return contents.at[0] != 0;
}

static wf_bytes read_unsigned(wf_reader *r, uint8_t tag) {
    wf_bytes contents = wf_der_read(r, tag).contents;
    if (!integer_is_minimal(contents) || contents.at[0] >= 0x80) {
        wf_reader_fail(r);
        return wf_bytes_of(NULL, 0);
    }
    if (contents.len > 1 && contents.at[0] == 0) {
        return wf_bytes_of(contents.at + 1, contents.len - 1);
    }
    return contents;
}

wf_bytes wf_der_read_unsigned(wf_reader *r) {
    return read_unsigned(r, WF_DER_INTEGER);
}

unsigned wf_der_read_small(wf_reader *r, uint8_t tag) {
    wf_bytes value = read_unsigned(r, tag);
    if (value.len != 1) {
        wf_reader_fail(r);
        return 0;
    }
    return value.at[0];
}

wf_bytes wf_der_read_octet_aligned(wf_reader *r) {
    wf_bytes contents = wf_der_read(r, WF_DER_BIT_STRING).contents;
    if (contents.len == 0 || contents.at[0] != 0) {
        wf_reader_fail(r);
        return wf_bytes_of(NULL, 0);
    }
    return wf_bytes_of(contents.at + 1, contents.len - 1);
}

/* X.690 11.2.2: a list of named bits ends with its last one bit. */
unsigned wf_der_read_named_bits(wf_reader *r) {
    wf_bytes contents = wf_der_read(r, WF_DER_BIT_STRING).contents;
    if (!bit_string_is_strict(contents) || contents.len > 3) {
        wf_reader_fail(r);
        return 0;
    }
    if (contents.len > 1 && (contents.at[contents.len - 1] >> contents.at[0] & 1) == 0) {
        wf_reader_fail(r);
        return 0;
    }
    unsigned bits = 0;
    for (unsigned i = 0; i < 8 * (contents.len - 1); i++) {
        if (contents.at[1 + i / 8] & 0x80 >> i % 8) {
            bits |= 1u << i;
        }
    }
    return bits;
}

bool wf_der_read_is(wf_reader *r, wf_bytes whole_element) {
    wf_reader ahead = *r;
    wf_bytes whole = wf_der_read_any(&ahead).whole;
    if (ahead.failed || !wf_bytes_equal(whole, whole_element)) {
        return false;
    }
    *r = ahead;
    return true;
}

static bool leaf_is_strict(uint8_t tag, wf_bytes contents) {
    switch (tag) {
    case WF_DER_BOOLEAN:
        return boolean_is_strict(contents);
    case WF_DER_INTEGER:
    case WF_DER_ENUMERATED:
        return integer_is_minimal(contents);
    case WF_DER_BIT_STRING:
        return bit_string_is_strict(contents);
    case WF_DER_NULL:
        return contents.len == 0;
    case WF_DER_OID:
        return oid_is_strict(contents);
    case 0x00:                                 /* end-of-contents: only the indefinite form has it */
    case WF_DER_SEQUENCE ^ WF_DER_CONSTRUCTED: /* these two are always constructed */
    case WF_DER_SET ^ WF_DER_CONSTRUCTED:
        return false;
    default:
        return true;
    }
}

/* X.690 11.6: the elements of a SET OF ascend. No encoding is the beginning of another, so a plain comparison does. */
static bool ascends(wf_bytes before, wf_bytes after) {
    size_t len = before.len < after.len ? before.len : after.len;
    for (size_t i = 0; i < len; i++) {
        if (before.at[i] != after.at[i]) {
            return before.at[i] < after.at[i];
        }
    }
    return true;
}

typedef struct level {
    wf_reader rest;
    bool is_set;
    wf_bytes before;
} level;

static bool element_is_strict(const wf_der_element *element) {
    bool constructed = element->tag & WF_DER_CONSTRUCTED;
    bool universal = element->tag < 0x40;
    if (!constructed) {
        return leaf_is_strict(element->tag, element->contents);
    }
    return !universal || element->tag == WF_DER_SEQUENCE || element->tag == WF_DER_SET;
}

wf_error wf_der_check(wf_bytes der) {
    level levels[WF_DER_DEPTH];
    size_t depth = 0;
    levels[0] = (level){.rest = wf_reader_of(der)};
    bool first = true;
    for (;;) {
        level *here = &levels[depth];
        if (here->rest.left == 0 && !first) {
            if (depth-- == 0) {
                return WF_OK;
            }
            continue;
        }
        wf_der_element element = wf_der_read_any(&here->rest);
        bool single = depth > 0 || here->rest.left == 0; /* the outermost element stands alone */
        if (here->rest.failed || !single || !element_is_strict(&element)) {
            return WF_ERROR_DER;
        }
        if (here->is_set && !ascends(here->before, element.whole)) {
            return WF_ERROR_DER;
        }
        here->before = element.whole;
        first = false;
        if (element.tag & WF_DER_CONSTRUCTED) {
            if (++depth == WF_DER_DEPTH) {
                return WF_ERROR_DER;
            }
            levels[depth] = (level){.rest = wf_reader_of(element.contents), .is_set = element.tag == WF_DER_SET};
        }
    }
}
