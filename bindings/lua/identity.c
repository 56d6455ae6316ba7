/* Identity (key, certificates, trusted roots) and Authority (a demo CA). Keys are shown to nobody but a file. */
#include "binding.h"
#include <errno.h>
#include <string.h>
#include <warifu/clock.h>

#define WFL_AUTHORITY "warifu.Authority"

enum { DAY = 86400, CLOCK_SKEW = 3600, YEARS_100 = 36500 };

typedef struct identity_object {
    bool open;
    wf_identity_file file;
} identity_object;

/* Created closed, so that __gc is right at every moment. */
static identity_object *new_object(lua_State *L, const char *type) {
    identity_object *object = lua_newuserdatauv(L, sizeof *object, 0);
    memset(object, 0, sizeof *object);
    luaL_setmetatable(L, type);
    return object;
}

static int close_object(lua_State *L) {
    identity_object *object = lua_touserdata(L, 1);
    wf_identity_file_wipe(&object->file);
    object->open = false;
    return 0;
}

static identity_object *check_object(lua_State *L, int index, const char *name, const char *type) {
    identity_object *object = luaL_testudata(L, index, type);
    if (object == NULL) {
        lua_pushfstring(L, "%s expected, got %s", type, luaL_typename(L, index));
        wfl_misuse(L, name, lua_tostring(L, -1));
    } else if (!object->open) {
        wfl_misuse(L, name, "it is closed");
    }
    return object;
}

const wf_identity_file *wfl_identity(lua_State *L, int index, const char *name) {
    return &check_object(L, index, name, WFL_IDENTITY)->file;
}

static void copy_certificates(wf_bytes *views, uint8_t der[][WF_CERTIFICATE_LEN], const wf_bytes *from, size_t count) {
    for (size_t i = 0; i < count; i++) {
        memcpy(der[i], from[i].at, from[i].len);
        views[i] = wf_bytes_of(der[i], from[i].len);
    }
}

void wfl_identity_copy(wf_identity_file *out, const wf_identity *from) {
    out->key = *wf_signer_key(from->signer);
    copy_certificates(out->chain, out->der, from->chain, from->chain_len);
    copy_certificates(out->anchors, out->der + WF_CHAIN_LEN, from->anchors, from->anchor_count);
    out->view = (wf_identity){.signer = wf_signer_of(&out->key),
                              .chain = out->chain,
                              .chain_len = from->chain_len,
                              .anchors = out->anchors,
                              .anchor_count = from->anchor_count};
}

/* The end certificate, or an authority's root. */
static wf_bytes own_certificate(const wf_identity_file *file) {
    return file->view.chain_len > 0 ? file->chain[0] : file->anchors[0];
}

/* ---- files ---- */

static int fail_path(lua_State *L, wf_error error, const char *path, int number) {
    bool system = error == WF_ERROR_STORE && number != 0;
    return wfl_fail(L, error, lua_pushfstring(L, "%s%s%s", path, system ? ": " : "", system ? strerror(number) : ""));
}

static int load(lua_State *L, const char *type) {
    const char *path = wfl_text(L, 1, "path");
    bool authority = strcmp(type, WFL_AUTHORITY) == 0;
    identity_object *object = new_object(L, type);
    errno = 0;
    wf_error error = wf_identity_file_load(&object->file, path);
    if (error != WF_OK) {
        return fail_path(L, error, path, errno);
    }
    object->open = true;
    if (authority != (object->file.view.chain_len == 0)) {
        return wfl_fail(L, WF_ERROR_CHAIN, authority ? "an authority has its root and no chain" : "there is no chain");
    }
    return 1;
}

static int load_identity(lua_State *L) {
    return load(L, WFL_IDENTITY);
}

static int load_authority(lua_State *L) {
    return load(L, WFL_AUTHORITY);
}

static int save(lua_State *L, const char *type) {
    const identity_object *object = check_object(L, 1, "self", type);
    const char *path = wfl_text(L, 2, "path");
    errno = 0;
    wf_error error = wf_identity_file_save(path, &object->file.view);
    if (error != WF_OK) {
        return fail_path(L, error, path, errno);
    }
    lua_pushboolean(L, true);
    return 1;
}

static int save_identity(lua_State *L) {
    return save(L, WFL_IDENTITY);
}

static int save_authority(lua_State *L) {
    return save(L, WFL_AUTHORITY);
}

/* ---- making ---- */

/* What both kinds of certificates need while they are made. */
typedef struct maker {
    wf_drbg drbg;
    wf_certificate_order order;
} maker;

static wf_error begin(maker *m, const wfl_source *source, wf_p256_key *key, const char *name, lua_Integer days,
                      wf_bytes long_term) {
    wf_error error = wf_drbg_start(&m->drbg, source->entropy, long_term, wf_bytes_of(NULL, 0));
    if (error == WF_OK) {
        error = wf_p256_generate(key, &m->drbg);
    }
    m->order = (wf_certificate_order){.common_name = name, .public_key = key->public_key};
    m->order.not_before = source->date - CLOCK_SKEW; /* for those whose clock is a little late */
    m->order.not_after = source->date + (int64_t)days * DAY;
    if (error == WF_OK) {
        error = wf_drbg_bytes(&m->drbg, m->order.serial, sizeof m->order.serial);
    }
    m->order.serial[0] = (uint8_t)((m->order.serial[0] & 0x7F) | 0x40); /* positive and of one length */
    return error;
}

static wf_error issue_into(wf_bytes *out, uint8_t der[static WF_CERTIFICATE_LEN], maker *m,
                           const wf_certificate *issuer, const wf_p256_key *key) {
    wf_writer writer = wf_writer_of(der, WF_CERTIFICATE_LEN);
    wf_error error = wf_certificate_issue(&writer, &m->order, issuer, wf_signer_of(key), &m->drbg);
    *out = wf_bytes_of(der, writer.len);
    return error;
}

static wf_error make_root(wf_identity_file *out, const wfl_source *source, const char *name, lua_Integer days) {
    maker m = {0};
    wf_error error = begin(&m, source, &out->key, name, days, wf_bytes_of(NULL, 0));
    if (error == WF_OK) {
        m.order.is_ca = true;
        m.order.path_len = 0;
        error = issue_into(&out->anchors[0], out->der[WF_CHAIN_LEN], &m, NULL, &out->key);
    }
    out->view = (wf_identity){
        .signer = wf_signer_of(&out->key), .chain = out->chain, .anchors = out->anchors, .anchor_count = 1};
    wf_drbg_wipe(&m.drbg);
    return error;
}

static wf_error make_end(wf_identity_file *out, const wfl_source *source, const wf_identity_file *authority,
                         const char *name, lua_Integer days, wf_role role, const uint8_t number[static WF_NUMBER_LEN]) {
    maker m = {0};
    wf_certificate issuer;
    wf_identity view = authority->view;
    wf_bytes root = authority->anchors[0];
    wf_error error = wf_certificate_parse(&issuer, root);
    if (error == WF_OK) {
        error = begin(&m, source, &out->key, name, days, wf_bytes_of(authority->key.private_key, WF_P256_PRIVATE_LEN));
    }
    if (error == WF_OK) {
        m.order.role = role;
        m.order.number = number;
        error = issue_into(&out->chain[0], out->der[0], &m, &issuer, &authority->key);
    }
    copy_certificates(out->anchors, out->der + WF_CHAIN_LEN, view.anchors, view.anchor_count);
    out->view = (wf_identity){.signer = wf_signer_of(&out->key),
                              .chain = out->chain,
                              .chain_len = 1,
                              .anchors = out->anchors,
                              .anchor_count = view.anchor_count};
    wf_drbg_wipe(&m.drbg);
    return error;
}

/* create(name, days, source) */
static int create(lua_State *L) {
    const char *name = wfl_text(L, 1, "name");
    lua_Integer days = wfl_integer(L, 2, "days", 1, YEARS_100);
    wfl_source source;
    wf_error error = wfl_source_of(L, &source, 3);
    identity_object *object = new_object(L, WFL_AUTHORITY);
    if (error == WF_OK) {
        error = make_root(&object->file, &source, name, days);
    }
    if (error != WF_OK) {
        return wfl_fail(L, error, name);
    }
    object->open = true;
    return 1;
}

static wf_role check_role(lua_State *L, int index) {
    static const char *const names[] = {"device", "controller", NULL};
    static const wf_role roles[] = {WF_ROLE_DEVICE, WF_ROLE_CONTROLLER};
    const char *text = wfl_text(L, index, "role");
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0) {
            return roles[i];
        }
    }
    wfl_misuse(L, "role", "it is neither \"device\" nor \"controller\"");
    return WF_ROLE_NONE;
}

/* issue(authority, role, number, name, days, source) */
static int issue(lua_State *L) {
    const identity_object *authority = check_object(L, 1, "self", WFL_AUTHORITY);
    wf_role role = check_role(L, 2);
    uint8_t number[WF_NUMBER_LEN];
    wfl_number(number, L, 3, "number");
    const char *name = wfl_text(L, 4, "name");
    lua_Integer days = wfl_integer(L, 5, "days", 1, YEARS_100);
    wfl_source source;
    wf_error error = wfl_source_of(L, &source, 6);
    identity_object *object = new_object(L, WFL_IDENTITY);
    if (error == WF_OK) {
        error = make_end(&object->file, &source, &authority->file, name, days, role, number);
    }
    if (error != WF_OK) {
        return wfl_fail(L, error, name);
    }
    object->open = true;
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
    wf_error error = wf_certificate_parse(&own, own_certificate(file));
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
    const identity_object *object = luaL_checkudata(L, 1, WFL_IDENTITY);
    wf_certificate own;
    if (!object->open || wf_certificate_parse(&own, own_certificate(&object->file)) != WF_OK) {
        lua_pushliteral(L, "warifu.Identity (closed)");
        return 1;
    }
    const char *role = wfl_role_text(own.role);
    wfl_push_hex(L, wf_bytes_of(own.number, own.has_number ? WF_NUMBER_LEN : 0));
    lua_pushfstring(L, "warifu.Identity (%s %s)", role == NULL ? "no role" : role, lua_tostring(L, -1));
    return 1;
}

static int authority_tostring(lua_State *L) {
    const identity_object *object = luaL_checkudata(L, 1, WFL_AUTHORITY);
    lua_pushstring(L, object->open ? "warifu.Authority" : "warifu.Authority (closed)");
    return 1;
}

/* Leaves the type's metatable in the table on top as `field`: the Lua part puts its own __index there. */
static void add_type(lua_State *L, const char *type, const char *field, lua_CFunction to_string) {
    luaL_newmetatable(L, type);
    lua_pushcfunction(L, close_object);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, close_object);
    lua_setfield(L, -2, "__close");
    lua_pushcfunction(L, to_string);
    lua_setfield(L, -2, "__tostring");
    wfl_set_text(L, "__metatable", type);
    lua_setfield(L, -2, field);
}

void wfl_add_identity(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"load_identity", load_identity}, {"load_authority", load_authority},
        {"save_identity", save_identity}, {"save_authority", save_authority},
        {"create_authority", create},     {"issue", issue},
        {"describe_identity", describe},  {"random_number", random_number},
        {"number", number_text},          {NULL, NULL},
    };
    add_type(L, WFL_IDENTITY, "identity_type", identity_tostring);
    add_type(L, WFL_AUTHORITY, "authority_type", authority_tostring);
    luaL_setfuncs(L, functions, 0);
}
