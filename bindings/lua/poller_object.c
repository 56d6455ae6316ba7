/* A poller as userdata, for the scheduler: one descriptor for all endpoints of a program. */
#include "binding.h"
#include "poller.h"
#include <math.h>

#define POLLER "warifu.poller"

enum { LONGEST_WAIT_MS = 1000 }; /* a signal that comes just before the wait is seen after it */

static wfl_poller *self(lua_State *L) {
    return luaL_checkudata(L, 1, POLLER);
}

/* poller(): a new one, or what failed */
static int make(lua_State *L) {
    wfl_poller *poller = lua_newuserdatauv(L, sizeof *poller, 0);
    *poller = (wfl_poller){0};
    luaL_setmetatable(L, POLLER);
    wf_error error = wfl_poller_open(poller);
    return error == WF_OK ? 1 : wfl_fail_system(L, error, &poller->system_error);
}

static int collect(lua_State *L) {
    wfl_poller_close(self(L));
    return 0;
}

/* add(poller, descriptor): true, or what failed */
static int add(lua_State *L) {
    wfl_poller *poller = self(L);
    wf_error error = wfl_poller_add(poller, (int)luaL_checkinteger(L, 2));
    if (error != WF_OK) {
        return wfl_fail_system(L, error, &poller->system_error);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* wait(poller, seconds): at most a second, and less when a signal comes: a set of descriptors that are readable, or
 * what failed */
static int wait_for_them(lua_State *L) {
    wfl_poller *poller = self(L);
    lua_Number seconds = luaL_checknumber(L, 2);
    int ready[WFL_POLLER_READY];
    size_t count;
    int milliseconds = seconds > 0 ? (int)fmin(ceil(seconds * 1000), LONGEST_WAIT_MS) : 0;
    wf_error error = wfl_poller_wait(poller, ready, &count, milliseconds);
    if (error != WF_OK) {
        return wfl_fail_system(L, error, &poller->system_error);
    }
    lua_createtable(L, 0, (int)count);
    for (size_t i = 0; i < count; i++) {
        lua_pushboolean(L, true);
        lua_rawseti(L, -2, ready[i]);
    }
    return 1;
}

static int descriptor(lua_State *L) {
    lua_pushinteger(L, self(L)->fd);
    return 1;
}

void wfl_add_poller(lua_State *L) {
    static const luaL_Reg methods[] = {{"add", add}, {"wait", wait_for_them}, {"fd", descriptor}, {NULL, NULL}};
    luaL_newmetatable(L, POLLER);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, make);
    lua_setfield(L, -2, "poller");
}
