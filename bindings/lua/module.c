/* luaopen_warifu: the C parts in one table, handed to the Lua parts, which are compiled in. */
#include "binding.h"
#include "parts.h"
#include <string.h>
#include <warifu/version.h>

int luaopen_warifu(lua_State *L);

static const char *nature_text(wf_nature nature) {
    static const char *const texts[] = {"none",    "value", "usage",  "crypto", "denied",
                                        "timeout", "link",  "lookup", "system"};
    return texts[nature];
}

/* NAME -> {code=, name=, nature=, what=, next=} */
static void push_errors(lua_State *L) {
    const wf_error_row *row;
    lua_newtable(L);
    for (unsigned i = 0; (row = wf_error_at(i)) != NULL; i++) {
        lua_createtable(L, 0, 5);
        wfl_set_integer(L, "code", row->code);
        wfl_set_text(L, "name", row->name);
        wfl_set_text(L, "nature", nature_text(row->nature));
        wfl_set_text(L, "what", row->what);
        wfl_set_text(L, "next", row->next);
        lua_setfield(L, -2, row->name);
    }
}

/* fail(NAME [, detail]): nil, message, NAME */
static int fail(lua_State *L) {
    const char *name = luaL_checkstring(L, 1);
    const wf_error_row *row;
    for (unsigned i = 0; (row = wf_error_at(i)) != NULL; i++) {
        if (strcmp(row->name, name) == 0) {
            return wfl_fail(L, row->code, luaL_optstring(L, 2, NULL));
        }
    }
    return wfl_misuse(L, "name", "there is no such error");
}

static int misuse(lua_State *L) {
    return wfl_misuse(L, luaL_checkstring(L, 1), luaL_checkstring(L, 2));
}

__attribute__((visibility("default"))) int luaopen_warifu(lua_State *L) {
    luaL_checkversion(L);
    wf_error error = wf_crypto_start();
    if (error != WF_OK) {
        return luaL_error(L, "warifu: %s", wf_error_row_of(error)->what);
    }
    lua_newtable(L);
    wfl_set_text(L, "version", WF_VERSION);
    push_errors(L);
    lua_setfield(L, -2, "errors");
    lua_pushcfunction(L, fail);
    lua_setfield(L, -2, "fail");
    lua_pushcfunction(L, misuse);
    lua_setfield(L, -2, "misuse");
    wfl_add_codec(L);
    wfl_add_identity(L);
    wfl_add_identity_requests(L);
    wfl_add_identity_text(L);
    wfl_add_authority(L);
    wfl_add_setup_code(L);
    wfl_add_policy(L);
    wfl_add_dictionary(L);
    wfl_add_pki(L);
    wfl_add_endpoint(L);
    wfl_add_poller(L);
    wfl_add_sim(L);
    wfl_add_doctor(L);
    wfl_add_audit(L);
    wfl_add_keeping(L);
    wfl_add_trace(L);
    wfl_run_part(L, wfl_parts, "init");
    return 1;
}
