/* Reading lines at a terminal through libedit, with a history that only its owner reads. */
#define _XOPEN_SOURCE 700
#include "shell.h"
#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

enum { HISTORY_LINES = 1000 };

#define PROMPT_TYPE "warifu.prompt"

typedef struct prompt {
    EditLine *edit;
    History *history;
    sigset_t outside; /* the signals blocked when no line is read */
    char text[64];
} prompt;

static volatile sig_atomic_t resized;

static void on_resize(int unused) {
    (void)unused;
    resized = 1;
}

static char *prompt_text(EditLine *edit) {
    void *data = NULL;
    el_get(edit, EL_CLIENTDATA, &data);
    prompt *p = data;
    return p->text;
}

/* Waits for input with the signals let in: while a line is read they come here and nowhere else, so that none is lost
 * between the prompt and the wait. False when one came. */
static bool wait_for_input(const prompt *p) {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(STDIN_FILENO, &readable);
    return pselect(STDIN_FILENO + 1, &readable, NULL, NULL, NULL, &p->outside) >= 0;
}

/* One character; -1 ends the line at an interrupt, 0 at the end of the input. libedit's own reader would try again. */
static int read_character(EditLine *edit, wchar_t *out) {
    void *data = NULL;
    mbstate_t state = {0};
    el_get(edit, EL_CLIENTDATA, &data);
    for (;;) {
        char byte;
        if (!wait_for_input(data)) {
            if (!resized) {
                return -1;
            }
            resized = 0;
            el_resize(edit);
            continue;
        }
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        if (got <= 0) {
            return (int)got;
        }
        size_t len = mbrtowc(out, &byte, 1, &state);
        if (len == 0 || len == 1) {
            return 1;
        }
        if (len == (size_t)-1) { /* no character of this encoding: the byte is dropped */
            memset(&state, 0, sizeof state);
        }
    }
}

static void hold_signals(prompt *p) {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGWINCH);
    sigprocmask(SIG_BLOCK, &held, &p->outside);
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

static int open_prompt(lua_State *L) {
    HistEvent event;
    struct sigaction action = {.sa_handler = on_resize};
    prompt *p = lua_newuserdatauv(L, sizeof *p, 0);
    memset(p, 0, sizeof *p);
    luaL_setmetatable(L, PROMPT_TYPE);
    p->history = history_init();
    p->edit = el_init("warifu", stdin, stdout, stderr);
    if (p->history == NULL || p->edit == NULL) {
        return luaL_error(L, "the line editor did not start");
    }
    history(p->history, &event, H_SETSIZE, HISTORY_LINES);
    history(p->history, &event, H_SETUNIQUE, 1);
    el_set(p->edit, EL_CLIENTDATA, p);
    el_set(p->edit, EL_PROMPT, prompt_text);
    el_set(p->edit, EL_EDITOR, "emacs");
    el_set(p->edit, EL_HIST, history, p->history);
    el_set(p->edit, EL_GETCFN, read_character);
    el_set(p->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(p->edit, NULL); /* ~/.editrc */
    sigaction(SIGWINCH, &action, NULL);
    return 1;
}

/* read(prompt): the line, without its end; nil at the end of the input; false when it was cancelled. */
static int read_line(lua_State *L) {
    prompt *p = check_prompt(L);
    int len = 0;
    snprintf(p->text, sizeof p->text, "%s", luaL_checkstring(L, 2));
    hold_signals(p);
    el_set(p->edit, EL_PREP_TERM, 1); /* before the prompt stands there: whoever waits for it may type at once */
    const char *line = el_gets(p->edit, &len);
    sigprocmask(SIG_SETMASK, &p->outside, NULL);
    if (shell_was_interrupted()) {
        fputs("^C\n", stdout);
        el_reset(p->edit);
        lua_pushboolean(L, false);
        return 1;
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

static int add_history(lua_State *L) {
    HistEvent event;
    prompt *p = check_prompt(L);
    history(p->history, &event, H_ENTER, luaL_checkstring(L, 2));
    return 0;
}

static int load_history(lua_State *L) {
    HistEvent event;
    prompt *p = check_prompt(L);
    history(p->history, &event, H_LOAD, luaL_checkstring(L, 2)); /* none yet is no error */
    return 0;
}

/* save(path): true, or nil and why not. The file is made anew beside the old one, mode 0600, and renamed. */
static int save_history(lua_State *L) {
    HistEvent event;
    prompt *p = check_prompt(L);
    const char *path = luaL_checkstring(L, 2);
    const char *fresh = lua_pushfstring(L, "%s.new", path);
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL) {
        return luaL_fileresult(L, 0, fresh);
    }
    bool written = history(p->history, &event, H_SAVE_FP, file) >= 0;
    written = fclose(file) == 0 && written;
    return luaL_fileresult(L, written && rename(fresh, path) == 0, path);
}

/* make_directory(path): with its parents, mode 0700. */
static int make_directory(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    for (const char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        const char *part = slash == NULL ? path : lua_pushlstring(L, path, (size_t)(slash - path));
        if (mkdir(part, 0700) != 0 && errno != EEXIST) {
            return luaL_fileresult(L, 0, part);
        }
        if (slash == NULL) {
            return luaL_fileresult(L, 1, path);
        }
        lua_pop(L, 1);
    }
}

static int is_terminal(lua_State *L) {
    lua_pushboolean(L, isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
    return 1;
}

void shell_add_prompt(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"open_prompt", open_prompt}, {"make_directory", make_directory}, {"is_terminal", is_terminal}, {NULL, NULL}};
    static const luaL_Reg methods[] = {{"read", read_line},    {"add", add_history},    {"load", load_history},
                                       {"save", save_history}, {"close", close_prompt}, {NULL, NULL}};
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
