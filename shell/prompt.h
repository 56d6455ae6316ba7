/* One line editor: what its parts share. */
#ifndef WARIFU_SHELL_PROMPT_H
#define WARIFU_SHELL_PROMPT_H

#include "shell.h"
#include <histedit.h>
#include <wchar.h>

typedef struct prompt {
    EditLine *edit;
    History *history;
    lua_State *lua;   /* of the read under way, with the prompt at index 1 */
    sigset_t outside; /* the signals blocked when no line is read */
    char text[64];
    bool hinted; /* a hint stands behind the cursor */
} prompt;

prompt *prompt_of(EditLine *edit);

/* Calls what Lua gave as `name` when the prompt was opened, with the `arguments` on top: true, and `results` on top.
 * False, and nothing on top, when there is none or when it raised, which is said above the line. */
bool prompt_ask(prompt *p, const char *name, int arguments, int results);

/* prompt_wait.c: the reader of characters for libedit, which does what else there is to do while it waits. */
int prompt_read_character(EditLine *edit, wchar_t *out);

/* prompt_complete.c: what Tab does. */
unsigned char prompt_complete(EditLine *edit, int key);

/* prompt_screen.c */
int prompt_columns(const prompt *p);
bool prompt_can_move(const prompt *p);                /* may the cursor go up? */
void prompt_print_above(prompt *p, const char *text); /* whole lines; the half-typed one comes back as it was */
void prompt_show_hint(prompt *p, const char *text);   /* behind the end of the line, where there is room */
void prompt_hide_hint(prompt *p);
void prompt_resize(prompt *p);
void prompt_leave_line(prompt *p, const char *mark); /* what comes next stands under it */

#endif
