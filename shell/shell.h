/* The C half of the shell: the terminal, signals and the history's file. What it does is Lua (shell/lua). */
#ifndef WARIFU_SHELL_H
#define WARIFU_SHELL_H

#include <lauxlib.h>
#include <lua.h>
#include <signal.h>
#include <stdbool.h>

/* SIGINT, SIGTERM and SIGHUP raise "interrupted" in the Lua that runs in `L`; there is one such state. */
void shell_catch_signals(lua_State *L);
bool shell_is_interrupted(void);  /* and nobody has taken it yet */
bool shell_was_interrupted(void); /* takes it */
int shell_ending(void);           /* the SIGTERM or SIGHUP that came, else 0 */

/* Between these two, signals come in only where a wait is given `outside`, so that none is lost before the wait. */
void shell_hold_signals(sigset_t *outside);
void shell_release_signals(const sigset_t *outside);
bool shell_was_resized(void); /* since the last call, as below */
bool shell_was_suspended(void);
void shell_suspend(void); /* what Ctrl-Z does elsewhere; comes back when the shell is continued */

/* As much of the text as `columns` of the screen take: its end, and in `columns` how many it does take. */
const char *shell_cut(const char *text, int *columns);

/* Each adds its functions to the table on top. */
void shell_add_prompt(lua_State *L);
void shell_add_secret(lua_State *L);
void shell_add_files(lua_State *L);
void shell_add_typed(lua_State *L);
void shell_add_text(lua_State *L);

#endif
