/* Pairings, windows and groups of an endpoint. */
#include "endpoint.h"
#include <string.h>
#include <warifu/lab.h>

/* pair(address, number or nil, code or nil, root_too, seconds) */
static int pair(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    uint8_t number[WF_NUMBER_LEN];
    wf_request_id id;
    wf_pair_order order = {.address = wfl_address(L, 2, "address", e->udp.port),
                           .root_too = lua_toboolean(L, 5),
                           .duration_ms = wfl_milliseconds(L, 6, "duration")};
    if (!lua_isnil(L, 3)) {
        wfl_number(number, L, 3, "number");
        order.number = number;
    }
    if (!lua_isnil(L, 4)) {
        order.code = wfl_setup_code(L, 4, "code");
    }
    wf_error error = wf_engine_pair(e->engine, wfl_endpoint_now(L, e), &id, &order);
    return wfl_push_request(L, error, id);
}

static int pair_decide(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_engine_pair_decide(e->engine, wfl_endpoint_now(L, e), wfl_request(L, 2), lua_toboolean(L, 3));
    return 0;
}

static int unpair(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_request_id id;
    wf_error error = wf_engine_unpair(e->engine, wfl_endpoint_now(L, e), &id, wfl_peer(L, 2));
    return wfl_push_request(L, error, id);
}

static int forget_peer(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    return wfl_push_success(L, wf_engine_forget_peer(e->engine, wfl_endpoint_now(L, e), wfl_peer(L, 2)), NULL);
}

static int factory_reset(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    return wfl_push_success(L, wf_engine_factory_reset(e->engine, wfl_endpoint_now(L, e)), NULL);
}

/* open_window(seconds, pairings) */
static int open_window(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    uint32_t duration = wfl_milliseconds(L, 2, "seconds");
    unsigned pairings = (unsigned)wfl_integer(L, 3, "pairings", 1, UINT16_MAX);
    return wfl_push_success(L, wf_engine_open_window(e->engine, wfl_endpoint_now(L, e), duration, pairings), NULL);
}

static int close_window(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_engine_close_window(e->engine, wfl_endpoint_now(L, e));
    return 0;
}

/* {left=, pairings=, failures=, opened_today=} */
static int window(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    const wf_window_state seen = wf_engine_window(e->engine, wfl_endpoint_now(L, e));
    lua_createtable(L, 0, 4);
    lua_pushnumber(L, seen.left_ms / 1000.0);
    lua_setfield(L, -2, "left");
    wfl_set_integer(L, "pairings", seen.pairings);
    wfl_set_integer(L, "failures", seen.failures);
    wfl_set_integer(L, "opened_today", seen.opened_today);
    return 1;
}

/* A list of {id=, number=, fingerprint=, role=, address=, has_session=}. */
static int peers(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    wf_peer peer;
    unsigned at = 0;
    lua_newtable(L);
    for (lua_Integer i = 1; wf_engine_next_peer(e->engine, &at, &peer); i++) {
        lua_createtable(L, 0, 6);
        wfl_set_integer(L, "id", peer.id.value);
        wfl_push_hex(L, wf_bytes_of(peer.number, sizeof peer.number));
        lua_setfield(L, -2, "number");
        wfl_push_hex(L, wf_bytes_of(peer.fingerprint, sizeof peer.fingerprint));
        lua_setfield(L, -2, "fingerprint");
        wfl_set_text(L, "role", wfl_role_text(peer.role));
        wfl_push_address(L, &peer.address);
        lua_setfield(L, -2, "address");
        wfl_set_boolean(L, "has_session", peer.has_session);
        lua_seti(L, -2, i);
    }
    return 1;
}

/* A list of {id=, manager=, members=, waiting=, next_number=}. */
static int groups(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    wf_group_state group;
    unsigned at = 0;
    lua_newtable(L);
    for (lua_Integer i = 1; wf_engine_next_group(e->engine, &at, &group); i++) {
        lua_createtable(L, 0, 5);
        wfl_push_hex(L, wf_bytes_of(group.gid, sizeof group.gid));
        lua_setfield(L, -2, "id");
        if (group.manager.value != 0) {
            wfl_set_integer(L, "manager", group.manager.value);
        }
        wfl_set_integer(L, "members", group.members);
        wfl_set_integer(L, "waiting", group.waiting);
        wfl_set_integer(L, "next_number", (lua_Integer)group.next_number);
        lua_seti(L, -2, i);
    }
    return 1;
}

static int renew_group(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    return wfl_push_success(L, wf_engine_renew_group(e->engine, wfl_endpoint_now(L, e)), NULL);
}

/* forge(victim, edata) */
static int forge(lua_State *L) {
    const endpoint *e = wfl_endpoint(L), *victim = wfl_endpoint_at(L, 2, "victim");
    return wfl_push_success(L, wf_lab_forge(e->engine, victim->engine, wfl_bytes(L, 3, "edata")), NULL);
}

void wfl_add_pairing_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"pair", pair},
                                       {"pair_decide", pair_decide},
                                       {"unpair", unpair},
                                       {"forget_peer", forget_peer},
                                       {"factory_reset", factory_reset},
                                       {"open_window", open_window},
                                       {"close_window", close_window},
                                       {"window", window},
                                       {"peers", peers},
                                       {"groups", groups},
                                       {"renew_group", renew_group},
                                       {"forge", forge},
                                       {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
