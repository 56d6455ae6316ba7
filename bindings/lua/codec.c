/* Frames between bytes and tables: ECHONET Lite's both formats, and the DA frames in the second one. */
#include "binding.h"
#include <warifu/wire.h>

/* Sets `field` of the table on top to a list of {epc=, edt=}. */
static void set_properties(lua_State *L, const char *field, const wf_property_list *list) {
    wf_property property;
    size_t at = 0;
    lua_createtable(L, list->count, 0);
    for (lua_Integer i = 1; wf_property_next(list, &at, &property); i++) {
        lua_createtable(L, 0, 2);
        wfl_set_integer(L, "epc", property.epc);
        wfl_push_bytes(L, property.edt);
        lua_setfield(L, -2, "edt");
        lua_seti(L, -2, i);
    }
    lua_setfield(L, -2, field);
}

static void set_bytes(lua_State *L, const char *field, wf_bytes bytes) {
    wfl_push_bytes(L, bytes);
    lua_setfield(L, -2, field);
}

static void push_frame(lua_State *L, const wf_frame *frame) {
    bool arbitrary = frame->ehd2 == WF_EHD2_ARBITRARY;
    lua_createtable(L, 0, 8);
    wfl_set_integer(L, "format", arbitrary ? 2 : 1);
    wfl_set_integer(L, "tid", frame->tid);
    if (arbitrary) {
        set_bytes(L, "arbitrary", frame->arbitrary);
        return;
    }
    wfl_set_integer(L, "seoj", (lua_Integer)frame->seoj);
    wfl_set_integer(L, "deoj", (lua_Integer)frame->deoj);
    wfl_set_integer(L, "esv", frame->esv);
    set_properties(L, "properties", &frame->list);
    if (wf_esv_has_two_lists(frame->esv)) {
        set_properties(L, "gets", &frame->gets);
    }
    if (frame->trailing.len > 0) {
        set_bytes(L, "trailing", frame->trailing);
    }
}

static int parse(lua_State *L) {
    wf_frame frame;
    wf_error error = wf_frame_parse(&frame, wfl_bytes(L, 1, "bytes"));
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    push_frame(L, &frame);
    return 1;
}

static int parse_edata(lua_State *L) {
    wf_frame frame;
    wf_error error = wf_edata_parse(&frame, wfl_bytes(L, 1, "edata"));
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    push_frame(L, &frame);
    return 1;
}

static wf_eoj eoj_field(lua_State *L, int table, const char *field) {
    lua_getfield(L, table, field);
    wf_eoj eoj = wfl_eoj(L, -1, field);
    lua_pop(L, 1);
    return eoj;
}

static lua_Integer integer_field(lua_State *L, int table, const char *field, lua_Integer most, lua_Integer otherwise) {
    lua_Integer value = otherwise;
    if (lua_getfield(L, table, field) != LUA_TNIL) {
        value = wfl_integer(L, -1, field, 0, most);
    }
    lua_pop(L, 1);
    return value;
}

/* The list of properties in `field`; absent is empty. False when something does not fit. */
static bool write_properties(lua_State *L, int table, const char *field, wf_frame_writer *writer) {
    bool fits = true;
    if (lua_getfield(L, table, field) == LUA_TNIL) {
        lua_pop(L, 1);
        return true;
    }
    if (!lua_istable(L, -1)) {
        wfl_misuse(L, field, "a list of {epc=, edt=} expected");
    }
    lua_Integer count = luaL_len(L, -1);
    for (lua_Integer i = 1; i <= count && fits; i++) {
        if (lua_geti(L, -1, i) != LUA_TTABLE) {
            wfl_misuse(L, field, "a list of {epc=, edt=} expected");
        }
        wf_bytes edt = wf_bytes_of(NULL, 0);
        lua_getfield(L, -1, "epc");
        lua_getfield(L, -2, "edt");
        uint8_t epc = (uint8_t)wfl_integer(L, -2, "epc", 0, 0xFF);
        if (!lua_isnil(L, -1)) {
            edt = wfl_bytes(L, -1, "edt");
        }
        fits = wf_frame_property(writer, epc, edt);
        lua_pop(L, 3);
    }
    lua_pop(L, 1);
    return fits;
}

/* All of a format 1 frame or, with `edata`, only what follows the TID. */
static wf_error compose_specified(lua_State *L, wf_writer *out, bool edata) {
    wf_eoj seoj = eoj_field(L, 1, "seoj"), deoj = eoj_field(L, 1, "deoj");
    lua_getfield(L, 1, "esv");
    uint8_t esv = (uint8_t)wfl_integer(L, -1, "esv", 0, 0xFF);
    uint16_t tid = (uint16_t)integer_field(L, 1, "tid", 0xFFFF, 0);
    wf_frame_writer writer = edata ? wf_edata_begin(out, seoj, deoj, esv) : wf_frame_begin(out, tid, seoj, deoj, esv);
    bool fits = write_properties(L, 1, "properties", &writer);
    if (wf_esv_has_two_lists(esv)) {
        wf_frame_gets(&writer);
        fits = fits && write_properties(L, 1, "gets", &writer);
    }
    return fits && !out->overflow ? WF_OK : WF_ERROR_TOO_SMALL;
}

static int finish_compose(lua_State *L, wf_error error, const wf_writer *out) {
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    wfl_push_bytes(L, wf_bytes_of(out->start, out->len));
    return 1;
}

static void check_table(lua_State *L, const char *name) {
    if (!lua_istable(L, 1)) {
        wfl_misuse(L, name, "table expected");
    }
    lua_settop(L, 1);
    if (lua_getfield(L, 1, "esv") == LUA_TNIL && lua_getfield(L, 1, "arbitrary") == LUA_TNIL) {
        wfl_misuse(L, name, "it has neither 'esv' nor 'arbitrary'");
    }
    lua_settop(L, 1);
}

static int compose(lua_State *L) {
    uint8_t bytes[WF_DATAGRAM_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    check_table(L, "frame");
    if (lua_getfield(L, 1, "arbitrary") == LUA_TNIL) {
        lua_pop(L, 1);
        return finish_compose(L, compose_specified(L, &out, false), &out);
    }
    wf_bytes arbitrary = wfl_bytes(L, 2, "arbitrary");
    wf_frame_arbitrary(&out, (uint16_t)integer_field(L, 1, "tid", 0xFFFF, 0), arbitrary);
    return finish_compose(L, out.overflow ? WF_ERROR_TOO_SMALL : WF_OK, &out);
}

static int compose_edata(lua_State *L) {
    uint8_t bytes[WF_DATAGRAM_LEN];
    wf_writer out = wf_writer_of(bytes, sizeof bytes);
    check_table(L, "frame");
    return finish_compose(L, compose_specified(L, &out, true), &out);
}

static void push_suites(lua_State *L, const wf_hello *hello) {
    lua_Integer count = 0;
    lua_createtable(L, 2, 0);
    if (hello->takes_suite_2) {
        lua_pushinteger(L, 2);
        lua_seti(L, -2, ++count);
    }
    if (hello->takes_suite_3) {
        lua_pushinteger(L, 3);
        lua_seti(L, -2, ++count);
    }
}

void wfl_push_hello(lua_State *L, const wf_hello *hello) {
    lua_createtable(L, 0, 8);
    wfl_set_boolean(L, "is_device", hello->is_device);
    wfl_set_boolean(L, "is_controller", hello->is_controller);
    wfl_set_boolean(L, "window_open", hello->window_open);
    wfl_set_boolean(L, "has_pairings", hello->has_pairings);
    wfl_set_boolean(L, "demands_code", hello->demands_code);
    wfl_set_boolean(L, "demands_root", hello->demands_root);
    wfl_set_integer(L, "window_seconds", hello->window_seconds);
    push_suites(L, hello);
    lua_setfield(L, -2, "suites");
}

static void push_da_frame(lua_State *L, const wf_da_frame *frame) {
    lua_createtable(L, 0, 8);
    wfl_set_integer(L, "tid", frame->tid);
    wfl_set_integer(L, "type", frame->type);
    wfl_set_text(L, "name", wf_da_type_name(frame->type));
    switch (frame->type) {
    case WF_DA_HELLO_ANSWER:
        wfl_push_hello(L, &frame->hello);
        lua_setfield(L, -2, "hello");
        break;
    case WF_DA_MESSAGE_1:
        wfl_set_integer(L, "flags", frame->flags);
        break;
    case WF_DA_MESSAGE_3:
        wfl_set_integer(L, "connection_id", frame->connection_id);
        break;
    case WF_DA_REQUEST:
    case WF_DA_ANSWER:
        wfl_set_integer(L, "piv", (lua_Integer)frame->piv);
        break;
    default:
        break;
    }
    const struct {
        const char *field;
        wf_bytes bytes;
    } views[] = {{"cookie", frame->cookie},
                 {"tag", frame->tag},
                 {"nonce", frame->nonce},
                 {"kid", frame->kid},
                 {"payload", frame->payload}};
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        if (views[i].bytes.len > 0) {
            set_bytes(L, views[i].field, views[i].bytes);
        }
    }
}

static int parse_da(lua_State *L) {
    wf_da_frame frame = {0};
    wf_error error = wf_da_frame_parse(&frame, wfl_bytes(L, 1, "bytes"));
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    push_da_frame(L, &frame);
    return 1;
}

static int esv_name(lua_State *L) {
    lua_pushstring(L, wf_esv_name((uint8_t)wfl_integer(L, 1, "esv", 0, 0xFF)));
    return 1;
}

static int eoj(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)wfl_eoj(L, 1, luaL_optstring(L, 2, "eoj")));
    return 1;
}

static int hex(lua_State *L) {
    wfl_push_hex(L, wfl_bytes(L, 1, "bytes"));
    return 1;
}

static int unhex(lua_State *L) {
    wf_bytes text = wfl_bytes(L, 1, "text");
    luaL_Buffer buffer;
    size_t len = text.len / 2;
    char *out = luaL_buffinitsize(L, &buffer, len);
    if (text.len % 2 != 0 || !wfl_unhex((uint8_t *)out, len, (const char *)text.at)) {
        return wfl_fail(L, WF_ERROR_ARGUMENT, "not hexadecimal");
    }
    luaL_pushresultsize(&buffer, len);
    return 1;
}

static int property_map(lua_State *L) {
    wf_epc_set set;
    wf_error error = wf_property_map_read(&set, wfl_bytes(L, 1, "edt"));
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_newtable(L);
    lua_Integer count = 0;
    for (int epc = 0x80; epc <= 0xFF; epc++) {
        if (wf_epc_set_has(&set, (uint8_t)epc)) {
            lua_pushinteger(L, epc);
            lua_seti(L, -2, ++count);
        }
    }
    return 1;
}

/* compose_property_map({epc, ...}) */
static int compose_property_map(lua_State *L) {
    uint8_t edt[WF_PROPERTY_MAP_LEN];
    wf_epc_set set = {0};
    for (lua_Integer i = 1, count = luaL_len(L, 1); i <= count; i++) {
        lua_geti(L, 1, i);
        wf_epc_set_add(&set, (uint8_t)wfl_integer(L, -1, "epcs", 0x80, 0xFF));
        lua_pop(L, 1);
    }
    wf_writer out = wf_writer_of(edt, sizeof edt);
    wf_property_map_write(&out, &set);
    wfl_push_bytes(L, wf_bytes_of(edt, out.len));
    return 1;
}

void wfl_add_codec(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"parse", parse},
        {"parse_edata", parse_edata},
        {"compose", compose},
        {"compose_edata", compose_edata},
        {"parse_da", parse_da},
        {"esv_name", esv_name},
        {"eoj", eoj},
        {"hex", hex},
        {"unhex", unhex},
        {"property_map", property_map},
        {"compose_property_map", compose_property_map},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
