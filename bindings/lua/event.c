/* Events as tables: only the fields that an event of its kind has. */
#include "binding.h"
#include <string.h>

/* `error` is its name and `message` its sentence. */
static void set_error(lua_State *L, wf_error error) {
    wfl_fail(L, error, NULL);
    lua_setfield(L, -4, "error");
    lua_setfield(L, -3, "message");
    lua_pop(L, 1);
}

static void set_number(lua_State *L, const uint8_t number[static WF_NUMBER_LEN]) {
    static const uint8_t none[WF_NUMBER_LEN];
    if (memcmp(number, none, sizeof none) != 0) {
        wfl_push_hex(L, wf_bytes_of(number, WF_NUMBER_LEN));
        lua_setfield(L, -2, "number");
    }
}

/* `access` in words, and all EPCs that were refused. */
static void set_refusal(lua_State *L, const wf_event *event) {
    luaL_Buffer words;
    luaL_buffinit(L, &words);
    for (unsigned bit = WF_MAY_READ; bit <= WF_MAY_ANNOUNCE; bit *= 2) {
        if ((event->access & bit) != 0) {
            luaL_addstring(&words, luaL_bufflen(&words) > 0 ? " " : "");
            luaL_addstring(&words, wf_policy_access_text((wf_policy_access)bit));
        }
    }
    luaL_pushresult(&words);
    lua_setfield(L, -2, "access");
    lua_createtable(L, (int)event->edata.len, 0);
    for (size_t i = 0; i < event->edata.len; i++) {
        lua_pushinteger(L, event->edata.at[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "epcs");
    wfl_set_integer(L, "eoj", (lua_Integer)event->eoj);
    wfl_set_integer(L, "epc", event->epc);
}

void wfl_push_event(lua_State *L, const wf_event *event) {
    lua_createtable(L, 0, 10);
    wfl_set_text(L, "kind", wf_event_kind_text(event->kind));
    if (event->request.value != 0) {
        wfl_set_integer(L, "request", event->request.value);
    }
    if (event->peer.value != 0) {
        wfl_set_integer(L, "peer", event->peer.value);
    }
    wfl_push_address(L, &event->from);
    lua_setfield(L, -2, "address");
    if (event->error != WF_OK) {
        set_error(L, event->error);
    }
    wfl_set_boolean(L, "is_protected", event->is_protected);
    set_number(L, event->number);
    if (event->is_signed) {
        wfl_push_hex(L, wf_bytes_of(event->member, sizeof event->member));
        lua_setfield(L, -2, "signed_by");
    }
    if (event->edata.len > 0 && event->kind != WF_EVENT_SECURITY) {
        wfl_push_bytes(L, event->edata);
        lua_setfield(L, -2,
                     event->kind == WF_EVENT_PROPERTY_SET || event->kind == WF_EVENT_NODE_OBJECT ? "value" : "edata");
    }
    if (event->kind == WF_EVENT_PAIR_STEP) {
        wfl_set_text(L, "step", wf_pair_step_text(event->step));
    } else if (event->kind == WF_EVENT_FOUND) {
        wfl_push_hello(L, &event->hello);
        lua_setfield(L, -2, "hello");
    } else if (event->kind == WF_EVENT_NODE_OBJECT) {
        wfl_set_integer(L, "eoj", (lua_Integer)event->eoj);
    } else if (event->kind == WF_EVENT_PROPERTY_SET) {
        wfl_set_integer(L, "eoj", (lua_Integer)event->eoj);
        wfl_set_integer(L, "epc", event->epc);
    } else if (event->kind == WF_EVENT_SECURITY && event->eoj != 0) {
        set_refusal(L, event);
    }
}
