/* A text as a QR code that a terminal shows: two rows of modules in one line of characters, or `##` where there is
 * nothing but ASCII, with the quiet zone of four modules around it. For hosts: it lives in memory of malloc.
 */
#ifndef WARIFU_QR_H
#define WARIFU_QR_H

#include <warifu/error.h>

WF_C_BEGIN

/* As many bytes as always fit; of capital letters and digits more do. */
enum { WF_QR_TEXT_LEN = 2331 };

/* What is drawn are the light modules, as fits light writing on a dark ground; INVERT draws the dark ones, for dark
 * writing on a light ground, a printer's paper among them. */
enum { WF_QR_ASCII = 1, WF_QR_INVERT = 2 };

/* Lines that end in '\n', in UTF-8 or, with WF_QR_ASCII, without it; error correction M. Free it with wf_qr_free.
 * `*out` is NULL after an error. Errors: ARGUMENT (an empty text, one that is too long, unknown flags), CAPACITY (no
 * memory).
 */
WF_MUST_CHECK wf_error wf_qr_draw(char **out, const char *text, unsigned flags);

/* Wipes it first, for it may show a secret; what libqrencode held while it drew can't be reached. NULL: nothing. */
void wf_qr_free(char *drawing);

WF_C_END

#endif
