/* What the parts of the Lua module share. Nothing here is global: all lives in userdata and upvalues of one lua_State.
 *
 * C carries bytes, time and events; what waits, matches answers to requests and has names for people is Lua
 * (the folder warifu, compiled in), because a coroutine can yield there.
 */
#ifndef WARIFU_LUA_BINDING_H
#define WARIFU_LUA_BINDING_H

#include <lauxlib.h>
#include <lua.h>
#include <warifu/dictionary.h>
#include <warifu/engine.h>
#include <warifu/identity_file.h>
#include <warifu/system_error.h>

/* Expected failure: pushes nil, "what happened: detail; what to do", NAME. Gives 3. `detail` may be NULL. */
int wfl_fail(lua_State *L, wf_error error, const char *detail);

/* The same with what the system said. */
int wfl_fail_system(lua_State *L, wf_error error, const wf_system_error *system);

/* Misuse: raises "bad argument 'name' (problem)", with the position of the caller. */
int wfl_misuse(lua_State *L, const char *name, const char *problem);

/* ---- values (values.c); those with `name` raise ---- */

wf_bytes wfl_bytes(lua_State *L, int index, const char *name);
lua_Integer wfl_integer(lua_State *L, int index, const char *name, lua_Integer least, lua_Integer most);
wf_eoj wfl_eoj(lua_State *L, int index, const char *name);
wf_address wfl_address(lua_State *L, int index, const char *name, uint16_t default_port);
void wfl_number(uint8_t out[static WF_NUMBER_LEN], lua_State *L, int index, const char *name);
const char *wfl_text(lua_State *L, int index, const char *name);

bool wfl_unhex(uint8_t *out, size_t len, const char *text); /* of exactly 2 * len digits */

void wfl_push_bytes(lua_State *L, wf_bytes bytes);
void wfl_push_hex(lua_State *L, wf_bytes bytes); /* upper case, no blanks */
void wfl_push_address(lua_State *L, const wf_address *address);
void wfl_set_integer(lua_State *L, const char *field, lua_Integer value); /* in the table on top */
void wfl_set_boolean(lua_State *L, const char *field, bool value);
void wfl_set_text(lua_State *L, const char *field, const char *value); /* NULL: nothing is set */
const char *wfl_role_text(wf_role role);                               /* NULL for NONE */

/* ---- userdata ---- */

#define WFL_IDENTITY "warifu.Identity"
const wf_identity_file *wfl_identity(lua_State *L, int index, const char *name);
/* The code at `index`; it lives as long as the userdata. */
const wf_setup_code *wfl_setup_code(lua_State *L, int index, const char *name);
/* Fills `out` with copies of what `from` borrows, which fits by the limits of identity_file.h. */
/* Pushes an identity to be filled, closed until wfl_identity_opened says that it is whole. */
wf_identity_file *wfl_identity_new(lua_State *L);
void wfl_identity_opened(lua_State *L); /* the one on top */
void wfl_identity_copy(wf_identity_file *out, const wf_identity *from);

void wfl_push_hello(lua_State *L, const wf_hello *hello);
void wfl_push_event(lua_State *L, const wf_event *event);

/* The dictionary whose handle is at `index`: an overlay, or the built-in one for nil. It lives as long as the handle.
 */
const wf_dictionary *wfl_dictionary(lua_State *L, int index);

/* The policy whose handle is at `index`. It lives as long as the handle. */
const wf_policy *wfl_policy(lua_State *L, int index);

/* Where randomness and the date come from: {sim=, host=} at `index`, or this machine when it is nil. */
typedef struct wfl_sim wfl_sim;
typedef struct wfl_source {
    wf_entropy entropy;
    int64_t date;
} wfl_source;
wf_error wfl_source_of(lua_State *L, wfl_source *out, int index);

/* Leaves a type's metatable in the table on top as `field`: the Lua part puts its own __index there. */
void wfl_add_type(lua_State *L, const char *type, const char *field, lua_CFunction close, lua_CFunction to_string);

/* ---- parts: each adds its functions to the table on top ---- */

void wfl_add_codec(lua_State *L);
void wfl_add_identity(lua_State *L);
void wfl_add_identity_requests(lua_State *L);
void wfl_add_identity_text(lua_State *L);
void wfl_add_authority(lua_State *L);
void wfl_add_setup_code(lua_State *L);
void wfl_add_policy(lua_State *L);
void wfl_add_dictionary(lua_State *L);
void wfl_add_pki(lua_State *L);
void wfl_add_endpoint(lua_State *L);
void wfl_add_poller(lua_State *L);
void wfl_add_sim(lua_State *L);
void wfl_add_doctor(lua_State *L);
void wfl_add_audit(lua_State *L);
void wfl_add_keeping(lua_State *L);
void wfl_add_trace(lua_State *L);

#endif
