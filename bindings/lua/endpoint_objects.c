/* The own objects of an endpoint. */
#include "endpoint.h"
#include <string.h>

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
    return wfl_push_success(L, wf_node_add_object(wf_engine_node(e->engine), eoj), property_text(L, eoj, 0));
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
    return wfl_push_success(L, wf_node_add_property(node, eoj, epc, access, least, most, value),
                            property_text(L, eoj, epc));
}

static int put(lua_State *L) {
    endpoint *e = check_open(L);
    wf_eoj eoj = wfl_eoj(L, 2, "eoj");
    uint8_t epc = (uint8_t)wfl_integer(L, 3, "epc", 0x80, 0xFF);
    wf_bytes value = wfl_bytes(L, 4, "value");
    wf_error error = e->in_hook ? wf_node_put(wf_engine_node(e->engine), eoj, epc, value)
                                : wf_engine_put(e->engine, wfl_endpoint_now(L, e), eoj, epc, value);
    return wfl_push_success(L, error, property_text(L, eoj, epc));
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
    return wfl_push_success(L, wf_node_remove_object(wf_engine_node(e->engine), eoj), property_text(L, eoj, 0));
}

static int remove_property(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_eoj eoj = wfl_eoj(L, 2, "eoj");
    uint8_t epc = (uint8_t)wfl_integer(L, 3, "epc", 0x80, 0xFF);
    return wfl_push_success(L, wf_node_remove_property(wf_engine_node(e->engine), eoj, epc),
                            property_text(L, eoj, epc));
}

static int announce_instances(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_engine_announce_instances(e->engine, wfl_endpoint_now(L, e));
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
    return wfl_push_success(
        L, wf_engine_answer_later(e->engine, wfl_endpoint_now(L, e), id, lua_toboolean(L, 3), value), NULL);
}

void wfl_add_object_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"add_object", add_object},
                                       {"add_property", add_property},
                                       {"put", put},
                                       {"get_own", get_own},
                                       {"remove_object", remove_object},
                                       {"remove_property", remove_property},
                                       {"announce_instances", announce_instances},
                                       {"later", later},
                                       {"answer_later", answer_later},
                                       {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
