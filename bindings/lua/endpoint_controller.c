/* The engine's calls for controllers: reads and writes of many properties, and the nodes that are known. */
#include "endpoint.h"
#include <string.h>

/* The list of {epc=, edt=} at `index`; its values stay on the stack, so that they live as long as the call. */
static size_t take_sets(lua_State *L, int index, wf_property sets[static WF_CALL_PROPERTIES]) {
    lua_Integer count = luaL_len(L, index);
    if (count > WF_CALL_PROPERTIES) {
        wfl_misuse(L, "values", "too many properties");
    }
    luaL_checkstack(L, (int)count + 4, "values");
    for (lua_Integer i = 0; i < count; i++) {
        lua_geti(L, index, i + 1);
        lua_getfield(L, -1, "epc");
        sets[i].epc = (uint8_t)wfl_integer(L, -1, "epc", 0x80, 0xFF);
        lua_pop(L, 1);
        lua_getfield(L, -1, "edt");
        sets[i].edt = wfl_bytes(L, -1, "edt");
        lua_remove(L, -2);
    }
    return (size_t)count;
}

/* call(peer or address, eoj, sets, gets, timeout, verify, repeatable, force) */
static int call(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_property sets[WF_CALL_PROPERTIES];
    wf_request_id id;
    wf_bytes gets = wfl_bytes(L, 5, "gets");
    wf_call order = {.seoj = WF_EOJ_CONTROLLER,
                     .deoj = wfl_eoj(L, 3, "eoj"),
                     .sets = sets,
                     .gets = gets.at,
                     .get_count = gets.len,
                     .timeout_ms = wfl_milliseconds(L, 6, "timeout"),
                     .verify_ms = wfl_milliseconds(L, 7, "verify"),
                     .repeatable = lua_toboolean(L, 8),
                     .force = lua_toboolean(L, 9)};
    if (lua_type(L, 2) == LUA_TNUMBER) {
        order.target.peer.value = (uint32_t)wfl_integer(L, 2, "peer", 1, UINT32_MAX);
    } else {
        order.target.address = wfl_address(L, 2, "address", e->udp.port);
    }
    order.set_count = take_sets(L, 4, sets);
    wf_error error = wf_engine_call(e->engine, wfl_endpoint_now(L, e), &id, &order);
    return wfl_push_request(L, error, id);
}

void wfl_set_results(lua_State *L, const endpoint *e) {
    wf_result result;
    unsigned at = 0;
    lua_newtable(L);
    for (lua_Integer i = 1; wf_engine_next_result(e->engine, &at, &result); i++) {
        lua_createtable(L, 0, 4);
        wfl_set_integer(L, "epc", result.epc);
        wfl_set_boolean(L, "is_set", result.is_set);
        wfl_set_text(L, "status", wf_result_status_name(result.status));
        wfl_push_bytes(L, result.edt);
        lua_setfield(L, -2, "value");
        lua_seti(L, -2, i);
    }
    lua_setfield(L, -2, "results");
}

/* discover(address or nil, seconds, check) */
static int discover(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_address to = {0};
    wf_request_id id;
    if (!lua_isnil(L, 2)) {
        to = wfl_address(L, 2, "address", e->udp.port);
    }
    uint32_t duration = wfl_milliseconds(L, 3, "timeout");
    wf_error error = wf_engine_discover(e->engine, wfl_endpoint_now(L, e), &id, &to, duration, lua_toboolean(L, 4));
    return wfl_push_request(L, error, id);
}

static void push_known(lua_State *L, const endpoint *e, const wf_known *known) {
    wf_eoj eoj;
    lua_createtable(L, 0, 9);
    wfl_set_integer(L, "id", known->id.value);
    wfl_push_address(L, &known->address);
    lua_setfield(L, -2, "address");
    if (!wf_address_is_unspecified(&known->other)) {
        wfl_push_address(L, &known->other);
        lua_setfield(L, -2, "other_address");
    }
    wfl_set_boolean(L, "is_online", known->state == WF_KNOWN_ONLINE);
    if (known->reason != WF_OK) {
        wfl_set_text(L, "reason", wf_error_row_of(known->reason)->name);
    }
    if (known->has_number) {
        wfl_push_hex(L, wf_bytes_of(known->number, sizeof known->number));
        lua_setfield(L, -2, "number");
    }
    if (known->has_maker) {
        wfl_push_hex(L, wf_bytes_of(known->maker, sizeof known->maker));
        lua_setfield(L, -2, "maker");
    }
    if (known->has_version) {
        wfl_push_hex(L, wf_bytes_of(known->version, sizeof known->version));
        lua_setfield(L, -2, "version");
    }
    if (known->limit != 0) {
        wfl_set_integer(L, "limit", known->limit);
    }
    lua_newtable(L);
    for (unsigned at = 0; wf_engine_known_instance(e->engine, known->id, at, &eoj); at++) {
        lua_pushinteger(L, (lua_Integer)eoj);
        lua_seti(L, -2, (lua_Integer)at + 1);
    }
    lua_setfield(L, -2, "objects");
}

/* A list of {id=, address=, other_address=, is_online=, reason=, number=, maker=, version=, limit=, objects=}. */
static int known(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    wf_known one;
    unsigned at = 0;
    lua_newtable(L);
    for (lua_Integer i = 1; wf_engine_next_known(e->engine, &at, &one); i++) {
        push_known(L, e, &one);
        lua_seti(L, -2, i);
    }
    return 1;
}

static wf_known_id check_known(lua_State *L) {
    return (wf_known_id){(uint32_t)wfl_integer(L, 2, "node", 0, UINT32_MAX)};
}

/* known_one(id): the row of that node as it is now; nil when it is not known any more. */
static int known_one(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    wf_known one;
    if (!wf_engine_known(e->engine, check_known(L), &one)) {
        lua_pushnil(L);
    } else {
        push_known(L, e, &one);
    }
    return 1;
}

static int forget_known(lua_State *L) {
    wf_engine_forget_known(wfl_endpoint(L)->engine, check_known(L));
    return 0;
}

void wfl_add_controller_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"call", call},           {"discover", discover},         {"known", known},
                                       {"known_one", known_one}, {"forget_known", forget_known}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
