#define _POSIX_C_SOURCE 200809L
#include "shell.h"
#include <signal.h>
#include <stddef.h>

/* A signal handler has no other way to them. */
static lua_State *running;
static volatile sig_atomic_t interrupted;

static void stop(lua_State *L, lua_Debug *unused) {
    (void)unused;
    lua_sethook(L, NULL, 0, 0);
    interrupted = 0;
    luaL_error(L, "interrupted");
}

/* lua_sethook is what Lua allows in a handler. The wait in poll ends by itself: the handler restarts no call. */
static void on_interrupt(int unused) {
    (void)unused;
    interrupted = 1;
    lua_sethook(running, stop, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

void shell_catch_interrupts(lua_State *L) {
    struct sigaction action = {.sa_handler = on_interrupt};
    running = L;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

bool shell_was_interrupted(void) {
    bool was = interrupted;
    interrupted = 0;
    lua_sethook(running, NULL, 0, 0);
    return was;
}
