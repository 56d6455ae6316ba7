/* The doctor's findings as Lua tables. */
#include "binding.h"
#include <warifu/doctor.h>

enum { INTERFACES = 8 };

/* The fields of the table at 1 keep the texts alive. */
static void read_config(lua_State *L, wf_doctor_config *config, const char *interfaces[static INTERFACES],
                        wf_address *peer) {
    lua_getfield(L, 1, "port");
    config->udp.port = (uint16_t)wfl_integer(L, -1, "port", 1, 65535);
    lua_getfield(L, 1, "interfaces");
    lua_Integer count = lua_isnil(L, -1) ? 0 : luaL_len(L, -1);
    if (count > INTERFACES) {
        wfl_misuse(L, "interface", "at most 8 of them");
    }
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, -1, i);
        interfaces[config->udp.interface_count++] = wfl_text(L, -1, "interface");
        lua_pop(L, 1);
    }
    config->udp.interfaces = interfaces;
    if (lua_getfield(L, 1, "state") != LUA_TNIL) {
        config->state = wfl_text(L, -1, "state");
    }
    if (lua_getfield(L, 1, "peer") != LUA_TNIL) {
        *peer = wfl_address(L, -1, "peer", WF_PORT);
        config->peer = peer;
    }
    lua_settop(L, 1);
}

/* examine(options): a list of {severity=, id=, what=, next=, detail=}, the worst first */
static int examine(lua_State *L) {
    const char *interfaces[INTERFACES];
    wf_doctor_config config = {0};
    wf_address peer;
    luaL_checktype(L, 1, LUA_TTABLE);
    read_config(L, &config, interfaces, &peer);
    wf_doctor *doctor = lua_newuserdatauv(L, sizeof *doctor, 0);
    (void)wf_doctor_examine(doctor, &config);
    lua_createtable(L, (int)doctor->count, 0);
    for (size_t i = 0; i < doctor->count; i++) {
        const wf_finding *finding = &doctor->findings[i];
        const wf_finding_row *row = wf_finding_row_at(finding->kind);
        lua_createtable(L, 0, 5);
        wfl_set_text(L, "severity", wf_severity_text(finding->severity));
        wfl_set_text(L, "id", row->id);
        wfl_set_text(L, "what", row->what);
        wfl_set_text(L, "next", row->next);
        wfl_set_text(L, "detail", finding->detail);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

void wfl_add_doctor(lua_State *L) {
    lua_pushcfunction(L, examine);
    lua_setfield(L, -2, "examine");
}
