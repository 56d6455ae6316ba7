/* Bytes written as hexadecimal text in tests. */
#ifndef WARIFU_TEST_HEX_H
#define WARIFU_TEST_HEX_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <warifu/bytes.h>

static inline int hex_digit(char digit) {
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);
    return at == NULL ? -1 : (int)((at - digits) % 16);
}

/* Appends the bytes of `text`, blanks between them skipped; the writer overflows when it is not hexadecimal. */
static inline void hex_write(wf_writer *w, const char *text) {
    for (text += strspn(text, " "); *text != '\0'; text += 2 + strspn(text + 2, " ")) {
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0) {
            w->overflow = true;
            return;
        }
        wf_write_u8(w, (uint8_t)(high << 4 | low));
    }
}

/* The bytes of `text` in `buffer`; a text that does not fit or is not hexadecimal ends the test. */
static inline wf_bytes hex_bytes(uint8_t *buffer, size_t capacity, const char *text) {
    wf_writer w = wf_writer_of(buffer, capacity);
    hex_write(&w, text);
    if (w.overflow) {
        fprintf(stderr, "not hexadecimal, or too long: %s\n", text);
        exit(1);
    }
    return wf_bytes_of(buffer, w.len);
}

static inline void hex_print(FILE *file, wf_bytes bytes) {
    for (size_t i = 0; i < bytes.len; i++) {
        fprintf(file, "%02x", bytes.at[i]);
    }
}

#endif
