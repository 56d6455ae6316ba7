#include "host/pem.h"
#include <string.h>
#include <warifu/pem.h>

enum { LINE_LEN = 64, GROUP_LEN = 4 };

static wf_bytes bytes_of_text(const char *text) {
    return wf_bytes_of((const uint8_t *)text, strlen(text));
}

static bool begins_with(wf_bytes line, const char *text) {
    size_t len = strlen(text);
    return line.len >= len && memcmp(line.at, text, len) == 0;
}

/* RFC 7468 section 3: a line ends in CRLF, CR or LF; at the end of the text it may end in nothing. */
static wf_bytes next_line(wf_reader *text) {
    size_t len = 0;
    while (len < text->left && text->at[len] != '\r' && text->at[len] != '\n') {
        len++;
    }
    wf_bytes line = wf_read_bytes(text, len);
    if (text->left > 0 && wf_read_u8(text) == '\r' && text->left > 0 && text->at[0] == '\n') {
        (void)wf_read_u8(text);
    }
    return line;
}

/* Sextets are computed both ways, for a table's lookups would show a private key's characters in the cache. */
static unsigned in_range(unsigned c, unsigned first, unsigned last) {
    return ((first - 1 - c) & (c - last - 1)) >> 16 & 1; /* both differences are below zero */
}

static unsigned sextet_of(unsigned c, unsigned *known) {
    unsigned upper = in_range(c, 'A', 'Z'), lower = in_range(c, 'a', 'z'), digit = in_range(c, '0', '9');
    unsigned plus = in_range(c, '+', '+'), slash = in_range(c, '/', '/');
    *known &= upper | lower | digit | plus | slash;
    return upper * (c - 'A') + lower * (c - 'a' + 26) + digit * (c - '0' + 52) + plus * 62 + slash * 63;
}

static uint8_t character_of(unsigned sextet) {
    unsigned upper = in_range(sextet, 0, 25), lower = in_range(sextet, 26, 51), digit = in_range(sextet, 52, 61);
    unsigned plus = in_range(sextet, 62, 62), slash = in_range(sextet, 63, 63);
    return (uint8_t)(upper * (sextet + 'A') + lower * (sextet - 26 + 'a') + digit * (sextet - 52 + '0') + plus * '+' +
                     slash * '/');
}

/* One group of four characters; false unless it is what an encoder writes (RFC 4648 section 3.5: spare bits zero). */
static bool decode_group(wf_writer *out, const uint8_t group[static GROUP_LEN], bool last) {
    size_t pad = group[3] != '=' ? 0 : group[2] != '=' ? 1 : 2;
    unsigned known = 1, value = 0;
    for (size_t i = 0; i < GROUP_LEN; i++) {
        value = value << 6 | (i < GROUP_LEN - pad ? sextet_of(group[i], &known) : 0);
    }
    if (!known || (pad > 0 && !last) || (value & ((1u << 8 * pad) - 1)) != 0) {
        return false;
    }
    for (size_t i = 0; i < 3 - pad; i++) {
        wf_write_u8(out, (uint8_t)(value >> (16 - 8 * i)));
    }
    return true;
}

static bool decode_line(wf_writer *out, wf_bytes line, bool last) {
    bool right_length = last ? line.len > 0 && line.len <= LINE_LEN : line.len == LINE_LEN;
    if (!right_length || line.len % GROUP_LEN != 0) {
        return false;
    }
    for (size_t at = 0; at < line.len; at += GROUP_LEN) {
        if (!decode_group(out, line.at + at, last && at + GROUP_LEN == line.len)) {
            return false;
        }
    }
    return true;
}

/* The label of "-----BEGIN CERTIFICATE-----"; empty when the line is something else. */
static wf_bytes boundary_label(wf_bytes line, const char *kind) {
    wf_bytes start = bytes_of_text(kind), end = bytes_of_text("-----");
    if (!begins_with(line, kind) || line.len <= start.len + end.len ||
        memcmp(line.at + line.len - end.len, end.at, end.len) != 0) {
        return wf_bytes_of(NULL, 0);
    }
    return wf_bytes_of(line.at + start.len, line.len - start.len - end.len);
}

static wf_error find_begin(wf_reader *text, wf_bytes *label) {
    *label = wf_bytes_of(NULL, 0);
    while (text->left > 0) {
        wf_bytes line = next_line(text);
        if (begins_with(line, "-----")) {
            *label = boundary_label(line, "-----BEGIN ");
            return label->len > 0 ? WF_OK : WF_ERROR_PEM;
        }
    }
    return WF_OK;
}

wf_error wf_pem_next(wf_reader *text, wf_bytes *label, wf_writer *der) {
    wf_error error = find_begin(text, label);
    if (error != WF_OK || label->len == 0) {
        return error;
    }
    wf_bytes line = next_line(text);
    for (;;) {
        wf_bytes after = next_line(text);
        bool last = begins_with(after, "-----");
        if (!decode_line(der, line, last)) {
            return WF_ERROR_PEM;
        }
        if (last) {
            line = after;
            break;
        }
        line = after;
    }
    if (!wf_bytes_equal(boundary_label(line, "-----END "), *label)) {
        return WF_ERROR_PEM;
    }
    return der->overflow ? WF_ERROR_TOO_SMALL : WF_OK;
}

static void write_text(wf_writer *out, const char *text) {
    wf_write_view(out, bytes_of_text(text));
}

static void write_group(wf_writer *out, const uint8_t *at, size_t len) {
    unsigned value = (unsigned)at[0] << 16 | (len > 1 ? (unsigned)at[1] << 8 : 0) | (len > 2 ? at[2] : 0);
    for (size_t i = 0; i < GROUP_LEN; i++) {
        wf_write_u8(out, i <= len ? character_of(value >> (18 - 6 * i) & 63) : (uint8_t)'=');
    }
}

static void write_boundary(wf_writer *out, const char *kind, const char *label) {
    write_text(out, kind);
    write_text(out, label);
    write_text(out, "-----\n");
}

void wf_pem_write(wf_writer *out, const char *label, wf_bytes der) {
    enum { BYTES_A_LINE = LINE_LEN / GROUP_LEN * 3 };
    write_boundary(out, "-----BEGIN ", label);
    for (size_t at = 0; at < der.len; at += 3) {
        size_t left = der.len - at;
        write_group(out, der.at + at, left < 3 ? left : 3);
        if (left <= 3 || (at + 3) % BYTES_A_LINE == 0) {
            write_text(out, "\n");
        }
    }
    write_boundary(out, "-----END ", label);
}

wf_error wf_pem_or_der(wf_bytes *out, wf_writer *room, const char *label, wf_bytes given) {
    enum { DER_SEQUENCE = 0x30 };
    wf_reader text = wf_reader_of(given);
    const wf_writer empty = *room;
    wf_bytes found = wf_bytes_of(NULL, 0);
    *out = given;
    if (given.len > 0 && given.at[0] == DER_SEQUENCE) {
        return WF_OK;
    }
    do {
        *room = empty;
        wf_error error = wf_pem_next(&text, &found, room);
        if (error != WF_OK || found.len == 0) {
            return error != WF_OK ? error : WF_ERROR_PEM;
        }
    } while (!wf_bytes_equal(found, bytes_of_text(label)));
    *out = wf_bytes_of(room->start + empty.len, room->len - empty.len);
    return WF_OK;
}
