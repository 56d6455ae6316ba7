#include "pki/name.h"
#include <string.h>

enum { COMMON_NAME_MAX = 64 };

typedef struct walk {
    wf_reader sets;
    wf_reader set;
} walk;

static walk walk_of(wf_bytes name) {
    wf_reader outer = wf_reader_of(name);
    walk w = {.sets = wf_der_enter(&outer, WF_DER_SEQUENCE)};
    wf_der_leave(&w.sets, &outer);
    return w;
}

/* The next attribute; false at the end and after a failure, which `sets` remembers. */
static bool walk_next(walk *w, wf_oid *type, wf_der_element *value) {
    if (w->set.left == 0) {
        if (w->sets.left == 0) {
            return false;
        }
        w->set = wf_der_enter(&w->sets, WF_DER_SET);
    }
    wf_reader attribute = wf_der_enter(&w->set, WF_DER_SEQUENCE);
    *type = wf_oid_find(wf_der_read(&attribute, WF_DER_OID).contents);
    *value = wf_der_read_any(&attribute);
    wf_der_leave(&w->set, &attribute);
    if (w->set.failed) {
        wf_reader_fail(&w->sets);
    }
    return !w->sets.failed;
}

wf_error wf_name_check(wf_bytes name) {
    walk w = walk_of(name);
    wf_oid type;
    wf_der_element value;
    while (walk_next(&w, &type, &value)) {
    }
    return w.sets.failed ? WF_ERROR_CERTIFICATE : WF_OK;
}

static bool read_hex_digit(uint8_t *out, uint8_t digit) {
    if (digit >= '0' && digit <= '9') {
        *out = (uint8_t)(digit - '0');
        return true;
    }
    if (digit >= 'A' && digit <= 'F') {
        *out = (uint8_t)(digit - 'A' + 10);
        return true;
    }
    return false;
}

static bool read_number(uint8_t number[static WF_NUMBER_LEN], const wf_der_element *value) {
    if (value->tag != WF_DER_PRINTABLE_STRING || value->contents.len != 2 * WF_NUMBER_LEN) {
        return false;
    }
    for (size_t i = 0; i < WF_NUMBER_LEN; i++) {
        uint8_t high, low;
        if (!read_hex_digit(&high, value->contents.at[2 * i]) || !read_hex_digit(&low, value->contents.at[2 * i + 1])) {
            return false;
        }
        number[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

wf_error wf_name_number(bool *has, uint8_t number[static WF_NUMBER_LEN], wf_bytes name) {
    *has = false;
    walk w = walk_of(name);
    wf_oid type;
    wf_der_element value;
    while (walk_next(&w, &type, &value)) {
        if (type != WF_OID_SERIAL_NUMBER) {
            continue;
        }
        if (*has || !read_number(number, &value)) {
            return WF_ERROR_CERTIFICATE;
        }
        *has = true;
    }
    return w.sets.failed ? WF_ERROR_CERTIFICATE : WF_OK;
}

wf_bytes wf_name_common(wf_bytes name) {
    walk w = walk_of(name);
    wf_oid type;
    wf_der_element value;
    while (walk_next(&w, &type, &value)) {
        if (type == WF_OID_COMMON_NAME) {
            bool text = value.tag == WF_DER_UTF8_STRING || value.tag == WF_DER_PRINTABLE_STRING;
            return text ? value.contents : wf_bytes_of(NULL, 0);
        }
    }
    return wf_bytes_of(NULL, 0);
}

bool wf_name_is_empty(wf_bytes name) {
    return name.len <= 2;
}

static void write_attribute(wf_writer *w, wf_oid type, uint8_t tag, wf_bytes value) {
    size_t set = wf_der_begin(w, WF_DER_SET);
    size_t attribute = wf_der_begin(w, WF_DER_SEQUENCE);
    wf_der_write(w, WF_DER_OID, wf_oid_contents(type));
    wf_der_write(w, tag, value);
    wf_der_end(w, attribute);
    wf_der_end(w, set);
}

void wf_name_write(wf_writer *w, const char *common_name, const uint8_t *number) {
    size_t name = wf_der_begin(w, WF_DER_SEQUENCE);
    if (common_name != NULL) {
        wf_bytes text = wf_bytes_of((const uint8_t *)common_name, strlen(common_name));
        write_attribute(w, WF_OID_COMMON_NAME, WF_DER_UTF8_STRING, text);
    }
    if (number != NULL) {
        uint8_t digits[2 * WF_NUMBER_LEN];
        for (size_t i = 0; i < sizeof digits; i++) {
            unsigned digit = i % 2 == 0 ? number[i / 2] >> 4 : number[i / 2] & 0x0F;
            digits[i] = (uint8_t) "0123456789ABCDEF"[digit];
        }
        write_attribute(w, WF_OID_SERIAL_NUMBER, WF_DER_PRINTABLE_STRING, wf_bytes_of(digits, sizeof digits));
    }
    wf_der_end(w, name);
}

/* How many continuation bytes follow `lead`, and the least code point of that form; 4 when it can't lead. */
static unsigned utf8_follow(uint32_t *code, uint32_t *least, uint8_t lead) {
    if (lead < 0x80) {
        *code = lead;
        *least = 0x20;
        return 0;
    }
    if ((lead & 0xE0) == 0xC0) {
        *code = lead & 0x1F;
        *least = 0xA0; /* 80 to 9F are controls */
        return 1;
    }
    if ((lead & 0xF0) == 0xE0) {
        *code = lead & 0x0F;
        *least = 0x800;
        return 2;
    }
    *code = lead & 0x07;
    *least = 0x10000;
    return (lead & 0xF8) == 0xF0 ? 3 : 4;
}

bool wf_name_is_writable(const char *common_name) {
    size_t len = strlen(common_name);
    if (len == 0 || len > COMMON_NAME_MAX) {
        return false;
    }
    wf_reader r = wf_reader_of(wf_bytes_of((const uint8_t *)common_name, len));
    while (r.left > 0) {
        uint32_t code, least;
        unsigned follow = utf8_follow(&code, &least, wf_read_u8(&r));
        if (follow == 4) {
            return false;
        }
        for (unsigned i = 0; i < follow; i++) {
            uint8_t next = wf_read_u8(&r);
            if ((next & 0xC0) != 0x80) {
                return false;
            }
            code = code << 6 | (next & 0x3F);
        }
        bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        if (code < least || code == 0x7F || surrogate || code > 0x10FFFF) {
            return false;
        }
    }
    return true;
}
