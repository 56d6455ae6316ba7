/* QR codes for pytest: each line `FLAGS TEXT`, the text in hexadecimal, gives the drawing in hexadecimal. */
#include "hex.h"
#include <warifu/qr.h>

enum { LINE_LEN = 8192 };

static wf_error answer(const char *line) {
    char *fields, *drawing;
    static uint8_t text[LINE_LEN / 2];
    unsigned flags = (unsigned)strtoul(line, &fields, 10);
    wf_bytes bytes = hex_bytes(text, sizeof text - 1, fields);
    text[bytes.len] = '\0';
    wf_error error = wf_qr_draw(&drawing, (const char *)text, flags);
    if (error == WF_OK) {
        hex_print(stdout, wf_bytes_of((const uint8_t *)drawing, strlen(drawing)));
        putchar('\n');
    }
    wf_qr_free(drawing);
    return error;
}

int main(void) {
    static char line[LINE_LEN];
    wf_error error = WF_OK;
    while (error == WF_OK && fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        error = answer(line);
    }
    return error == WF_OK ? 0 : 1;
}
