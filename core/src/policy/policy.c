#include <warifu/policy.h>

#include <string.h>

enum { MOST_ON_EACH_OTHER = 4 };

static const struct {
    wf_peer_kind kind;
    const char *text;
} kinds[] = {
    {WF_PEER_UNKNOWN, "unknown"}, {WF_PEER_KNOWN, "known"}, {WF_PEER_MEMBER, "member"}, {WF_PEER_PAIRED, "paired"}};

static const struct {
    wf_policy_access access;
    const char *text;
} accesses[] = {
    {WF_MAY_READ, "read"}, {WF_MAY_WRITE, "write"}, {WF_MAY_NOTIFY, "notify"}, {WF_MAY_ANNOUNCE, "announce"}};

const char *wf_peer_kind_text(wf_peer_kind kind) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].kind == kind) {
            return kinds[i].text;
        }
    }
    return NULL;
}

bool wf_peer_kind_named(wf_peer_kind *out, const char *text) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].text, text) == 0) {
            *out = kinds[i].kind;
            return true;
        }
    }
    return false;
}

const char *wf_policy_access_text(wf_policy_access access) {
    for (size_t i = 0; i < sizeof accesses / sizeof accesses[0]; i++) {
        if (accesses[i].access == access) {
            return accesses[i].text;
        }
    }
    return NULL;
}

bool wf_policy_access_named(wf_policy_access *out, const char *text) {
    for (size_t i = 0; i < sizeof accesses / sizeof accesses[0]; i++) {
        if (strcmp(accesses[i].text, text) == 0) {
            *out = accesses[i].access;
            return true;
        }
    }
    return false;
}

/* ---- the verdict ---- */

static bool has_epc(const wf_policy_rule *rule, uint8_t epc) {
    for (size_t i = 0; i < WF_POLICY_RANGES && rule->epcs[i].last != 0; i++) {
        if (epc >= rule->epcs[i].first && epc <= rule->epcs[i].last) {
            return true;
        }
    }
    return false;
}

static bool fits(const wf_policy_rule *rule, const wf_policy_question *q) {
    const uint32_t code = q->eoj >> 8;
    return (rule->peers & q->peer) != 0 && (rule->access & q->access) != 0 && code >= rule->first_class &&
           code <= rule->last_class && (rule->instance == WF_ANY_INSTANCE || rule->instance == (q->eoj & 0xFF)) &&
           has_epc(rule, q->epc);
}

wf_policy_verdict wf_policy_decide(const wf_policy *policy, const wf_policy_question *question) {
    for (const wf_policy *at = policy; at != NULL; at = at->base) {
        for (size_t i = 0; i < at->count; i++) {
            if (fits(&at->rules[i], question)) {
                return (wf_policy_verdict){!at->rules[i].denies, &at->rules[i], at, i};
            }
        }
    }
    return (wf_policy_verdict){false, NULL, policy, 0};
}

bool wf_policy_allows(const wf_policy *policy, wf_peer_kind peer, wf_eoj eoj, uint8_t epc, wf_policy_access access) {
    return wf_policy_decide(policy, &(wf_policy_question){peer, eoj, epc, access}).allowed;
}

/* ---- the whole ---- */

bool wf_policy_is_for_laboratory(const wf_policy *policy) {
    for (const wf_policy *at = policy; at != NULL; at = at->base) {
        if (at->laboratory) {
            return true;
        }
    }
    return false;
}

static bool is_sound(const wf_policy_rule *rule) {
    bool members = (rule->peers & WF_PEER_MEMBER) != 0, others = (rule->peers & ~WF_PEER_UNKNOWN) != 0;
    return rule->denies ||
           ((!members || (rule->access & ~WF_MAY_NOTIFY) == 0) && (!others || (rule->access & WF_MAY_ANNOUNCE) == 0));
}

wf_error wf_policy_check(const wf_policy *policy) {
    unsigned count = 0;
    for (const wf_policy *at = policy; at != NULL; at = at->base) {
        if (count++ == MOST_ON_EACH_OTHER) {
            return WF_ERROR_ARGUMENT;
        }
        for (size_t i = 0; i < at->count; i++) {
            if (!is_sound(&at->rules[i])) {
                return WF_ERROR_ARGUMENT;
            }
        }
    }
    return WF_OK;
}
