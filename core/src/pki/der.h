/* Strict DER (X.690 chapter 10 and 11, as far as X.509 needs it), on top of the bounded reader and writer.
 *
 * A tag is the identifier octet itself; tag numbers above 30 (more octets) don't occur in X.509 and are refused. Every
 * read names the tag that must come; what does not fit fails the reader, which stays failed. Nothing here recurses: a
 * caller enters a constructed element, reads it and leaves it, and wf_der_check walks with a stack of its own.
 */
#ifndef WARIFU_PKI_DER_H
#define WARIFU_PKI_DER_H

#include <warifu/bytes.h>

enum {
    WF_DER_BOOLEAN = 0x01,
    WF_DER_INTEGER = 0x02,
    WF_DER_BIT_STRING = 0x03,
    WF_DER_OCTET_STRING = 0x04,
    WF_DER_NULL = 0x05,
    WF_DER_OID = 0x06,
    WF_DER_ENUMERATED = 0x0A,
    WF_DER_UTF8_STRING = 0x0C,
    WF_DER_PRINTABLE_STRING = 0x13,
    WF_DER_UTC_TIME = 0x17,
    WF_DER_GENERALIZED_TIME = 0x18,
    WF_DER_SEQUENCE = 0x30,
    WF_DER_SET = 0x31,
    WF_DER_CONTEXT = 0x80,        /* | number: a context tag, primitive */
    WF_DER_CONSTRUCTED = 0x20,    /* | to make it constructed */
    WF_DER_DEPTH = 12,            /* deepest nesting taken */
    WF_DER_CONTENT_LEN = 0xFFFF,  /* longest element taken */
    WF_DER_WRITTEN_LEN = 0xFFFFFF /* longest element written: revocation lists are read as a stream */
};

/* One element: its identifier octet, its contents, and all of it. */
typedef struct wf_der_element {
    uint8_t tag;
    wf_bytes contents;
    wf_bytes whole;
} wf_der_element;

/* Is all of `der` exactly one element of strict DER, down to its leaves? Lengths definite and minimal, nothing left
 * over, the universal primitive types well-formed, sets in order. Errors: DER. */
WF_MUST_CHECK wf_error wf_der_check(wf_bytes der);

wf_der_element wf_der_read_any(wf_reader *r);
wf_der_element wf_der_read(wf_reader *r, uint8_t tag);
bool wf_der_next_is(const wf_reader *r, uint8_t tag);

/* The element's contents as a reader of their own; leaving it fails `outer` when `inner` failed or was not used up. */
wf_reader wf_der_enter(wf_reader *outer, uint8_t tag);
void wf_der_leave(wf_reader *outer, const wf_reader *inner);

bool wf_der_read_boolean(wf_reader *r);
wf_bytes wf_der_read_unsigned(wf_reader *r);           /* INTEGER >= 0 without its leading zero; 0 is one byte */
unsigned wf_der_read_small(wf_reader *r, uint8_t tag); /* an INTEGER or ENUMERATED from 0 to 255 */
wf_bytes wf_der_read_octet_aligned(wf_reader *r);      /* BIT STRING without unused bits */
unsigned wf_der_read_named_bits(wf_reader *r); /* BIT STRING of at most 16 named bits; bit 0 is 1, bit 1 is 2 ... */
int64_t wf_der_read_time(wf_reader *r);        /* UTCTime or GeneralizedTime by RFC 5280 4.1.2.5 */
bool wf_der_read_is(wf_reader *r, wf_bytes whole_element); /* reads it when it comes next, else reads nothing */

/* Writing: begin gives a mark, the contents follow, end puts the length in its place. */
size_t wf_der_begin(wf_writer *w, uint8_t tag);
void wf_der_end(wf_writer *w, size_t mark);
void wf_der_write(wf_writer *w, uint8_t tag, wf_bytes contents);
void wf_der_write_unsigned(wf_writer *w, wf_bytes magnitude); /* INTEGER; leading zeros are dropped */
void wf_der_write_boolean(wf_writer *w, bool value);
void wf_der_write_time(wf_writer *w, int64_t seconds); /* 1950-01-01 to 9999-12-31; the writer overflows outside */

/* The span that wf_der_read_time and wf_der_write_time know. */
#define WF_DER_TIME_MIN INT64_C(-631152000)
#define WF_DER_TIME_MAX INT64_C(253402300799)

#endif
