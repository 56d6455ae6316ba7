/* Inside core/host: writing text for people, beside echonet/value_text.h, whose cursor cuts what is too long. */
#ifndef WARIFU_WORDS_H
#define WARIFU_WORDS_H

#include "echonet/value_text.h"

void wf_words_hex(wf_text *text, wf_bytes bytes);                    /* all of them */
void wf_words_code(wf_text *text, uint64_t number, unsigned digits); /* hexadecimal, of so many digits */
void wf_words_count(wf_text *text, size_t count, const char *what);  /* "20 bytes" */

#endif
