/* Lua functions that the engine calls in the middle of its work. Nothing may be raised through it: a hook that raises
 * is remembered, its answer is no, and the call under way raises it afterwards. */
#include "endpoint.h"

void wfl_enter_engine(lua_State *L, endpoint *e) {
    e->caller = L;
    lua_pushnil(L);
    lua_setiuservalue(L, 1, WFL_HOOK_ERROR);
}

void wfl_leave_engine(lua_State *L, endpoint *e) {
    e->caller = NULL;
    if (lua_getiuservalue(L, 1, WFL_HOOK_ERROR) != LUA_TNIL) {
        lua_error(L);
    }
    lua_pop(L, 1);
}

typedef struct set_call {
    wf_eoj eoj;
    uint8_t epc;
    wf_bytes old, edt;
    bool accepted;
} set_call;

typedef struct get_call {
    wf_eoj eoj;
    uint8_t epc;
    wf_bytes old;
    wf_writer *fresh;
    bool accepted;
} get_call;

/* on_set(eoj, epc, old, new): false refuses; anything else, and no result at all, accepts. What later() gave is a
 * table: the verdict comes afterwards, or there was no room to wait, and then it is no. */
static int call_set(lua_State *L) {
    set_call *call = lua_touserdata(L, 2);
    lua_getiuservalue(L, 1, WFL_SET_HOOK);
    lua_pushinteger(L, (lua_Integer)call->eoj);
    lua_pushinteger(L, call->epc);
    wfl_push_bytes(L, call->old);
    wfl_push_bytes(L, call->edt);
    lua_call(L, 4, 1);
    call->accepted = lua_isnil(L, -1) || (lua_toboolean(L, -1) && !lua_istable(L, -1));
    return 0;
}

/* on_get(eoj, epc, old): bytes are the present value; nil and true keep the old one, false refuses, a table as above.
 */
static int call_get(lua_State *L) {
    get_call *call = lua_touserdata(L, 2);
    lua_getiuservalue(L, 1, WFL_GET_HOOK);
    lua_pushinteger(L, (lua_Integer)call->eoj);
    lua_pushinteger(L, call->epc);
    wfl_push_bytes(L, call->old);
    lua_call(L, 3, 1);
    int type = lua_type(L, -1);
    if (type == LUA_TSTRING) {
        wf_write_view(call->fresh, wfl_bytes(L, -1, "value"));
    } else if (type != LUA_TNIL && type != LUA_TBOOLEAN && type != LUA_TTABLE) {
        return luaL_error(L, "on_get gives bytes, nil, false or what later() gave, not a %s", luaL_typename(L, -1));
    }
    call->accepted = type == LUA_TNIL || (lua_toboolean(L, -1) && type != LUA_TTABLE);
    return 0;
}

/* trace(traced) */
static int call_trace(lua_State *L) {
    lua_getiuservalue(L, 1, WFL_TRACE_HOOK);
    wfl_push_traced(L, lua_touserdata(L, 2));
    lua_call(L, 1, 0);
    return 0;
}

typedef struct filter_call {
    bool sent, multicast, passes;
    const wf_address *peer;
    wf_bytes *datagram;
} filter_call;

/* filter(sent, address, datagram, multicast): false drops, bytes take the datagram's place, anything else lets it pass.
 * There is no address when it goes to everybody. */
static int call_filter(lua_State *L) {
    filter_call *call = lua_touserdata(L, 2);
    const wf_address nowhere = {0};
    lua_getiuservalue(L, 1, WFL_FILTER_HOOK);
    lua_pushboolean(L, call->sent);
    if (wf_address_equal(call->peer, &nowhere)) {
        lua_pushnil(L);
    } else {
        wfl_push_address(L, call->peer);
    }
    wfl_push_bytes(L, *call->datagram);
    lua_pushboolean(L, call->multicast);
    lua_call(L, 4, 1);
    if (lua_type(L, -1) == LUA_TSTRING) {
        *call->datagram = wfl_bytes(L, -1, "datagram");
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, 1, WFL_FILTERED);
    }
    call->passes = lua_isnil(L, -1) || lua_toboolean(L, -1);
    return 0;
}

/* Light C functions, light userdata and a checked stack: nothing here can raise outside the protected call. */
static void protect(endpoint *e, lua_CFunction function, void *call) {
    lua_State *L = e->caller;
    if (L == NULL || !lua_checkstack(L, 4)) {
        return;
    }
    lua_pushcfunction(L, function);
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, call);
    e->in_hook = true;
    int failed = lua_pcall(L, 2, 0, 0);
    e->in_hook = false;
    if (failed != LUA_OK) {
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_pushboolean(L, false); /* error(nil) is an error too */
        }
        lua_setiuservalue(L, 1, WFL_HOOK_ERROR);
    }
}

bool wfl_set_hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt) {
    set_call call = {.eoj = eoj, .epc = epc, .old = old, .edt = edt};
    protect(context, call_set, &call);
    return call.accepted;
}

bool wfl_get_hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_writer *fresh) {
    get_call call = {.eoj = eoj, .epc = epc, .old = old, .fresh = fresh};
    protect(context, call_get, &call);
    return call.accepted;
}

void wfl_trace_hook(void *context, const wf_traced *told) {
    wf_traced traced = wfl_traced_of(context, told);
    protect(context, call_trace, &traced);
}

bool wfl_filter_passes(endpoint *e, bool sent, const wf_address *peer, bool multicast, wf_bytes *datagram) {
    if (!e->filters) {
        return true;
    }
    filter_call call = {.sent = sent, .multicast = multicast, .peer = peer, .datagram = datagram};
    protect(e, call_filter, &call);
    return call.passes;
}
