#define _XOPEN_SOURCE 700
#include "shell.h"
#include <stddef.h>

/* A signal handler has no other way to them. */
static lua_State *running;
static volatile sig_atomic_t interrupted, ending, resized, suspended;

static void stop(lua_State *L, lua_Debug *unused) {
    (void)unused;
    lua_sethook(L, NULL, 0, 0);
    interrupted = 0;
    luaL_error(L, "interrupted");
}

/* lua_sethook is what Lua allows in a handler. The wait in poll ends by itself: the handler restarts no call. Where no
 * Lua has seen the last one yet, it hangs in a coroutine or in C, and the program ends by the signal. */
static void on_interrupt(int signal_number) {
    if (interrupted) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    interrupted = 1;
    if (signal_number != SIGINT) {
        ending = signal_number;
    }
    lua_sethook(running, stop, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

static void on_resize(int unused) {
    (void)unused;
    resized = 1;
}

static void on_suspend(int unused) {
    (void)unused;
    suspended = 1;
}

static void handle(int signal_number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

void shell_catch_signals(lua_State *L) {
    running = L;
    handle(SIGINT, on_interrupt);
    handle(SIGTERM, on_interrupt);
    handle(SIGHUP, on_interrupt);
}

bool shell_is_interrupted(void) {
    return interrupted;
}

bool shell_was_interrupted(void) {
    bool was = interrupted;
    interrupted = 0;
    lua_sethook(running, NULL, 0, 0);
    return was;
}

int shell_ending(void) {
    return ending;
}

void shell_hold_signals(sigset_t *outside) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP};
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaddset(&held, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, &held, outside);
    resized = suspended = 0;
    handle(SIGWINCH, on_resize);
    handle(SIGTSTP, on_suspend);
}

void shell_release_signals(const sigset_t *outside) {
    handle(SIGWINCH, SIG_DFL);
    handle(SIGTSTP, SIG_DFL);
    sigprocmask(SIG_SETMASK, outside, NULL);
}

bool shell_was_resized(void) {
    bool was = resized;
    resized = 0;
    return was;
}

bool shell_was_suspended(void) {
    bool was = suspended;
    suspended = 0;
    return was;
}

void shell_suspend(void) {
    sigset_t stop_only, before;
    sigemptyset(&stop_only);
    sigaddset(&stop_only, SIGTSTP);
    handle(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &stop_only, &before); /* here it stops, until somebody continues it */
    sigprocmask(SIG_SETMASK, &before, NULL);
    handle(SIGTSTP, on_suspend);
}
