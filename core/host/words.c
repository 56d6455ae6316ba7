#include "words.h"

static const char DIGITS[] = "0123456789ABCDEF";

void wf_words_code(wf_text *text, uint64_t number, unsigned digits) {
    for (unsigned i = digits; i > 0; i--) {
        const char digit[] = {DIGITS[number >> (4 * (i - 1)) & 15], '\0'};
        wf_text_put(text, digit);
    }
}

void wf_words_hex(wf_text *text, wf_bytes bytes) {
    for (size_t i = 0; i < bytes.len && !text->cut; i++) {
        wf_words_code(text, bytes.at[i], 2);
    }
}

void wf_words_count(wf_text *text, size_t count, const char *what) {
    wf_text_number(text, (int64_t)count, 0);
    wf_text_put(text, what);
}
