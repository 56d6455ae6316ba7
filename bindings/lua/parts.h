/* Lua sources compiled in by CMake (warifu_embed_lua), so that one file is all of it: the module's and the shell's. */
#ifndef WARIFU_LUA_PARTS_H
#define WARIFU_LUA_PARTS_H

#include <lua.h>
#include <stddef.h>

/* How a part's chunk name begins; in messages it is "[warifu controller]". */
#define WFL_PART_CHUNK "=[warifu "

typedef struct wfl_part {
    const char *name; /* "controller" */
    const unsigned char *source;
    size_t len;
} wfl_part;

/* What CMake makes: a table that ends with a NULL name. */
extern const wfl_part wfl_parts[];

/* With a table on top of the stack: sets its field `part` to a function that runs a part once, with that table as its
 * argument, and gives what it returned; then runs `first` so, and leaves its result in the table's place. */
void wfl_run_part(lua_State *L, const wfl_part *parts, const char *first);

#endif
