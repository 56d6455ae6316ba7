/* The one place that waits: datagrams, time and nothing else go through here. */
#include "sim.h"
#include <errno.h>
#include <math.h>
#include <poll.h>

enum { RESCAN_MS = 5000, DATAGRAMS_A_TURN = 64, LONGEST_WAIT_MS = 1000 };

static bool is_everybody(const wf_address *to) {
    const wf_address nowhere = {0};
    return wf_address_equal(to, &nowhere);
}

/* Port 0 and no address: every ECHONET Lite group. */
static void send(endpoint *e, const wf_address *to, wf_bytes bytes) {
    const wf_address groups[] = {wf_address_group_ipv4(e->udp.port), wf_address_group_ipv6(e->udp.port, 0)};
    const unsigned families[] = {WF_UDP_IPV4, WF_UDP_IPV6};
    wf_error error = WF_OK;
    if (!is_everybody(to)) {
        error = wf_udp_send(&e->udp, to, bytes);
    } else {
        for (size_t i = 0; i < 2; i++) {
            if (e->udp.families & families[i]) {
                wf_error one = wf_udp_send(&e->udp, &groups[i], bytes);
                error = one != WF_OK ? one : error;
            }
        }
    }
    if (error == WF_ERROR_SOCKET) { /* lost, as the network may lose it; the request's failure will tell of it */
        e->send_error = e->udp.system_error;
    }
}

void wfl_endpoint_flush_udp(endpoint *e) {
    wf_datagram datagram;
    while (wf_engine_next_datagram(e->engine, &datagram)) {
        if (wfl_filter_passes(e, true, &datagram.to, is_everybody(&datagram.to), &datagram.bytes)) {
            send(e, &datagram.to, datagram.bytes);
        }
    }
}

static wf_error receive(endpoint *e, wf_time now) {
    wf_udp_datagram got;
    for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
        wf_error error = wf_udp_receive(&e->udp, &got, e->buffer, sizeof e->buffer);
        if (error != WF_OK || got.len == 0) {
            return error;
        }
        wf_bytes bytes = wf_bytes_of(e->buffer, got.len);
        if (!got.own && wfl_filter_passes(e, false, &got.from, got.multicast, &bytes)) {
            wf_engine_receive(e->engine, now, &got.from, got.multicast, bytes);
            wfl_endpoint_flush_udp(e);
        }
    }
    return WF_OK;
}

wf_time wfl_endpoint_deadline(const endpoint *e) {
    wf_time deadline = wf_engine_deadline(e->engine);
    return deadline < e->next_rescan ? deadline : e->next_rescan;
}

static int wait_ms(const endpoint *e, wf_time now, lua_Number seconds) {
    wf_time until = wfl_endpoint_deadline(e);
    wf_time longest = seconds > 0 ? (wf_time)fmin(ceil(seconds * 1000), LONGEST_WAIT_MS) : 0;
    if (until <= now) {
        return 0;
    }
    return (int)(until - now < longest ? until - now : longest);
}

/* A signal ends the wait: the interpreter shall see it. One that comes just before is seen after LONGEST_WAIT_MS. */
static wf_error wait_for_datagrams(endpoint *e, int milliseconds) {
    int fds[WF_UDP_SOCKETS];
    struct pollfd polled[WF_UDP_SOCKETS];
    size_t count = wf_udp_fds(&e->udp, fds, WF_UDP_SOCKETS);
    for (size_t i = 0; i < count; i++) {
        polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    }
    return poll(polled, (nfds_t)count, milliseconds) < 0 && errno != EINTR ? WF_ERROR_SOCKET : WF_OK;
}

static void rescan(endpoint *e, wf_time now) {
    bool changed;
    if (now >= e->next_rescan) {
        e->next_rescan = now + RESCAN_MS;
        if (wf_udp_rescan(&e->udp, &changed, &e->udp_config) != WF_OK) {
            e->send_error = e->udp.system_error; /* the sockets stay as they were */
        }
    }
}

/* pump(endpoint, seconds): sends what waits to be sent, waits until a datagram, a deadline of the engine or the end of
 * `seconds`, and lets the engine have it. True, or what failed. */
static int pump(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    lua_Number seconds = luaL_checknumber(L, 2);
    if (e->sim != NULL) {
        return wfl_endpoint_turn_sim(L, e);
    }
    wfl_enter_engine(L, e);
    wfl_endpoint_flush_udp(e);
    wf_error error = wait_for_datagrams(e, wait_ms(e, wfl_now(L), seconds));
    wf_time now = wfl_now(L);
    if (error == WF_OK) {
        error = receive(e, now);
    }
    wf_engine_tick(e->engine, now);
    wfl_endpoint_flush_udp(e);
    rescan(e, now);
    wfl_leave_engine(L, e);
    if (error != WF_OK) {
        return wfl_fail_system(L, error, &e->udp.system_error);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* deliver(endpoint, sent, address or nil, datagram, multicast): goes its way past the filter, which had held it back.
 */
static int deliver(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    wf_address peer = {0};
    if (!lua_isnil(L, 3)) {
        peer = wfl_address(L, 3, "address", e->udp.port);
    }
    wf_bytes bytes = wfl_bytes(L, 4, "datagram");
    if (e->sim != NULL) {
        e->sim->caller = L;
    }
    if (!lua_toboolean(L, 2)) {
        wfl_enter_engine(L, e);
        wf_engine_receive(e->engine, wfl_endpoint_now(L, e), &peer, lua_toboolean(L, 5), bytes);
        wfl_leave_engine(L, e);
    } else if (e->sim != NULL) {
        wfl_endpoint_send_sim(e, &peer, bytes);
    } else {
        send(e, &peer, bytes);
    }
    return 0;
}

void wfl_add_pump_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"pump", pump}, {"deliver", deliver}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
