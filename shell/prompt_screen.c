/* The screen around the line that libedit shows. It doesn't tell where the cursor stands: the same walk over prompt and
 * line is made here. */
#define _XOPEN_SOURCE 700
#include "prompt.h"
#include <stdio.h>
#include <wctype.h>

enum { TAB = 8, SHORT_ESCAPE = 7, LONG_ESCAPE = 8 }; /* \U+FFFF, \U+FFFFF */

typedef struct place {
    int row, column;
} place;

static int capability(const prompt *p, const char *name, int otherwise) {
    int value = 0;
    return el_get(p->edit, EL_GETTC, name, &value) == 0 && value > 0 ? value : otherwise;
}

int prompt_columns(const prompt *p) {
    return capability(p, "co", 80);
}

bool prompt_can_move(const prompt *p) {
    const char *up = NULL;
    return el_get(p->edit, EL_GETTC, "up", &up) == 0 && up != NULL && *up != '\0';
}

static void next_row(place *at) {
    at->row++;
    at->column = 0;
}

static void put(place *at, int columns, int width) {
    if (at->column + width > columns) {
        next_row(at);
    }
    at->column += width;
    if (at->column >= columns) {
        next_row(at);
    }
}

static void put_many(place *at, int columns, int count) {
    for (int i = 0; i < count; i++) {
        put(at, columns, 1);
    }
}

static void walk(place *at, int columns, const wchar_t *text, const wchar_t *end) {
    for (; text < end; text++) {
        int width = wcwidth(*text);
        if (*text == L'\n') {
            next_row(at);
        } else if (*text == L'\t') {
            put_many(at, columns, TAB - at->column % TAB);
        } else if (*text < 0x100 && iswcntrl((wint_t)*text)) {
            put_many(at, columns, 2); /* ^A */
        } else if (width < 0) {
            put_many(at, columns, *text > 0xFFFF ? LONG_ESCAPE : SHORT_ESCAPE);
        } else {
            put(at, columns, width);
        }
    }
}

/* Of the cursor, or of the end of the line; 0, 0 is where the prompt begins. */
static place place_of(const prompt *p, bool at_end) {
    const LineInfoW *line = el_wline(p->edit);
    place at = {0, 0};
    int columns = prompt_columns(p);
    for (const char *c = p->text; *c != '\0'; c++) {
        put(&at, columns, 1);
    }
    walk(&at, columns, line->buffer, at_end ? line->lastchar : line->cursor);
    int last = capability(p, "li", 24) - 1; /* a longer line has scrolled */
    at.row = at.row > last ? last : at.row;
    return at;
}

/* To where the prompt begins, with nothing below; where the cursor can't go up, to a new line. */
static void clear_line(prompt *p) {
    prompt_hide_hint(p);
    if (!prompt_can_move(p)) {
        fputs("\n", stdout);
        return;
    }
    int rows = place_of(p, false).row;
    fputs("\r", stdout);
    if (rows > 0) {
        printf("\x1b[%dA", rows);
    }
    fputs("\x1b[J", stdout);
}

void prompt_print_above(prompt *p, const char *text) {
    clear_line(p);
    printf("%s\n", text);
    el_set(p->edit, EL_REFRESH);
}

/* Terminals of today wrap the line anew by themselves: its rows are those of the new width. */
void prompt_resize(prompt *p) {
    el_resize(p->edit);
    clear_line(p);
    el_set(p->edit, EL_REFRESH);
}

void prompt_show_hint(prompt *p, const char *text) {
    const LineInfoW *line = el_wline(p->edit);
    if (line->cursor != line->lastchar) {
        return;
    }
    int room = prompt_columns(p) - place_of(p, true).column - 1;
    const char *end = shell_cut(text, &room);
    if (room > 0) {
        printf("\x1b[90m%.*s\x1b[0m\x1b[%dD", (int)(end - text), text, room);
        p->hinted = true;
    }
    fflush(stdout);
}

void prompt_hide_hint(prompt *p) {
    if (p->hinted) {
        fputs("\x1b[K", stdout);
        p->hinted = false;
    }
}

void prompt_leave_line(prompt *p, const char *mark) {
    prompt_hide_hint(p);
    int rows = prompt_can_move(p) ? place_of(p, true).row - place_of(p, false).row : 0;
    if (rows > 0) {
        printf("\x1b[%dB", rows);
    }
    printf("%s\n", mark);
}
