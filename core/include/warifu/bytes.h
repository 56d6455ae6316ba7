/* Bytes: a borrowed view, a bounded reader, a bounded writer, and the wiping of secrets.
 *
 * Reader and writer are sticky: after the first step past the end every further read gives zero or an empty view and
 * every further write does nothing; the caller asks once, at the end. Numbers are big endian. Nothing here allocates.
 */
#ifndef WARIFU_BYTES_H
#define WARIFU_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <warifu/error.h>

WF_C_BEGIN

/* A view of bytes that someone else owns. `at` may be NULL only when `len` is 0. */
typedef struct wf_bytes {
    const uint8_t *at;
    size_t len;
} wf_bytes;

wf_bytes wf_bytes_of(const uint8_t *at, size_t len);
bool wf_bytes_equal(wf_bytes a, wf_bytes b); /* not constant-time: for public data */

typedef struct wf_reader {
    const uint8_t *at;
    size_t left;
    bool failed;
} wf_reader;

wf_reader wf_reader_of(wf_bytes bytes);
uint8_t wf_read_u8(wf_reader *r);
uint16_t wf_read_u16(wf_reader *r);
uint32_t wf_read_u32(wf_reader *r);
uint64_t wf_read_u64(wf_reader *r);
wf_bytes wf_read_bytes(wf_reader *r, size_t len); /* a view into the source; empty after a failure */
wf_bytes wf_read_rest(wf_reader *r);
void wf_read_copy(wf_reader *r, uint8_t *out, size_t len); /* out is zeroed after a failure */
void wf_reader_fail(wf_reader *r);                         /* for a rule of the caller's own */

/* OK when all was read and nothing failed; TRUNCATED after a failure; TRAILING when bytes are left. */
WF_MUST_CHECK wf_error wf_reader_finish(const wf_reader *r);

typedef struct wf_writer {
    uint8_t *start;
    size_t capacity;
    size_t len;
    bool overflow;
} wf_writer;

wf_writer wf_writer_of(uint8_t *start, size_t capacity);
void wf_write_u8(wf_writer *w, uint8_t value);
void wf_write_u16(wf_writer *w, uint16_t value);
void wf_write_u32(wf_writer *w, uint32_t value);
void wf_write_u64(wf_writer *w, uint64_t value);
void wf_write_bytes(wf_writer *w, const uint8_t *at, size_t len);
void wf_write_view(wf_writer *w, wf_bytes bytes);
uint8_t *wf_write_space(wf_writer *w, size_t len); /* len bytes to fill in place, or NULL after an overflow */

/* OK and the length written; TOO_SMALL (and *len = 0) after an overflow. */
WF_MUST_CHECK wf_error wf_writer_finish(const wf_writer *w, size_t *len);

/* Overwrites with zeros in a way that the compiler keeps. */
void wf_wipe(void *at, size_t len);

/* Compares without a branch on the contents; the lengths are public. */
WF_MUST_CHECK bool wf_equal_secret(const uint8_t *a, const uint8_t *b, size_t len);

WF_C_END

#endif
