#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <warifu/pkcs11.h>

enum { SLOTS = 64, FOUND = 2, LABEL_LEN = 32, ID_LEN = 64, POINT_LEN = 1 + WF_P256_PUBLIC_LEN };

struct wf_pkcs11 {
    CK_FUNCTION_LIST *module;
    CK_SESSION_HANDLE session;
    bool has_session;
    CK_OBJECT_HANDLE key;
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    char text[WF_PKCS11_TEXT_LEN];
};

/* namedCurve prime256v1 (RFC 5480 2.1.1.1), as CKA_EC_PARAMS has it. */
static const uint8_t p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};

/* ---- what went wrong ---- */

static const char *name_of(CK_RV code) {
    static const struct {
        CK_RV code;
        const char *name;
    } names[] = {
        {CKR_HOST_MEMORY, "CKR_HOST_MEMORY"},
        {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR"},
        {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED"},
        {CKR_ATTRIBUTE_VALUE_INVALID, "CKR_ATTRIBUTE_VALUE_INVALID"},
        {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR"},
        {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED"},
        {CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED"},
        {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
        {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID"},
        {CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID"},
        {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT"},
        {CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE"},
        {CKR_PIN_LOCKED, "CKR_PIN_LOCKED"},
        {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID"},
        {CKR_SESSION_READ_ONLY, "CKR_SESSION_READ_ONLY"},
        {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"},
        {CKR_TOKEN_WRITE_PROTECTED, "CKR_TOKEN_WRITE_PROTECTED"},
        {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN"},
        {CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].code == code) {
            return names[i].name;
        }
    }
    return "CKR";
}

static wf_error failed(wf_pkcs11 *t, const char *call, CK_RV code) {
    snprintf(t->text, sizeof t->text, "%s: %s (0x%lx)", call, name_of(code), (unsigned long)code);
    return WF_ERROR_TOKEN;
}

static wf_error refused(wf_pkcs11 *t, const char *what, const char *name) {
    snprintf(t->text, sizeof t->text, "%s%s%.100s%s", what, name == NULL ? "" : " '", name == NULL ? "" : name,
             name == NULL ? "" : "'");
    return WF_ERROR_TOKEN;
}

/* ---- opening ---- */

static wf_error load(wf_pkcs11 *t, const char *path) {
    CK_C_GetFunctionList get_list = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *reason = dlerror();
        return refused(t, reason != NULL ? reason : "the module can't be loaded", NULL);
    }
    *(void **)&get_list = dlsym(library, "C_GetFunctionList"); /* POSIX's way from an object to a function */
    if (get_list == NULL || get_list(&t->module) != CKR_OK || t->module == NULL) {
        return refused(t, "this is no PKCS#11 module:", path);
    }
    CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
    CK_RV code = t->module->C_Initialize(&arguments);
    return code == CKR_OK || code == CKR_CRYPTOKI_ALREADY_INITIALIZED ? WF_OK : failed(t, "C_Initialize", code);
}

/* Labels of tokens are padded with blanks (PKCS#11 base specification, CK_TOKEN_INFO). */
static bool label_is(const CK_UTF8CHAR label[static LABEL_LEN], const char *text) {
    size_t len = strlen(text);
    if (len > LABEL_LEN || memcmp(label, text, len) != 0) {
        return false;
    }
    for (size_t i = len; i < LABEL_LEN; i++) {
        if (label[i] != ' ') {
            return false;
        }
    }
    return true;
}

/* SoftHSM shows a slot for a token to come: one without CKF_TOKEN_INITIALIZED is none. */
static bool slot_fits(const wf_pkcs11 *t, CK_SLOT_ID slot, const char *label) {
    CK_TOKEN_INFO info;
    return t->module->C_GetTokenInfo(slot, &info) == CKR_OK && (info.flags & CKF_TOKEN_INITIALIZED) != 0 &&
           (label == NULL || label_is(info.label, label));
}

static wf_error find_slot(wf_pkcs11 *t, CK_SLOT_ID *out, const char *label) {
    CK_SLOT_ID slots[SLOTS];
    CK_ULONG count = SLOTS;
    CK_RV code = t->module->C_GetSlotList(CK_TRUE, slots, &count);
    if (code != CKR_OK) {
        return failed(t, "C_GetSlotList", code);
    }
    size_t fitting = 0;
    for (CK_ULONG i = 0; i < count; i++) {
        if (slot_fits(t, slots[i], label)) {
            *out = slots[i];
            fitting++;
        }
    }
    if (fitting == 0) {
        return refused(t, "there is no token", label);
    }
    return fitting == 1 ? WF_OK : refused(t, "several tokens fit: name the one by its label, or make it unique", label);
}

static wf_error open_session(wf_pkcs11 *t, const wf_pkcs11_place *place, CK_FLAGS flags) {
    CK_SLOT_ID slot;
    wf_error error = find_slot(t, &slot, place->token);
    if (error != WF_OK) {
        return error;
    }
    CK_RV code = t->module->C_OpenSession(slot, CKF_SERIAL_SESSION | flags, NULL, NULL, &t->session);
    if (code != CKR_OK) {
        return failed(t, "C_OpenSession", code);
    }
    t->has_session = true;
    if (place->pin == NULL) {
        return WF_OK;
    }
    code = t->module->C_Login(t->session, CKU_USER, (CK_UTF8CHAR *)place->pin, strlen(place->pin));
    return code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN ? WF_OK : failed(t, "C_Login", code);
}

/* ---- the key ---- */

/* The one object that has these attributes; *count tells how many there are, two for more. */
static wf_error find(wf_pkcs11 *t, CK_OBJECT_HANDLE *out, CK_ULONG *count, CK_ATTRIBUTE *wanted,
                     CK_ULONG wanted_count) {
    CK_OBJECT_HANDLE found[FOUND];
    CK_RV code = t->module->C_FindObjectsInit(t->session, wanted, wanted_count);
    if (code == CKR_OK) {
        code = t->module->C_FindObjects(t->session, found, FOUND, count);
        (void)t->module->C_FindObjectsFinal(t->session);
    }
    if (code != CKR_OK) {
        return failed(t, "C_FindObjects", code);
    }
    *out = *count > 0 ? found[0] : 0;
    return WF_OK;
}

#define ATTRIBUTE(type, value)                \
    (CK_ATTRIBUTE) {                          \
        type, (void *)&(value), sizeof(value) \
    }

static wf_error find_private(wf_pkcs11 *t, CK_ULONG *count, const char *label) {
    const CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    const CK_KEY_TYPE type = CKK_EC;
    CK_ATTRIBUTE wanted[4] = {ATTRIBUTE(CKA_CLASS, kind), ATTRIBUTE(CKA_KEY_TYPE, type),
                              ATTRIBUTE(CKA_EC_PARAMS, p256)};
    if (label != NULL) {
        wanted[3] = (CK_ATTRIBUTE){CKA_LABEL, (void *)label, strlen(label)};
    }
    return find(t, &t->key, count, wanted, label != NULL ? 4 : 3);
}

/* CKA_EC_POINT is the point in an OCTET STRING; some tokens leave that out. */
static wf_error take_point(wf_pkcs11 *t, const uint8_t *at, size_t len) {
    if (len == POINT_LEN + 2 && at[0] == 0x04 && at[1] == POINT_LEN) {
        at += 2;
        len -= 2;
    }
    if (len != POINT_LEN || at[0] != 0x04) {
        return refused(t, "the token's public key is no uncompressed point", NULL);
    }
    memcpy(t->public_key, at + 1, sizeof t->public_key);
    return wf_p256_check(t->public_key);
}

static wf_error read_public(wf_pkcs11 *t) {
    const CK_OBJECT_CLASS kind = CKO_PUBLIC_KEY;
    uint8_t id[ID_LEN], point[POINT_LEN + 2];
    CK_ATTRIBUTE of_private = {CKA_ID, id, sizeof id}, of_public = {CKA_EC_POINT, point, sizeof point};
    CK_RV code = t->module->C_GetAttributeValue(t->session, t->key, &of_private, 1);
    if (code != CKR_OK || of_private.ulValueLen > sizeof id) {
        return failed(t, "C_GetAttributeValue of CKA_ID", code);
    }
    CK_ATTRIBUTE wanted[] = {ATTRIBUTE(CKA_CLASS, kind), {CKA_ID, id, of_private.ulValueLen}};
    CK_OBJECT_HANDLE public_key;
    CK_ULONG count = 0;
    wf_error error = find(t, &public_key, &count, wanted, 2);
    if (error != WF_OK) {
        return error;
    }
    if (count != 1) {
        return refused(t, "the token holds not one public key of the private key's CKA_ID", NULL);
    }
    code = t->module->C_GetAttributeValue(t->session, public_key, &of_public, 1);
    if (code != CKR_OK || of_public.ulValueLen > sizeof point) {
        return failed(t, "C_GetAttributeValue of CKA_EC_POINT", code);
    }
    return take_point(t, point, of_public.ulValueLen);
}

static wf_error find_key(wf_pkcs11 *t, const char *label) {
    CK_ULONG count = 0;
    wf_error error = find_private(t, &count, label);
    if (error != WF_OK) {
        return error;
    }
    if (count == 0) {
        return refused(t, "the token shows no private P-256 key", label);
    }
    return count == 1 ? read_public(t) : refused(t, "the token holds several private P-256 keys", label);
}

static wf_error generate(wf_pkcs11 *t, const char *label) {
    const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE name = {CKA_LABEL, (void *)label, strlen(label)}, id = {CKA_ID, (void *)label, strlen(label)};
    CK_ATTRIBUTE of_public[] = {name, id, ATTRIBUTE(CKA_TOKEN, yes), ATTRIBUTE(CKA_VERIFY, yes),
                                ATTRIBUTE(CKA_EC_PARAMS, p256)};
    CK_ATTRIBUTE of_private[] = {name,
                                 id,
                                 ATTRIBUTE(CKA_TOKEN, yes),
                                 ATTRIBUTE(CKA_PRIVATE, yes),
                                 ATTRIBUTE(CKA_SIGN, yes),
                                 ATTRIBUTE(CKA_SENSITIVE, yes),
                                 ATTRIBUTE(CKA_EXTRACTABLE, no)};
    CK_OBJECT_HANDLE public_key, private_key;
    CK_ULONG there = 0;
    wf_error error = find_private(t, &there, label);
    if (error != WF_OK) {
        return error;
    }
    if (there > 0) {
        return refused(t, "there is a private key already", label);
    }
    CK_RV code =
        t->module->C_GenerateKeyPair(t->session, &mechanism, of_public, sizeof of_public / sizeof of_public[0],
                                     of_private, sizeof of_private / sizeof of_private[0], &public_key, &private_key);
    return code == CKR_OK ? WF_OK : failed(t, "C_GenerateKeyPair", code);
}

/* ---- what others call ---- */

static wf_error sign(void *context, uint8_t signature[static WF_P256_SIGNATURE_LEN],
                     const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg) {
    (void)drbg; /* the token has its own */
    wf_pkcs11 *t = context;
    CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
    CK_ULONG len = WF_P256_SIGNATURE_LEN;
    CK_RV code = t->module->C_SignInit(t->session, &mechanism, t->key);
    if (code != CKR_OK) {
        return failed(t, "C_SignInit", code);
    }
    code = t->module->C_Sign(t->session, (CK_BYTE *)hash, WF_HASH_LEN, signature, &len);
    if (code != CKR_OK) {
        return failed(t, "C_Sign", code);
    }
    return len == WF_P256_SIGNATURE_LEN ? WF_OK : refused(t, "C_Sign gave a signature of another length", NULL);
}

static wf_error open_token(wf_pkcs11 **out, char text[static WF_PKCS11_TEXT_LEN], const wf_pkcs11_place *place,
                           bool fresh) {
    *out = NULL;
    text[0] = '\0';
    if (place->module == NULL || (fresh && (place->key == NULL || place->key[0] == '\0'))) {
        return WF_ERROR_ARGUMENT;
    }
    wf_pkcs11 *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return WF_ERROR_CAPACITY;
    }
    wf_error error = load(t, place->module);
    if (error == WF_OK) {
        error = open_session(t, place, fresh ? CKF_RW_SESSION : 0);
    }
    if (error == WF_OK && fresh) {
        error = generate(t, place->key);
    }
    if (error == WF_OK) {
        error = find_key(t, place->key);
    }
    if (error != WF_OK) {
        memcpy(text, t->text, sizeof t->text);
        wf_pkcs11_close(t);
        return error;
    }
    *out = t;
    return WF_OK;
}

wf_error wf_pkcs11_open(wf_pkcs11 **out, char text[static WF_PKCS11_TEXT_LEN], const wf_pkcs11_place *place) {
    return open_token(out, text, place, false);
}

wf_error wf_pkcs11_generate(wf_pkcs11 **out, char text[static WF_PKCS11_TEXT_LEN], const wf_pkcs11_place *place) {
    return open_token(out, text, place, true);
}

wf_signer wf_pkcs11_signer(wf_pkcs11 *token) {
    return (wf_signer){.sign = sign, .context = token, .public_key = token->public_key};
}

const char *wf_pkcs11_text(const wf_pkcs11 *token) {
    return token->text;
}

/* Closing the last session of a token logs out; others of this process keep theirs. */
void wf_pkcs11_close(wf_pkcs11 *token) {
    if (token == NULL) {
        return;
    }
    if (token->has_session) {
        (void)token->module->C_CloseSession(token->session);
    }
    free(token);
}
