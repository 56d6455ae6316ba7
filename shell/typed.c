/* What is typed while something else runs: read without waiting, and past the buffer of io.read. */
#define _POSIX_C_SOURCE 200809L
#include "shell.h"
#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { TYPED_LEN = 4096 };

/* A program in the background that reads from its terminal is stopped. */
static bool is_in_background(void) {
    return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) != getpgrp();
}

/* typed(): the bytes that are there, maybe none; nil at the end of the input. */
static int typed(lua_State *L) {
    char bytes[TYPED_LEN];
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (is_in_background() || poll(&input, 1, 0) <= 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    ssize_t len = read(STDIN_FILENO, bytes, sizeof bytes);
    if (len < 0 && (errno == EINTR || errno == EAGAIN)) {
        len = 0;
    } else if (len <= 0) {
        return 0;
    }
    lua_pushlstring(L, bytes, (size_t)len);
    return 1;
}

void shell_add_typed(lua_State *L) {
    lua_pushcfunction(L, typed);
    lua_setfield(L, -2, "typed");
}
