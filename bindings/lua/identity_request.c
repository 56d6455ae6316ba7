/* Requests for certificates, and what becomes of them: keys in memory and in tokens. */
#include "identity.h"
#include <string.h>
#include <warifu/csr.h>
#include <warifu/entropy.h>

enum { REQUEST_LEN = 1024 };

/* ---- tokens ---- */

/* {module=, token=, key=, pin=} at `index`; the texts stay with the table. */
static wf_pkcs11_place check_place(lua_State *L, int index) {
    static const char *const names[] = {"module", "token", "key", "pin"};
    const char *texts[4] = {NULL};
    for (int i = 0; i < 4; i++) {
        lua_getfield(L, index, names[i]);
        texts[i] = i > 0 && lua_isnil(L, -1) ? NULL : wfl_text(L, lua_gettop(L), names[i]);
        lua_pop(L, 1);
    }
    return (wf_pkcs11_place){.module = texts[0], .token = texts[1], .key = texts[2], .pin = texts[3]};
}

/* token_identity(certificates, place) */
static int token_identity(lua_State *L) {
    wf_bytes text = wfl_bytes(L, 1, "certificates");
    const wf_pkcs11_place place = check_place(L, 2);
    char said[WF_PKCS11_TEXT_LEN] = "";
    wf_certificate own;
    wfl_identity_object *object = wfl_identity_object_new(L);
    wf_error error = wf_identity_pem_read_public(&object->file, text);
    if (error == WF_OK) {
        error = wf_certificate_parse(&own, wfl_own_certificate(&object->file));
    }
    if (error == WF_OK) {
        error = wf_pkcs11_open(&object->token, said, &place);
    }
    if (error == WF_OK) {
        object->file.view.signer = wf_pkcs11_signer(object->token);
        bool same = memcmp(own.public_key, object->file.view.signer.public_key, sizeof own.public_key) == 0;
        error = same ? WF_OK : WF_ERROR_KEY;
    }
    if (error != WF_OK) {
        return wfl_fail(L, error, said);
    }
    object->open = true;
    return 1;
}

static wf_error write_request(wf_writer *out, wf_signer signer, const wf_csr_order *order) {
    wf_drbg drbg;
    wf_error error = wf_drbg_start_for(&drbg, wf_entropy_system(), signer, wf_bytes_of(NULL, 0));
    if (error == WF_OK) {
        error = wf_csr_write(out, order, signer, &drbg);
        wf_drbg_wipe(&drbg);
    }
    return error;
}

/* ---- requests ---- */

/* request(identity, name): for its key, number and role. */
static int request(lua_State *L) {
    uint8_t der[REQUEST_LEN];
    const wf_identity_file *file = wfl_identity(L, 1, "self");
    wf_certificate own;
    wf_error error = wf_certificate_parse(&own, wfl_own_certificate(file));
    wf_writer writer = wf_writer_of(der, sizeof der);
    if (error == WF_OK) {
        wf_csr_order order = {.common_name = wfl_text(L, 2, "name"), .number = own.number, .role = own.role};
        error = write_request(&writer, file->view.signer, &order);
    }
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    wfl_push_bytes(L, wf_bytes_of(der, writer.len));
    return 1;
}

/* certified(identity, text): its key with these certificates. */
static int certified(lua_State *L) {
    const wf_identity_file *file = wfl_identity(L, 1, "self");
    wf_bytes text = wfl_bytes(L, 2, "certificates");
    const wf_p256_key *key = wf_signer_key(file->view.signer);
    wf_certificate own;
    wfl_identity_object *object = wfl_identity_object_new(L);
    wf_error error = key == NULL ? WF_ERROR_ARGUMENT : wf_identity_pem_read_public(&object->file, text);
    if (error == WF_OK) {
        error = object->file.view.chain_len > 0 ? wf_certificate_parse(&own, wfl_own_certificate(&object->file))
                                                : WF_ERROR_CHAIN;
    }
    if (error == WF_OK && memcmp(own.public_key, file->view.signer.public_key, sizeof own.public_key) != 0) {
        error = WF_ERROR_KEY;
    }
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    object->file.key = *key;
    object->file.view.signer = wf_signer_of(&object->file.key);
    object->open = true;
    return 1;
}

/* token_request(place, name, number or nil, role number, make) */
static int token_request(lua_State *L) {
    uint8_t number[WF_NUMBER_LEN], der[REQUEST_LEN];
    const wf_pkcs11_place place = check_place(L, 1);
    wf_csr_order order = {.common_name = wfl_text(L, 2, "name"),
                          .role = (wf_role)wfl_integer(L, 4, "role", WF_ROLE_NONE, WF_ROLE_CONTROLLER)};
    if (!lua_isnil(L, 3)) {
        wfl_number(number, L, 3, "number");
        order.number = number;
    }
    char said[WF_PKCS11_TEXT_LEN];
    wf_pkcs11 *token;
    wf_error error =
        lua_toboolean(L, 5) ? wf_pkcs11_generate(&token, said, &place) : wf_pkcs11_open(&token, said, &place);
    if (error != WF_OK) {
        return wfl_fail(L, error, said);
    }
    wf_writer writer = wf_writer_of(der, sizeof der);
    error = write_request(&writer, wf_pkcs11_signer(token), &order);
    wf_pkcs11_close(token);
    if (error != WF_OK) {
        return wfl_fail(L, error, place.key);
    }
    wfl_push_bytes(L, wf_bytes_of(der, writer.len));
    return 1;
}

void wfl_add_identity_requests(lua_State *L) {
    static const luaL_Reg functions[] = {{"token_identity", token_identity},
                                         {"token_request", token_request},
                                         {"identity_request", request},
                                         {"certified", certified},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
