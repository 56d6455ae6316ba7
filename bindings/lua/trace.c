/* Traces: what an endpoint tells of each datagram, as a table, and the files that keep it. */
#include "sim.h"
#include <math.h>
#include <string.h>
#include <time.h>
#include <warifu/decode.h>
#include <warifu/trace_file.h>

#define TRACE_FILE "warifu.trace_file"
#define CONTENTS "warifu.trace_contents"

enum { MOST_OWN = 64, MS_US = 1000, SECOND_US = 1000000, TEXT_LEN = 1 << 19 };

static int fail_file(lua_State *L, wf_error error, const char *path, const wf_system_error *system) {
    char text[WF_SYSTEM_ERROR_TEXT_LEN];
    wf_system_error_text(text, system);
    return wfl_fail(L, error, lua_pushfstring(L, "%s%s%s", path, text[0] == '\0' ? "" : ": ", text));
}

/* ---- what the engine does not know ---- */

static int64_t wall_us(const endpoint *e) {
    struct timespec now;
    int64_t date;
    if (e->sim != NULL) {
        return wfl_endpoint_date(e, &date) ? date * SECOND_US + (int64_t)(wf_sim_now(e->sim->sim) % 1000) * MS_US : 0;
    }
    return timespec_get(&now, TIME_UTC) == TIME_UTC ? (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000 : 0;
}

static wf_address own_address(const endpoint *e, const wf_address *peer) {
    wf_address own[MOST_OWN];
    unsigned network;
    size_t count = 0;
    if (e->sim == NULL) {
        return wf_traced_own(e->udp.own, e->udp.own_count, peer);
    }
    while (count < MOST_OWN && wf_sim_address(e->sim->sim, (wf_sim_host){e->host}, count, &network, &own[count])) {
        count++;
    }
    return wf_traced_own(own, count, peer);
}

wf_traced wfl_traced_of(const endpoint *e, const wf_traced *told) {
    wf_traced traced = *told;
    traced.time_us = wall_us(e);
    traced.own = own_address(e, &told->peer);
    if (!wf_address_is_unspecified(&traced.own)) {
        traced.own.port = e->udp.port;
    }
    return traced;
}

/* ---- of an endpoint ---- */

/* set_trace(endpoint, function or nil) */
static int set_trace(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    const bool there = !lua_isnoneornil(L, 2);
    lua_settop(L, 2);
    lua_setiuservalue(L, 1, WFL_TRACE_HOOK);
    wf_engine_set_trace(e->engine, there ? &(wf_trace){wfl_trace_hook, e} : NULL);
    return 0;
}

/* log_keys(endpoint, path or nil) */
static int log_keys(lua_State *L) {
    endpoint *e = wfl_endpoint(L);
    const char *path = lua_isnoneornil(L, 2) ? NULL : wfl_text(L, 2, "keylog");
    wf_error error = wf_engine_set_key_log(e->engine, NULL);
    wf_key_log_file_close(&e->keys);
    if (path != NULL && error == WF_OK) {
        error = wf_key_log_file_open(&e->keys, path);
        if (error != WF_OK) {
            return fail_file(L, error, path, &e->keys.file.system_error);
        }
        const wf_key_log log = wf_key_log_file_log(&e->keys);
        error = wf_engine_set_key_log(e->engine, &log);
    }
    if (error != WF_OK) {
        wf_key_log_file_close(&e->keys);
        return wfl_fail(L, error, "there is no identity, or this build has no key log");
    }
    lua_pushboolean(L, true);
    return 1;
}

void wfl_add_trace_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"set_trace", set_trace}, {"log_keys", log_keys}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}

/* ---- as a table ---- */

void wfl_push_traced(lua_State *L, const wf_traced *traced) {
    lua_createtable(L, 0, 7);
    lua_pushnumber(L, (lua_Number)traced->time_us / SECOND_US);
    lua_setfield(L, -2, "time");
    wfl_set_boolean(L, "sent", traced->sent);
    wfl_set_boolean(L, "multicast", traced->multicast);
    wfl_push_address(L, &traced->peer);
    lua_setfield(L, -2, "address");
    wfl_push_address(L, &traced->own);
    lua_setfield(L, -2, "own");
    wfl_push_bytes(L, traced->datagram);
    lua_setfield(L, -2, "datagram");
    wfl_push_bytes(L, traced->inner);
    lua_setfield(L, -2, "inner");
}

static wf_address address_field(lua_State *L, int index, const char *field) {
    wf_address address = {0};
    if (lua_getfield(L, index, field) != LUA_TNIL) {
        address = wfl_address(L, -1, field, WF_PORT);
    }
    lua_pop(L, 1);
    return address;
}

static bool is_true(lua_State *L, int index, const char *field) {
    lua_getfield(L, index, field);
    const bool result = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return result;
}

/* The strings stay those of the table. */
static wf_bytes bytes_field(lua_State *L, int index, const char *field) {
    wf_bytes bytes = wf_bytes_of(NULL, 0);
    if (lua_getfield(L, index, field) != LUA_TNIL) {
        bytes = wfl_bytes(L, -1, field);
    }
    lua_pop(L, 1);
    if (bytes.len > WF_TRACE_DATAGRAM_LEN) {
        wfl_misuse(L, field, "longer than a datagram");
    }
    return bytes;
}

static wf_traced read_traced(lua_State *L, int index) {
    wf_traced traced = {0};
    if (!lua_istable(L, index)) {
        wfl_misuse(L, "traced", "table expected");
    }
    lua_getfield(L, index, "time");
    const lua_Number time = luaL_optnumber(L, -1, 0);
    lua_pop(L, 1);
    traced.time_us = time > 0 && time < 1e12 ? (int64_t)llround(time * SECOND_US) : 0;
    traced.sent = is_true(L, index, "sent");
    traced.multicast = is_true(L, index, "multicast");
    traced.peer = address_field(L, index, "address");
    traced.own = address_field(L, index, "own");
    traced.datagram = bytes_field(L, index, "datagram");
    traced.inner = bytes_field(L, index, "inner");
    return traced;
}

/* ---- words ---- */

/* decode(datagram, dictionary, lines) */
static int decode(lua_State *L) {
    const wf_bytes datagram = wfl_bytes(L, 1, "frame");
    char *text = lua_newuserdatauv(L, WF_DECODE_LEN, 0);
    wf_decode(text, WF_DECODE_LEN, wfl_dictionary(L, 2), datagram,
              lua_toboolean(L, 3) ? WF_DECODE_LINES : WF_DECODE_LINE);
    lua_pushstring(L, text);
    return 1;
}

/* decode_edata(edata, dictionary) */
static int decode_edata(lua_State *L) {
    const wf_bytes edata = wfl_bytes(L, 1, "edata");
    char *text = lua_newuserdatauv(L, WF_DECODE_LEN, 0);
    wf_decode_edata(text, WF_DECODE_LEN, wfl_dictionary(L, 2), edata);
    lua_pushstring(L, text);
    return 1;
}

/* traced_text(traced, dictionary, dump) */
static int traced_text(lua_State *L) {
    const wf_traced traced = read_traced(L, 1);
    char *text = lua_newuserdatauv(L, TEXT_LEN, 0);
    wf_traced_text(text, TEXT_LEN, wfl_dictionary(L, 2), &traced, lua_toboolean(L, 3));
    lua_pushstring(L, text);
    return 1;
}

/* traced_json(traced, dictionary) */
static int traced_json(lua_State *L) {
    const wf_traced traced = read_traced(L, 1);
    char *text = lua_newuserdatauv(L, TEXT_LEN, 0);
    const wf_error error = wf_traced_json(text, TEXT_LEN, wfl_dictionary(L, 2), &traced);
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_pushstring(L, text);
    return 1;
}

/* ---- files ---- */

static int close_file(lua_State *L) {
    wf_trace_file_close(luaL_checkudata(L, 1, TRACE_FILE));
    return 0;
}

/* trace_file(path, form, append, plain, dictionary) */
static int open_file(lua_State *L) {
    static const char *const forms[] = {"text", "json", "pcapng", NULL};
    const char *path = wfl_text(L, 1, "path");
    const wf_trace_file_config config = {.form = (wf_trace_form)luaL_checkoption(L, 2, NULL, forms),
                                         .append = lua_toboolean(L, 3),
                                         .plain = lua_toboolean(L, 4),
                                         .dictionary = wfl_dictionary(L, 5)};
    wf_trace_file *file = lua_newuserdatauv(L, sizeof *file, 1);
    memset(file, 0, sizeof *file);
    luaL_setmetatable(L, TRACE_FILE);
    lua_pushvalue(L, 5); /* lives as long */
    lua_setiuservalue(L, -2, 1);
    const wf_error error = wf_trace_file_open(file, &config, path);
    return error == WF_OK ? 1 : fail_file(L, error, path, &file->file.system_error);
}

/* file:write(traced): true, or once what failed. */
static int write_file(lua_State *L) {
    wf_trace_file *file = luaL_checkudata(L, 1, TRACE_FILE);
    const wf_traced traced = read_traced(L, 2);
    const wf_error error = wf_trace_file_write(file, &traced);
    if (error != WF_OK) {
        return fail_file(L, error, "the trace ends here", &file->file.system_error);
    }
    lua_pushboolean(L, true);
    return 1;
}

static int lost_of_file(lua_State *L) {
    const wf_trace_file *file = luaL_checkudata(L, 1, TRACE_FILE);
    lua_pushinteger(L, (lua_Integer)file->lost);
    return 1;
}

static int close_reader(lua_State *L) {
    wf_trace_reader **reader = luaL_checkudata(L, 1, CONTENTS);
    wf_trace_reader_close(*reader);
    *reader = NULL;
    return 0;
}

/* read_trace(contents): a list, and where it ends early the line (0: unknown) */
static int read_trace(lua_State *L) {
    const wf_bytes contents = wfl_bytes(L, 1, "contents");
    wf_trace_reader **reader = lua_newuserdatauv(L, sizeof(wf_trace_reader *), 0);
    wf_traced traced;
    size_t line;
    *reader = NULL;
    luaL_setmetatable(L, CONTENTS);
    lua_toclose(L, -1); /* also when memory ends half way */
    wf_error error = wf_trace_reader_open(reader, contents);
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_newtable(L);
    for (lua_Integer i = 1; wf_trace_reader_next(*reader, &traced); i++) {
        wfl_push_traced(L, &traced);
        lua_seti(L, -2, i);
    }
    error = wf_trace_reader_finish(*reader, &line);
    if (error == WF_OK) {
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)line);
    return 2;
}

void wfl_add_trace(lua_State *L) {
    static const luaL_Reg functions[] = {{"decode", decode},
                                         {"decode_edata", decode_edata},
                                         {"traced_text", traced_text},
                                         {"traced_json", traced_json},
                                         {"trace_file", open_file},
                                         {"read_trace", read_trace},
                                         {NULL, NULL}};
    static const luaL_Reg of_file[] = {{"__gc", close_file}, {"__close", close_file}, {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"write", write_file}, {"lost", lost_of_file}, {"close", close_file}, {NULL, NULL}};
    static const luaL_Reg of_contents[] = {{"__gc", close_reader}, {"__close", close_reader}, {NULL, NULL}};
    luaL_newmetatable(L, TRACE_FILE);
    luaL_setfuncs(L, of_file, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    luaL_newmetatable(L, CONTENTS);
    luaL_setfuncs(L, of_contents, 0);
    lua_pop(L, 2);
    luaL_setfuncs(L, functions, 0);
}
