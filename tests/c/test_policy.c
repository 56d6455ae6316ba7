/* The shipped policies, property by property: what no row allows is denied. */
#include <warifu/node.h>
#include <warifu/policy.h>

#include "check.h"

enum { NODE_PROFILE = 0x0EF001, AIR_CONDITIONER = 0x013001 };

static const wf_policy_access accesses[] = {WF_MAY_READ, WF_MAY_WRITE, WF_MAY_NOTIFY, WF_MAY_ANNOUNCE};

static bool allows(const wf_policy *policy, wf_peer_kind peer, wf_eoj eoj, unsigned epc, wf_policy_access access) {
    return wf_policy_find(policy, peer, eoj, (uint8_t)epc, access) != NULL;
}

static bool is_for_discovery(unsigned epc) {
    return epc == 0x80 || epc == 0x82 || epc == 0x83 || epc == 0x8A || (epc >= 0x9D && epc <= 0x9F) ||
           (epc >= 0xD3 && epc <= 0xD7);
}

static void strict_lets_strangers_read_what_discovery_needs_and_nothing_else(void) {
    for (unsigned epc = 0; epc < 256; epc++) {
        CHECK(allows(&wf_policy_strict, WF_PEER_UNKNOWN, NODE_PROFILE, epc, WF_MAY_READ) == is_for_discovery(epc));
        CHECK(!allows(&wf_policy_strict, WF_PEER_UNKNOWN, AIR_CONDITIONER, epc, WF_MAY_READ));
        CHECK(!allows(&wf_policy_strict, WF_PEER_UNKNOWN, WF_EOJ_CONTROLLER, epc, WF_MAY_READ));
    }
}

static void strict_lets_strangers_write_nothing(void) {
    for (unsigned epc = 0; epc < 256; epc++) {
        CHECK(!allows(&wf_policy_strict, WF_PEER_UNKNOWN, NODE_PROFILE, epc, WF_MAY_WRITE));
        CHECK(!allows(&wf_policy_strict, WF_PEER_UNKNOWN, AIR_CONDITIONER, epc, WF_MAY_WRITE));
    }
}

static void strict_tells_strangers_the_instance_list_only(void) {
    for (unsigned epc = 0; epc < 256; epc++) {
        for (int access = WF_MAY_NOTIFY; access <= WF_MAY_ANNOUNCE; access *= 2) {
            bool may = epc == 0xD5;
            wf_policy_access a = (wf_policy_access)access;
            CHECK(allows(&wf_policy_strict, WF_PEER_UNKNOWN, NODE_PROFILE, epc, a) == may);
            CHECK(!allows(&wf_policy_strict, WF_PEER_UNKNOWN, AIR_CONDITIONER, epc, a));
        }
    }
}

static void strict_lets_paired_peers_do_everything_but_hear_it_in_clear(void) {
    for (unsigned epc = 0; epc < 256; epc++) {
        for (size_t i = 0; i < 4; i++) {
            bool may = epc >= 0x80 && accesses[i] != WF_MAY_ANNOUNCE;
            CHECK(allows(&wf_policy_strict, WF_PEER_PAIRED, NODE_PROFILE, epc, accesses[i]) == may);
            CHECK(allows(&wf_policy_strict, WF_PEER_PAIRED, AIR_CONDITIONER, epc, accesses[i]) == may);
        }
    }
}

static void open_allows_every_property_to_everybody(void) {
    for (unsigned epc = 0; epc < 256; epc++) {
        for (size_t i = 0; i < 4; i++) {
            CHECK(allows(&wf_policy_open, WF_PEER_UNKNOWN, AIR_CONDITIONER, epc, accesses[i]) == (epc >= 0x80));
            CHECK(allows(&wf_policy_open, WF_PEER_PAIRED, NODE_PROFILE, epc, accesses[i]) == (epc >= 0x80));
        }
    }
}

static void the_instance_does_not_matter_the_class_does(void) {
    for (unsigned instance = 0; instance < 128; instance++) {
        CHECK(allows(&wf_policy_strict, WF_PEER_UNKNOWN, 0x0EF000u | instance, 0xD6, WF_MAY_READ));
    }
    CHECK(!allows(&wf_policy_strict, WF_PEER_UNKNOWN, 0x0EF101, 0xD6, WF_MAY_READ));
    CHECK(!allows(&wf_policy_strict, WF_PEER_UNKNOWN, 0x0FF001, 0xD6, WF_MAY_READ));
}

static void an_empty_policy_denies_everything(void) {
    const wf_policy none = {"none", NULL, 0};
    for (unsigned epc = 0; epc < 256; epc++) {
        for (size_t i = 0; i < 4; i++) {
            CHECK(!allows(&none, WF_PEER_PAIRED, NODE_PROFILE, epc, accesses[i]));
        }
    }
}

static void the_first_row_that_allows_is_given(void) {
    static const wf_policy_rule rules[] = {{WF_PEER_PAIRED, WF_MAY_READ, 0x0130, 0x80, 0x8F},
                                           {WF_PEER_UNKNOWN, WF_MAY_WRITE, 0x0130, 0x80, 0x8F},
                                           {WF_PEER_UNKNOWN, WF_MAY_READ, WF_ANY_CLASS, 0x80, 0x80}};
    const wf_policy policy = {"rows", rules, 3};
    CHECK(wf_policy_find(&policy, WF_PEER_PAIRED, AIR_CONDITIONER, 0x8F, WF_MAY_READ) == &rules[0]);
    CHECK(wf_policy_find(&policy, WF_PEER_UNKNOWN, AIR_CONDITIONER, 0x80, WF_MAY_READ) == &rules[2]);
    CHECK(wf_policy_find(&policy, WF_PEER_UNKNOWN, AIR_CONDITIONER, 0x90, WF_MAY_WRITE) == NULL);
}

static const check_case cases[] = {
    {"strict_lets_strangers_read_what_discovery_needs_and_nothing_else",
     strict_lets_strangers_read_what_discovery_needs_and_nothing_else},
    {"strict_lets_strangers_write_nothing", strict_lets_strangers_write_nothing},
    {"strict_tells_strangers_the_instance_list_only", strict_tells_strangers_the_instance_list_only},
    {"strict_lets_paired_peers_do_everything_but_hear_it_in_clear",
     strict_lets_paired_peers_do_everything_but_hear_it_in_clear},
    {"open_allows_every_property_to_everybody", open_allows_every_property_to_everybody},
    {"the_instance_does_not_matter_the_class_does", the_instance_does_not_matter_the_class_does},
    {"an_empty_policy_denies_everything", an_empty_policy_denies_everything},
    {"the_first_row_that_allows_is_given", the_first_row_that_allows_is_given},
};

CHECK_MAIN(cases)
