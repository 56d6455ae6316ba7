#include "binding.h"
#include "parts.h"
#include <string.h>

int wfl_fail(lua_State *L, wf_error error, const char *detail) {
    const wf_error_row *row = wf_error_row_of(error);
    bool has_detail = detail != NULL && detail[0] != '\0';
    lua_pushnil(L);
    lua_pushfstring(L, "%s%s%s; %s", row->what, has_detail ? ": " : "", has_detail ? detail : "", row->next);
    lua_pushstring(L, row->name);
    return 3;
}

/* The line that called us: the first that is not in a part of ours. */
static void push_position(lua_State *L) {
    lua_Debug at;
    for (int level = 0; lua_getstack(L, level, &at); level++) {
        lua_getinfo(L, "Sl", &at);
        if (at.currentline > 0 && strncmp(at.source, WFL_PART_CHUNK, strlen(WFL_PART_CHUNK)) != 0) {
            lua_pushfstring(L, "%s:%d: ", at.short_src, at.currentline);
            return;
        }
    }
    lua_pushliteral(L, "");
}

int wfl_misuse(lua_State *L, const char *name, const char *problem) {
    push_position(L);
    lua_pushfstring(L, "%sbad argument '%s' (%s)", lua_tostring(L, -1), name, problem);
    return lua_error(L);
}

int wfl_fail_system(lua_State *L, wf_error error, const wf_system_error *system) {
    char text[WF_SYSTEM_ERROR_TEXT_LEN];
    return wfl_fail(L, error, wf_system_error_text(text, system));
}
