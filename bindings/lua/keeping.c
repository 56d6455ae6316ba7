/* What is done to a state directory that no node uses. */
#include "binding.h"
#include <string.h>
#include <time.h>
#include <warifu/entropy.h>
#include <warifu/file_store.h>
#include <warifu/keeping.h>

static int finish(lua_State *L, wf_error error, const char *place, const wf_system_error *reason) {
    char text[WF_SYSTEM_ERROR_TEXT_LEN];
    if (error == WF_OK) {
        lua_pushboolean(L, true);
        return 1;
    }
    wf_system_error_text(text, reason);
    return wfl_fail(L, error, lua_pushfstring(L, "%s%s%s", place, text[0] == '\0' ? "" : ": ", text));
}

static const char *optional_text(lua_State *L, int index, const char *name) {
    return lua_isnoneornil(L, index) ? NULL : wfl_text(L, index, name);
}

/* ---- pairings ---- */

enum { MOST_LISTED = WF_STORE_MOST_PAIRINGS };

typedef struct listing {
    size_t count;
    wf_stored_peer peers[MOST_LISTED];
} listing;

/* Collected first: what is pushed may jump, over an open store. */
static bool collect(void *context, const wf_stored_peer *peer) {
    listing *to = context;
    to->peers[to->count++] = *peer;
    return to->count < MOST_LISTED;
}

static void push_peer(lua_State *L, const wf_stored_peer *peer) {
    lua_createtable(L, 0, 6);
    wfl_set_boolean(L, "confirmed", peer->is_confirmed);
    if (peer->error != WF_OK) {
        wfl_set_text(L, "error", wf_error_row_of(peer->error)->name);
        return;
    }
    wfl_push_hex(L, wf_bytes_of(peer->number, sizeof peer->number));
    lua_setfield(L, -2, "number");
    wfl_push_hex(L, wf_bytes_of(peer->fingerprint, sizeof peer->fingerprint));
    lua_setfield(L, -2, "fingerprint");
    wfl_set_text(L, "role", peer->role == WF_ROLE_DEVICE ? "device" : "controller");
    wfl_push_address(L, &peer->address);
    lua_setfield(L, -2, "address");
}

/* peers(state) */
static int peers(lua_State *L) {
    const char *state = wfl_text(L, 1, "state");
    wf_system_error reason;
    listing *found = lua_newuserdatauv(L, sizeof *found, 0);
    found->count = 0;
    wf_error error = wf_keeping_peers(state, collect, found, &reason);
    if (error != WF_OK) {
        return finish(L, error, state, &reason);
    }
    lua_createtable(L, (int)found->count, 0);
    for (size_t i = 0; i < found->count; i++) {
        push_peer(L, &found->peers[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* forget(state, number) */
static int forget(lua_State *L) {
    uint8_t number[WF_NUMBER_LEN];
    wf_system_error reason;
    const char *state = wfl_text(L, 1, "state");
    wfl_number(number, L, 2, "number");
    return finish(L, wf_keeping_forget(state, number, &reason), state, &reason);
}

/* forget_damaged(state) */
static int forget_damaged(lua_State *L) {
    const char *state = wfl_text(L, 1, "state");
    wf_system_error reason;
    unsigned count;
    wf_error error = wf_keeping_forget_damaged(state, &count, &reason);
    if (error != WF_OK) {
        return finish(L, error, state, &reason);
    }
    lua_pushinteger(L, (lua_Integer)count);
    return 1;
}

/* reset(state) */
static int reset(lua_State *L) {
    const char *state = wfl_text(L, 1, "state");
    wf_system_error reason;
    return finish(L, wf_keeping_reset(state, &reason), state, &reason);
}

/* adopt(state) */
static int adopt(lua_State *L) {
    const char *state = wfl_text(L, 1, "state");
    wf_system_error reason;
    return finish(L, wf_keeping_adopt(state, &reason), state, &reason);
}

/* make(state): a directory, with those above it, if it is not there; fails while a node uses it. */
static int make(lua_State *L) {
    const char *state = wfl_text(L, 1, "state");
    wf_file_store store;
    wf_error error = wf_file_store_open(&store, state);
    wf_system_error reason = store.system_error;
    wf_file_store_close(&store);
    return finish(L, error, state, &reason);
}

/* ---- backups ---- */

static wf_backup_order read_order(lua_State *L, int index) {
    return (wf_backup_order){
        .passphrase = wfl_bytes(L, index, "passphrase"), .made = (int64_t)time(NULL), .entropy = wf_entropy_system()};
}

/* backup(state, file, passphrase, iterations, skip_damaged) */
static int backup(lua_State *L) {
    const char *state = wfl_text(L, 1, "state"), *file = wfl_text(L, 2, "file");
    wf_backup_order order = read_order(L, 3);
    wf_system_error reason;
    order.iterations = (uint32_t)wfl_integer(L, 4, "iterations", 0, WF_BACKUP_MOST_ITERATIONS);
    order.skips_damaged = lua_toboolean(L, 5);
    return finish(L, wf_keeping_backup(state, file, &order, &reason), state, &reason);
}

/* restore(state, file, passphrase, keep_old) */
static int restore(lua_State *L) {
    const char *state = wfl_text(L, 1, "state"), *file = wfl_text(L, 2, "file");
    wf_backup_order order = read_order(L, 3);
    wf_system_error reason;
    const char *old = optional_text(L, 4, "keep_old");
    return finish(L, wf_keeping_restore(state, file, old, &order, &reason), state, &reason);
}

void wfl_add_keeping(lua_State *L) {
    static const luaL_Reg functions[] = {{"peers", peers},     {"forget", forget}, {"forget_damaged", forget_damaged},
                                         {"reset", reset},     {"adopt", adopt},   {"backup", backup},
                                         {"restore", restore}, {"make", make},     {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "keeping");
}
