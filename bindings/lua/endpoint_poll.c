/* How another loop drives an endpoint: what to wait for, and for how long. */
#include "endpoint.h"

static wf_error open_poller(endpoint *e) {
    int fds[WF_UDP_SOCKETS];
    size_t count = wf_udp_fds(&e->udp, fds, WF_UDP_SOCKETS);
    wf_error error = wfl_poller_open(&e->poller);
    for (size_t i = 0; i < count && error == WF_OK; i++) {
        error = wfl_poller_add(&e->poller, fds[i]);
    }
    if (error != WF_OK) {
        wfl_poller_close(&e->poller);
    }
    return error;
}

/* pollfd(endpoint): one descriptor for all its sockets, which it owns; nil in a simulated home. Or what failed. */
static int pollfd(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    if (e->sim != NULL) {
        return 0;
    }
    wf_error error = e->poller.open ? WF_OK : open_poller(e);
    if (error != WF_OK) {
        return wfl_fail_system(L, error, &e->poller.system_error);
    }
    lua_pushinteger(L, e->poller.fd);
    return 1;
}

/* flush(endpoint): what waits to be sent is on its way. */
static int flush_now(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wfl_enter_engine(L, e);
    if (e->sim != NULL) {
        wfl_endpoint_flush_sim(L, e);
    } else {
        wfl_endpoint_flush_udp(e);
    }
    wfl_leave_engine(L, e);
    return 0;
}

/* timeout(endpoint): seconds until it wants a turn, be there a datagram or not. */
static int timeout(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    wf_time now = wfl_endpoint_now(L, e);
    wf_time until = e->sim != NULL ? wf_engine_deadline(e->engine) : wfl_endpoint_deadline(e);
    lua_pushnumber(L, until > now ? (lua_Number)(until - now) / 1000 : 0);
    return 1;
}

void wfl_add_poll_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"pollfd", pollfd}, {"timeout", timeout}, {"flush", flush_now}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
