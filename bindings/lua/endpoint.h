/* One engine with its sockets and its store, as userdata: closed when made, then opened, closed again at the end. */
#ifndef WARIFU_LUA_ENDPOINT_H
#define WARIFU_LUA_ENDPOINT_H

#include "binding.h"
#include "poller.h"
#include <warifu/clock.h>
#include <warifu/file_store.h>
#include <warifu/sim_store.h>
#include <warifu/trace_file.h>
#include <warifu/udp.h>

#define WFL_ENDPOINT "warifu.endpoint"

enum { WFL_INTERFACES = 8 };

/* User values of the userdata. */
enum {
    WFL_CONFIG = 1,
    WFL_MEMORY,
    WFL_SET_HOOK,
    WFL_GET_HOOK,
    WFL_TRACE_HOOK,
    WFL_FILTER_HOOK,
    WFL_FILTERED, /* what stands in place of a datagram, as long as it is used */
    WFL_HOOK_ERROR,
    WFL_LENT, /* request -> {issuer, list}: what the engine borrows until it is done */
    WFL_USER_VALUES = WFL_LENT
};

typedef struct endpoint {
    bool open;
    wf_engine *engine; /* in the WFL_MEMORY user value */
    size_t engine_size;
    wf_identity_file identity, former;
    wf_file_store store;
    wf_key_log_file keys; /* closed unless the owner wants it */
    wf_udp udp;
    wf_udp_config udp_config;
    const char *interfaces[WFL_INTERFACES]; /* anchored by the WFL_CONFIG user value */
    wf_time next_rescan;
    wfl_poller poller;          /* of the sockets; opened when it is asked for */
    wf_system_error send_error; /* of the last datagram that could not leave */
    lua_State *caller;          /* of the call under way, for hooks; NULL outside, for it may be a coroutine's */
    bool in_hook;
    bool filters;              /* there is a WFL_FILTER_HOOK */
    wf_node_dictionary values; /* the rule for values, where it is asked for */
    uint8_t buffer[WF_UDP_DATAGRAM_LEN];
    wfl_sim *sim;            /* not NULL: it lives in a simulated home, and `udp` and `store` are closed */
    wf_sim_store *sim_store; /* both anchored by the WFL_CONFIG user value */
    uint32_t host;
    wf_time ticked;
} endpoint;

/* The open endpoint at stack index 1; raises when it is closed or when a hook calls back into its own engine. */
endpoint *wfl_endpoint(lua_State *L);
endpoint *wfl_endpoint_at(lua_State *L, int index, const char *name);
wf_time wfl_now(lua_State *L); /* of this machine */

/* Hooks run while the engine works: between these two, with the endpoint at stack index 1. `end` raises what a hook
 * raised. */
void wfl_enter_engine(lua_State *L, endpoint *e);
void wfl_leave_engine(lua_State *L, endpoint *e);
bool wfl_set_hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_bytes edt);
bool wfl_get_hook(void *context, wf_eoj eoj, uint8_t epc, wf_bytes old, wf_writer *fresh);
void wfl_trace_hook(void *context, const wf_traced *told);
/* Does a datagram pass? The filter may put other bytes in its place. */
bool wfl_filter_passes(endpoint *e, bool sent, const wf_address *peer, bool multicast, wf_bytes *datagram);

/* ---- the network, or a simulated one (endpoint_pump.c, endpoint_sim.c) ---- */

wf_time wfl_endpoint_now(lua_State *L, const endpoint *e);
wf_time wfl_endpoint_deadline(const endpoint *e); /* when it wants a turn, on this machine */
void wfl_endpoint_flush_udp(endpoint *e);

/* Takes the place in a simulated home that the configuration at stack index 2 names; false when it names none. */
bool wfl_endpoint_join_sim(lua_State *L, endpoint *e, wf_engine_config *config);
bool wfl_endpoint_date(const endpoint *e, int64_t *date);
int wfl_endpoint_turn_sim(lua_State *L, endpoint *e);
void wfl_endpoint_send_sim(endpoint *e, const wf_address *to, wf_bytes bytes);
void wfl_endpoint_flush_sim(lua_State *L, endpoint *e);

/* ---- traces (trace.c) ---- */

wf_traced wfl_traced_of(const endpoint *e, const wf_traced *told); /* with time and own address */
void wfl_push_traced(lua_State *L, const wf_traced *traced);

/* ---- what calls take and give (endpoint_values.c) ---- */

wf_peer_id wfl_peer(lua_State *L, int index);
wf_request_id wfl_request(lua_State *L, int index);
uint32_t wfl_milliseconds(lua_State *L, int index, const char *name); /* of seconds */
int wfl_push_request(lua_State *L, wf_error error, wf_request_id id);
int wfl_push_success(lua_State *L, wf_error error, const char *detail);

void wfl_request_done(lua_State *L, wf_request_id id); /* what was lent for it is free; the endpoint is at index 1 */
/* `results` of the call whose end next_event gave, in the table on top */
void wfl_set_results(lua_State *L, const endpoint *e);

int wfl_endpoint_close(lua_State *L);

/* ---- parts: each adds its methods to the table on top ---- */

void wfl_add_open_calls(lua_State *L);
void wfl_add_pump_calls(lua_State *L);
void wfl_add_poll_calls(lua_State *L);
void wfl_add_place_calls(lua_State *L);
void wfl_add_sim_calls(lua_State *L);
void wfl_add_request_calls(lua_State *L);
void wfl_add_pairing_calls(lua_State *L);
void wfl_add_object_calls(lua_State *L);
void wfl_add_controller_calls(lua_State *L);
void wfl_add_list_calls(lua_State *L);
void wfl_add_audit_calls(lua_State *L);
void wfl_add_trace_calls(lua_State *L);
void wfl_add_explain_calls(lua_State *L);

#endif
