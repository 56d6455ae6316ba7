/* Traces on a host's disk: what a node sent and received, for people (text with a hexdump), for programs (lines of
 * JSON) and for Wireshark (pcapng); and the log of its keys, only when told to. For hosts only.
 *
 * Files are new or added to on request, of mode 0600, and whole after every datagram: who is killed or has no room left
 * leaves all that was there. docs/reference/trace.md says what stands in them.
 */
#ifndef WARIFU_TRACE_FILE_H
#define WARIFU_TRACE_FILE_H

#include <warifu/dictionary.h>
#include <warifu/key_log.h>
#include <warifu/system_error.h>
#include <warifu/trace.h>

WF_C_BEGIN

/* Of the addresses of this node the one that looks nearest to the peer: of its family, with the longest common
 * beginning. All zeros where there is none. */
wf_address wf_traced_own(const wf_address *own, size_t count, const wf_address *peer);

/* "08:10:11.123 <- 192.0.2.7:3610 27 bytes [0007] DA answer: ... | Get_Res ...", local time, without an end of line;
 * with `dump` the bytes follow as xxd shows them. Cut like wf_decode. */
void wf_traced_text(char *out, size_t size, const wf_dictionary *dictionary, const wf_traced *traced, bool dump);
/* One JSON object. Errors: TOO_SMALL. */
WF_MUST_CHECK wf_error wf_traced_json(char *out, size_t size, const wf_dictionary *dictionary, const wf_traced *traced);

/* ---- writing ---- */

typedef enum wf_trace_form { WF_TRACE_TEXT, WF_TRACE_JSON, WF_TRACE_PCAPNG } wf_trace_form;

typedef struct wf_trace_file_config {
    wf_trace_form form;
    bool append; /* to the file if there is one; else there must be none */
    bool plain;  /* what records protect goes in as well, as anybody can read it */
    const wf_dictionary *dictionary;
} wf_trace_file_config;

/* Part of the files below: one that grows by whole pieces. Zeros are a closed one. */
typedef struct wf_growing_file {
    int fd_plus_1;
    int64_t size; /* of what was there or was written whole */
    bool failed;
    wf_system_error system_error; /* behind the last STORE */
} wf_growing_file;

/* Zeros are a closed one. */
typedef struct wf_trace_file {
    wf_growing_file file;
    wf_trace_file_config config;
    uint64_t lost; /* datagrams that are not in it */
    char *buffer;
} wf_trace_file;

/* Errors: STORE (it is there, is no plain file of our own, or open to others; see the system_error), NOT_A_TRACE (to
 * append: it is of another form), CAPACITY (no memory). */
WF_MUST_CHECK wf_error wf_trace_file_open(wf_trace_file *file, const wf_trace_file_config *config, const char *path);
/* Errors: STORE, once: from then on nothing is written and `lost` counts. */
WF_MUST_CHECK wf_error wf_trace_file_write(wf_trace_file *file, const wf_traced *traced);
void wf_trace_file_close(wf_trace_file *file); /* also a closed one */

/* ---- reading ---- */

enum { WF_TRACE_DATAGRAM_LEN = 65507 };

/* Walks a file's contents: pcapng (also of another program), lines of JSON as written here, or lines of hexadecimal
 * digits, a datagram each. */
typedef struct wf_trace_reader wf_trace_reader;

/* `contents` are borrowed. Errors: CAPACITY (no memory). */
WF_MUST_CHECK wf_error wf_trace_reader_open(wf_trace_reader **out, wf_bytes contents);
/* The next datagram; the views live until the next call. False at the end and at what can't be read. */
bool wf_trace_reader_next(wf_trace_reader *reader, wf_traced *out);
/* After that. Errors: NOT_A_TRACE (what was read counts); `*line` is where, or 0 in pcapng. */
WF_MUST_CHECK wf_error wf_trace_reader_finish(const wf_trace_reader *reader, size_t *line);
void wf_trace_reader_close(wf_trace_reader *reader); /* NULL does nothing */

/* ---- the key log ---- */

typedef struct wf_key_log_file {
    wf_growing_file file;
} wf_key_log_file;

/* A new file of mode 0600, or added to one of our own that nobody else may read. Errors: STORE. */
WF_MUST_CHECK wf_error wf_key_log_file_open(wf_key_log_file *file, const char *path);
/* For wf_engine_set_key_log: writes a line of JSON for each session. It lives as long as `file`. */
wf_key_log wf_key_log_file_log(wf_key_log_file *file);
void wf_key_log_file_close(wf_key_log_file *file);

WF_C_END

#endif
