/* What the files about identities share. */
#ifndef WARIFU_LUA_IDENTITY_H
#define WARIFU_LUA_IDENTITY_H

#include "binding.h"
#include <warifu/pkcs11.h>

typedef struct wfl_identity_object {
    bool open;
    wf_identity_file file;
    wf_pkcs11 *token; /* holds the key, where it is not in `file` */
} wfl_identity_object;

/* Pushes one, closed, so that __gc is right at every moment. */
wfl_identity_object *wfl_identity_object_new(lua_State *L);

/* The end certificate, or an authority's root. */
wf_bytes wfl_own_certificate(const wf_identity_file *file);

#endif
