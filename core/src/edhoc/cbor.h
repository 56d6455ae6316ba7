/* CBOR (RFC 8949) as far as EDHOC needs it: integers, byte and text strings, arrays, maps, simple values. No tags, no
 * floats, no indefinite lengths.
 *
 * Readers demand the deterministic encoding (RFC 8949 4.2.1) and a reader fails, stickily, on the wrong type, on a
 * longer head than needed and on a length past the end; RFC 9528 9.8 allows that strictness. Views point into the
 * source.
 */
#ifndef WARIFU_EDHOC_CBOR_H
#define WARIFU_EDHOC_CBOR_H

#include <warifu/bytes.h>

enum {
    WF_CBOR_DEPTH = 4,   /* arrays and maps inside each other */
    WF_CBOR_HEAD_LEN = 9 /* longest initial byte with its argument */
};

typedef enum wf_cbor_type {
    WF_CBOR_UINT = 0,
    WF_CBOR_NEGATIVE = 1,
    WF_CBOR_BSTR = 2,
    WF_CBOR_TSTR = 3,
    WF_CBOR_ARRAY = 4,
    WF_CBOR_MAP = 5,
    WF_CBOR_SIMPLE = 7
} wf_cbor_type;

enum { WF_CBOR_TRUE = 21 };

/* True when another item follows and is of this type. Reads nothing. */
bool wf_cbor_next_is(const wf_reader *r, wf_cbor_type type);

int64_t wf_cbor_read_int(wf_reader *r);
wf_bytes wf_cbor_read_bstr(wf_reader *r);
wf_bytes wf_cbor_read_tstr(wf_reader *r); /* UTF-8 is checked */
size_t wf_cbor_read_array(wf_reader *r);  /* the number of items that follow */
size_t wf_cbor_read_map(wf_reader *r);    /* the number of pairs that follow */
uint8_t wf_cbor_read_simple(wf_reader *r);
wf_bytes wf_cbor_read_item(wf_reader *r); /* any one item as a whole; keys of maps must be sorted and unique */

/* Every item of a sequence (RFC 8742) is read as by wf_cbor_read_item, so that a later failure is one of grammar and
 * not of encoding. Errors: CBOR. */
WF_MUST_CHECK wf_error wf_cbor_check(wf_bytes sequence);

void wf_cbor_write_head(wf_writer *w, wf_cbor_type type, uint64_t argument);
void wf_cbor_write_int(wf_writer *w, int64_t value);
void wf_cbor_write_bstr(wf_writer *w, wf_bytes bytes);
void wf_cbor_write_tstr(wf_writer *w, const char *text);

#endif
