/* PEM (RFC 7468), its strict form: lines of exactly 64 characters but the last, no blanks, canonical base64. */
#ifndef WARIFU_HOST_PEM_H
#define WARIFU_HOST_PEM_H

#include <warifu/bytes.h>

/* Reads the next block: its label, and its contents at the end of `der`. Text before a block is passed over (RFC 7468
 * section 2), as long as no line of it begins with five hyphens. An empty label means that there are no more blocks.
 * Errors: PEM, TOO_SMALL. */
WF_MUST_CHECK wf_error wf_pem_next(wf_reader *text, wf_bytes *label, wf_writer *der);

void wf_pem_write(wf_writer *out, const char *label, wf_bytes der);

#endif
