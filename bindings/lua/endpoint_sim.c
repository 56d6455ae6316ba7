/* An endpoint in a simulated home: where the sockets, the clock, the disk and the randomness come from there. */
#include "sim.h"
#include <warifu/entropy.h>

/* Takes `sim`, `host` and `store` of the configuration at stack index 2, which keeps them alive. */
bool wfl_endpoint_join_sim(lua_State *L, endpoint *e, wf_engine_config *config) {
    if (lua_getfield(L, 2, "sim") == LUA_TNIL) {
        lua_pop(L, 1);
        return false;
    }
    e->sim = wfl_sim_check(L, -1, "sim");
    lua_getfield(L, 2, "host");
    e->host = wfl_sim_host(L, -1, "host").value;
    lua_getfield(L, 2, "store");
    e->sim_store = wfl_sim_store_check(L, -1, "store");
    lua_pop(L, 3);
    e->udp.port = config->port;
    config->store = wf_sim_store_as_store(e->sim_store);
    config->entropy = wf_sim_entropy(e->sim->sim, (wf_sim_host){e->host});
    return true;
}

wf_time wfl_endpoint_now(lua_State *L, const endpoint *e) {
    return e->sim != NULL ? wf_sim_now(e->sim->sim) : wfl_now(L);
}

bool wfl_endpoint_date(const endpoint *e, int64_t *date) {
    if (e->sim != NULL) {
        *date = wf_sim_date(e->sim->sim);
        return true;
    }
    return wf_clock_wall(date) == WF_OK;
}

static bool has_power(const endpoint *e) {
    return wf_sim_store_has_power(e->sim_store);
}

/* What can't go anywhere is lost, as the network may lose it. */
void wfl_endpoint_send_sim(endpoint *e, const wf_address *to, wf_bytes bytes) {
    wf_error error = wf_sim_send(e->sim->sim, (wf_sim_host){e->host}, to, bytes);
    (void)error;
}

static void flush(endpoint *e) {
    const wf_address everybody = {0};
    wf_datagram out;
    while (has_power(e) && wf_engine_next_datagram(e->engine, &out)) {
        if (wfl_filter_passes(e, true, &out.to, wf_address_equal(&out.to, &everybody), &out.bytes)) {
            wfl_endpoint_send_sim(e, &out.to, out.bytes);
        }
    }
}

void wfl_endpoint_flush_sim(lua_State *L, endpoint *e) {
    e->sim->caller = L;
    flush(e);
}

/* deadline(endpoint): when its engine wants a turn, in milliseconds; nil for never. After a turn not before the next
 * millisecond. */
static int deadline_sim(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    wf_time deadline = wf_engine_deadline(e->engine);
    if (deadline == WF_TIME_NEVER) {
        return 0;
    }
    wf_time now = wf_sim_now(e->sim->sim);
    wf_time least = e->ticked == now ? now + 1 : now;
    lua_pushinteger(L, (lua_Integer)(deadline > least ? deadline : least));
    return 1;
}

/* Lets the engine have what has come, and the time. True, or false when its power went meanwhile: then it must be
 * closed, and nothing that it has to say is heard. */
int wfl_endpoint_turn_sim(lua_State *L, endpoint *e) {
    wf_sim_datagram got;
    wf_time now = wf_sim_now(e->sim->sim);
    wfl_enter_engine(L, e);
    e->sim->caller = L;
    flush(e);
    while (has_power(e) && wf_sim_receive(e->sim->sim, (wf_sim_host){e->host}, &got)) {
        if (wfl_filter_passes(e, false, &got.from, got.multicast, &got.bytes)) {
            wf_engine_receive(e->engine, now, &got.from, got.multicast, got.bytes);
            flush(e);
        }
    }
    if (has_power(e)) {
        wf_engine_tick(e->engine, now);
        e->ticked = now;
        flush(e);
    }
    wfl_leave_engine(L, e);
    lua_pushboolean(L, has_power(e));
    return 1;
}

wf_error wfl_source_of(lua_State *L, wfl_source *out, int index) {
    if (lua_isnoneornil(L, index)) {
        out->entropy = wf_entropy_system();
        return wf_clock_wall(&out->date);
    }
    lua_getfield(L, index, "sim");
    wfl_sim *sim = wfl_sim_check(L, -1, "sim");
    lua_getfield(L, index, "host");
    out->entropy = wf_sim_entropy(sim->sim, wfl_sim_host(L, -1, "host"));
    out->date = wf_sim_date(sim->sim);
    lua_pop(L, 2);
    return WF_OK;
}

void wfl_add_sim_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"deadline", deadline_sim}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
