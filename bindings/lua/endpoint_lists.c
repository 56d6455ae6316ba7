/* Revocation lists. What is being sent the engine borrows: the strings are anchored until the request is done. */
#include "endpoint.h"

/* take_list(issuer, list), both DER */
static int take_list(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_bytes issuer = wfl_bytes(L, 2, "issuer"), list = wfl_bytes(L, 3, "crl");
    wf_error error = wf_engine_take_list(e->engine, wfl_endpoint_now(L, e), issuer, list);
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* send_list(peer, issuer, list), both DER */
static int send_list(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_request_id id;
    wf_peer_id peer = {(uint32_t)wfl_integer(L, 2, "peer", 1, UINT32_MAX)};
    wf_bytes issuer = wfl_bytes(L, 3, "issuer"), list = wfl_bytes(L, 4, "crl");
    if (lua_getiuservalue(L, 1, WFL_LENT) == LUA_TNIL) {
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, 1, WFL_LENT);
    }
    lua_createtable(L, 2, 0);
    lua_pushvalue(L, 3);
    lua_seti(L, -2, 1);
    lua_pushvalue(L, 4);
    lua_seti(L, -2, 2);
    lua_pushvalue(L, -1); /* held there should memory lack for a place of its own */
    lua_seti(L, -3, 0);
    wf_error error = wf_engine_send_list(e->engine, wfl_endpoint_now(L, e), &id, peer, issuer, list);
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_seti(L, -2, id.value);
    lua_pushinteger(L, id.value);
    return 1;
}

void wfl_request_done(lua_State *L, wf_request_id id) {
    if (lua_getiuservalue(L, 1, WFL_LENT) == LUA_TTABLE) {
        lua_pushnil(L);
        lua_seti(L, -2, id.value);
    }
    lua_pop(L, 1);
}

/* A list of {issuer=, number=, this_update=, next_update=, entries=, kept=}. */
static int lists(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    wf_crl crl;
    uint32_t kept;
    unsigned at = 0;
    lua_newtable(L);
    for (lua_Integer i = 1; wf_engine_next_list(e->engine, &at, &crl, &kept); i++) {
        lua_createtable(L, 0, 6);
        wfl_push_hex(L, wf_bytes_of(crl.issuer, sizeof crl.issuer));
        lua_setfield(L, -2, "issuer");
        wfl_set_integer(L, "number", (lua_Integer)crl.number);
        wfl_set_integer(L, "this_update", crl.this_update);
        wfl_set_integer(L, "next_update", crl.next_update);
        wfl_set_integer(L, "entries", crl.entries);
        wfl_set_integer(L, "kept", kept);
        lua_seti(L, -2, i);
    }
    return 1;
}

void wfl_add_list_calls(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"take_list", take_list}, {"send_list", send_list}, {"lists", lists}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
