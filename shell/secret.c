/* Secrets typed at the terminal: they are no line of the prompt, so that its history never sees them. */
#define _POSIX_C_SOURCE 200809L
#include "shell.h"
#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <warifu/bytes.h>

enum { SECRET_LEN = 1024 };

/* One line, cut to the room there is; -1 at an interrupt or at the end of the input. */
static ssize_t read_line(char line[static SECRET_LEN]) {
    ssize_t len = 0;
    for (;;) {
        char byte;
        if (read(STDIN_FILENO, &byte, 1) != 1) {
            return -1;
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
    struct termios quiet = before;
    quiet.c_lflag = (quiet.c_lflag & ~(tcflag_t)ECHO) | ICANON | ECHONL;
    tcsetattr(STDIN_FILENO, TCSADRAIN, show ? &before : &quiet);
    fflush(stdout);
    fputs(prompt, stderr);
    ssize_t len = read_line(line);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    if (shell_was_interrupted()) {
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
