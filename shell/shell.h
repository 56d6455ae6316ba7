/* The C half of the shell: the terminal and the interrupt. What it does is Lua (shell/lua). */
#ifndef WARIFU_SHELL_H
#define WARIFU_SHELL_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

/* SIGINT raises "interrupted" in the Lua that runs in `L`; there is one such state. */
void shell_catch_interrupts(lua_State *L);
bool shell_was_interrupted(void); /* since the last call */

/* Adds the functions of the prompt to the table on top. */
void shell_add_prompt(lua_State *L);

/* Adds those for secrets. */
void shell_add_secret(lua_State *L);

#endif
