/* Secrets typed at the terminal: they are no line of the prompt, so that its history never sees them. */
#define _POSIX_C_SOURCE 200809L
#include "shell.h"
#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>
#include <warifu/bytes.h>

enum { SECRET_LEN = 1024, END_OF_INPUT = -1, INTERRUPTED = -2 };

/* One line, cut to the room there is. Interrupts come in while it waits and not before it does, so that none is
 * overlooked; other signals, as of a terminal that changes its size, mean nothing here. */
static ssize_t read_line(char line[static SECRET_LEN], const sigset_t *outside) {
    ssize_t len = 0;
    for (;;) {
        char byte;
        fd_set input;
        FD_ZERO(&input);
        FD_SET(STDIN_FILENO, &input);
        int ready = pselect(STDIN_FILENO + 1, &input, NULL, NULL, NULL, outside);
        if (shell_was_interrupted()) {
            return INTERRUPTED;
        }
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready != 1 || read(STDIN_FILENO, &byte, 1) != 1) {
            return END_OF_INPUT;
        }
        if (byte == '\n') {
            return len;
        }
        if (len < SECRET_LEN) {
            line[len++] = byte;
        }
    }
}

/* read_secret(prompt, show): the line typed; nil at the end of the input; false when there is no terminal. */
static int read_secret(lua_State *L) {
    const char *prompt = luaL_checkstring(L, 1);
    bool show = lua_toboolean(L, 2);
    struct termios before;
    char line[SECRET_LEN];
    if (tcgetattr(STDIN_FILENO, &before) != 0) {
        lua_pushboolean(L, false);
        return 1;
    }
    sigset_t outside;
    shell_hold_signals(&outside);
    struct termios quiet = before;
    quiet.c_lflag = (quiet.c_lflag & ~(tcflag_t)ECHO) | ICANON | ECHONL;
    tcsetattr(STDIN_FILENO, TCSADRAIN, show ? &before : &quiet);
    fflush(stdout);
    fputs(prompt, stderr);
    ssize_t len = read_line(line, &outside);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    shell_release_signals(&outside);
    if (len == INTERRUPTED) {
        fputc('\n', stderr);
        wf_wipe(line, sizeof line);
        return luaL_error(L, "interrupted");
    }
    if (len < 0) {
        return 0;
    }
    lua_pushlstring(L, line, (size_t)len);
    wf_wipe(line, sizeof line);
    return 1;
}

/* Can block characters be printed? */
static int is_utf8(lua_State *L) {
    lua_pushboolean(L, strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
    return 1;
}

void shell_add_secret(lua_State *L) {
    static const luaL_Reg functions[] = {{"read_secret", read_secret}, {"is_utf8", is_utf8}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
