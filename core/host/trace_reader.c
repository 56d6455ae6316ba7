#include <warifu/trace_file.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <warifu/datagram.h>
#include <warifu/pcapng.h>

struct wf_trace_reader {
    bool is_pcapng;
    wf_pcapng_reader packets;
    wf_reader text;
    size_t line;
    bool failed;
    uint8_t datagram[WF_TRACE_DATAGRAM_LEN], inner[WF_TRACE_DATAGRAM_LEN];
};

wf_error wf_trace_reader_open(wf_trace_reader **out, wf_bytes contents) {
    wf_trace_reader *reader = calloc(1, sizeof *reader);
    *out = reader;
    if (reader == NULL) {
        return WF_ERROR_CAPACITY;
    }
    reader->is_pcapng = wf_pcapng_is(contents);
    reader->packets = wf_pcapng_reader_of(contents);
    reader->text = wf_reader_of(contents);
    return WF_OK;
}

void wf_trace_reader_close(wf_trace_reader *reader) {
    free(reader);
}

/* ---- digits ---- */

static int digit_of(uint8_t c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Blanks and colons between digits don't count. */
static bool read_digits(uint8_t *out, size_t capacity, wf_bytes *bytes, wf_bytes text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        const int digit = digit_of(text.at[i]);
        if (text.at[i] == ' ' || text.at[i] == '\t' || text.at[i] == ':') {
            continue;
        }
        if (digit < 0 || count / 2 == capacity) {
            return false;
        }
        out[count / 2] = (uint8_t)(count % 2 == 0 ? digit << 4 : out[count / 2] | digit);
        count++;
    }
    *bytes = wf_bytes_of(out, count / 2);
    return count % 2 == 0 && count > 0;
}

/* ---- lines of JSON ---- */

static bool read_bytes(uint8_t *out, wf_bytes *bytes, const json_t *text) {
    const wf_bytes digits = wf_bytes_of((const uint8_t *)json_string_value(text), json_string_length(text));
    *bytes = wf_bytes_of(NULL, 0);
    return digits.len == 0 || read_digits(out, WF_TRACE_DATAGRAM_LEN, bytes, digits);
}

static bool read_address(wf_address *out, const json_t *text) {
    *out = (wf_address){0};
    return !json_is_string(text) || wf_address_parse(out, json_string_value(text), WF_PORT) == WF_OK;
}

static bool read_object(wf_trace_reader *reader, wf_traced *out, const json_t *row) {
    const double seconds = json_number_value(json_object_get(row, "time"));
    out->time_us = seconds > 0 && seconds < 1e12 ? (int64_t)(seconds * 1e6 + 0.5) : 0;
    out->sent = json_is_true(json_object_get(row, "sent"));
    out->multicast = json_is_true(json_object_get(row, "multicast"));
    return read_address(&out->peer, json_object_get(row, "address")) &&
           read_address(&out->own, json_object_get(row, "own")) && json_is_string(json_object_get(row, "datagram")) &&
           read_bytes(reader->datagram, &out->datagram, json_object_get(row, "datagram")) &&
           read_bytes(reader->inner, &out->inner, json_object_get(row, "inner"));
}

static bool read_json(wf_trace_reader *reader, wf_traced *out, wf_bytes line) {
    json_t *row = json_loadb((const char *)line.at, line.len, JSON_REJECT_DUPLICATES, NULL);
    const bool done = json_is_object(row) && read_object(reader, out, row);
    json_decref(row);
    return done;
}

/* ---- lines ---- */

static wf_bytes trimmed(wf_bytes line) {
    while (line.len > 0 && strchr(" \t\r", line.at[0]) != NULL && line.at[0] != '\0') {
        line = wf_bytes_of(line.at + 1, line.len - 1);
    }
    while (line.len > 0 && strchr(" \t\r", line.at[line.len - 1]) != NULL && line.at[line.len - 1] != '\0') {
        line.len--;
    }
    return line;
}

/* The next line that is neither empty nor a remark (#). */
static bool next_line(wf_trace_reader *reader, wf_bytes *line) {
    while (reader->text.left > 0) {
        const uint8_t *end = memchr(reader->text.at, '\n', reader->text.left);
        const size_t len = end != NULL ? (size_t)(end - reader->text.at) : reader->text.left;
        *line = trimmed(wf_read_bytes(&reader->text, len));
        (void)wf_read_bytes(&reader->text, end != NULL ? 1 : 0);
        reader->line++;
        if (line->len > 0 && line->at[0] != '#') {
            return true;
        }
    }
    return false;
}

static bool next_of_lines(wf_trace_reader *reader, wf_traced *out) {
    wf_bytes line;
    *out = (wf_traced){0};
    if (reader->failed || !next_line(reader, &line)) {
        return false;
    }
    reader->failed = line.at[0] == '{' ? !read_json(reader, out, line)
                                       : !read_digits(reader->datagram, sizeof reader->datagram, &out->datagram, line);
    return !reader->failed;
}

bool wf_trace_reader_next(wf_trace_reader *reader, wf_traced *out) {
    return reader->is_pcapng ? wf_pcapng_next(&reader->packets, out) : next_of_lines(reader, out);
}

wf_error wf_trace_reader_finish(const wf_trace_reader *reader, size_t *line) {
    *line = reader->is_pcapng ? 0 : reader->line;
    if (reader->is_pcapng) {
        return wf_pcapng_finish(&reader->packets);
    }
    return reader->failed ? WF_ERROR_NOT_A_TRACE : WF_OK;
}
