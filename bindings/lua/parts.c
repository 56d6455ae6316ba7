#include "parts.h"
#include "binding.h"
#include <string.h>

enum { SHARED = 1, LOADED, PARTS }; /* upvalues of part() */

static int load_part(lua_State *L, const wfl_part *p) {
    const char *chunk = lua_pushfstring(L, WFL_PART_CHUNK "%s]", p->name);
    if (luaL_loadbufferx(L, (const char *)p->source, p->len, chunk, "t") != LUA_OK) {
        return lua_error(L);
    }
    lua_pushvalue(L, lua_upvalueindex(SHARED));
    lua_call(L, 1, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, lua_upvalueindex(LOADED), p->name);
    return 1;
}

static int part(lua_State *L) {
    const char *name = luaL_checkstring(L, 1);
    if (lua_getfield(L, lua_upvalueindex(LOADED), name) != LUA_TNIL) {
        return 1;
    }
    for (const wfl_part *p = lua_touserdata(L, lua_upvalueindex(PARTS)); p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0) {
            return load_part(L, p);
        }
    }
    return wfl_misuse(L, "name", "there is no such part");
}

void wfl_run_part(lua_State *L, const wfl_part *parts, const char *first) {
    lua_pushvalue(L, -1);
    lua_newtable(L);
    lua_pushlightuserdata(L, (void *)(uintptr_t)parts);
    lua_pushcclosure(L, part, PARTS);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "part");
    lua_pushstring(L, first);
    lua_call(L, 1, 1);
    lua_remove(L, -2);
}
