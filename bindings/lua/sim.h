/* The simulator for Lua: its network, its stores, and the endpoints on them. */
#ifndef WARIFU_LUA_SIM_H
#define WARIFU_LUA_SIM_H

#include "endpoint.h"
#include <warifu/sim.h>

#define WFL_SIM "warifu.sim.network"
#define WFL_SIM_STORE "warifu.sim.Store"

struct wfl_sim {
    wf_sim *sim;
    lua_State *caller; /* of the call under way, for hook and log; it may be a coroutine's */
    int tamper;        /* references in the registry, or LUA_NOREF */
    int records;
};

wfl_sim *wfl_sim_check(lua_State *L, int index, const char *name);
wf_sim_host wfl_sim_host(lua_State *L, int index, const char *name);
wf_sim_store *wfl_sim_store_check(lua_State *L, int index, const char *name);

void wfl_add_sim_store(lua_State *L);

#endif
