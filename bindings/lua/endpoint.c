/* One engine with its sockets and its store, as userdata: its life. What it can do is in the other files. */
#include "endpoint.h"
#include <string.h>

wf_time wfl_now(lua_State *L) {
    uint64_t now;
    if (wf_clock_monotonic(&now) != WF_OK) {
        luaL_error(L, "the system has no monotonic clock");
    }
    return now;
}

endpoint *wfl_endpoint_at(lua_State *L, int index, const char *name) {
    endpoint *e = luaL_checkudata(L, index, WFL_ENDPOINT);
    if (!e->open) {
        wfl_misuse(L, name, "it is closed");
    }
    return e;
}

endpoint *wfl_endpoint(lua_State *L) {
    endpoint *e = wfl_endpoint_at(L, 1, "self");
    if (e->in_hook) {
        luaL_error(L, "only put and get_own may be called from inside a hook");
    }
    return e;
}

/* One function for __gc, __close and close: also right for one that was never, or half, opened. */
int wfl_endpoint_close(lua_State *L) {
    endpoint *e = luaL_checkudata(L, 1, WFL_ENDPOINT);
    if (e->in_hook) {
        luaL_error(L, "an endpoint can't be closed from inside its hook");
    }
    if (e->engine != NULL) {
        wf_engine_end(e->engine, e->engine_size);
        e->engine = NULL;
    }
    wfl_poller_close(&e->poller);
    wf_udp_close(&e->udp);
    wf_file_store_close(&e->store);
    wf_key_log_file_close(&e->keys);
    wf_identity_file_wipe(&e->identity);
    wf_identity_file_wipe(&e->former);
    e->sim = NULL;
    e->open = false;
    for (int value = 1; value <= WFL_USER_VALUES; value++) {
        lua_pushnil(L);
        lua_setiuservalue(L, 1, value);
    }
    return 0;
}

static int new_endpoint(lua_State *L) {
    endpoint *e = lua_newuserdatauv(L, sizeof *e, WFL_USER_VALUES);
    memset(e, 0, sizeof *e);
    luaL_setmetatable(L, WFL_ENDPOINT);
    return 1;
}

static int endpoint_tostring(lua_State *L) {
    const endpoint *e = luaL_checkudata(L, 1, WFL_ENDPOINT);
    lua_pushstring(L, e->open ? "warifu.endpoint" : "warifu.endpoint (closed)");
    return 1;
}

static int is_open(lua_State *L) {
    const endpoint *e = luaL_checkudata(L, 1, WFL_ENDPOINT);
    lua_pushboolean(L, e->open);
    return 1;
}

static int now(lua_State *L) {
    lua_pushnumber(L, (lua_Number)wfl_now(L) / 1000);
    return 1;
}

static int default_state(lua_State *L) {
    char path[4096];
    wf_error error = wf_file_store_default_path(path, sizeof path);
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_pushstring(L, path);
    return 1;
}

static void add_methods(lua_State *L) {
    static void (*const parts[])(lua_State *) = {wfl_add_open_calls,    wfl_add_pump_calls,   wfl_add_poll_calls,
                                                 wfl_add_place_calls,   wfl_add_sim_calls,    wfl_add_request_calls,
                                                 wfl_add_pairing_calls, wfl_add_object_calls, wfl_add_controller_calls,
                                                 wfl_add_list_calls,    wfl_add_audit_calls,  wfl_add_trace_calls,
                                                 wfl_add_explain_calls};
    static const luaL_Reg methods[] = {{"close", wfl_endpoint_close}, {"is_open", is_open}, {NULL, NULL}};
    luaL_newlib(L, methods);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        parts[i](L);
    }
}

void wfl_add_endpoint(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"endpoint", new_endpoint}, {"now", now}, {"default_state", default_state}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__gc", wfl_endpoint_close}, {"__close", wfl_endpoint_close}, {"__tostring", endpoint_tostring}, {NULL, NULL}};
    luaL_newmetatable(L, WFL_ENDPOINT);
    luaL_setfuncs(L, metamethods, 0);
    wfl_set_text(L, "__metatable", WFL_ENDPOINT);
    add_methods(L);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
