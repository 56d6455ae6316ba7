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
    if (event->edata.len > 0) {
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
    }
}
