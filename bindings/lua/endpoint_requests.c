/* Messages that an endpoint sends, and what it hears. Where something starts, the result is its request's number. */
#include "endpoint.h"

/* request(peer, address, true for the group or nil for everybody; edata, seconds, repeatable) */
static int request(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_request_id id;
    wf_request asked = {.edata = wfl_bytes(L, 3, "edata"),
                        .timeout_ms = wfl_milliseconds(L, 4, "timeout"),
                        .repeatable = lua_toboolean(L, 5)};
    if (lua_isboolean(L, 2)) {
        asked.target.group = lua_toboolean(L, 2);
    } else if (lua_type(L, 2) == LUA_TNUMBER) {
        asked.target.peer = wfl_peer(L, 2);
    } else if (!lua_isnil(L, 2)) {
        asked.target.address = wfl_address(L, 2, "address", e->udp.port);
    }
    wf_error error = wf_engine_request(e->engine, wfl_endpoint_now(L, e), &id, &asked);
    return wfl_push_request(L, error, id);
}

/* inform(peer or address or nil, eoj, epcs, confirm, seconds): the request, or 0 when there is nothing to wait for */
static int inform(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_request_id id;
    wf_bytes epcs = wfl_bytes(L, 4, "epcs");
    wf_inform order = {.eoj = wfl_eoj(L, 3, "eoj"),
                       .epcs = epcs.at,
                       .epc_count = epcs.len,
                       .confirm = lua_toboolean(L, 5),
                       .timeout_ms = wfl_milliseconds(L, 6, "timeout")};
    if (lua_type(L, 2) == LUA_TNUMBER) {
        order.target.peer = wfl_peer(L, 2);
    } else if (!lua_isnil(L, 2)) {
        order.target.address = wfl_address(L, 2, "address", e->udp.port);
    }
    wf_error error = wf_engine_inform(e->engine, wfl_endpoint_now(L, e), &id, &order);
    return wfl_push_request(L, error, id);
}

/* hello(address or nil, seconds) */
static int hello(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_address to = {0};
    wf_request_id id;
    if (!lua_isnil(L, 2)) {
        to = wfl_address(L, 2, "address", e->udp.port);
    }
    wf_error error = wf_engine_hello(e->engine, wfl_endpoint_now(L, e), &id, &to, wfl_milliseconds(L, 3, "timeout"));
    return wfl_push_request(L, error, id);
}

static int cancel(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_engine_cancel(e->engine, wfl_endpoint_now(L, e), wfl_request(L, 2));
    return 0;
}

/* send_raw(address or nil, datagram) */
static int send_raw(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_address to = {0};
    if (!lua_isnil(L, 2)) {
        to = wfl_address(L, 2, "address", e->udp.port);
    }
    return wfl_push_success(L, wf_engine_send_raw(e->engine, &to, wfl_bytes(L, 3, "datagram")), NULL);
}

static int announce(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_engine_announce(e->engine, wfl_endpoint_now(L, e));
    return 0;
}

static int next_event(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_event event;
    if (!wf_engine_next_event(e->engine, &event)) {
        return 0;
    }
    wfl_push_event(L, &event);
    if (event.kind == WF_EVENT_DONE) {
        wfl_request_done(L, event.request);
        wfl_set_results(L, e);
    }
    return 1;
}

/* What the system said to the last datagram that could not leave, once; nil when all left. */
static int send_error(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    char text[WF_SYSTEM_ERROR_TEXT_LEN];
    if (e->send_error.number == 0) {
        return 0;
    }
    lua_pushstring(L, wf_system_error_text(text, &e->send_error));
    e->send_error = (wf_system_error){0};
    return 1;
}

static int counters(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    const wf_counters *seen = wf_engine_counters(e->engine);
    lua_newtable(L);
#define SET_COUNTER(name, what) wfl_set_integer(L, #name, (lua_Integer)seen->name);
    WF_COUNTERS(SET_COUNTER)
#undef SET_COUNTER
    return 1;
}

void wfl_add_request_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"request", request},       {"inform", inform},
                                       {"hello", hello},           {"cancel", cancel},
                                       {"send_raw", send_raw},     {"announce", announce},
                                       {"next_event", next_event}, {"send_error", send_error},
                                       {"counters", counters},     {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
