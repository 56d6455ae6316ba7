/* What happens while a line is typed: characters come, signals, and the work of what Lua keeps alive. */
#define _XOPEN_SOURCE 700
#include "prompt.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

/* What is waited for beside the keyboard. */
typedef struct waiting {
    fd_set readable;
    int highest;
    double seconds; /* negative: for ever */
} waiting;

static void add_descriptor(waiting *w, lua_Integer fd) {
    if (fd >= 0 && fd < FD_SETSIZE) {
        FD_SET((int)fd, &w->readable);
        w->highest = fd > w->highest ? (int)fd : w->highest;
    }
}

/* Lua's `idle` works off what is due and gives: what to print above the line or nil, seconds until it wants to be
 * called again or nil, and a list of descriptors or nil, which wake it earlier. */
static void work(prompt *p, waiting *w) {
    lua_State *L = p->lua;
    int top = lua_gettop(L);
    FD_ZERO(&w->readable);
    w->highest = 0;
    w->seconds = -1;
    add_descriptor(w, STDIN_FILENO);
    if (prompt_ask(p, "idle", 0, 3)) {
        const char *text = lua_tostring(L, top + 1);
        if (text != NULL) {
            prompt_print_above(p, text);
        }
        w->seconds = lua_isnumber(L, top + 2) ? lua_tonumber(L, top + 2) : -1;
        for (lua_Integer i = 1; lua_istable(L, top + 3) && lua_geti(L, top + 3, i) != LUA_TNIL; i++) {
            add_descriptor(w, lua_tointeger(L, -1));
            lua_pop(L, 1);
        }
    }
    lua_settop(L, top);
}

static void show_hint(prompt *p) {
    const LineInfo *line = el_line(p->edit);
    if (p->hinted || memchr(line->buffer, '\n', (size_t)(line->lastchar - line->buffer)) != NULL) {
        return; /* more than one row: a search, or a line of the history */
    }
    lua_pushlstring(p->lua, line->buffer, (size_t)(line->lastchar - line->buffer));
    if (prompt_ask(p, "hint", 1, 1)) {
        const char *text = lua_tostring(p->lua, -1);
        if (text != NULL) {
            prompt_show_hint(p, text);
        }
        lua_pop(p->lua, 1);
    }
}

/* Does it work until the keyboard has something (true) or a signal came (false)? Signals come in here and nowhere else
 * while a line is read. */
static bool wait_for_input(prompt *p) {
    for (;;) {
        waiting w;
        work(p, &w);
        show_hint(p);
        double seconds = fmin(w.seconds, 3600);
        struct timespec time = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - floor(seconds)) * 1e9)};
        int ready = pselect(w.highest + 1, &w.readable, NULL, NULL, w.seconds < 0 ? NULL : &time, &p->outside);
        if (ready < 0) {
            return false;
        }
        if (ready > 0 && FD_ISSET(STDIN_FILENO, &w.readable)) {
            return true;
        }
    }
}

/* Is there something already? What is pasted comes in without a turn of work for each of its characters. */
static bool has_input(void) {
    fd_set readable;
    struct timespec none = {0};
    FD_ZERO(&readable);
    FD_SET(STDIN_FILENO, &readable);
    return pselect(STDIN_FILENO + 1, &readable, NULL, NULL, &none, NULL) > 0;
}

/* Does what the signals that came ask for, several maybe; false when one of them ends the line. */
static bool take_signals(prompt *p) {
    if (shell_was_suspended()) {
        el_set(p->edit, EL_PREP_TERM, 0);
        shell_suspend();
        el_set(p->edit, EL_PREP_TERM, 1);
        prompt_resize(p);
    }
    if (shell_was_resized()) {
        prompt_resize(p);
    }
    return !shell_is_interrupted();
}

/* Adds a byte to a character; true when that is whole. What is no character of this encoding is dropped, but its last
 * byte may begin the next one. */
static bool decode(wchar_t *out, char byte, mbstate_t *state) {
    size_t len = mbrtowc(out, &byte, 1, state);
    if (len == (size_t)-1) {
        *state = (mbstate_t){0};
        len = mbrtowc(out, &byte, 1, state);
    }
    if (len == (size_t)-1) {
        *state = (mbstate_t){0};
    }
    return len == 0 || len == 1;
}

/* One character; -1 ends the line at an interrupt, 0 at the end of the input. libedit's own reader would try again. */
int prompt_read_character(EditLine *edit, wchar_t *out) {
    prompt *p = prompt_of(edit);
    mbstate_t state = {0};
    for (;;) {
        char byte;
        if (!has_input() && !wait_for_input(p)) {
            if (!take_signals(p)) {
                return -1;
            }
            continue;
        }
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        if (got <= 0) {
            return (int)got;
        }
        if (decode(out, byte, &state)) {
            prompt_hide_hint(p);
            return 1;
        }
    }
}
