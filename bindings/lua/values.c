/* Values between Lua and the core. */
#include "binding.h"
#include <string.h>

static int wrong_type(lua_State *L, int index, const char *name, const char *expected) {
    lua_pushfstring(L, "%s expected, got %s", expected, luaL_typename(L, index));
    return wfl_misuse(L, name, lua_tostring(L, -1));
}

wf_bytes wfl_bytes(lua_State *L, int index, const char *name) {
    size_t len;
    if (lua_type(L, index) != LUA_TSTRING) {
        wrong_type(L, index, name, "string");
    }
    const char *at = lua_tolstring(L, index, &len);
    return wf_bytes_of((const uint8_t *)at, len);
}

const char *wfl_text(lua_State *L, int index, const char *name) {
    wf_bytes bytes = wfl_bytes(L, index, name);
    if (memchr(bytes.at, '\0', bytes.len) != NULL) {
        wfl_misuse(L, name, "it contains a zero byte");
    }
    return (const char *)bytes.at;
}

lua_Integer wfl_integer(lua_State *L, int index, const char *name, lua_Integer least, lua_Integer most) {
    int is_integer;
    if (lua_type(L, index) != LUA_TNUMBER) {
        wrong_type(L, index, name, "integer");
    }
    lua_Integer value = lua_tointegerx(L, index, &is_integer);
    if (!is_integer || value < least || value > most) {
        lua_pushfstring(L, "%s is outside %I..%I", luaL_tolstring(L, index, NULL), (LUAI_UACINT)least,
                        (LUAI_UACINT)most);
        wfl_misuse(L, name, lua_tostring(L, -1));
    }
    return value;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

bool wfl_unhex(uint8_t *out, size_t len, const char *text) {
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

wf_eoj wfl_eoj(lua_State *L, int index, const char *name) {
    uint8_t eoj[3];
    if (lua_type(L, index) == LUA_TNUMBER) {
        return (wf_eoj)wfl_integer(L, index, name, 0, 0xFFFFFF);
    }
    wf_bytes text = wfl_bytes(L, index, name);
    if (text.len != 2 * sizeof eoj || !wfl_unhex(eoj, sizeof eoj, (const char *)text.at)) {
        return (wf_eoj)wfl_misuse(L, name, "an object is an integer or six hexadecimal digits, such as \"013001\"");
    }
    return (wf_eoj)eoj[0] << 16 | (wf_eoj)eoj[1] << 8 | eoj[2];
}

wf_address wfl_address(lua_State *L, int index, const char *name, uint16_t default_port) {
    wf_address address;
    const char *text = wfl_text(L, index, name);
    if (wf_address_parse(&address, text, default_port) != WF_OK) {
        lua_pushfstring(L, "'%s' is no address", text);
        wfl_misuse(L, name, lua_tostring(L, -1));
    }
    return address;
}

void wfl_number(uint8_t out[static WF_NUMBER_LEN], lua_State *L, int index, const char *name) {
    wf_bytes text = wfl_bytes(L, index, name);
    if (text.len == WF_NUMBER_LEN) {
        memcpy(out, text.at, WF_NUMBER_LEN);
    } else if (text.len != 2 * WF_NUMBER_LEN || !wfl_unhex(out, WF_NUMBER_LEN, (const char *)text.at)) {
        wfl_misuse(L, name, "an identification number is 34 hexadecimal digits or 17 bytes");
    }
}

void wfl_push_bytes(lua_State *L, wf_bytes bytes) {
    lua_pushlstring(L, bytes.len == 0 ? "" : (const char *)bytes.at, bytes.len);
}

void wfl_push_hex(lua_State *L, wf_bytes bytes) {
    static const char digits[] = "0123456789ABCDEF";
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (size_t i = 0; i < bytes.len; i++) {
        luaL_addchar(&buffer, digits[bytes.at[i] >> 4]);
        luaL_addchar(&buffer, digits[bytes.at[i] & 15]);
    }
    luaL_pushresult(&buffer);
}

void wfl_push_address(lua_State *L, const wf_address *address) {
    static const wf_address nowhere;
    char text[WF_ADDRESS_TEXT_LEN];
    if (wf_address_equal(address, &nowhere)) {
        lua_pushnil(L);
    } else {
        lua_pushstring(L, wf_address_format(text, address));
    }
}

void wfl_set_integer(lua_State *L, const char *field, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, field);
}

void wfl_set_boolean(lua_State *L, const char *field, bool value) {
    lua_pushboolean(L, value);
    lua_setfield(L, -2, field);
}

void wfl_set_text(lua_State *L, const char *field, const char *value) {
    lua_pushstring(L, value); /* NULL pushes nil */
    lua_setfield(L, -2, field);
}

const char *wfl_role_text(wf_role role) {
    return role == WF_ROLE_DEVICE ? "device" : role == WF_ROLE_CONTROLLER ? "controller" : NULL;
}

/* Leaves the type's metatable in the table on top as `field`: the Lua part puts its own __index there. */
void wfl_add_type(lua_State *L, const char *type, const char *field, lua_CFunction close, lua_CFunction to_string) {
    luaL_newmetatable(L, type);
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__close");
    lua_pushcfunction(L, to_string);
    lua_setfield(L, -2, "__tostring");
    wfl_set_text(L, "__metatable", type);
    lua_setfield(L, -2, field);
}
