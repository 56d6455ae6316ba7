/* Opening an endpoint: its configuration, a table whose fields the Lua part has checked for sense, and what it stands
 * on. */
#include "endpoint.h"
#include <string.h>
#include <warifu/doctor.h>
#include <warifu/entropy.h>

enum {
    OBJECTS = 256,
    PROPERTIES = 4096,
    VALUE_BYTES = 65536,
    LATER = 16,
    CONTROLLER_CALLS = 64,
    DEVICE_CALLS = 8,
    CALL_BYTES = 8192,
    NODES = 1024,
    AUDIT_ENTRIES = 16, /* of the store, of 26 entries of the log each */
    LONGEST_DECISION_MS = 86400 * 1000,
    LONGEST_DELAY_MS = 60000,
    CONTROLLER_PAIRINGS = 64,
    DEVICE_PAIRINGS = 4,
    HANDSHAKES = 8,
    REVOKED = 3840, /* certificates kept of each revocation list */
    REQUESTS = 128,
    QUEUE_BYTES = 65536,
    RESCAN_MS = 5000
};

static bool has(lua_State *L, const char *field) {
    bool there = lua_getfield(L, 2, field) != LUA_TNIL;
    lua_pop(L, 1);
    return there;
}

static const char *text_of(lua_State *L, const char *field) {
    lua_getfield(L, 2, field);
    const char *text = wfl_text(L, -1, field);
    lua_pop(L, 1); /* the table keeps it */
    return text;
}

static void read_interfaces(lua_State *L, endpoint *e) {
    e->udp_config.interfaces = e->interfaces;
    e->udp_config.interface_count = 0;
    lua_getfield(L, 2, "interfaces");
    lua_Integer count = lua_isnil(L, -1) ? 0 : luaL_len(L, -1);
    if (count > WFL_INTERFACES) {
        wfl_misuse(L, "interface", "at most 8 of them");
    }
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, -1, i);
        e->interfaces[e->udp_config.interface_count++] = wfl_text(L, -1, "interface");
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* The policy stays anchored by the table. */
static const wf_policy *read_policy(lua_State *L) {
    lua_getfield(L, 2, "policy");
    const wf_policy *policy = wfl_policy(L, -1);
    lua_pop(L, 1);
    return policy;
}

/* The engine copies them; until then the userdata that is left on the stack holds them. */
static void read_known(lua_State *L, wf_engine_config *config) {
    lua_getfield(L, 2, "known");
    lua_Integer count = lua_isnil(L, -1) ? 0 : luaL_len(L, -1);
    if (count > WF_KNOWN_ADDRESSES) {
        wfl_misuse(L, "known", "too many addresses");
    }
    wf_address *known = lua_newuserdatauv(L, (size_t)(count + 1) * sizeof *known, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_geti(L, -2, i + 1);
        known[i] = wfl_address(L, -1, "known", config->port);
        lua_pop(L, 1);
    }
    config->known = known;
    config->known_count = (size_t)count;
    lua_getfield(L, 2, "listeners_off");
    config->listeners_off = (unsigned)luaL_checkinteger(L, -1);
    lua_pop(L, 1);
}

static bool is_true(lua_State *L, const char *field) {
    lua_getfield(L, 2, field);
    bool result = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return result;
}

/* Seconds as milliseconds: `missing` when there are none, `none` for 0. */
static uint32_t read_ms(lua_State *L, const char *field, uint32_t most, uint32_t missing, uint32_t none) {
    uint32_t result = missing;
    if (lua_getfield(L, 2, field) != LUA_TNIL) {
        lua_Number ms = luaL_checknumber(L, -1) * 1000;
        if (!(ms >= 0 && ms <= most)) {
            wfl_misuse(L, field, lua_pushfstring(L, "seconds are 0 to %d", (int)(most / 1000)));
        }
        result = ms < 1 ? none : (uint32_t)ms;
    }
    lua_pop(L, 1);
    return result;
}

/* Anchors the function in `field` as a user value; false when there is none. */
static bool keep_function(lua_State *L, const char *field, int user_value) {
    bool there = lua_getfield(L, 2, field) != LUA_TNIL;
    if (there && !lua_isfunction(L, -1)) {
        wfl_misuse(L, field, "function expected");
    }
    lua_setiuservalue(L, 1, user_value);
    return there;
}

static void read_node(lua_State *L, endpoint *e, wf_node_config *node) {
    lua_getfield(L, 2, "number");
    wfl_number(node->number, L, -1, "number");
    lua_pop(L, 1);
    memcpy(node->maker, node->number + 1, sizeof node->maker); /* FE, maker code, unique part */
    node->product_code = has(L, "product_code") ? text_of(L, "product_code") : NULL;
    node->production_number = has(L, "production_number") ? text_of(L, "production_number") : NULL;
    node->objects = OBJECTS;
    node->properties = PROPERTIES;
    node->value_bytes = VALUE_BYTES;
    if (keep_function(L, "on_set", WFL_SET_HOOK)) {
        node->set_hook = wfl_set_hook;
        node->set_context = e;
    }
    if (keep_function(L, "on_get", WFL_GET_HOOK)) {
        node->get_hook = wfl_get_hook;
        node->get_context = e;
    }
    node->transmits_only = is_true(L, "transmission_only");
    if (is_true(L, "check_values")) {
        lua_getfield(L, 2, "dictionary"); /* the table keeps it */
        e->values = (wf_node_dictionary){wfl_dictionary(L, -1)};
        lua_pop(L, 1);
        node->value_rule = wf_node_dictionary_rule;
        node->rule_context = &e->values;
    }
}

/* What stands beside the identity. */
static void read_trust(lua_State *L, endpoint *e, wf_engine_config *config) {
    lua_getfield(L, 2, "former");
    if (!lua_isnil(L, -1)) {
        wfl_identity_copy(&e->former, &wfl_identity(L, -1, "former")->view);
        config->former = &e->former.view;
    }
    lua_getfield(L, 2, "setup_code"); /* the engine copies it */
    if (!lua_isnil(L, -1)) {
        config->setup_code = wfl_setup_code(L, -1, "setup_code");
    }
    lua_getfield(L, 2, "build_date");
    config->build_date = luaL_optinteger(L, -1, 0);
    lua_pop(L, 3);
    config->code_alone = is_true(L, "code_alone");
    config->revoked = REVOKED;
}

static void read_config(lua_State *L, endpoint *e, wf_engine_config *config) {
    read_node(L, e, &config->node);
    config->policy = read_policy(L);
    config->entropy = wf_entropy_system();
    e->filters = keep_function(L, "filter", WFL_FILTER_HOOK);
    config->pairings = is_true(L, "is_device") ? DEVICE_PAIRINGS : CONTROLLER_PAIRINGS;
    config->later = LATER;
    config->later_ms = read_ms(L, "decide_within", LONGEST_DECISION_MS, 0, 1);
    config->answer_delay_ms = read_ms(L, "answer_delay", LONGEST_DELAY_MS, 0, WF_ANSWER_AT_ONCE);
    config->keep_number = is_true(L, "keep_number");
    config->handshakes = HANDSHAKES;
    config->calls = is_true(L, "is_device") ? DEVICE_CALLS : CONTROLLER_CALLS;
    config->call_bytes = CALL_BYTES;
    config->nodes = is_true(L, "is_device") ? 0 : NODES;
    config->audit_entries = AUDIT_ENTRIES;
    config->gap_ms = read_ms(L, "gap", LONGEST_DELAY_MS, 0, WF_NO_GAP);
    config->interview = is_true(L, "interview");
    config->groups = is_true(L, "groups");
    lua_getfield(L, 2, "listens");
    config->listens = (unsigned)wfl_integer(L, -1, "listens", 0, UINT8_MAX);
    lua_pop(L, 1);
    config->requests = REQUESTS;
    config->send_bytes = QUEUE_BYTES;
    config->event_bytes = QUEUE_BYTES;
    lua_getfield(L, 2, "port");
    config->port = (uint16_t)wfl_integer(L, -1, "port", 1, 65535);
    lua_pop(L, 1);
    lua_getfield(L, 2, "identity");
    if (!lua_isnil(L, -1)) {
        wfl_identity_copy(&e->identity, &wfl_identity(L, -1, "identity")->view);
        config->identity = e->identity.view;
    }
    lua_pop(L, 1);
    read_trust(L, e, config);
    read_known(L, config);
    read_interfaces(L, e);
    e->udp_config.no_groups = (config->listeners_off & WF_LISTENER_GROUP) != 0;
    e->udp_config.families = (config->listeners_off & WF_LISTENER_IPV6) != 0 ? WF_UDP_IPV4 : 0;
    e->udp_config.port = config->port;
}

static int fail_system(lua_State *L, wf_error error, const char *what, const wf_system_error *system) {
    char text[WF_SYSTEM_ERROR_TEXT_LEN];
    wf_system_error_text(text, system);
    return wfl_fail(L, error, lua_pushfstring(L, "%s%s%s", what, text[0] == '\0' ? "" : ": ", text));
}

static wf_error start_engine(lua_State *L, endpoint *e, const wf_engine_config *config) {
    e->engine_size = wf_engine_size(config);
    void *memory = lua_newuserdatauv(L, e->engine_size, 0);
    lua_setiuservalue(L, 1, WFL_MEMORY);
    wf_time now = wfl_endpoint_now(L, e);
    wf_error error = wf_engine_start(&e->engine, config, memory, e->engine_size, now);
    int64_t date;
    if (error == WF_OK && wfl_endpoint_date(e, &date)) {
        wf_engine_set_date(e->engine, now, date);
    }
    if (error != WF_OK) {
        e->engine = NULL;
    }
    return error;
}

/* The store and the sockets of this machine; gives 0, or the number of results that say what failed. */
static int open_machine(lua_State *L, endpoint *e, wf_engine_config *config) {
    if (has(L, "state")) {
        const char *path = text_of(L, "state");
        wf_error error = wf_file_store_open(&e->store, path);
        if (error != WF_OK) {
            return fail_system(L, error, path, &e->store.system_error);
        }
        config->store = wf_file_store_as_store(&e->store);
    }
    wf_error error = wf_udp_open(&e->udp, &e->udp_config);
    if (error == WF_OK) {
        return 0;
    }
    const char *place = e->udp_config.interface_count > 0 ? e->interfaces[0] : "all interfaces";
    char holder[WF_FINDING_DETAIL_LEN] = "";
    if (error == WF_ERROR_PORT_IN_USE) {
        wf_doctor_port_holder(holder, &e->udp_config);
    }
    place = holder[0] != '\0' ? holder : lua_pushfstring(L, "%s port %d", place, (int)config->port);
    return fail_system(L, error, place, &e->udp.system_error);
}

/* open(endpoint, config): true, or what failed; then it is closed again. */
static int open_endpoint(lua_State *L) {
    endpoint *e = luaL_checkudata(L, 1, WFL_ENDPOINT);
    wf_engine_config config = {0};
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    if (e->open) {
        return wfl_misuse(L, "self", "it is open");
    }
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, 1, WFL_CONFIG);
    read_config(L, e, &config);
    int results = wfl_endpoint_join_sim(L, e, &config) ? 0 : open_machine(L, e, &config);
    if (results > 0) {
        goto failed;
    }
    wf_error error = start_engine(L, e, &config);
    if (error != WF_OK) {
        results = fail_system(L, error, "the engine did not start", &e->store.system_error);
        goto failed;
    }
    e->open = true;
    e->next_rescan = wfl_now(L) + RESCAN_MS;
    lua_pushboolean(L, true);
    return 1;
failed:
    wfl_endpoint_close(L);
    return results;
}

void wfl_add_open_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"open", open_endpoint}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
