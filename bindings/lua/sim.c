/* The simulated network and its clock. What makes a home of it is Lua (warifu/sim.lua). Times are in milliseconds. */
#include "sim.h"
#include <math.h>
#include <string.h>
#include <warifu/datagram.h>

wfl_sim *wfl_sim_check(lua_State *L, int index, const char *name) {
    wfl_sim *self = luaL_testudata(L, index, WFL_SIM);
    if (self == NULL || self->sim == NULL) {
        wfl_misuse(L, name, "network expected");
    }
    return self;
}

wf_sim_host wfl_sim_host(lua_State *L, int index, const char *name) {
    return (wf_sim_host){(uint32_t)wfl_integer(L, index, name, 1, UINT32_MAX)};
}

/* The network at stack index 1, with this call as the one that hooks belong to. */
static wfl_sim *begin(lua_State *L) {
    wfl_sim *self = wfl_sim_check(L, 1, "self");
    self->caller = L;
    return self;
}

static int make(lua_State *L) {
    uint64_t seed = (uint64_t)luaL_checkinteger(L, 1);
    wfl_sim *self = lua_newuserdatauv(L, sizeof *self, 0);
    *self = (wfl_sim){.tamper = LUA_NOREF, .records = LUA_NOREF};
    luaL_setmetatable(L, WFL_SIM);
    wf_error error = wf_sim_new(&self->sim, seed);
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    wf_sim_set_date(self->sim, luaL_checkinteger(L, 2));
    return 1;
}

static int collect(lua_State *L) {
    wfl_sim *self = luaL_checkudata(L, 1, WFL_SIM);
    luaL_unref(L, LUA_REGISTRYINDEX, self->tamper);
    luaL_unref(L, LUA_REGISTRYINDEX, self->records);
    wf_sim_free(self->sim);
    *self = (wfl_sim){.tamper = LUA_NOREF, .records = LUA_NOREF};
    return 0;
}

static int push_success(lua_State *L, wf_error error, const char *detail) {
    if (error != WF_OK) {
        return wfl_fail(L, error, detail);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* ---- hosts ---- */

static int add_host(lua_State *L) {
    wf_sim_host host;
    wf_error error = wf_sim_add_host(begin(L)->sim, &host);
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_pushinteger(L, host.value);
    return 1;
}

static unsigned check_network(lua_State *L, int index) {
    return (unsigned)wfl_integer(L, index, "network", 1, WF_SIM_NETWORKS);
}

/* add_address(host, network, address) */
static int add_address(lua_State *L) {
    wf_address address = wfl_address(L, 4, "address", WF_PORT);
    return push_success(L, wf_sim_add_address(begin(L)->sim, wfl_sim_host(L, 2, "host"), check_network(L, 3), &address),
                        lua_tostring(L, 4));
}

/* remove_address(host, network, address) */
static int remove_address(lua_State *L) {
    wf_address address = wfl_address(L, 4, "address", WF_PORT);
    return push_success(L,
                        wf_sim_remove_address(begin(L)->sim, wfl_sim_host(L, 2, "host"), check_network(L, 3), &address),
                        lua_tostring(L, 4));
}

/* addresses(host): a list of texts */
static int addresses(lua_State *L) {
    wfl_sim *self = begin(L);
    wf_sim_host host = wfl_sim_host(L, 2, "host");
    wf_address address;
    unsigned network;
    lua_newtable(L);
    for (size_t i = 0; wf_sim_address(self->sim, host, i, &network, &address); i++) {
        wfl_push_address(L, &address);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int set_connected(lua_State *L) {
    wf_sim_set_connected(begin(L)->sim, wfl_sim_host(L, 2, "host"), lua_toboolean(L, 3));
    return 0;
}

static int set_part(lua_State *L) {
    wf_sim_set_part(begin(L)->sim, wfl_sim_host(L, 2, "host"), (uint32_t)wfl_integer(L, 3, "part", 0, UINT32_MAX));
    return 0;
}

/* ---- faults ---- */

static lua_Number number_of(lua_State *L, int table, const char *field, lua_Number most) {
    lua_getfield(L, table, field);
    lua_Number value = luaL_optnumber(L, -1, 0);
    lua_pop(L, 1);
    if (!(value >= 0 && value <= most)) {
        wfl_misuse(L, field, most == 1 ? "a rate is 0 to 1" : "milliseconds from 0 on");
    }
    return value;
}

static uint32_t rate_of(lua_State *L, int table, const char *field) {
    return (uint32_t)round(number_of(L, table, field, 1) * WF_SIM_ALWAYS);
}

static uint32_t time_of(lua_State *L, int table, const char *field) {
    return (uint32_t)round(number_of(L, table, field, INT32_MAX));
}

/* set_faults(table, sender, receiver), the last two both or neither */
static int set_faults(lua_State *L) {
    wfl_sim *self = begin(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    wf_sim_faults faults = {.loss = rate_of(L, 2, "loss"),
                            .duplication = rate_of(L, 2, "duplication"),
                            .reordering = rate_of(L, 2, "reordering"),
                            .held_back = time_of(L, 2, "held_back"),
                            .least_delay = time_of(L, 2, "least_delay"),
                            .delay = time_of(L, 2, "delay")};
    if (lua_isnoneornil(L, 3)) {
        wf_sim_set_faults(self->sim, &faults);
        return push_success(L, WF_OK, NULL);
    }
    wf_sim_host sender = wfl_sim_host(L, 3, "sender"), receiver = wfl_sim_host(L, 4, "receiver");
    return push_success(L, wf_sim_set_link(self->sim, sender, receiver, &faults), NULL);
}

/* inject(network, from, to, data, delay) */
static int inject(lua_State *L) {
    wfl_sim *self = begin(L);
    wf_address from = wfl_address(L, 3, "sender", WF_PORT), to = wfl_address(L, 4, "receiver", WF_PORT);
    lua_Integer delay = wfl_integer(L, 6, "delay", 0, INT32_MAX);
    return push_success(
        L, wf_sim_inject(self->sim, check_network(L, 2), &from, &to, wfl_bytes(L, 5, "datagram"), (wf_time)delay),
        NULL);
}

/* ---- hook and log: nothing may be raised through the simulator ---- */

/* hook(from, to, datagram): bytes to pass, nil to drop. */
static bool ask_tamper(void *context, wf_sim *sim, const wf_sim_datagram *datagram, uint8_t *bytes, size_t *len,
                       size_t capacity) {
    wfl_sim *self = context;
    lua_State *L = self->caller;
    (void)sim;
    if (!lua_checkstack(L, 8)) {
        return false;
    }
    int top = lua_gettop(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, self->tamper);
    wfl_push_address(L, &datagram->from);
    wfl_push_address(L, &datagram->to);
    wfl_push_bytes(L, datagram->bytes);
    bool passes = lua_pcall(L, 3, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING;
    if (passes) {
        const char *changed = lua_tolstring(L, -1, len);
        passes = *len <= capacity;
        memcpy(bytes, changed, passes ? *len : 0);
    } else if (!lua_isnil(L, -1)) {
        lua_warning(L, "warifu.sim: the hook failed, and the datagram is dropped: ", 1);
        lua_warning(L, luaL_tolstring(L, -1, NULL), 0);
    }
    lua_settop(L, top);
    return passes;
}

static int set_tamper(lua_State *L) {
    wfl_sim *self = begin(L);
    bool none = lua_isnoneornil(L, 2);
    luaL_unref(L, LUA_REGISTRYINDEX, self->tamper);
    lua_settop(L, 2);
    self->tamper = none ? LUA_NOREF : luaL_ref(L, LUA_REGISTRYINDEX);
    wf_sim_set_tamper(self->sim, none ? NULL : ask_tamper, self);
    return 0;
}

static const char *const fates[] = {
#define FATE(upper, lower, what) #lower,
    WF_SIM_FATES(FATE)
#undef FATE
};

static void write_record(void *context, wf_time now, wf_sim_fate fate, const wf_sim_datagram *datagram) {
    wfl_sim *self = context;
    lua_State *L = self->caller;
    if (!lua_checkstack(L, 6)) {
        return;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, self->records);
    lua_createtable(L, 0, 6);
    lua_pushnumber(L, (lua_Number)now / 1000);
    lua_setfield(L, -2, "seconds");
    wfl_set_text(L, "fate", fates[fate]);
    wfl_push_address(L, &datagram->from);
    lua_setfield(L, -2, "sender");
    wfl_push_address(L, &datagram->to);
    lua_setfield(L, -2, "receiver");
    wfl_set_boolean(L, "multicast", datagram->multicast);
    wfl_push_bytes(L, datagram->bytes);
    lua_setfield(L, -2, "datagram");
    lua_seti(L, -2, luaL_len(L, -2) + 1);
    lua_pop(L, 1);
}

/* set_records(list or nil): appends to it what happens from now on. */
static int set_records(lua_State *L) {
    wfl_sim *self = begin(L);
    bool none = lua_isnoneornil(L, 2);
    luaL_unref(L, LUA_REGISTRYINDEX, self->records);
    lua_settop(L, 2);
    self->records = none ? LUA_NOREF : luaL_ref(L, LUA_REGISTRYINDEX);
    wf_sim_set_monitor(self->sim, none ? NULL : write_record, self);
    return 0;
}

static int counts(lua_State *L) {
    wfl_sim *self = begin(L);
    lua_newtable(L);
    for (int fate = 0; fate < WF_SIM_FATE_COUNT; fate++) {
        wfl_set_integer(L, fates[fate], (lua_Integer)wf_sim_count(self->sim, (wf_sim_fate)fate));
    }
    return 1;
}

/* ---- time ---- */

static int now(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)wf_sim_now(begin(L)->sim));
    return 1;
}

static int next(lua_State *L) {
    wf_time at = wf_sim_next(begin(L)->sim);
    if (at == WF_TIME_NEVER) {
        return 0;
    }
    lua_pushinteger(L, (lua_Integer)at);
    return 1;
}

static int run_until(lua_State *L) {
    wf_sim_run_until(begin(L)->sim, (wf_time)wfl_integer(L, 2, "now", 0, LUA_MAXINTEGER));
    return 0;
}

void wfl_add_sim(lua_State *L) {
    static const luaL_Reg methods[] = {{"add_host", add_host},
                                       {"add_address", add_address},
                                       {"remove_address", remove_address},
                                       {"addresses", addresses},
                                       {"set_connected", set_connected},
                                       {"set_part", set_part},
                                       {"set_faults", set_faults},
                                       {"inject", inject},
                                       {"set_tamper", set_tamper},
                                       {"set_records", set_records},
                                       {"counts", counts},
                                       {"now", now},
                                       {"next", next},
                                       {"run_until", run_until},
                                       {NULL, NULL}};
    luaL_newmetatable(L, WFL_SIM);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    wfl_set_text(L, "__metatable", WFL_SIM);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, make);
    lua_setfield(L, -2, "sim");
    wfl_add_sim_store(L);
}
