/* Authority: a root, CAs, what they issued and revoked, in a folder or in memory. Thin over <warifu/authority.h>. */
#include "binding.h"
#include <string.h>
#include <warifu/authority.h>

#define WFL_AUTHORITY "warifu.Authority"

enum { DAY = 86400, CLOCK_SKEW = 3600, YEARS_100 = 36500, PEM_LEN = 16384 };

typedef struct authority_object {
    wf_authority *authority; /* NULL: closed */
} authority_object;

/* Created closed, so that __gc is right at every moment. Its user value keeps whom the randomness comes from. */
static authority_object *new_object(lua_State *L, int source) {
    authority_object *object = lua_newuserdatauv(L, sizeof *object, 1);
    memset(object, 0, sizeof *object);
    luaL_setmetatable(L, WFL_AUTHORITY);
    if (source != 0) {
        lua_pushvalue(L, source);
        lua_setiuservalue(L, -2, 1);
    }
    return object;
}

static int close_object(lua_State *L) {
    authority_object *object = luaL_checkudata(L, 1, WFL_AUTHORITY);
    wf_authority_close(object->authority);
    object->authority = NULL;
    return 0;
}

static wf_authority *check_authority(lua_State *L) {
    const authority_object *object = luaL_testudata(L, 1, WFL_AUTHORITY);
    if (object == NULL) {
        lua_pushfstring(L, "%s expected, got %s", WFL_AUTHORITY, luaL_typename(L, 1));
        wfl_misuse(L, "self", lua_tostring(L, -1));
        return NULL;
    }
    if (object->authority == NULL) {
        wfl_misuse(L, "self", "it is closed");
    }
    return object->authority;
}

static int fail(lua_State *L, const wf_authority *authority, wf_error error, const char *otherwise) {
    const char *text = wf_authority_text(authority);
    return wfl_fail(L, error, text[0] != '\0' ? text : otherwise);
}

/* ---- arguments ---- */

typedef struct period {
    int64_t date, not_before, not_after;
} period;

/* days and the source at `index` and after it */
static wf_error check_period(lua_State *L, period *out, int index) {
    wfl_source source;
    lua_Integer days = wfl_integer(L, index, "days", 1, YEARS_100);
    wf_error error = wfl_source_of(L, &source, index + 1);
    out->date = source.date;
    out->not_before = source.date - CLOCK_SKEW; /* for those whose clock is a little late */
    out->not_after = source.date + (int64_t)days * DAY;
    return error;
}

static int check_word(lua_State *L, int index, const char *name, const char *const *words, size_t count,
                      const char *problem) {
    const char *text = wfl_text(L, index, name);
    for (size_t i = 0; i < count; i++) {
        if (words[i][0] != '\0' && strcmp(text, words[i]) == 0) {
            return (int)i;
        }
    }
    return wfl_misuse(L, name, problem);
}

static const char *const kinds[WF_CA_COUNT] = {"root", "issuing", "devices", "controllers"};

static wf_authority_ca check_kind(lua_State *L, int index) {
    return (wf_authority_ca)check_word(L, index, "kind", kinds, WF_CA_COUNT,
                                       "it is not \"root\", \"issuing\", \"devices\" or \"controllers\"");
}

static wf_role check_role(lua_State *L, int index) {
    static const char *const roles[] = {"", "device", "controller"};
    return (wf_role)check_word(L, index, "role", roles, 3, "it is neither \"device\" nor \"controller\"");
}

static const char *const reasons[] = {
    [WF_CRL_UNSPECIFIED] = "unspecified",
    [WF_CRL_KEY_COMPROMISE] = "key_compromise",
    [WF_CRL_CA_COMPROMISE] = "ca_compromise",
    [WF_CRL_AFFILIATION_CHANGED] = "affiliation_changed",
    [WF_CRL_SUPERSEDED] = "superseded",
    [WF_CRL_CESSATION] = "cessation",
    [WF_CRL_ON_HOLD] = "",
    [7] = "",
    [8] = "",
    [WF_CRL_PRIVILEGE_WITHDRAWN] = "privilege_withdrawn",
    [WF_CRL_AA_COMPROMISE] = "aa_compromise",
};

/* A serial number in hexadecimal, or an identity's. */
static void check_serial(lua_State *L, uint8_t out[static WF_SERIAL_LEN], int index) {
    memset(out, 0, WF_SERIAL_LEN);
    if (lua_isuserdata(L, index)) {
        const wf_identity_file *file = wfl_identity(L, index, "what");
        wf_certificate own;
        if (wf_certificate_parse(&own, file->chain[0]) == WF_OK) {
            memcpy(out + WF_SERIAL_LEN - own.serial.len, own.serial.at, own.serial.len);
        }
        return;
    }
    const char *text = wfl_text(L, index, "what");
    size_t len = strlen(text) / 2;
    if (len > WF_SERIAL_LEN || !wfl_unhex(out + WF_SERIAL_LEN - len, len, text)) {
        wfl_misuse(L, "what", "an identity or a serial number in hexadecimal digits expected");
    }
}

/* ---- making and opening ---- */

/* create(name, folder or nil, days, source) */
static int create(lua_State *L) {
    const char *name = wfl_text(L, 1, "name");
    const char *folder = lua_isnil(L, 2) ? NULL : wfl_text(L, 2, "folder");
    char text[WF_AUTHORITY_TEXT_LEN];
    period p;
    wfl_source source;
    lua_settop(L, 4);
    wf_error error = check_period(L, &p, 3);
    if (error == WF_OK) {
        error = wfl_source_of(L, &source, 4);
    }
    authority_object *object = new_object(L, 4);
    text[0] = '\0';
    if (error == WF_OK) {
        error = wf_authority_create(&object->authority, text, folder, name, p.not_before, p.not_after, source.entropy);
    }
    return error == WF_OK ? 1 : wfl_fail(L, error, text[0] != '\0' ? text : name);
}

/* open(folder) */
static int open_folder(lua_State *L) {
    const char *folder = wfl_text(L, 1, "folder");
    char text[WF_AUTHORITY_TEXT_LEN];
    wfl_source source;
    lua_settop(L, 1);
    wf_error error = wfl_source_of(L, &source, 2);
    authority_object *object = new_object(L, 0);
    text[0] = '\0';
    if (error == WF_OK) {
        error = wf_authority_open(&object->authority, text, folder, source.entropy);
    }
    return error == WF_OK ? 1 : wfl_fail(L, error, text[0] != '\0' ? text : folder);
}

/* add_ca(authority, kind, name, days, source) */
static int add_ca(lua_State *L) {
    wf_authority *authority = check_authority(L);
    wf_authority_ca which = check_kind(L, 2);
    const char *name = wfl_text(L, 3, "name");
    period p;
    wf_error error = check_period(L, &p, 4);
    if (error == WF_OK) {
        error = wf_authority_add_ca(authority, which, name, p.not_before, p.not_after);
    }
    if (error != WF_OK) {
        return fail(L, authority, error, name);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* certificate(authority, kind): DER or nil */
static int certificate(lua_State *L) {
    wf_bytes der = wf_authority_certificate(check_authority(L), check_kind(L, 2));
    if (der.len == 0) {
        lua_pushnil(L);
    } else {
        wfl_push_bytes(L, der);
    }
    return 1;
}

/* ---- issuing ---- */

static int push_certificates(lua_State *L, const wf_identity_file *file) {
    luaL_Buffer buffer;
    uint8_t *text = (uint8_t *)luaL_buffinitsize(L, &buffer, PEM_LEN);
    wf_writer writer = wf_writer_of(text, PEM_LEN);
    wf_error error = wf_identity_pem_write_public(&writer, &file->view);
    luaL_pushresultsize(&buffer, writer.len);
    return error == WF_OK ? 1 : wfl_fail(L, error, NULL);
}

/* issue(authority, role, number, name, days, source) */
static int issue(lua_State *L) {
    wf_authority *authority = check_authority(L);
    uint8_t number[WF_NUMBER_LEN];
    wf_authority_order order = {.role = check_role(L, 2), .number = number};
    wfl_number(number, L, 3, "number");
    order.common_name = wfl_text(L, 4, "name");
    period p;
    wf_error error = check_period(L, &p, 5);
    order.not_before = p.not_before;
    order.not_after = p.not_after;
    wf_identity_file *file = wfl_identity_new(L);
    if (error == WF_OK) {
        error = wf_authority_issue(authority, file, &order);
    }
    if (error != WF_OK) {
        return fail(L, authority, error, order.common_name);
    }
    wfl_identity_opened(L);
    return 1;
}

/* sign(authority, request, role or nil, number or nil, name or nil, days) */
static int sign(lua_State *L) {
    wf_authority *authority = check_authority(L);
    wf_bytes request = wfl_bytes(L, 2, "request");
    uint8_t number[WF_NUMBER_LEN];
    wf_authority_order order = {.role = lua_isnil(L, 3) ? WF_ROLE_NONE : check_role(L, 3)};
    if (!lua_isnil(L, 4)) {
        wfl_number(number, L, 4, "number");
        order.number = number;
    }
    order.common_name = lua_isnil(L, 5) ? NULL : wfl_text(L, 5, "name");
    period p;
    wf_identity_file file;
    lua_settop(L, 6);
    wf_error error = check_period(L, &p, 6);
    order.not_before = p.not_before;
    order.not_after = p.not_after;
    if (error == WF_OK) {
        error = wf_authority_sign(authority, &file, request, &order);
    }
    return error == WF_OK ? push_certificates(L, &file) : fail(L, authority, error, NULL);
}

/* renew(authority, identity or serial, request or nil, days) */
static int renew(lua_State *L) {
    wf_authority *authority = check_authority(L);
    uint8_t serial[WF_SERIAL_LEN];
    const wf_identity_file *old = lua_isuserdata(L, 2) ? wfl_identity(L, 2, "what") : NULL;
    wf_bytes request = lua_isnil(L, 3) ? wf_bytes_of(NULL, 0) : wfl_bytes(L, 3, "request");
    period p;
    check_serial(L, serial, 2);
    lua_settop(L, 4);
    wf_error error = check_period(L, &p, 4);
    wf_identity_file *file = wfl_identity_new(L);
    if (error == WF_OK) {
        error = wf_authority_renew(authority, file, serial, request, p.not_before, p.not_after);
    }
    if (error != WF_OK) {
        return fail(L, authority, error, NULL);
    }
    if (old == NULL || request.len > 0) {
        return push_certificates(L, file);
    }
    file->key = old->key;
    file->view.signer = wf_signer_of(&file->key);
    wfl_identity_opened(L);
    return 1;
}

/* ---- revocation ---- */

/* revoke(authority, identity or serial, reason) */
static int revoke_one(lua_State *L) {
    wf_authority *authority = check_authority(L);
    uint8_t serial[WF_SERIAL_LEN];
    wfl_source source;
    check_serial(L, serial, 2);
    int reason =
        check_word(L, 3, "reason", reasons, sizeof reasons / sizeof reasons[0], "there is no such reason to revoke");
    lua_settop(L, 3);
    wf_error error = wfl_source_of(L, &source, 4);
    if (error == WF_OK) {
        error = wf_authority_revoke(authority, serial, (wf_crl_reason)reason, source.date);
    }
    if (error != WF_OK) {
        return fail(L, authority, error, NULL);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* publish(authority, kind, days): DER */
static int publish(lua_State *L) {
    wf_authority *authority = check_authority(L);
    wf_authority_ca which = check_kind(L, 2);
    period p;
    wf_bytes der;
    lua_settop(L, 3);
    wf_error error = check_period(L, &p, 3);
    if (error == WF_OK) {
        error = wf_authority_publish(authority, &der, which, p.not_before, p.not_after);
    }
    if (error != WF_OK) {
        return fail(L, authority, error, NULL);
    }
    wfl_push_bytes(L, der);
    return 1;
}

static void push_entry(lua_State *L, const wf_authority_entry *entry) {
    const wf_certificate *c = &entry->certificate;
    lua_createtable(L, 0, 8);
    wfl_push_hex(L, c->serial);
    lua_setfield(L, -2, "serial");
    wfl_push_bytes(L, c->der);
    lua_setfield(L, -2, "certificate");
    wfl_set_text(L, "issuer", kinds[entry->issuer]);
    wfl_set_text(L, "role", wfl_role_text(c->role));
    wfl_set_integer(L, "not_after", c->not_after);
    if (c->has_number) {
        wfl_push_hex(L, wf_bytes_of(c->number, WF_NUMBER_LEN));
        lua_setfield(L, -2, "number");
    }
    if (entry->revoked) {
        wfl_set_integer(L, "revoked", entry->revoked_at);
        wfl_set_text(L, "reason", reasons[entry->reason]);
    }
}

/* issued(authority): a list, the oldest first */
static int issued(lua_State *L) {
    const wf_authority *authority = check_authority(L);
    size_t count = wf_authority_count(authority);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        wf_authority_entry entry;
        wf_error error = wf_authority_at(authority, &entry, i);
        if (error != WF_OK) {
            return wfl_fail(L, error, NULL);
        }
        push_entry(L, &entry);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int to_string(lua_State *L) {
    const authority_object *object = luaL_checkudata(L, 1, WFL_AUTHORITY);
    lua_pushstring(L, object->authority != NULL ? "warifu.Authority" : "warifu.Authority (closed)");
    return 1;
}

void wfl_add_authority(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"authority_create", create},
        {"authority_open", open_folder},
        {"authority_close", close_object},
        {"authority_add_ca", add_ca},
        {"authority_certificate", certificate},
        {"authority_issue", issue},
        {"authority_sign", sign},
        {"authority_renew", renew},
        {"authority_revoke", revoke_one},
        {"authority_publish", publish},
        {"authority_issued", issued},
        {NULL, NULL},
    };
    wfl_add_type(L, WFL_AUTHORITY, "authority_type", close_object, to_string);
    luaL_setfuncs(L, functions, 0);
}
