/* pcapng files of traced datagrams (draft-ietf-opsawg-pcapng), for Wireshark and its like: a writer, and a reader of
 * what such files hold. For hosts only.
 *
 * A node sees datagrams and no packets, so the writer makes IP and UDP headers (link type RAW). Times are microseconds,
 * each packet says whether it came in or went out, and words about it stand beside it as its comment.
 */
#ifndef WARIFU_PCAPNG_H
#define WARIFU_PCAPNG_H

#include <warifu/trace.h>

WF_C_BEGIN

enum {
    WF_PCAPNG_HEAD_LEN = 512, /* most bytes that wf_pcapng_write_head writes */
    WF_PCAPNG_MORE_LEN = 160  /* most bytes of a packet beside datagram and comment */
};

/* A section with two interfaces: "warifu" has what was on the wire, "inside" what its records protect. Sections may
 * follow one another in a file. */
void wf_pcapng_write_head(wf_writer *out);
/* The datagram as a packet; `comment` may be NULL. */
void wf_pcapng_write(wf_writer *out, const wf_traced *traced, const char *comment);
/* What its record protects as the clear frame that it stands for, which was never on the wire. */
void wf_pcapng_write_inside(wf_writer *out, const wf_traced *traced, const char *comment);

enum { WF_PCAPNG_INTERFACES = 32 };

typedef struct wf_pcapng_interface {
    uint16_t link_type;
    uint8_t resolution; /* if_tsresol */
    bool is_inside;
} wf_pcapng_interface;

/* Walks a file of this or another program, of any byte order: UDP over Ethernet, raw IP, and Linux's cooked capture;
 * all else is passed over. Zeros are an empty file. */
typedef struct wf_pcapng_reader {
    wf_reader in;
    bool little_endian, begun, failed;
    unsigned interface_count;
    wf_pcapng_interface interfaces[WF_PCAPNG_INTERFACES];
} wf_pcapng_reader;

bool wf_pcapng_is(wf_bytes file); /* does it begin like one? */
/* `file` is borrowed. */
wf_pcapng_reader wf_pcapng_reader_of(wf_bytes file);
/* The next datagram; its views are into the file. Where the direction is not told it came in. False at the end. */
bool wf_pcapng_next(wf_pcapng_reader *reader, wf_traced *out);
/* After that: was the whole file read? Errors: NOT_A_TRACE (what was read counts; the rest is damaged or cut). */
WF_MUST_CHECK wf_error wf_pcapng_finish(const wf_pcapng_reader *reader);

WF_C_END

#endif
