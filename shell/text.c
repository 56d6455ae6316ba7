/* How wide text is on a screen. */
#define _XOPEN_SOURCE 700
#include "shell.h"
#include <limits.h>
#include <stdlib.h>
#include <wchar.h>

const char *shell_cut(const char *text, int *columns) {
    mbstate_t state = {0};
    int taken = 0;
    for (;;) {
        wchar_t character;
        size_t len = mbrtowc(&character, text, MB_CUR_MAX, &state);
        int width = len == 0 || len > MB_CUR_MAX ? -1 : wcwidth(character);
        if (width < 0 || taken + width > *columns) {
            *columns = taken;
            return text;
        }
        taken += width;
        text += len;
    }
}

/* width(text): columns, up to the first character that is none to be shown. */
static int width(lua_State *L) {
    int columns = INT_MAX;
    shell_cut(luaL_checkstring(L, 1), &columns);
    lua_pushinteger(L, columns);
    return 1;
}

/* cut(text, columns): as much of it as fits. */
static int cut(lua_State *L) {
    const char *text = luaL_checkstring(L, 1);
    int columns = (int)luaL_checkinteger(L, 2);
    lua_pushlstring(L, text, (size_t)(shell_cut(text, &columns) - text));
    return 1;
}

void shell_add_text(lua_State *L) {
    static const luaL_Reg functions[] = {{"width", width}, {"cut", cut}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
