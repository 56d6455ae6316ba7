/* Tab. What fits is Lua's to know; here it goes into the line or above it. */
#define _XOPEN_SOURCE 700
#include "prompt.h"

/* Lua's `complete` gets the text before the cursor and gives what to insert there or nil, and what to list above. */
unsigned char prompt_complete(EditLine *edit, int key) {
    (void)key;
    prompt *p = prompt_of(edit);
    lua_State *L = p->lua;
    const LineInfo *line = el_line(edit);
    unsigned char result = CC_ERROR; /* beeps */
    lua_pushlstring(L, line->buffer, (size_t)(line->cursor - line->buffer));
    if (!prompt_ask(p, "complete", 1, 2)) {
        return result;
    }
    const char *insertion = lua_tostring(L, -2), *list = lua_tostring(L, -1);
    if (list != NULL) {
        prompt_print_above(p, list);
        result = CC_NORM;
    }
    if (insertion != NULL && el_insertstr(edit, insertion) == 0) {
        result = CC_REFRESH;
    }
    lua_pop(L, 2);
    return result;
}
