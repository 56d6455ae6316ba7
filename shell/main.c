/* The program `warifu`: a Lua 5.4 with the module `warifu` in it, verbs for people, and a prompt. */
#define _POSIX_C_SOURCE 200809L
#include "parts.h"
#include "shell.h"
#include <locale.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

enum { FAILED = 1 };

extern const wfl_part shell_parts[];
int luaopen_warifu(lua_State *L);

/* A broken pipe or a full disk is a failure of the program whose results were lost. */
static int flush_output(int status) {
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
        perror("warifu: output");
        return FAILED;
    }
    return status;
}

/* Gives the exit status, which shell/lua/main.lua returns. */
static int run(lua_State *L) {
    int argc = (int)lua_tointeger(L, 1);
    char **argv = lua_touserdata(L, 2);
    luaL_openlibs(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, luaopen_warifu);
    lua_setfield(L, -2, "warifu");
    lua_newtable(L);
    shell_add_prompt(L);
    shell_add_secret(L);
    shell_add_files(L);
    shell_add_typed(L);
    shell_add_text(L);
    wfl_run_part(L, shell_parts, "main");
    lua_createtable(L, argc, 0);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_seti(L, -2, i);
    }
    lua_call(L, 1, 1);
    return 1;
}

int main(int argc, char **argv) {
    int status = FAILED;
    setlocale(LC_CTYPE, "");
    lua_State *L = luaL_newstate();
    if (L == NULL) {
        fputs("warifu: not enough memory\n", stderr);
        return FAILED;
    }
    shell_catch_signals(L);
    lua_pushcfunction(L, run);
    lua_pushinteger(L, argc);
    lua_pushlightuserdata(L, argv);
    if (lua_pcall(L, 2, 1, 0) == LUA_OK) {
        status = (int)lua_tointeger(L, -1);
    } else {
        fprintf(stderr, "warifu: %s\n", luaL_tolstring(L, -1, NULL));
    }
    lua_close(L);
    status = flush_output(status);
    if (shell_ending() != 0) { /* all is cleaned up: now it ends as its parent expects */
        signal(shell_ending(), SIG_DFL);
        raise(shell_ending());
    }
    return status;
}
