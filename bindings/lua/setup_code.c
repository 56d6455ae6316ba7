/* SetupCode: what a device's label says. Its secret is shown by text and qr and by nothing else. */
#include "binding.h"
#include <errno.h>
#include <string.h>
#include <warifu/qr.h>
#include <warifu/setup_code_file.h>

#define WFL_SETUP_CODE "warifu.SetupCode"

typedef struct code_object {
    bool open;
    wf_setup_code code;
} code_object;

/* Created closed, so that __gc is right at every moment. */
static code_object *new_object(lua_State *L) {
    code_object *object = lua_newuserdatauv(L, sizeof *object, 0);
    memset(object, 0, sizeof *object);
    luaL_setmetatable(L, WFL_SETUP_CODE);
    return object;
}

static int close_object(lua_State *L) {
    code_object *object = lua_touserdata(L, 1);
    wf_setup_code_wipe(&object->code);
    object->open = false;
    return 0;
}

const wf_setup_code *wfl_setup_code(lua_State *L, int index, const char *name) {
    const code_object *object = luaL_testudata(L, index, WFL_SETUP_CODE);
    if (object == NULL) {
        lua_pushfstring(L, "%s expected, got %s", WFL_SETUP_CODE, luaL_typename(L, index));
        wfl_misuse(L, name, lua_tostring(L, -1));
    } else if (!object->open) {
        wfl_misuse(L, name, "it is closed");
    }
    return &object->code;
}

static const wf_setup_code *check_code(lua_State *L) {
    return wfl_setup_code(L, 1, "self");
}

/* parse(text) */
static int parse(lua_State *L) {
    wf_bytes text = wfl_bytes(L, 1, "text");
    char said[WF_SETUP_CODE_SAYING_LEN];
    wf_setup_code_fault fault;
    code_object *object = new_object(L);
    wf_error error = wf_setup_code_parse(&object->code, (const char *)text.at, text.len, &fault);
    if (error != WF_OK) {
        wf_setup_code_say(said, &fault);
        return wfl_fail(L, error, said);
    }
    object->open = true;
    return 1;
}

/* make(identity) */
static int make(lua_State *L) {
    const wf_identity_file *identity = wfl_identity(L, 1, "identity");
    wf_drbg drbg;
    wf_bytes none = wf_bytes_of(NULL, 0);
    code_object *object = new_object(L);
    wf_error error = wf_drbg_start(&drbg, wf_entropy_system(), none, none);
    if (error == WF_OK) {
        error = wf_setup_code_make(&object->code, identity->view.signer.public_key, &drbg);
    }
    wf_drbg_wipe(&drbg);
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    object->open = true;
    return 1;
}

static int fail_path(lua_State *L, wf_error error, int number, const char *path) {
    bool system = error == WF_ERROR_STORE && number != 0;
    return wfl_fail(L, error, lua_pushfstring(L, "%s%s%s", path, system ? ": " : "", system ? strerror(number) : ""));
}

/* load(path), or load(path, identity): then it is made where there is none */
static int load(lua_State *L) {
    const char *path = wfl_text(L, 1, "path");
    const wf_identity_file *identity = lua_isnoneornil(L, 2) ? NULL : wfl_identity(L, 2, "identity");
    code_object *object = new_object(L);
    errno = 0;
    wf_error error = identity == NULL ? wf_setup_code_file_load(&object->code, path)
                                      : wf_setup_code_file_load_or_make(
                                            &object->code, path, identity->view.signer.public_key, wf_entropy_system());
    if (error != WF_OK) {
        return fail_path(L, error, errno, path);
    }
    object->open = true;
    return 1;
}

/* save(code, path) */
static int save(lua_State *L) {
    const wf_setup_code *code = check_code(L);
    const char *path = wfl_text(L, 2, "path");
    errno = 0;
    wf_error error = wf_setup_code_file_save(path, code);
    if (error != WF_OK) {
        return fail_path(L, error, errno, path);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* text(code, grouped) */
static int text_of(lua_State *L) {
    const wf_setup_code *code = check_code(L);
    char text[WF_SETUP_CODE_GROUPED_LEN + 1];
    if (lua_toboolean(L, 2)) {
        wf_setup_code_write_grouped(text, code);
    } else {
        wf_setup_code_write(text, code);
    }
    lua_pushstring(L, text);
    wf_wipe(text, sizeof text);
    return 1;
}

/* qr(code, ascii, invert) */
static int qr_of(lua_State *L) {
    const wf_setup_code *code = check_code(L);
    unsigned flags = (lua_toboolean(L, 2) ? WF_QR_ASCII : 0u) | (lua_toboolean(L, 3) ? WF_QR_INVERT : 0u);
    char text[WF_SETUP_CODE_TEXT_LEN + 1], *drawing = NULL;
    wf_setup_code_write(text, code);
    wf_error error = wf_qr_draw(&drawing, text, flags);
    wf_wipe(text, sizeof text);
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_pushstring(L, drawing);
    wf_qr_free(drawing);
    return 1;
}

/* belongs_to(code, identity) */
static int belongs_to(lua_State *L) {
    const wf_setup_code *code = check_code(L);
    wf_error error = wf_setup_code_check_key(code, wfl_identity(L, 2, "identity")->view.signer.public_key);
    if (error != WF_OK && error != WF_ERROR_WRONG_DEVICE) {
        return wfl_fail(L, error, NULL);
    }
    lua_pushboolean(L, error == WF_OK);
    return 1;
}

static int fingerprint(lua_State *L) {
    const wf_setup_code *code = check_code(L);
    wfl_push_hex(L, wf_bytes_of(code->spki_hash, sizeof code->spki_hash));
    return 1;
}

static int is_equal(lua_State *L) {
    const code_object *a = luaL_testudata(L, 1, WFL_SETUP_CODE), *b = luaL_testudata(L, 2, WFL_SETUP_CODE);
    bool both = a != NULL && b != NULL && a->open && b->open;
    lua_pushboolean(L, both && wf_equal_secret(a->code.spki_hash, b->code.spki_hash, sizeof a->code.spki_hash) &&
                           wf_equal_secret(a->code.secret, b->code.secret, sizeof a->code.secret));
    return 1;
}

static int to_string(lua_State *L) {
    const code_object *object = luaL_checkudata(L, 1, WFL_SETUP_CODE);
    if (!object->open) {
        lua_pushliteral(L, "warifu.SetupCode (closed)");
        return 1;
    }
    wfl_push_hex(L, wf_bytes_of(object->code.spki_hash, 8));
    lua_pushfstring(L, "warifu.SetupCode (key %s...)", lua_tostring(L, -1));
    return 1;
}

void wfl_add_setup_code(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"parse_setup_code", parse},
        {"make_setup_code", make},
        {"load_setup_code", load},
        {"save_setup_code", save},
        {"setup_code_text", text_of},
        {"setup_code_qr", qr_of},
        {"setup_code_belongs", belongs_to},
        {"setup_code_fingerprint", fingerprint},
        {NULL, NULL},
    };
    static const luaL_Reg meta[] = {
        {"__gc", close_object}, {"__close", close_object}, {"__eq", is_equal}, {"__tostring", to_string}, {NULL, NULL},
    };
    luaL_newmetatable(L, WFL_SETUP_CODE);
    luaL_setfuncs(L, meta, 0);
    wfl_set_text(L, "__metatable", WFL_SETUP_CODE);
    lua_setfield(L, -2, "setup_code_type");
    luaL_setfuncs(L, functions, 0);
}
