#include <warifu/policy.h>

enum { NODE_PROFILE = 0x0EF0 };

static const wf_policy_rule strict_rules[] = {
    {WF_PEER_PAIRED, WF_MAY_READ | WF_MAY_WRITE | WF_MAY_NOTIFY, WF_ANY_CLASS, 0x80, 0xFF},
    {WF_PEER_UNKNOWN, WF_MAY_READ, NODE_PROFILE, 0x80, 0x80},
    {WF_PEER_UNKNOWN, WF_MAY_READ, NODE_PROFILE, 0x82, 0x83},
    {WF_PEER_UNKNOWN, WF_MAY_READ, NODE_PROFILE, 0x8A, 0x8A},
    {WF_PEER_UNKNOWN, WF_MAY_READ, NODE_PROFILE, 0x9D, 0x9F},
    {WF_PEER_UNKNOWN, WF_MAY_READ, NODE_PROFILE, 0xD3, 0xD7},
    {WF_PEER_UNKNOWN, WF_MAY_NOTIFY | WF_MAY_ANNOUNCE, NODE_PROFILE, 0xD5, 0xD5},
};

static const wf_policy_rule open_rules[] = {
    {WF_PEER_UNKNOWN | WF_PEER_PAIRED, WF_MAY_READ | WF_MAY_WRITE | WF_MAY_NOTIFY | WF_MAY_ANNOUNCE, WF_ANY_CLASS, 0x80,
     0xFF},
};

const wf_policy wf_policy_strict = {"strict", strict_rules, sizeof strict_rules / sizeof strict_rules[0]};
const wf_policy wf_policy_open = {"open", open_rules, sizeof open_rules / sizeof open_rules[0]};

const wf_policy_rule *wf_policy_find(const wf_policy *policy, wf_peer_kind peer, wf_eoj eoj, uint8_t epc,
                                     wf_policy_access access) {
    for (size_t i = 0; i < policy->count; i++) {
        const wf_policy_rule *rule = &policy->rules[i];
        if ((rule->peers & peer) != 0 && (rule->access & access) != 0 && epc >= rule->first_epc &&
            epc <= rule->last_epc && (rule->eoj_class == WF_ANY_CLASS || rule->eoj_class == eoj >> 8)) {
            return rule;
        }
    }
    return NULL;
}
