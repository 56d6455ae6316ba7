/* Identities as PEM text, and the certificates in them. */
#include "binding.h"

enum { TEXT = 16384 };

/* identity_parse(text) */
static int parse(lua_State *L) {
    wf_bytes text = wfl_bytes(L, 1, "text");
    wf_identity_file *file = wfl_identity_new(L);
    wf_error error = wf_identity_pem_read(file, text);
    if (error == WF_OK && file->view.chain_len == 0) {
        error = WF_ERROR_CHAIN;
    }
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    wfl_identity_opened(L);
    return 1;
}

/* identity_pem(identity, with its key) */
static int pem(lua_State *L) {
    const wf_identity *identity = &wfl_identity(L, 1, "self")->view;
    void *room = lua_newuserdatauv(L, TEXT, 0);
    wf_writer out = wf_writer_of(room, TEXT);
    wf_error error =
        lua_toboolean(L, 2) ? wf_identity_pem_write(&out, identity) : wf_identity_pem_write_public(&out, identity);
    if (error == WF_OK) {
        lua_pushlstring(L, room, out.len);
    }
    wf_wipe(room, TEXT);
    return error == WF_OK ? 1 : wfl_fail(L, error, NULL);
}

static void push_list(lua_State *L, const wf_bytes *certificates, size_t count) {
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        wfl_push_bytes(L, certificates[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
}

/* identity_certificates(identity): the chain and the trusted roots, lists of DER */
static int certificates(lua_State *L) {
    const wf_identity *identity = &wfl_identity(L, 1, "self")->view;
    push_list(L, identity->chain, identity->chain_len);
    push_list(L, identity->anchors, identity->anchor_count);
    return 2;
}

void wfl_add_identity_text(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"identity_parse", parse}, {"identity_pem", pem}, {"identity_certificates", certificates}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
