/* Reading lines at a terminal through libedit, as an object for Lua. */
#define _DEFAULT_SOURCE /* struct winsize */
#include "prompt.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { HISTORY_LINES = 1000, CALLBACKS = 1 }; /* CALLBACKS: the user value */

#define PROMPT_TYPE "warifu.prompt"

prompt *prompt_of(EditLine *edit) {
    void *data = NULL;
    el_get(edit, EL_CLIENTDATA, &data);
    return data;
}

static char *prompt_text(EditLine *edit) {
    return prompt_of(edit)->text;
}

bool prompt_ask(prompt *p, const char *name, int arguments, int results) {
    lua_State *L = p->lua;
    luaL_checkstack(L, results + 2, NULL);
    lua_getiuservalue(L, 1, CALLBACKS);
    if (lua_getfield(L, -1, name) != LUA_TFUNCTION) {
        lua_pop(L, 2 + arguments);
        return false;
    }
    lua_insert(L, -2 - arguments);
    lua_pop(L, 1);
    if (lua_pcall(L, arguments, results, 0) != LUA_OK) {
        prompt_print_above(p, luaL_tolstring(L, -1, NULL));
        lua_pop(L, 2);
        return false;
    }
    return true;
}

static prompt *check_prompt(lua_State *L) {
    prompt *p = luaL_checkudata(L, 1, PROMPT_TYPE);
    luaL_argcheck(L, p->edit != NULL, 1, "it is closed");
    return p;
}

static int close_prompt(lua_State *L) {
    prompt *p = luaL_checkudata(L, 1, PROMPT_TYPE);
    if (p->edit != NULL) {
        el_end(p->edit);
        p->edit = NULL;
    }
    if (p->history != NULL) {
        history_end(p->history);
        p->history = NULL;
    }
    return 0;
}

/* Where nothing says which characters the terminal has, as in many containers, it is one of today. */
static void choose_characters(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && *value != '\0') {
            return;
        }
    }
    setlocale(LC_CTYPE, "C.UTF-8");
}

static void set_up(prompt *p) {
    HistEvent event;
    history(p->history, &event, H_SETSIZE, HISTORY_LINES);
    history(p->history, &event, H_SETUNIQUE, 1);
    el_set(p->edit, EL_CLIENTDATA, p);
    el_set(p->edit, EL_PROMPT, prompt_text);
    el_set(p->edit, EL_EDITOR, "emacs");
    el_set(p->edit, EL_HIST, history, p->history);
    el_set(p->edit, EL_GETCFN, prompt_read_character);
    el_wset(p->edit, EL_ADDFN, L"warifu-complete", L"completes the word before the cursor", prompt_complete);
    el_set(p->edit, EL_SETTY, "-d", "+noflsh", NULL); /* else Ctrl-C takes what select has promised to read */
    el_set(p->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_set(p->edit, EL_BIND, "^[x", "ed-unassigned", NULL); /* libedit's own commands, which break its display */
    el_set(p->edit, EL_BIND, "^[X", "ed-unassigned", NULL);
    el_source(p->edit, NULL);                                /* ~/.editrc */
    el_set(p->edit, EL_BIND, "^I", "warifu-complete", NULL); /* which `bind -v` in it would have unbound */
}

/* open_prompt {idle=, complete=, hint=}: functions, called while a line is typed; see the other files. */
static int open_prompt(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    prompt *p = lua_newuserdatauv(L, sizeof *p, CALLBACKS);
    memset(p, 0, sizeof *p);
    luaL_setmetatable(L, PROMPT_TYPE);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, CALLBACKS);
    choose_characters();
    p->history = history_init();
    p->edit = el_init("warifu", stdin, stdout, stderr);
    if (p->history == NULL || p->edit == NULL) {
        return luaL_error(L, "the line editor did not start");
    }
    set_up(p);
    return 1;
}

/* After a signal: nil when the shell is to end, else false, and whether the line was empty. */
static int cancelled(lua_State *L, prompt *p) {
    const LineInfo *line = el_line(p->edit);
    bool is_empty = line->lastchar == line->buffer;
    if (shell_ending() != 0) {
        return 0;
    }
    prompt_leave_line(p, "^C");
    el_reset(p->edit);
    lua_pushboolean(L, false);
    lua_pushboolean(L, is_empty);
    return 2;
}

/* read(prompt): the line, without its end; nil at the end of the input; false when it was cancelled, and whether it was
 * empty. */
static int read_line(lua_State *L) {
    prompt *p = check_prompt(L);
    int len = 0;
    snprintf(p->text, sizeof p->text, "%s", luaL_checkstring(L, 2));
    p->lua = L;
    shell_hold_signals(&p->outside);
    if (shell_ending() != 0) {
        shell_release_signals(&p->outside);
        return 0;
    }
    el_resize(p->edit);               /* it may have changed meanwhile */
    el_set(p->edit, EL_PREP_TERM, 1); /* before the prompt stands there: whoever waits for it may type at once */
    const char *line = el_gets(p->edit, &len);
    shell_release_signals(&p->outside);
    if (shell_was_interrupted()) {
        return cancelled(L, p);
    }
    if (line == NULL || len <= 0) {
        return 0;
    }
    size_t text_len = (size_t)len;
    if (line[text_len - 1] == '\n') {
        text_len--;
    }
    lua_pushlstring(L, line, text_len);
    return 1;
}

/* add(text): Up brings it back. */
static int add_history(lua_State *L) {
    HistEvent event;
    prompt *p = check_prompt(L);
    history(p->history, &event, H_ENTER, luaL_checkstring(L, 2));
    return 0;
}

static int columns(lua_State *L) {
    lua_pushinteger(L, prompt_columns(check_prompt(L)));
    return 1;
}

static int is_terminal(lua_State *L) {
    lua_pushboolean(L, isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
    return 1;
}

/* columns(): of the terminal that the standard error is; nil when it is none. */
static int columns_of_errors(lua_State *L) {
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return 0;
    }
    lua_pushinteger(L, size.ws_col);
    return 1;
}

void shell_add_prompt(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"open_prompt", open_prompt}, {"is_terminal", is_terminal}, {"columns", columns_of_errors}, {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"read", read_line}, {"add", add_history}, {"columns", columns}, {"close", close_prompt}, {NULL, NULL}};
    luaL_newmetatable(L, PROMPT_TYPE);
    lua_pushcfunction(L, close_prompt);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, close_prompt);
    lua_setfield(L, -2, "__close");
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
