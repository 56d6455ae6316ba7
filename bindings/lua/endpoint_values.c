/* What calls of an endpoint take and give. */
#include "endpoint.h"

int wfl_push_request(lua_State *L, wf_error error, wf_request_id id) {
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_pushinteger(L, id.value);
    return 1;
}

int wfl_push_success(lua_State *L, wf_error error, const char *detail) {
    if (error != WF_OK) {
        return wfl_fail(L, error, detail);
    }
    lua_pushboolean(L, true);
    return 1;
}

wf_peer_id wfl_peer(lua_State *L, int index) {
    return (wf_peer_id){(uint32_t)wfl_integer(L, index, "peer", 1, UINT32_MAX)};
}

wf_request_id wfl_request(lua_State *L, int index) {
    return (wf_request_id){(uint32_t)wfl_integer(L, index, "request", 1, UINT32_MAX)};
}

uint32_t wfl_milliseconds(lua_State *L, int index, const char *name) {
    lua_Number seconds = luaL_checknumber(L, index);
    if (!(seconds >= 0 && seconds <= 86400)) {
        wfl_misuse(L, name, "seconds are 0 to 86400");
    }
    return (uint32_t)(seconds * 1000);
}
