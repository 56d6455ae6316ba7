/* Where an endpoint is in its network. */
#include "endpoint.h"

static void add_address(lua_State *L, const wf_address *address) {
    wfl_push_address(L, address);
    lua_seti(L, -2, luaL_len(L, -2) + 1);
}

/* addresses(endpoint): a list; those without a port are taken by every interface there */
static int addresses(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    lua_newtable(L);
    size_t count = e->udp.by_address ? e->udp.socket_count : e->udp.own_count;
    for (size_t i = 0; i < count; i++) {
        if (!e->udp.by_address) {
            add_address(L, &e->udp.own[i]);
        } else if (!e->udp.sockets[i].group) {
            add_address(L, &e->udp.sockets[i].local);
        }
    }
    return 1;
}

/* interfaces(endpoint): a list of names */
static int interfaces(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    lua_newtable(L);
    for (size_t i = 0; i < e->udp.interface_count; i++) {
        lua_pushstring(L, e->udp.interfaces[i].name);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

void wfl_add_place_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"addresses", addresses}, {"interfaces", interfaces}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
