/* Certificates, requests and revocation lists, read and judged as nodes do it. */
#include "binding.h"
#include <warifu/crl.h>
#include <warifu/csr.h>
#include <warifu/pem.h>
#include <warifu/spki.h>

enum { ANCHORS = 16 };

static void set_hex(lua_State *L, const char *field, wf_bytes bytes) {
    wfl_push_hex(L, bytes);
    lua_setfield(L, -2, field);
}

static void set_hash(lua_State *L, const char *field, wf_error error, const uint8_t hash[static WF_HASH_LEN]) {
    if (error == WF_OK) {
        set_hex(L, field, wf_bytes_of(hash, WF_HASH_LEN));
    }
}

/* What names a key and its holder, in the table on top. */
static void set_holder(lua_State *L, const uint8_t key[static WF_P256_PUBLIC_LEN], const uint8_t *number,
                       wf_role role) {
    uint8_t hash[WF_HASH_LEN];
    set_hash(L, "key_fingerprint", wf_spki_fingerprint(hash, key), hash);
    set_hex(L, "public_key", wf_bytes_of(key, WF_P256_PUBLIC_LEN));
    if (number != NULL) {
        set_hex(L, "number", wf_bytes_of(number, WF_NUMBER_LEN));
    }
    wfl_set_text(L, "role", wfl_role_text(role));
}

static void push_certificate(lua_State *L, const wf_certificate *certificate) {
    uint8_t hash[WF_HASH_LEN];
    char name[WF_NAME_LEN + 1];
    wf_certificate_order order;
    lua_createtable(L, 0, 13);
    set_hex(L, "serial", certificate->serial);
    set_hex(L, "issuer", certificate->issuer);
    set_hex(L, "subject", certificate->subject);
    wfl_set_integer(L, "not_before", certificate->not_before);
    wfl_set_integer(L, "not_after", certificate->not_after);
    wfl_set_boolean(L, "is_ca", certificate->is_ca);
    if (certificate->path_len >= 0) {
        wfl_set_integer(L, "path_len", certificate->path_len);
    }
    set_holder(L, certificate->public_key, certificate->has_number ? certificate->number : NULL, certificate->role);
    set_hash(L, "fingerprint", wf_certificate_fingerprint(hash, certificate->der), hash);
    if (wf_certificate_reorder(&order, name, certificate) == WF_OK) { /* others' subjects stay DER */
        wfl_set_text(L, "name", order.common_name);
    }
    wfl_push_bytes(L, certificate->der);
    lua_setfield(L, -2, "der");
}

/* der_of(label, text): the DER of what is PEM or DER */
static int der_of(lua_State *L) {
    const char *label = wfl_text(L, 1, "label");
    wf_bytes given = wfl_bytes(L, 2, "text"), der;
    wf_writer room = wf_writer_of(lua_newuserdatauv(L, given.len + 1, 0), given.len + 1);
    wf_error error = wf_pem_or_der(&der, &room, label, given);
    if (error != WF_OK) {
        return wfl_fail(L, error, "text");
    }
    wfl_push_bytes(L, der);
    return 1;
}

/* read_certificate(der) */
static int read_certificate(lua_State *L) {
    wf_certificate certificate;
    wf_error error = wf_certificate_parse(&certificate, wfl_bytes(L, 1, "certificate"));
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    push_certificate(L, &certificate);
    return 1;
}

/* read_request(der) */
static int read_request(lua_State *L) {
    wf_csr request;
    wf_error error = wf_csr_parse(&request, wfl_bytes(L, 1, "request"));
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_createtable(L, 0, 6);
    set_holder(L, request.public_key, request.has_number ? request.number : NULL, request.role);
    set_hex(L, "subject", request.subject);
    wfl_set_boolean(L, "asks_ca", request.asks_ca);
    if (request.common_name.len > 0) {
        wfl_push_bytes(L, request.common_name);
        lua_setfield(L, -2, "name");
    }
    return 1;
}

/* ---- revocation lists ---- */

/* Adds the serial number to the table on top. Memory may lack for it: then the reader is left in its middle, which it
 * bears. */
static void take_entry(void *context, const wf_certificate_id *id) {
    lua_State *L = context;
    size_t at = 0;
    while (at < WF_SERIAL_LEN - 1 && id->serial[at] == 0) {
        at++;
    }
    wfl_push_hex(L, wf_bytes_of(id->serial + at, WF_SERIAL_LEN - at));
    lua_seti(L, -2, luaL_len(L, -2) + 1);
}

/* read_list(der, issuer's certificate in DER) */
static int read_list(lua_State *L) {
    wf_bytes der = wfl_bytes(L, 1, "crl");
    wf_certificate issuer;
    wf_crl_reader reader;
    wf_crl crl;
    lua_newtable(L); /* of serial numbers */
    wf_error error = wf_certificate_parse(&issuer, wfl_bytes(L, 2, "issuer"));
    if (error == WF_OK) {
        error = wf_crl_reader_start(&reader, NULL, 0);
    }
    if (error == WF_OK) {
        reader.on_entry = take_entry;
        reader.context = L;
        error = wf_crl_reader_feed(&reader, der);
    }
    if (error == WF_OK) {
        error = wf_crl_reader_finish(&reader, &crl, &issuer);
    }
    if (error != WF_OK) {
        return wfl_fail(L, error, NULL);
    }
    lua_createtable(L, 0, 5);
    lua_insert(L, -2);
    lua_setfield(L, -2, "serials");
    set_hex(L, "issuer", wf_bytes_of(crl.issuer, sizeof crl.issuer));
    wfl_set_integer(L, "number", (lua_Integer)crl.number);
    wfl_set_integer(L, "this_update", crl.this_update);
    wfl_set_integer(L, "next_update", crl.next_update);
    return 1;
}

/* ---- judging ---- */

/* The DER texts of the list at `index`; they stay with it. */
static size_t read_ders(lua_State *L, int index, wf_bytes *out, size_t most, const char *name) {
    size_t count = (size_t)luaL_len(L, index);
    if (count > most) {
        wfl_misuse(L, name, "too many certificates");
    }
    for (size_t i = 0; i < count; i++) {
        lua_geti(L, index, (lua_Integer)i + 1);
        out[i] = wfl_bytes(L, -1, name);
        lua_pop(L, 1);
    }
    return count;
}

/* judge(chain, anchors, role 0 to 2, date or nil): the path, or what is wrong and the place in it, from 1 on */
static int judge(lua_State *L) {
    wf_bytes chain[WF_CHAIN_MAX_LEN], anchors[ANCHORS];
    size_t len = read_ders(L, 1, chain, WF_CHAIN_MAX_LEN, "chain");
    wf_chain_rules rules = {.anchors = anchors,
                            .anchor_count = read_ders(L, 2, anchors, ANCHORS, "roots"),
                            .max_len = WF_CHAIN_MAX_LEN,
                            .has_time = !lua_isnil(L, 4),
                            .now = luaL_optinteger(L, 4, 0),
                            .role = (wf_role)luaL_checkinteger(L, 3)};
    wf_chain_path path;
    wf_error error = wf_chain_judge(&path, chain, len, &rules);
    if (error != WF_OK) {
        int results = wfl_fail(L, error, NULL);
        lua_pushinteger(L, (lua_Integer)path.failed_at + 1);
        return results + 1;
    }
    lua_createtable(L, (int)path.len, 0);
    for (size_t i = 0; i < path.len; i++) {
        push_certificate(L, &path.certificates[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

void wfl_add_pki(lua_State *L) {
    static const luaL_Reg functions[] = {{"der_of", der_of},
                                         {"read_certificate", read_certificate},
                                         {"read_request", read_request},
                                         {"read_list", read_list},
                                         {"judge", judge},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
