/* The dictionary, as it is: rows and nodes as tables. The part `dictionary` makes of them what scripts read. All
 * functions take first which dictionary they ask: an overlay, or nil for the built-in one. */
#include "binding.h"
#include <string.h>
#include <warifu/overlay.h>
#include <warifu/value.h>

enum { NODES = 512 }; /* the most that 255 bytes hold: an item each, twice for objects */

/* ---- overlays ---- */

#define OVERLAY "warifu.overlay"

const wf_dictionary *wfl_dictionary(lua_State *L, int index) {
    if (lua_isnoneornil(L, index)) {
        return wf_dictionary_builtin();
    }
    wf_overlay *const *overlay = luaL_checkudata(L, index, OVERLAY);
    return wf_overlay_dictionary(*overlay);
}

static int free_overlay(lua_State *L) {
    wf_overlay **overlay = luaL_checkudata(L, 1, OVERLAY);
    wf_overlay_free(*overlay);
    *overlay = NULL;
    return 0;
}

/* load(dictionary, path): an overlay over that dictionary, which it keeps. */
static int load(lua_State *L) {
    wf_overlay_message message;
    const wf_dictionary *base = wfl_dictionary(L, 1);
    const char *path = wfl_text(L, 2, "path");
    wf_overlay **overlay = lua_newuserdatauv(L, sizeof(wf_overlay *), 1);
    *overlay = NULL;
    luaL_setmetatable(L, OVERLAY);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    wf_error error = wf_overlay_load(overlay, &message, base, path);
    return error == WF_OK ? 1 : wfl_fail(L, error, message.text);
}

static void set_letter(lua_State *L, const char *field, char letter) {
    if (letter != 0) {
        lua_pushlstring(L, &letter, 1);
        lua_setfield(L, -2, field);
    }
}

static void set_names(lua_State *L, wf_names names) {
    wfl_set_text(L, "id", names.id);
    wfl_set_text(L, "en", names.en);
    wfl_set_text(L, "ja", names.ja);
}

static char release_at(lua_State *L, int index) {
    if (lua_isnoneornil(L, index)) {
        return 0;
    }
    const char *text = wfl_text(L, index, "release");
    if (text[0] < 'A' || text[0] > 'Z' || text[1] != '\0') {
        wfl_misuse(L, "release", "it is a letter from A to Z");
    }
    return text[0];
}

static uint16_t class_at(lua_State *L, int index) {
    return (uint16_t)wfl_integer(L, index, "class", 0, UINT16_MAX);
}

/* number * 10^exponent, as the nearest number that Lua has. */
static void push_scaled(lua_State *L, int64_t number, int exponent) {
    lua_Number power = 1;
    for (int i = exponent < 0 ? -exponent : exponent; i > 0; i--) {
        power *= 10;
    }
    if (exponent < 0) {
        lua_pushnumber(L, (lua_Number)number / power);
    } else {
        lua_pushinteger(L, (lua_Integer)number * (lua_Integer)power);
    }
}

static void set_scaled(lua_State *L, const char *field, int64_t number, int exponent) {
    push_scaled(L, number, exponent);
    lua_setfield(L, -2, field);
}

static void set_coefficients(lua_State *L, const uint8_t *epcs, size_t len) {
    lua_newtable(L);
    for (size_t i = 0; i < len && epcs[i] != 0; i++) {
        lua_pushinteger(L, epcs[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "coefficients");
}

/* ---- classes and properties ---- */

static int classes(lua_State *L) {
    const wf_dictionary *dictionary = wfl_dictionary(L, 1);
    wf_class_info info;
    lua_Integer count = 0;
    lua_newtable(L);
    for (unsigned at = 0; wf_dictionary_next_class(dictionary, &at, &info);) {
        lua_createtable(L, 0, 6);
        wfl_set_integer(L, "code", info.code);
        set_names(L, info.names);
        set_letter(L, "since", info.from);
        set_letter(L, "until_release", info.to);
        lua_seti(L, -2, ++count);
    }
    return 1;
}

static void push_property(lua_State *L, const wf_property_info *info) {
    lua_createtable(L, 0, 14);
    wfl_set_integer(L, "class", info->class_code);
    wfl_set_integer(L, "epc", info->epc);
    set_names(L, info->names);
    set_letter(L, "since", info->from);
    set_letter(L, "until_release", info->to);
    wfl_set_boolean(L, "in_release", info->in_release);
    wfl_set_text(L, "get", wf_rule_text(info->get));
    wfl_set_text(L, "set", wf_rule_text(info->set));
    wfl_set_text(L, "inf", wf_rule_text(info->inf));
    if (info->atomic != 0) {
        wfl_set_integer(L, "atomic", info->atomic);
    }
    wfl_set_integer(L, "min_size", info->min_size);
    wfl_set_integer(L, "max_size", info->max_size);
}

/* By dictionary, class, EPC or identifier, release at 1, 2, 3, 4. */
static bool find(lua_State *L, wf_property_info *out) {
    const wf_dictionary *dictionary = wfl_dictionary(L, 1);
    uint16_t code = class_at(L, 2);
    char release = release_at(L, 4);
    if (lua_type(L, 3) == LUA_TSTRING) {
        return wf_dictionary_property_named(dictionary, out, code, wfl_text(L, 3, "property"), release);
    }
    uint8_t epc = (uint8_t)wfl_integer(L, 3, "property", 0, UINT8_MAX);
    return wf_dictionary_property(dictionary, out, code, epc, release);
}

static int property(lua_State *L) {
    wf_property_info info;
    if (!find(L, &info)) {
        return 0;
    }
    push_property(L, &info);
    return 1;
}

static int properties(lua_State *L) {
    const wf_dictionary *dictionary = wfl_dictionary(L, 1);
    uint16_t code = class_at(L, 2);
    char release = release_at(L, 3);
    bool entries = lua_toboolean(L, 4) != 0;
    wf_property_info info;
    unsigned at = 0;
    lua_Integer count = 0;
    lua_newtable(L);
    while (entries ? wf_dictionary_next_entry(dictionary, &at, &info, code)
                   : wf_dictionary_next_property(dictionary, &at, &info, code, release)) {
        push_property(L, &info);
        lua_seti(L, -2, ++count);
    }
    return 1;
}

/* ---- types: a type nests at most six deep (tools/dictionary.py asserts it), so the recursion is bounded ---- */

/* NOLINTBEGIN(misc-no-recursion) */
static void push_type(lua_State *L, wf_type type);

static void set_members(lua_State *L, wf_type type) {
    wf_member_info member;
    luaL_checkstack(L, 8, "a type of the dictionary");
    lua_newtable(L);
    for (unsigned i = 0; wf_type_member(type, &member, i); i++) {
        lua_createtable(L, 0, 6);
        set_names(L, member.names);
        wfl_set_integer(L, "byte", member.byte);
        wfl_set_integer(L, "mask", member.mask);
        push_type(L, member.type);
        lua_setfield(L, -2, "type");
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "members");
}

static void set_states(lua_State *L, wf_type type, bool numeric) {
    wf_enumerator state;
    lua_newtable(L);
    for (unsigned i = 0; wf_type_enumerator(type, &state, i); i++) {
        lua_createtable(L, 0, 8);
        wfl_set_integer(L, "code", (lua_Integer)state.first);
        wfl_set_integer(L, "last", (lua_Integer)state.last);
        set_names(L, state.names);
        wfl_set_boolean(L, "read_only", state.read_only);
        wfl_set_boolean(L, "undefined", state.undefined);
        wfl_set_boolean(L, "no_data", state.no_data);
        if (numeric) {
            set_scaled(L, "number", state.number, state.exponent);
        }
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "states");
}

static void push_type(lua_State *L, wf_type type) {
    wf_type_info info;
    wf_type_describe(type, &info);
    int shift = info.kind == WF_TYPE_NUMBER ? info.exponent : 0;
    lua_createtable(L, 0, 14);
    wfl_set_text(L, "kind", wf_type_kind_text(info.kind));
    wfl_set_integer(L, "min_size", info.min_size);
    wfl_set_integer(L, "max_size", info.max_size);
    if (info.kind == WF_TYPE_NUMBER || info.kind == WF_TYPE_LEVEL) {
        set_scaled(L, "minimum", info.minimum, shift);
        set_scaled(L, "maximum", info.maximum, shift);
    }
    if (info.kind == WF_TYPE_NUMBER) {
        set_scaled(L, "step", 1, shift);
        wfl_set_text(L, "unit", info.unit);
        set_coefficients(L, info.coefficients, sizeof info.coefficients);
    } else if (info.kind == WF_TYPE_TIME) {
        wfl_set_integer(L, "max_hour", info.max_hour);
    } else if (info.kind == WF_TYPE_ARRAY) {
        wfl_set_integer(L, "min_items", info.min_items);
        wfl_set_integer(L, "max_items", info.max_items);
    }
    set_members(L, type);
    set_states(L, type, info.kind == WF_TYPE_NUMERIC);
}
/* NOLINTEND(misc-no-recursion) */

static int type(lua_State *L) {
    wf_property_info info;
    if (!find(L, &info)) {
        return 0;
    }
    push_type(L, info.type);
    return 1;
}

/* ---- values ---- */

static void set_moment(lua_State *L, const wf_value *node) {
    const bool date = node->kind == WF_VALUE_DATE || node->kind == WF_VALUE_DATE_TIME;
    const bool time = node->kind == WF_VALUE_TIME || node->kind == WF_VALUE_DATE_TIME;
    if (date) {
        wfl_set_integer(L, "year", node->year);
        wfl_set_integer(L, "month", node->month);
        wfl_set_integer(L, "day", node->day);
    }
    if (time) {
        wfl_set_integer(L, "hour", node->hour);
        wfl_set_integer(L, "min", node->minute);
        wfl_set_integer(L, "sec", node->second);
    }
}

static void push_node(lua_State *L, const wf_value *node) {
    lua_createtable(L, 0, 8);
    wfl_set_text(L, "kind", wf_value_kind_text(node->kind));
    wfl_set_integer(L, "count", node->count);
    if (node->kind == WF_VALUE_NUMBER) {
        set_scaled(L, "number", node->number, node->exponent);
        wfl_set_text(L, "unit", node->unit);
    } else if (node->kind == WF_VALUE_LEVEL) {
        wfl_set_integer(L, "number", node->number);
    }
    if (node->coded) {
        wfl_set_integer(L, "code", (lua_Integer)node->code);
    }
    wfl_set_text(L, "name", node->name.id);
    wfl_set_text(L, "member", node->member.id);
    wfl_push_bytes(L, node->bytes);
    lua_setfield(L, -2, "bytes");
    set_moment(L, node);
}

static int decode(lua_State *L) {
    wf_property_info info;
    wf_value_message message;
    size_t count;
    if (!find(L, &info)) {
        return wfl_fail(L, WF_ERROR_NOT_IN_DICTIONARY, NULL);
    }
    wf_bytes edt = wfl_bytes(L, 5, "edt");
    wf_value *nodes = lua_newuserdatauv(L, NODES * sizeof *nodes, 0);
    wf_error error = wf_value_decode(&info, nodes, NODES, &count, &message, edt);
    if (error != WF_OK) {
        return wfl_fail(L, error, message.text[0] == '\0' ? NULL : message.text);
    }
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_node(L, &nodes[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* A field of the node on top; nil gives `otherwise`. */
static lua_Integer integer_of(lua_State *L, const char *field, lua_Integer least, lua_Integer most,
                              lua_Integer otherwise) {
    lua_Integer value = lua_getfield(L, -1, field) == LUA_TNIL ? otherwise : wfl_integer(L, -1, field, least, most);
    lua_pop(L, 1);
    return value;
}

/* The text stays alive in its table. */
static const char *text_of(lua_State *L, const char *field) {
    const char *text = lua_getfield(L, -1, field) == LUA_TNIL ? NULL : wfl_text(L, -1, field);
    lua_pop(L, 1);
    return text;
}

static void read_node(lua_State *L, wf_value *out) {
    *out = (wf_value){.unit = NULL};
    lua_getfield(L, -1, "kind");
    if (!wf_value_kind_named(&out->kind, wfl_text(L, -1, "kind"))) {
        wfl_misuse(L, "kind", "there is no such kind of value");
    }
    out->coded = lua_getfield(L, -2, "code") != LUA_TNIL;
    if (lua_getfield(L, -3, "bytes") != LUA_TNIL) {
        out->bytes = wfl_bytes(L, -1, "bytes");
    }
    lua_pop(L, 3);
    out->count = (uint16_t)integer_of(L, "count", 0, NODES, 0);
    out->number = integer_of(L, "number", LUA_MININTEGER, LUA_MAXINTEGER, 0);
    out->exponent = (int8_t)integer_of(L, "exponent", INT8_MIN, INT8_MAX, 0);
    out->code = (uint64_t)integer_of(L, "code", LUA_MININTEGER, LUA_MAXINTEGER, 0);
    out->name.id = text_of(L, "name");
    out->member.id = text_of(L, "member");
    out->year = (uint16_t)integer_of(L, "year", 0, UINT16_MAX, 0);
    out->month = (uint8_t)integer_of(L, "month", 0, UINT8_MAX, 0);
    out->day = (uint8_t)integer_of(L, "day", 0, UINT8_MAX, 0);
    out->hour = (uint8_t)integer_of(L, "hour", 0, UINT8_MAX, 0);
    out->minute = (uint8_t)integer_of(L, "min", 0, UINT8_MAX, 0);
    out->second = (uint8_t)integer_of(L, "sec", 0, UINT8_MAX, 0);
}

static int encode(lua_State *L) {
    wf_property_info info;
    wf_value_message message;
    uint8_t edt[UINT8_MAX];
    wf_writer out = wf_writer_of(edt, sizeof edt);
    luaL_checktype(L, 5, LUA_TTABLE);
    bool set = lua_toboolean(L, 6) != 0;
    lua_Integer count = luaL_len(L, 5);
    if (!find(L, &info)) {
        return wfl_fail(L, WF_ERROR_NOT_IN_DICTIONARY, NULL);
    }
    if (count > NODES) {
        return wfl_fail(L, WF_ERROR_WRONG_VALUE, "more parts than a property has room for");
    }
    wf_value *nodes = lua_newuserdatauv(L, NODES * sizeof *nodes, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_geti(L, 5, i + 1);
        read_node(L, &nodes[i]);
        lua_pop(L, 1);
    }
    wf_error error = wf_value_encode(&info, &out, &message, nodes, (size_t)count, set);
    if (error != WF_OK) {
        return wfl_fail(L, error, message.text[0] == '\0' ? NULL : message.text);
    }
    wfl_push_bytes(L, wf_bytes_of(edt, out.len));
    return 1;
}

static int release_of(lua_State *L) {
    char letter = wf_dictionary_release(wfl_bytes(L, 1, "edt"));
    if (letter == 0) {
        return 0;
    }
    lua_pushlstring(L, &letter, 1);
    return 1;
}

void wfl_add_dictionary(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"load", load}, {"classes", classes}, {"property", property}, {"properties", properties},
        {"type", type}, {"decode", decode},   {"encode", encode},     {"release_of", release_of},
        {NULL, NULL},
    };
    luaL_newmetatable(L, OVERLAY);
    lua_pushcfunction(L, free_overlay);
    lua_setfield(L, -2, "__gc");
    wfl_set_text(L, "__metatable", OVERLAY);
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "dictionary");
}
