/* Identity: key, certificates, trusted roots. The key is shown to nobody but a file. */
#include "identity.h"
#include <errno.h>
#include <string.h>
#include <warifu/entropy.h>

wfl_identity_object *wfl_identity_object_new(lua_State *L) {
    wfl_identity_object *object = lua_newuserdatauv(L, sizeof *object, 0);
    memset(object, 0, sizeof *object);
    luaL_setmetatable(L, WFL_IDENTITY);
    return object;
}

wf_identity_file *wfl_identity_new(lua_State *L) {
    return &wfl_identity_object_new(L)->file;
}

void wfl_identity_opened(lua_State *L) {
    wfl_identity_object *object = luaL_checkudata(L, -1, WFL_IDENTITY);
    object->open = true;
}

/* A token may still sign for an endpoint, which keeps this object: it goes with it (collect_object). */
static int close_object(lua_State *L) {
    wfl_identity_object *object = lua_touserdata(L, 1);
    if (object->token == NULL) {
        wf_identity_file_wipe(&object->file);
    }
    object->open = false;
    return 0;
}

static int collect_object(lua_State *L) {
    wfl_identity_object *object = lua_touserdata(L, 1);
    wf_pkcs11_close(object->token);
    object->token = NULL;
    wf_identity_file_wipe(&object->file);
    object->open = false;
    return 0;
}

const wf_identity_file *wfl_identity(lua_State *L, int index, const char *name) {
    const wfl_identity_object *object = luaL_testudata(L, index, WFL_IDENTITY);
    if (object == NULL) {
        lua_pushfstring(L, "%s expected, got %s", WFL_IDENTITY, luaL_typename(L, index));
        wfl_misuse(L, name, lua_tostring(L, -1));
    } else if (!object->open) {
        wfl_misuse(L, name, "it is closed");
    }
    return &object->file;
}

static void copy_certificates(wf_bytes *views, uint8_t der[][WF_CERTIFICATE_LEN], const wf_bytes *from, size_t count) {
    for (size_t i = 0; i < count; i++) {
        memcpy(der[i], from[i].at, from[i].len);
        views[i] = wf_bytes_of(der[i], from[i].len);
    }
}

void wfl_identity_copy(wf_identity_file *out, const wf_identity *from) {
    const wf_p256_key *key = wf_signer_key(from->signer);
    if (key != NULL) {
        out->key = *key;
    }
    copy_certificates(out->chain, out->der, from->chain, from->chain_len);
    copy_certificates(out->anchors, out->der + WF_CHAIN_LEN, from->anchors, from->anchor_count);
    out->view = (wf_identity){.signer = key != NULL ? wf_signer_of(&out->key) : from->signer,
                              .chain = out->chain,
                              .chain_len = from->chain_len,
                              .anchors = out->anchors,
                              .anchor_count = from->anchor_count};
}

wf_bytes wfl_own_certificate(const wf_identity_file *file) {
    return file->view.chain_len > 0 ? file->chain[0] : file->anchors[0];
}

/* ---- files ---- */

static int fail_path(lua_State *L, wf_error error, const char *path, int number) {
    bool system = error == WF_ERROR_STORE && number != 0;
    return wfl_fail(L, error, lua_pushfstring(L, "%s%s%s", path, system ? ": " : "", system ? strerror(number) : ""));
}

/* load_identity(path) */
static int load(lua_State *L) {
    const char *path = wfl_text(L, 1, "path");
    wfl_identity_object *object = wfl_identity_object_new(L);
    errno = 0;
    wf_error error = wf_identity_file_load(&object->file, path);
    if (error != WF_OK) {
        return fail_path(L, error, path, errno);
    }
    object->open = true;
    return object->file.view.chain_len > 0 ? 1 : wfl_fail(L, WF_ERROR_CHAIN, "there is no chain");
}

/* save_identity(identity, path) */
static int save(lua_State *L) {
    const wf_identity_file *file = wfl_identity(L, 1, "self");
    const char *path = wfl_text(L, 2, "path");
    errno = 0;
    wf_error error = wf_identity_file_save(path, &file->view);
    if (error != WF_OK) {
        return fail_path(L, error, path, errno);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* random_number(source): FE, the maker code for experiments, 13 random bytes. */
static int random_number(lua_State *L) {
    static const uint8_t experimental[] = {0xFE, 0xFF, 0xFF, 0xFF};
    uint8_t number[WF_NUMBER_LEN];
    memcpy(number, experimental, sizeof experimental);
    wfl_source source;
    wf_error error = wfl_source_of(L, &source, 1);
    if (error == WF_OK) {
        error = source.entropy.fill(source.entropy.context, number + sizeof experimental,
                                    sizeof number - sizeof experimental);
    }
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    wfl_push_hex(L, wf_bytes_of(number, sizeof number));
    return 1;
}

/* number(text or bytes): the same in its usual form. */
static int number_text(lua_State *L) {
    uint8_t number[WF_NUMBER_LEN];
    wfl_number(number, L, 1, "number");
    wfl_push_hex(L, wf_bytes_of(number, sizeof number));
    return 1;
}

/* ---- showing ---- */

/* The fields of an identity: number, role, fingerprint, not_after. */
static int describe(lua_State *L) {
    const wf_identity_file *file = wfl_identity(L, 1, "identity");
    wf_certificate own;
    uint8_t fingerprint[WF_HASH_LEN];
    wf_error error = wf_certificate_parse(&own, wfl_own_certificate(file));
    if (error == WF_OK) {
        error = wf_certificate_fingerprint(fingerprint, own.der);
    }
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_createtable(L, 0, 4);
    wfl_set_text(L, "role", wfl_role_text(own.role));
    wfl_set_integer(L, "not_after", own.not_after);
    wfl_push_hex(L, wf_bytes_of(fingerprint, sizeof fingerprint));
    lua_setfield(L, -2, "fingerprint");
    if (own.has_number) {
        wfl_push_hex(L, wf_bytes_of(own.number, WF_NUMBER_LEN));
        lua_setfield(L, -2, "number");
    }
    return 1;
}

static int identity_tostring(lua_State *L) {
    const wfl_identity_object *object = luaL_checkudata(L, 1, WFL_IDENTITY);
    wf_certificate own;
    if (!object->open || wf_certificate_parse(&own, wfl_own_certificate(&object->file)) != WF_OK) {
        lua_pushliteral(L, "warifu.Identity (closed)");
        return 1;
    }
    const char *role = wfl_role_text(own.role);
    wfl_push_hex(L, wf_bytes_of(own.number, own.has_number ? WF_NUMBER_LEN : 0));
    lua_pushfstring(L, "warifu.Identity (%s %s)", role == NULL ? "no role" : role, lua_tostring(L, -1));
    return 1;
}

void wfl_add_identity(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"load_identity", load},
        {"save_identity", save},
        {"describe_identity", describe},
        {"random_number", random_number},
        {"number", number_text},

        {NULL, NULL},
    };
    wfl_add_type(L, WFL_IDENTITY, "identity_type", close_object, identity_tostring);
    lua_getfield(L, -1, "identity_type");
    lua_pushcfunction(L, collect_object);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
