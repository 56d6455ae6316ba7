/* The audit log, of an endpoint and of a directory, as a list of tables. */
#include "endpoint.h"
#include <string.h>

static void set_rendered(lua_State *L, const char *field, void (*write)(wf_writer *, const wf_audit_entry *),
                         const wf_audit_entry *entry) {
    uint8_t text[WF_AUDIT_TEXT_LEN];
    wf_writer w = wf_writer_of(text, sizeof text);
    write(&w, entry);
    lua_pushlstring(L, (const char *)text, w.len);
    lua_setfield(L, -2, field);
}

/* Its name in the table of errors, or the code that another version knows. */
static void set_error(lua_State *L, wf_error error) {
    const wf_error_row *row = wf_error_row_of(error);
    if (row->code == error) {
        wfl_set_text(L, "error", row->name);
    } else {
        wfl_set_integer(L, "error", (lua_Integer)error);
    }
}

static void set_number(lua_State *L, const uint8_t number[static WF_AUDIT_NUMBER_LEN]) {
    static const uint8_t none[WF_AUDIT_NUMBER_LEN];
    if (memcmp(number, none, sizeof none) != 0) {
        wfl_push_hex(L, wf_bytes_of(number, WF_AUDIT_NUMBER_LEN));
        lua_setfield(L, -2, "number");
    }
}

static void push_entry(lua_State *L, const wf_audit_entry *entry) {
    lua_createtable(L, 0, 15);
    wfl_set_integer(L, "sequence", entry->sequence);
    wfl_set_integer(L, "boot", entry->boot);
    lua_pushnumber(L, (lua_Number)entry->at / 1000);
    lua_setfield(L, -2, "at");
    lua_pushnumber(L, (lua_Number)entry->last / 1000);
    lua_setfield(L, -2, "last");
    if (entry->date != 0) {
        wfl_set_integer(L, "date", entry->date);
    }
    wfl_set_text(L, "what", wf_audited_row_of(entry->what)->name);
    if (entry->error != WF_OK) {
        set_error(L, entry->error);
    }
    wfl_set_integer(L, "count", entry->count);
    wfl_set_boolean(L, "from_many", entry->from_many);
    set_number(L, entry->number);
    wfl_push_address(L, &entry->address);
    lua_setfield(L, -2, "address");
    if (entry->eoj != 0) {
        wfl_set_integer(L, "eoj", (lua_Integer)entry->eoj);
        wfl_set_integer(L, "epc", entry->epc);
    }
    set_rendered(L, "text", wf_audit_write_text, entry);
    set_rendered(L, "json", wf_audit_write_json, entry);
}

/* The entries, oldest first; `damaged` counts what nobody can read. */
static void push_log(lua_State *L, wf_audit_reader *reader) {
    wf_audit_entry entry;
    lua_newtable(L);
    for (lua_Integer i = 1; wf_audit_next(reader, &entry); i++) {
        push_entry(L, &entry);
        lua_seti(L, -2, i);
    }
    wfl_set_integer(L, "damaged", reader->damaged);
}

static int read_own_audit(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    wf_audit_reader *reader = lua_newuserdatauv(L, sizeof *reader, 0);
    wf_engine_audit(e->engine, reader);
    push_log(L, reader);
    return 1;
}

/* ---- of a directory ---- */

#define PLACE "warifu.audited_directory"

typedef struct place {
    wf_file_store store;
    wf_audit_reader reader;
} place;

static int close_place(lua_State *L) {
    wf_file_store_close(&((place *)luaL_checkudata(L, 1, PLACE))->store);
    return 0;
}

static wf_error open_place(place *at, const char *path) {
    wf_error error = wf_file_store_open_to_read(&at->store, path);
    if (error == WF_OK) {
        wf_store store = wf_file_store_as_store(&at->store);
        error = wf_audit_read(&at->reader, &store);
    }
    return error;
}

/* read_audit(path) */
static int read_audit(lua_State *L) {
    const char *path = wfl_text(L, 1, "state");
    place *at = lua_newuserdatauv(L, sizeof *at, 0);
    memset(at, 0, sizeof *at);
    luaL_setmetatable(L, PLACE);
    lua_toclose(L, -1); /* also when memory ends half way */
    wf_error error = open_place(at, path);
    if (error != WF_OK) {
        char text[WF_SYSTEM_ERROR_TEXT_LEN];
        wf_system_error_text(text, &at->store.system_error);
        return wfl_fail(L, error, lua_pushfstring(L, "%s%s%s", path, text[0] == '\0' ? "" : ": ", text));
    }
    push_log(L, &at->reader);
    return 1;
}

void wfl_add_audit(lua_State *L) {
    static const luaL_Reg metamethods[] = {{"__gc", close_place}, {"__close", close_place}, {NULL, NULL}};
    luaL_newmetatable(L, PLACE);
    luaL_setfuncs(L, metamethods, 0);
    lua_pop(L, 1);
    lua_pushcfunction(L, read_audit);
    lua_setfield(L, -2, "read_audit");
}

void wfl_add_audit_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"audit", read_own_audit}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
