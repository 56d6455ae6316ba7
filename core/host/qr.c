#include <errno.h>
#include <qrencode.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <warifu/bytes.h>
#include <warifu/qr.h>

enum { QUIET = 4, BLOCK_LEN = 3 };

/* The symbol with its quiet zone; what lies beyond is never drawn. */
typedef struct canvas {
    const QRcode *code;
    int side;
    bool draw_dark;
} canvas;

static bool is_drawn(const canvas *c, int x, int y) {
    int width = c->code->width;
    if (y >= c->side) {
        return false;
    }
    x -= QUIET;
    y -= QUIET;
    bool inside = x >= 0 && y >= 0 && x < width && y < width;
    bool dark = inside && (c->code->data[y * width + x] & 1) != 0; /* qrencode.h: bit 0 is "black" */
    return dark == c->draw_dark;
}

static char *put(char *at, const char *text) {
    size_t len = strlen(text);
    memcpy(at, text, len);
    return at + len;
}

static char *draw_blocks(char *at, const canvas *c) {
    static const char *const blocks[] = {" ", "\xe2\x96\x80", "\xe2\x96\x84", "\xe2\x96\x88"}; /* U+2580, 2584, 2588 */
    for (int y = 0; y < c->side; y += 2) {
        for (int x = 0; x < c->side; x++) {
            at = put(at, blocks[(is_drawn(c, x, y) ? 1 : 0) + (is_drawn(c, x, y + 1) ? 2 : 0)]);
        }
        at = put(at, "\n");
    }
    return at;
}

static char *draw_ascii(char *at, const canvas *c) {
    for (int y = 0; y < c->side; y++) {
        for (int x = 0; x < c->side; x++) {
            at = put(at, is_drawn(c, x, y) ? "##" : "  ");
        }
        at = put(at, "\n");
    }
    return at;
}

static void free_code(QRcode *code) {
    wf_wipe(code->data, (size_t)code->width * (size_t)code->width);
    QRcode_free(code);
}

wf_error wf_qr_draw(char **out, const char *text, unsigned flags) {
    *out = NULL;
    size_t len = strlen(text);
    if (len == 0 || (flags & ~(unsigned)(WF_QR_ASCII | WF_QR_INVERT)) != 0) {
        return WF_ERROR_ARGUMENT;
    }
    errno = 0;
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (code == NULL) {
        return errno == ENOMEM ? WF_ERROR_CAPACITY : WF_ERROR_ARGUMENT;
    }
    const canvas c = {code, code->width + 2 * QUIET, (flags & WF_QR_INVERT) != 0};
    size_t side = (size_t)c.side;
    *out = malloc(side * (side * BLOCK_LEN + 1) + 1);
    if (*out != NULL) {
        char *end = (flags & WF_QR_ASCII) != 0 ? draw_ascii(*out, &c) : draw_blocks(*out, &c);
        *end = '\0';
    }
    free_code(code);
    return *out != NULL ? WF_OK : WF_ERROR_CAPACITY;
}

void wf_qr_free(char *drawing) {
    if (drawing != NULL) {
        wf_wipe(drawing, strlen(drawing));
        free(drawing);
    }
}
