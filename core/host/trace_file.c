#include "growing_file.h"
#include "ip_packet.h"

#include <stdlib.h>
#include <string.h>
#include <warifu/decode.h>
#include <warifu/pcapng.h>

/* The longest line or block: the bytes twice as digits or rows of a dump, and words about them. */
enum { BUFFER_LEN = 12 * WF_IP_PAYLOAD_LEN + 8 * WF_DECODE_LEN, MAGIC_LEN = 4 };

static bool is_of_form(const uint8_t magic[static MAGIC_LEN], wf_trace_form form) {
    const bool is_pcapng = wf_pcapng_is(wf_bytes_of(magic, MAGIC_LEN)), is_json = magic[0] == '{';
    switch (form) {
    case WF_TRACE_PCAPNG:
        return is_pcapng;
    case WF_TRACE_JSON:
        return is_json;
    case WF_TRACE_TEXT:
        break;
    }
    return magic[0] >= '0' && magic[0] <= '9';
}

/* pcapng takes a new section wherever one ended. */
static wf_error begin(wf_trace_file *file) {
    uint8_t magic[MAGIC_LEN], head[WF_PCAPNG_HEAD_LEN];
    if (file->file.size > 0 &&
        (!wf_growing_file_starts(&file->file, magic, sizeof magic) || !is_of_form(magic, file->config.form))) {
        return WF_ERROR_NOT_A_TRACE;
    }
    if (file->config.form != WF_TRACE_PCAPNG) {
        return WF_OK;
    }
    wf_writer w = wf_writer_of(head, sizeof head);
    wf_pcapng_write_head(&w);
    return wf_growing_file_add(&file->file, wf_bytes_of(head, w.len));
}

wf_error wf_trace_file_open(wf_trace_file *file, const wf_trace_file_config *config, const char *path) {
    *file = (wf_trace_file){.config = *config};
    wf_error error = wf_growing_file_open(&file->file, path, config->append);
    if (error == WF_OK) {
        file->buffer = malloc(BUFFER_LEN);
        error = file->buffer != NULL ? begin(file) : WF_ERROR_CAPACITY;
    }
    if (error != WF_OK) {
        wf_trace_file_close(file);
    }
    return error;
}

static size_t write_packets(wf_trace_file *file, const wf_traced *traced) {
    char words[WF_DECODE_LEN];
    wf_writer w = wf_writer_of((uint8_t *)file->buffer, BUFFER_LEN);
    wf_decode(words, sizeof words, file->config.dictionary, traced->datagram, WF_DECODE_LINE);
    wf_pcapng_write(&w, traced, words);
    if (traced->inner.len > 0) {
        wf_decode_edata(words, sizeof words, file->config.dictionary, traced->inner);
        wf_pcapng_write_inside(&w, traced, words);
    }
    return w.len;
}

static size_t write_line(wf_trace_file *file, const wf_traced *traced) {
    const wf_dictionary *dictionary = file->config.dictionary;
    if (file->config.form == WF_TRACE_TEXT) {
        wf_traced_text(file->buffer, BUFFER_LEN - 1, dictionary, traced, true);
    } else if (wf_traced_json(file->buffer, BUFFER_LEN - 1, dictionary, traced) != WF_OK) {
        return 0;
    }
    const size_t len = strlen(file->buffer);
    file->buffer[len] = '\n';
    return len + 1;
}

wf_error wf_trace_file_write(wf_trace_file *file, const wf_traced *traced) {
    wf_traced shown = *traced;
    if (file->file.failed || file->file.fd_plus_1 == 0) {
        file->lost++;
        return WF_OK;
    }
    if (!file->config.plain) {
        shown.inner = wf_bytes_of(NULL, 0);
    }
    const size_t len = file->config.form == WF_TRACE_PCAPNG ? write_packets(file, &shown) : write_line(file, &shown);
    const wf_error error = wf_growing_file_add(&file->file, wf_bytes_of((uint8_t *)file->buffer, len));
    file->lost += error != WF_OK;
    return error;
}

void wf_trace_file_close(wf_trace_file *file) {
    wf_growing_file_close(&file->file);
    if (file->buffer != NULL) {
        wf_wipe(file->buffer, BUFFER_LEN);
    }
    free(file->buffer);
    file->buffer = NULL;
}
