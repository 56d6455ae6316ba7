/* A store in memory whose power can be cut: scripts get it as it is. */
#include "sim.h"
#include <math.h>
#include <string.h>

wf_sim_store *wfl_sim_store_check(lua_State *L, int index, const char *name) {
    wf_sim_store **self = luaL_testudata(L, index, WFL_SIM_STORE);
    if (self == NULL || *self == NULL) {
        wfl_misuse(L, name, "warifu.sim.Store expected");
        return NULL;
    }
    return *self;
}

static wf_sim_store *self_of(lua_State *L) {
    return wfl_sim_store_check(L, 1, "self");
}

static wf_sim_store **new_object(lua_State *L) {
    wf_sim_store **self = lua_newuserdatauv(L, sizeof(wf_sim_store *), 0);
    *self = NULL;
    luaL_setmetatable(L, WFL_SIM_STORE);
    return self;
}

/* sim_store(seed) */
static int make(lua_State *L) {
    uint64_t seed = (uint64_t)luaL_checkinteger(L, 1);
    wf_error error = wf_sim_store_new(new_object(L), seed);
    return error == WF_OK ? 1 : wfl_fail(L, error, NULL);
}

static int collect(lua_State *L) {
    wf_sim_store **self = luaL_checkudata(L, 1, WFL_SIM_STORE);
    wf_sim_store_free(*self);
    *self = NULL;
    return 0;
}

/* clone(seed): a backup */
static int clone(lua_State *L) {
    const wf_sim_store *store = self_of(L);
    uint64_t seed = lua_isnoneornil(L, 2) ? 0 : (uint64_t)wfl_integer(L, 2, "seed", 0, LUA_MAXINTEGER);
    wf_error error = wf_sim_store_clone(new_object(L), store, seed);
    return error == WF_OK ? 1 : wfl_fail(L, error, NULL);
}

static int restore(lua_State *L) {
    wf_error error = wf_sim_store_restore(self_of(L), wfl_sim_store_check(L, 2, "backup"));
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* ---- faults ---- */

static uint32_t rate_of(lua_State *L, const char *field, lua_Number default_rate) {
    lua_getfield(L, 2, field);
    lua_Number rate = luaL_optnumber(L, -1, default_rate);
    lua_pop(L, 1);
    if (!(rate >= 0 && rate <= 1)) {
        wfl_misuse(L, field, "a rate is 0 to 1");
    }
    return (uint32_t)round(rate * WF_SIM_ALWAYS);
}

/* set_faults {unsynced=, loss=, tearing=, in_any_order=} */
static int set_faults(lua_State *L) {
    wf_sim_store *store = self_of(L);
    if (!lua_istable(L, 2)) {
        return wfl_misuse(L, "options", "table expected");
    }
    wf_sim_store_faults faults = {.loss = rate_of(L, "loss", 0.5), .tearing = rate_of(L, "tearing", 0)};
    lua_getfield(L, 2, "unsynced");
    faults.unsynced = lua_isnil(L, -1) ? 0 : (size_t)wfl_integer(L, -1, "unsynced", 0, UINT16_MAX);
    lua_getfield(L, 2, "in_any_order");
    faults.in_any_order = lua_toboolean(L, -1);
    wf_sim_store_set_faults(store, &faults);
    return 0;
}

static unsigned check_calls(lua_State *L, int index, const char *usual) {
    static const char *const names[] = {"none", "reads", "writes", "all"}; /* in the order of the bits */
    const char *text = lua_isnoneornil(L, index) ? usual : wfl_text(L, index, "what");
    for (unsigned bits = 0; bits < 4; bits++) {
        if (strcmp(text, names[bits]) == 0) {
            return bits;
        }
    }
    return (unsigned)wfl_misuse(L, "what", "\"reads\", \"writes\", \"all\" or \"none\" expected");
}

/* fail_at(k, "reads", "writes" or "all") */
static int fail_at(lua_State *L) {
    wf_sim_store_fail_at(self_of(L), check_calls(L, 3, "writes"), (uint64_t)wfl_integer(L, 2, "k", 0, INT32_MAX));
    return 0;
}

/* fail_all("reads", "writes", "all" or "none") */
static int fail_all(lua_State *L) {
    wf_sim_store_fail_all(self_of(L), check_calls(L, 2, "all"));
    return 0;
}

static int cut_at(lua_State *L) {
    wf_sim_store_cut_at(self_of(L), (uint64_t)wfl_integer(L, 2, "k", 0, INT32_MAX));
    return 0;
}

static int cut_power(lua_State *L) {
    wf_sim_store_cut_power(self_of(L));
    return 0;
}

static int power_on(lua_State *L) {
    wf_sim_store_power_on(self_of(L));
    return 0;
}

static int sync_writes(lua_State *L) {
    wf_sim_store_sync(self_of(L));
    return 0;
}

/* ---- what was seen ---- */

static int has_power(lua_State *L) {
    lua_pushboolean(L, wf_sim_store_has_power(self_of(L)));
    return 1;
}

static int writes(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)wf_sim_store_writes(self_of(L)));
    return 1;
}

static int reads(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)wf_sim_store_reads(self_of(L)));
    return 1;
}

static int contains(lua_State *L) {
    lua_pushboolean(L, wf_sim_store_contains(self_of(L), wfl_bytes(L, 2, "bytes")));
    return 1;
}

/* entries(): id -> bytes, false for a torn one */
static int entries(lua_State *L) {
    const wf_sim_store *store = self_of(L);
    size_t at = 0;
    uint16_t id;
    wf_bytes bytes;
    lua_newtable(L);
    while (wf_sim_store_next(store, &at, &id, &bytes)) {
        if (bytes.at == NULL) {
            lua_pushboolean(L, false);
        } else {
            wfl_push_bytes(L, bytes);
        }
        lua_seti(L, -2, id);
    }
    return 1;
}

void wfl_add_sim_store(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"clone", clone},         {"restore", restore},   {"set_faults", set_faults},
        {"fail_at", fail_at},     {"fail_all", fail_all}, {"cut_at", cut_at},
        {"cut_power", cut_power}, {"power_on", power_on}, {"sync", sync_writes},
        {"has_power", has_power}, {"writes", writes},     {"reads", reads},
        {"contains", contains},   {"entries", entries},   {NULL, NULL},
    };
    luaL_newmetatable(L, WFL_SIM_STORE);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    wfl_set_text(L, "__name", WFL_SIM_STORE);
    wfl_set_text(L, "__metatable", WFL_SIM_STORE);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_setfield(L, -2, "sim_store_type"); /* whose methods the Lua part guards */
    lua_pushcfunction(L, make);
    lua_setfield(L, -2, "sim_store");
}
