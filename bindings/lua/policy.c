/* Policies as userdata, and verdicts as tables. */
#include "endpoint.h"
#include <string.h>
#include <warifu/policy_file.h>

#define POLICY "warifu.policy"

typedef struct policy_handle {
    const wf_policy *policy;
    wf_policy_file *file; /* NULL: it comes with Warifu */
} policy_handle;

const wf_policy *wfl_policy(lua_State *L, int index) {
    const policy_handle *handle = luaL_checkudata(L, index, POLICY);
    return handle->policy;
}

static policy_handle *push_handle(lua_State *L) {
    policy_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
    *handle = (policy_handle){NULL, NULL};
    luaL_setmetatable(L, POLICY);
    return handle;
}

static int free_handle(lua_State *L) {
    policy_handle *handle = luaL_checkudata(L, 1, POLICY);
    wf_policy_file_free(handle->file);
    *handle = (policy_handle){NULL, NULL};
    return 0;
}

/* policy_named(name): nil when there is none */
static int named(lua_State *L) {
    const wf_policy *policy = wf_policy_named(wfl_text(L, 1, "policy"));
    if (policy == NULL) {
        return 0;
    }
    push_handle(L)->policy = policy;
    return 1;
}

static int made(lua_State *L, policy_handle *handle, wf_error error, const wf_policy_message *message) {
    if (error != WF_OK) {
        return wfl_fail(L, error, message->text);
    }
    handle->policy = wf_policy_file_policy(handle->file);
    return 1;
}

/* policy_load(dictionary, path), policy_parse(dictionary, text) */
static int load(lua_State *L) {
    wf_policy_message message;
    policy_handle *handle = push_handle(L);
    wf_error error = wf_policy_load(&handle->file, &message, wfl_dictionary(L, 1), wfl_text(L, 2, "path"));
    return made(L, handle, error, &message);
}

static int parse(lua_State *L) {
    wf_policy_message message;
    policy_handle *handle = push_handle(L);
    wf_error error = wf_policy_parse(&handle->file, &message, wfl_dictionary(L, 1), wfl_bytes(L, 2, "text"));
    return made(L, handle, error, &message);
}

/* policy_describe(policy): name, the name of what it extends or nil, whether it is for a laboratory */
static int describe(lua_State *L) {
    const wf_policy *policy = wfl_policy(L, 1);
    lua_pushstring(L, policy->name);
    lua_pushstring(L, policy->base != NULL ? policy->base->name : NULL);
    lua_pushboolean(L, wf_policy_is_for_laboratory(policy));
    return 3;
}

static int write_out(lua_State *L) {
    const wf_policy *policy = wfl_policy(L, 1);
    for (size_t capacity = 4096;; capacity *= 2) {
        uint8_t *text = lua_newuserdatauv(L, capacity, 0);
        wf_writer out = wf_writer_of(text, capacity);
        wf_error error = wf_policy_write(policy, &out);
        if (error == WF_OK) {
            wfl_push_bytes(L, wf_bytes_of(text, out.len));
            return 1;
        }
        if (error != WF_ERROR_TOO_SMALL) {
            return wfl_fail(L, error, NULL);
        }
        lua_pop(L, 1);
    }
}

/* ---- verdicts ---- */

static int push_verdict(lua_State *L, const wf_policy_verdict *verdict, const wf_policy_question *question) {
    char text[WF_POLICY_TEXT_LEN];
    const wf_policy_rule *rule = verdict->rule;
    lua_createtable(L, 0, 7);
    wfl_set_boolean(L, "allowed", verdict->allowed);
    wfl_set_text(L, "peer", wf_peer_kind_text(question->peer));
    wfl_set_text(L, "policy", verdict->policy->name);
    wfl_set_text(L, "text", wf_policy_explain(text, verdict, question));
    if (rule != NULL) {
        wfl_set_integer(L, "rule", (lua_Integer)verdict->index + 1);
        wfl_set_text(L, "why", rule->why);
        if (rule->line != 0) {
            wfl_set_integer(L, "line", rule->line);
        }
    }
    return 1;
}

/* Kind, object, property, access from `index` on. */
static wf_policy_question question_at(lua_State *L, int kind, int index) {
    wf_policy_question question = {.eoj = wfl_eoj(L, index, "object")};
    question.epc = (uint8_t)wfl_integer(L, index + 1, "property", 0, UINT8_MAX);
    if (!wf_peer_kind_named(&question.peer, wfl_text(L, kind, "peer"))) {
        wfl_misuse(L, "peer", "it is none of \"unknown\", \"known\", \"member\", \"paired\"");
    }
    if (!wf_policy_access_named(&question.access, wfl_text(L, index + 2, "access"))) {
        wfl_misuse(L, "access", "it is none of \"read\", \"write\", \"notify\", \"announce\"");
    }
    return question;
}

/* policy_decide(policy, kind, object, property, access) */
static int decide(lua_State *L) {
    wf_policy_question question = question_at(L, 2, 3);
    wf_policy_verdict verdict = wf_policy_decide(wfl_policy(L, 1), &question);
    return push_verdict(L, &verdict, &question);
}

/* endpoint:explain(kind, peer's id or address or nil, object, property, access) */
static int explain(lua_State *L) {
    const endpoint *e = wfl_endpoint(L);
    wf_policy_question question = question_at(L, 2, 4);
    wf_policy_verdict verdict;
    wf_target who = {0};
    if (lua_type(L, 3) == LUA_TSTRING) {
        who.address = wfl_address(L, 3, "peer", e->udp.port);
    } else if (!lua_isnil(L, 3)) {
        who.peer.value = (uint32_t)wfl_integer(L, 3, "peer", 1, UINT32_MAX);
    }
    wf_error error = wf_engine_explain(e->engine, &verdict, &question, lua_isnil(L, 3) ? NULL : &who);
    return error == WF_OK ? push_verdict(L, &verdict, &question) : wfl_fail(L, error, NULL);
}

void wfl_add_policy(lua_State *L) {
    static const luaL_Reg functions[] = {{"policy_named", named},
                                         {"policy_load", load},
                                         {"policy_parse", parse},
                                         {"policy_describe", describe},
                                         {"policy_write", write_out},
                                         {"policy_decide", decide},
                                         {NULL, NULL}};
    luaL_newmetatable(L, POLICY);
    lua_pushcfunction(L, free_handle);
    lua_setfield(L, -2, "__gc");
    wfl_set_text(L, "__metatable", POLICY);
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}

void wfl_add_explain_calls(lua_State *L) {
    static const luaL_Reg methods[] = {{"explain", explain}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
