/* Any bytes as a trace: what is read can be shown, and what is written of it as pcapng reads back the same. */
#include <stdlib.h>
#include <string.h>
#include <warifu/decode.h>
#include <warifu/pcapng.h>
#include <warifu/trace_file.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const wf_traced *traced, const char *comment) {
    static uint8_t file[4 * WF_TRACE_DATAGRAM_LEN];
    wf_traced again;
    wf_writer w = wf_writer_of(file, sizeof file);
    wf_pcapng_write_head(&w);
    wf_pcapng_write(&w, traced, comment);
    if (traced->inner.len > 0 && traced->inner.len + 4 <= WF_TRACE_DATAGRAM_LEN) {
        wf_pcapng_write_inside(&w, traced, comment);
    }
    if (w.overflow) {
        abort();
    }
    wf_pcapng_reader reader = wf_pcapng_reader_of(wf_bytes_of(file, w.len));
    if (!wf_pcapng_next(&reader, &again) || !wf_bytes_equal(again.datagram, traced->datagram) ||
        again.sent != traced->sent || again.time_us != traced->time_us || wf_pcapng_next(&reader, &again) ||
        wf_pcapng_finish(&reader) != WF_OK) {
        abort();
    }
}

static void show(const wf_traced *traced) {
    static char text[1 << 18], json[1 << 20];
    wf_traced_text(text, sizeof text, wf_dictionary_builtin(), traced, true);
    if (strlen(text) >= sizeof text || wf_traced_json(json, sizeof json, wf_dictionary_builtin(), traced) != WF_OK) {
        abort();
    }
    write_and_read(traced, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    wf_trace_reader *reader;
    wf_traced traced;
    size_t line;
    if (wf_trace_reader_open(&reader, wf_bytes_of(data, size)) != WF_OK) {
        return 0;
    }
    while (wf_trace_reader_next(reader, &traced)) {
        show(&traced);
    }
    wf_error ignored = wf_trace_reader_finish(reader, &line);
    (void)ignored;
    wf_trace_reader_close(reader);
    return 0;
}
