/* The engine's calls, one by one. Where something starts, the result is its request's number. */
#include "endpoint.h"
#include <string.h>
#include <warifu/lab.h>

static int push_request(lua_State *L, wf_error error, wf_request_id id) {
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_pushinteger(L, id.value);
    return 1;
}

static int push_success(lua_State *L, wf_error error, const char *detail) {
    if (error != WF_OK) {
        return wfl_fail(L, error, detail);
    }
    lua_pushboolean(L, true);
    return 1;
}

static wf_peer_id check_peer(lua_State *L, int index) {
    return (wf_peer_id){(uint32_t)wfl_integer(L, index, "peer", 1, UINT32_MAX)};
}

static wf_request_id check_request(lua_State *L, int index) {
    return (wf_request_id){(uint32_t)wfl_integer(L, index, "request", 1, UINT32_MAX)};
}

static uint32_t check_milliseconds(lua_State *L, int index, const char *name) {
    lua_Number seconds = luaL_checknumber(L, index);
    if (!(seconds >= 0 && seconds <= 86400)) {
        wfl_misuse(L, name, "seconds are 0 to 86400");
    }
    return (uint32_t)(seconds * 1000);
}

/* request(peer, address, true for the group or nil for everybody; edata, seconds, repeatable) */
static int request(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_request_id id;
    wf_request asked = {.edata = wfl_bytes(L, 3, "edata"),
                        .timeout_ms = check_milliseconds(L, 4, "timeout"),
                        .repeatable = lua_toboolean(L, 5)};
    if (lua_isboolean(L, 2)) {
        asked.target.group = lua_toboolean(L, 2);
    } else if (lua_type(L, 2) == LUA_TNUMBER) {
        asked.target.peer = check_peer(L, 2);
    } else if (!lua_isnil(L, 2)) {
        asked.target.address = wfl_address(L, 2, "address", e->udp.port);
    }
    wf_error error = wf_engine_request(e->engine, wfl_endpoint_now(L, e), &id, &asked);
    return push_request(L, error, id);
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
                       .timeout_ms = check_milliseconds(L, 6, "timeout")};
    if (lua_type(L, 2) == LUA_TNUMBER) {
        order.target.peer = check_peer(L, 2);
    } else if (!lua_isnil(L, 2)) {
        order.target.address = wfl_address(L, 2, "address", e->udp.port);
    }
    wf_error error = wf_engine_inform(e->engine, wfl_endpoint_now(L, e), &id, &order);
    return push_request(L, error, id);
}

/* hello(address or nil, seconds) */
static int hello(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_address to = {0};
    wf_request_id id;
    if (!lua_isnil(L, 2)) {
        to = wfl_address(L, 2, "address", e->udp.port);
    }
    wf_error error = wf_engine_hello(e->engine, wfl_endpoint_now(L, e), &id, &to, check_milliseconds(L, 3, "timeout"));
    return push_request(L, error, id);
}

static int cancel(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_engine_cancel(e->engine, wfl_endpoint_now(L, e), check_request(L, 2));
    return 0;
}

/* send_raw(address or nil, datagram) */
static int send_raw(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_address to = {0};
    if (!lua_isnil(L, 2)) {
        to = wfl_address(L, 2, "address", e->udp.port);
    }
    return push_success(L, wf_engine_send_raw(e->engine, &to, wfl_bytes(L, 3, "datagram")), NULL);
}

/* ---- pairing ---- */

/* pair(address, number or nil, code or nil, root_too, seconds) */
static int pair(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    uint8_t number[WF_NUMBER_LEN];
    wf_request_id id;
    wf_pair_order order = {.address = wfl_address(L, 2, "address", e->udp.port),
                           .root_too = lua_toboolean(L, 5),
                           .duration_ms = check_milliseconds(L, 6, "duration")};
    if (!lua_isnil(L, 3)) {
        wfl_number(number, L, 3, "number");
        order.number = number;
    }
    if (!lua_isnil(L, 4)) {
        order.code = wfl_setup_code(L, 4, "code");
    }
    wf_error error = wf_engine_pair(e->engine, wfl_endpoint_now(L, e), &id, &order);
    return push_request(L, error, id);
}

static int pair_decide(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_engine_pair_decide(e->engine, wfl_endpoint_now(L, e), check_request(L, 2), lua_toboolean(L, 3));
    return 0;
}

static int unpair(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_request_id id;
    wf_error error = wf_engine_unpair(e->engine, wfl_endpoint_now(L, e), &id, check_peer(L, 2));
    return push_request(L, error, id);
}

static int forget_peer(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    return push_success(L, wf_engine_forget_peer(e->engine, wfl_endpoint_now(L, e), check_peer(L, 2)), NULL);
}

static int factory_reset(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    return push_success(L, wf_engine_factory_reset(e->engine, wfl_endpoint_now(L, e)), NULL);
}

/* ---- groups ---- */

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
    return push_success(L, wf_engine_renew_group(e->engine, wfl_endpoint_now(L, e)), NULL);
}

/* forge(victim, edata) */
static int forge(lua_State *L) {
    const endpoint *e = wfl_endpoint(L), *victim = wfl_endpoint_at(L, 2, "victim");
    return push_success(L, wf_lab_forge(e->engine, victim->engine, wfl_bytes(L, 3, "edata")), NULL);
}

/* ---- the pairing window ---- */

/* open_window(seconds, pairings) */
static int open_window(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    uint32_t duration = check_milliseconds(L, 2, "seconds");
    unsigned pairings = (unsigned)wfl_integer(L, 3, "pairings", 1, UINT16_MAX);
    return push_success(L, wf_engine_open_window(e->engine, wfl_endpoint_now(L, e), duration, pairings), NULL);
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

/* ---- the node ---- */

/* put and get_own are also for hooks: they ask for an open endpoint only. */
static endpoint *check_open(lua_State *L) {
    endpoint *e = luaL_checkudata(L, 1, WFL_ENDPOINT);
    if (!e->open) {
        wfl_misuse(L, "self", "it is closed");
    }
    return e;
}

static const char *property_text(lua_State *L, wf_eoj eoj, uint8_t epc) {
    char text[16];
    static const char digits[] = "0123456789ABCDEF";
    size_t len = 0;
    for (int shift = 20; shift >= 0; shift -= 4) {
        text[len++] = digits[eoj >> shift & 15];
    }
    if (epc != 0) {
        text[len++] = ' ';
        text[len++] = digits[epc >> 4];
        text[len++] = digits[epc & 15];
    }
    return lua_pushlstring(L, text, len);
}

static int add_object(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_eoj eoj = wfl_eoj(L, 2, "eoj");
    return push_success(L, wf_node_add_object(wf_engine_node(e->engine), eoj), property_text(L, eoj, 0));
}

/* add_property(eoj, epc, access, min, max, value) */
static int add_property(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_eoj eoj = wfl_eoj(L, 2, "eoj");
    uint8_t epc = (uint8_t)wfl_integer(L, 3, "epc", 0x80, 0xFF);
    unsigned access = (unsigned)wfl_integer(L, 4, "access", 1, 7);
    size_t least = (size_t)wfl_integer(L, 5, "min", 0, WF_EDT_LEN);
    size_t most = (size_t)wfl_integer(L, 6, "max", 0, WF_EDT_LEN);
    wf_bytes value = wfl_bytes(L, 7, "value");
    wf_node *node = wf_engine_node(e->engine);
    return push_success(L, wf_node_add_property(node, eoj, epc, access, least, most, value),
                        property_text(L, eoj, epc));
}

static int put(lua_State *L) {
    endpoint *e = check_open(L);
    wf_eoj eoj = wfl_eoj(L, 2, "eoj");
    uint8_t epc = (uint8_t)wfl_integer(L, 3, "epc", 0x80, 0xFF);
    wf_bytes value = wfl_bytes(L, 4, "value");
    wf_error error = e->in_hook ? wf_node_put(wf_engine_node(e->engine), eoj, epc, value)
                                : wf_engine_put(e->engine, wfl_endpoint_now(L, e), eoj, epc, value);
    return push_success(L, error, property_text(L, eoj, epc));
}

static int get_own(lua_State *L) {
    endpoint *e = check_open(L);
    wf_eoj eoj = wfl_eoj(L, 2, "eoj");
    uint8_t epc = (uint8_t)wfl_integer(L, 3, "epc", 0x80, 0xFF);
    uint8_t bytes[WF_EDT_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    wf_error error = wf_node_get(wf_engine_node(e->engine), eoj, epc, &out);
    if (error != WF_OK) {
        return wfl_fail(L, error, property_text(L, eoj, epc));
    }
    wfl_push_bytes(L, wf_bytes_of(bytes, out.len));
    return 1;
}

static int remove_object(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_eoj eoj = wfl_eoj(L, 2, "eoj");
    return push_success(L, wf_node_remove_object(wf_engine_node(e->engine), eoj), property_text(L, eoj, 0));
}

static int remove_property(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_eoj eoj = wfl_eoj(L, 2, "eoj");
    uint8_t epc = (uint8_t)wfl_integer(L, 3, "epc", 0x80, 0xFF);
    return push_success(L, wf_node_remove_property(wf_engine_node(e->engine), eoj, epc), property_text(L, eoj, epc));
}

static int announce_instances(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_engine_announce_instances(e->engine, wfl_now(L));
    return 0;
}

/* later(): for hooks. An id, or nil when too many wait already. */
static int later(lua_State *L) {
    endpoint *e = check_open(L);
    if (!e->in_hook) {
        return luaL_error(L, "later() is for on_get and on_set");
    }
    wf_later_id id = wf_engine_later(e->engine);
    if (id.value != 0) {
        lua_pushinteger(L, id.value);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

/* answer_later(id, accept, value or nil) */
static int answer_later(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_later_id id = {(uint32_t)wfl_integer(L, 2, "later", 1, UINT32_MAX)};
    wf_bytes value = lua_isnil(L, 4) ? wf_bytes_of(NULL, 0) : wfl_bytes(L, 4, "value");
    return push_success(L, wf_engine_answer_later(e->engine, wfl_now(L), id, lua_toboolean(L, 3), value), NULL);
}

static int announce(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_engine_announce(e->engine, wfl_endpoint_now(L, e));
    return 0;
}

/* ---- what was seen ---- */

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

static int counters(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    const wf_counters *seen = wf_engine_counters(e->engine);
    lua_newtable(L);
#define SET_COUNTER(name, what) wfl_set_integer(L, #name, (lua_Integer)seen->name);
    WF_COUNTERS(SET_COUNTER)
#undef SET_COUNTER
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

void wfl_add_endpoint_calls(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"request", request},
        {"inform", inform},
        {"hello", hello},
        {"cancel", cancel},
        {"send_raw", send_raw},
        {"pair", pair},
        {"pair_decide", pair_decide},
        {"explain", wfl_endpoint_explain},
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
        {"add_object", add_object},
        {"add_property", add_property},
        {"put", put},
        {"get_own", get_own},
        {"announce", announce},
        {"remove_object", remove_object},
        {"remove_property", remove_property},
        {"announce_instances", announce_instances},
        {"later", later},
        {"answer_later", answer_later},
        {"next_event", next_event},
        {"counters", counters},
        {"audit", wfl_endpoint_audit},
        {"send_error", send_error},
        {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
