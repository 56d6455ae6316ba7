/* The shipped policies, property by property: what no rule fits is denied. */
#include <string.h>
#include <warifu/dictionary.h>
#include <warifu/policy.h>

#include "check.h"

enum { NODE_PROFILE = 0x0EF001, AIR_CONDITIONER = 0x013001, CONTROLLER = 0x05FF01, LOCK = 0x026F01 };

static const wf_policy_access accesses[] = {WF_MAY_READ, WF_MAY_WRITE, WF_MAY_NOTIFY, WF_MAY_ANNOUNCE};
static const wf_peer_kind without_proof[] = {WF_PEER_UNKNOWN, WF_PEER_KNOWN};

static bool is_for_discovery(unsigned epc) {
    return epc == 0x80 || epc == 0x82 || epc == 0x83 || epc == 0x8A || (epc >= 0x9D && epc <= 0x9F) ||
           (epc >= 0xD3 && epc <= 0xD7);
}

static bool allows(const wf_policy *policy, wf_peer_kind peer, wf_eoj eoj, unsigned epc, wf_policy_access access) {
    return wf_policy_allows(policy, peer, eoj, (uint8_t)epc, access);
}

static void strict_lets_strangers_read_what_discovery_needs_and_nothing_else(void) {
    for (unsigned epc = 0; epc < 256; epc++) {
        for (size_t i = 0; i < 2; i++) {
            wf_peer_kind peer = without_proof[i];
            CHECK(allows(&wf_policy_strict, peer, NODE_PROFILE, epc, WF_MAY_READ) == is_for_discovery(epc));
            CHECK(!allows(&wf_policy_strict, peer, AIR_CONDITIONER, epc, WF_MAY_READ));
            CHECK(!allows(&wf_policy_strict, peer, CONTROLLER, epc, WF_MAY_READ));
        }
    }
}

static void strict_lets_strangers_write_nothing(void) {
    for (unsigned epc = 0; epc < 256; epc++) {
        for (size_t i = 0; i < 2; i++) {
            CHECK(!allows(&wf_policy_strict, without_proof[i], NODE_PROFILE, epc, WF_MAY_WRITE));
            CHECK(!allows(&wf_policy_strict, without_proof[i], AIR_CONDITIONER, epc, WF_MAY_WRITE));
        }
    }
}

static void strict_and_mixed_tell_strangers_the_instance_list_only(void) {
    const wf_policy *policies[] = {&wf_policy_strict, &wf_policy_mixed};
    wf_class_info info;
    for (size_t i = 0; i < 2; i++) {
        for (unsigned at = 0; wf_dictionary_next_class(wf_dictionary_builtin(), &at, &info);) {
            for (unsigned epc = 0; epc < 256; epc++) {
                bool may = info.code == NODE_PROFILE >> 8 && epc == 0xD5;
                wf_eoj eoj = (wf_eoj)info.code << 8 | 1;
                CHECK(allows(policies[i], WF_PEER_UNKNOWN, eoj, epc, WF_MAY_ANNOUNCE) == may);
                CHECK(allows(policies[i], WF_PEER_UNKNOWN, eoj, epc, WF_MAY_NOTIFY) == may);
            }
        }
    }
}

static void strict_lets_paired_peers_do_everything_but_hear_it_in_clear(void) {
    for (unsigned epc = 0; epc < 256; epc++) {
        for (size_t i = 0; i < 4; i++) {
            bool may = epc >= 0x80 && accesses[i] != WF_MAY_ANNOUNCE;
            CHECK(allows(&wf_policy_strict, WF_PEER_PAIRED, NODE_PROFILE, epc, accesses[i]) == may);
            CHECK(allows(&wf_policy_mixed, WF_PEER_PAIRED, AIR_CONDITIONER, epc, accesses[i]) == may);
        }
    }
}

static void members_of_a_group_notify_and_nothing_else(void) {
    const wf_policy *policy;
    for (unsigned at = 0; (policy = wf_policy_shipped(at)) != NULL; at++) {
        CHECK_OK(wf_policy_check(policy));
        for (unsigned epc = 0; epc < 256; epc++) {
            for (size_t i = 0; i < 4; i++) {
                bool may = epc >= 0x80 && accesses[i] == WF_MAY_NOTIFY;
                CHECK(allows(policy, WF_PEER_MEMBER, AIR_CONDITIONER, epc, accesses[i]) == may);
            }
        }
    }
}

/* What somebody without a proof may never do under `mixed`, by the words in the identifiers of the dictionary. */
static bool tells_of_people_or_bills(const char *id) {
    static const char *const words[] = {
        "ower",    "nergy", "umulative", "ourMeter", "imer",     "Time",   "Date",     "istory",  "ocation", "erial",
        "product", "uman",  "isitor",    "Door",     "doorOpen", "ock",    "assword",  "user",    "co2",     "moke",
        "water",   "Water", "ath",       "ight",     "onsum",    "urrent", "mergency", "resence", "otion"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strstr(id, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void mixed_shows_strangers_nothing_of_people_and_bills(void) {
    wf_class_info class;
    wf_property_info property;
    unsigned shown = 0;
    for (unsigned at = 0; wf_dictionary_next_class(wf_dictionary_builtin(), &at, &class);) {
        for (unsigned k = 0; wf_dictionary_next_property(wf_dictionary_builtin(), &k, &property, class.code, 0);) {
            wf_eoj eoj = (wf_eoj) class.code << 8 | 1;
            bool may = class.code != NODE_PROFILE >> 8 &&
                       allows(&wf_policy_mixed, WF_PEER_UNKNOWN, eoj, property.epc, WF_MAY_READ);
            bool private =
                tells_of_people_or_bills(property.names.id) && strcmp(property.names.id, "roomTemperature") != 0;
            shown += may;
            CHECK(!(may && private));
        }
    }
    CHECK(shown > 0);
}

static void mixed_shows_strangers_no_state_of_lights_locks_and_meters(void) {
    static const wf_eoj objects[] = {0x029001, 0x026F01, 0x028801, 0x000701, 0x026001, 0x001B01, 0x026B01};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        for (unsigned epc = 0; epc < 256; epc++) {
            bool kind = epc == 0x82 || epc == 0x8A || (epc >= 0x9D && epc <= 0x9F);
            CHECK(allows(&wf_policy_mixed, WF_PEER_UNKNOWN, objects[i], epc, WF_MAY_READ) == kind);
        }
    }
}

/* Every setting that a known peer may change, with its name: a new row has to be written here too. */
static void mixed_lets_known_peers_change_these_settings_only(void) {
    static const struct {
        uint16_t class;
        const char *id;
    } settings[] = {
        {0x0130, "airFlowLevel"},
        {0x0130, "automaticControlAirFlowDirection"},
        {0x0130, "automaticSwingAirFlow"},
        {0x0130, "airFlowDirectionVertical"},
        {0x0130, "airFlowDirectionHorizontal"},
        {0x0130, "targetTemperature"},
        {0x0133, "airFlowLevel"},
        {0x0134, "airFlowLevel"},
        {0x0135, "airFlowLevel"},
        {0x0290, "lightColor"},
    };
    wf_class_info class;
    wf_property_info property;
    for (unsigned at = 0; wf_dictionary_next_class(wf_dictionary_builtin(), &at, &class);) {
        for (unsigned k = 0; wf_dictionary_next_property(wf_dictionary_builtin(), &k, &property, class.code, 0);) {
            bool listed = false;
            for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
                listed |= settings[i].class == class.code && strcmp(settings[i].id, property.names.id) == 0;
            }
            wf_eoj eoj = (wf_eoj) class.code << 8 | 1;
            CHECK(allows(&wf_policy_mixed, WF_PEER_KNOWN, eoj, property.epc, WF_MAY_WRITE) == listed);
            CHECK(!allows(&wf_policy_mixed, WF_PEER_UNKNOWN, eoj, property.epc, WF_MAY_WRITE));
        }
    }
}

static void mixed_starts_and_stops_nothing_without_a_proof(void) {
    wf_class_info class;
    for (unsigned at = 0; wf_dictionary_next_class(wf_dictionary_builtin(), &at, &class);) {
        CHECK(!allows(&wf_policy_mixed, WF_PEER_KNOWN, (wf_eoj) class.code << 8 | 1, 0x80, WF_MAY_WRITE));
        CHECK(!allows(&wf_policy_mixed, WF_PEER_UNKNOWN, (wf_eoj) class.code << 8 | 1, 0x80, WF_MAY_WRITE));
    }
    for (unsigned epc = 0; epc < 256; epc++) {
        CHECK(!allows(&wf_policy_mixed, WF_PEER_KNOWN, LOCK, epc, WF_MAY_WRITE));
    }
}

static void what_strict_allows_mixed_allows_too(void) {
    static const wf_eoj objects[] = {NODE_PROFILE, AIR_CONDITIONER, CONTROLLER, LOCK};
    for (unsigned epc = 0; epc < 256; epc++) {
        for (unsigned kind = WF_PEER_UNKNOWN; kind <= WF_PEER_PAIRED; kind *= 2) {
            for (size_t i = 0; i < 16; i++) {
                wf_policy_access access = accesses[i % 4];
                if (allows(&wf_policy_strict, (wf_peer_kind)kind, objects[i / 4], epc, access)) {
                    CHECK(allows(&wf_policy_mixed, (wf_peer_kind)kind, objects[i / 4], epc, access));
                }
            }
        }
    }
}

static void open_allows_every_property_to_everybody(void) {
    for (unsigned epc = 0; epc < 256; epc++) {
        for (size_t i = 0; i < 4; i++) {
            CHECK(allows(&wf_policy_open, WF_PEER_UNKNOWN, AIR_CONDITIONER, epc, accesses[i]) == (epc >= 0x80));
        }
        for (size_t i = 0; i < 3; i++) {
            CHECK(allows(&wf_policy_open, WF_PEER_PAIRED, NODE_PROFILE, epc, accesses[i]) == (epc >= 0x80));
            CHECK(allows(&wf_policy_open, WF_PEER_KNOWN, LOCK, epc, accesses[i]) == (epc >= 0x80));
        }
    }
}

static void only_open_and_what_stands_on_it_is_for_a_laboratory(void) {
    const wf_policy on_open = {.name = "own", .base = &wf_policy_open};
    CHECK(wf_policy_is_for_laboratory(&wf_policy_open) && wf_policy_is_for_laboratory(&on_open));
    CHECK(!wf_policy_is_for_laboratory(&wf_policy_strict) && !wf_policy_is_for_laboratory(&wf_policy_mixed));
}

static void shipped_policies_are_found_by_name(void) {
    CHECK(wf_policy_named("strict") == &wf_policy_strict);
    CHECK(wf_policy_named("mixed") == &wf_policy_mixed);
    CHECK(wf_policy_named("open") == &wf_policy_open);
    CHECK(wf_policy_named("lax") == NULL);
    CHECK(wf_policy_shipped(3) == NULL);
}

/* ---- rules ---- */

#define ONE(epc)     \
    {                \
        { epc, epc } \
    }

static void a_rule_may_name_one_object_of_a_class(void) {
    static const wf_policy_rule rules[] = {{WF_PEER_KNOWN, WF_MAY_READ, false, 2, 0x0130, 0x0130, ONE(0x80), NULL, 0}};
    const wf_policy policy = {"rows", rules, 1, NULL, false};
    CHECK(allows(&policy, WF_PEER_KNOWN, 0x013002, 0x80, WF_MAY_READ));
    CHECK(!allows(&policy, WF_PEER_KNOWN, 0x013001, 0x80, WF_MAY_READ));
    CHECK(!allows(&policy, WF_PEER_KNOWN, 0x013003, 0x80, WF_MAY_READ));
    CHECK(!allows(&policy, WF_PEER_KNOWN, 0x013102, 0x80, WF_MAY_READ));
}

static void without_an_instance_a_rule_counts_for_all_of_them(void) {
    for (unsigned instance = 0; instance < 128; instance++) {
        CHECK(allows(&wf_policy_strict, WF_PEER_UNKNOWN, 0x0EF000u | instance, 0xD6, WF_MAY_READ));
    }
    CHECK(!allows(&wf_policy_strict, WF_PEER_UNKNOWN, 0x0EF101, 0xD6, WF_MAY_READ));
    CHECK(!allows(&wf_policy_strict, WF_PEER_UNKNOWN, 0x0FF001, 0xD6, WF_MAY_READ));
}

static void an_empty_policy_denies_everything(void) {
    const wf_policy none = {.name = "none"};
    for (unsigned epc = 0; epc < 256; epc++) {
        for (size_t i = 0; i < 4; i++) {
            CHECK(!allows(&none, WF_PEER_PAIRED, NODE_PROFILE, epc, accesses[i]));
        }
    }
}

static void the_first_rule_that_fits_decides(void) {
    static const wf_policy_rule rules[] = {
        {WF_PEER_PAIRED, WF_MAY_READ, false, 0, 0x0130, 0x0130, ONE(0x80), NULL, 0},
        {WF_PEER_PAIRED, WF_MAY_READ | WF_MAY_WRITE, true, 0, 0x0100, 0x01FF, {{0x80, 0x8F}}, NULL, 0}};
    const wf_policy policy = {"own", rules, 2, &wf_policy_strict, false};
    wf_policy_question q = {WF_PEER_PAIRED, AIR_CONDITIONER, 0x80, WF_MAY_READ};
    wf_policy_verdict verdict = wf_policy_decide(&policy, &q);
    CHECK(verdict.allowed && verdict.rule == &rules[0] && verdict.index == 0 && verdict.policy == &policy);
    q.epc = 0x81;
    verdict = wf_policy_decide(&policy, &q);
    CHECK(!verdict.allowed && verdict.rule == &rules[1] && verdict.index == 1);
    q.epc = 0x90;
    verdict = wf_policy_decide(&policy, &q);
    CHECK(verdict.allowed && verdict.policy == &wf_policy_strict && verdict.index == 0);
    q.peer = WF_PEER_UNKNOWN;
    verdict = wf_policy_decide(&policy, &q);
    CHECK(!verdict.allowed && verdict.rule == NULL && verdict.policy == &policy);
}

static void a_policy_that_gives_members_or_announcements_away_is_refused(void) {
    static const struct {
        wf_policy_rule rule;
        wf_error error;
    } rows[] = {
        {{WF_PEER_MEMBER, WF_MAY_NOTIFY, false, 0, 0, 0xFFFF, ONE(0x80), NULL, 0}, WF_OK},
        {{WF_PEER_MEMBER, WF_MAY_WRITE, false, 0, 0, 0xFFFF, ONE(0x80), NULL, 0}, WF_ERROR_ARGUMENT},
        {{WF_PEER_MEMBER | WF_PEER_PAIRED, WF_MAY_READ, false, 0, 0, 0xFFFF, ONE(0x80), NULL, 0}, WF_ERROR_ARGUMENT},
        {{WF_PEER_MEMBER, WF_MAY_WRITE, true, 0, 0, 0xFFFF, ONE(0x80), NULL, 0}, WF_OK},
        {{WF_PEER_UNKNOWN, WF_MAY_ANNOUNCE, false, 0, 0, 0xFFFF, ONE(0x80), NULL, 0}, WF_OK},
        {{WF_PEER_KNOWN, WF_MAY_ANNOUNCE, false, 0, 0, 0xFFFF, ONE(0x80), NULL, 0}, WF_ERROR_ARGUMENT},
        {{WF_PEER_PAIRED, WF_MAY_ANNOUNCE, false, 0, 0, 0xFFFF, ONE(0x80), NULL, 0}, WF_ERROR_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const wf_policy policy = {"own", &rows[i].rule, 1, &wf_policy_strict, false};
        CHECK(wf_policy_check(&policy) == rows[i].error);
    }
}

static void policies_on_each_other_are_few(void) {
    wf_policy chain[5] = {{.name = "0"}};
    for (size_t i = 1; i < 5; i++) {
        chain[i] = (wf_policy){.name = "n", .base = &chain[i - 1]};
    }
    CHECK_OK(wf_policy_check(&chain[3]));
    CHECK(wf_policy_check(&chain[4]) == WF_ERROR_ARGUMENT);
}

/* ---- words ---- */

static void a_verdict_is_explained_in_one_sentence(void) {
    static const wf_policy_rule rules[] = {
        {WF_PEER_PAIRED, WF_MAY_WRITE, true, 0, 0x026F, 0x026F, ONE(0xE0), "the door is for the app alone", 7}};
    const wf_policy own = {"guest", rules, 1, &wf_policy_strict, false};
    static const struct {
        wf_policy_question question;
        const char *sentence;
    } rows[] = {
        {{WF_PEER_PAIRED, LOCK, 0xE0, WF_MAY_WRITE},
         "a paired peer may not set 026F01:E0: rule 1 of \"guest\", line 7, denies it (the door is for the app alone)"},
        {{WF_PEER_PAIRED, LOCK, 0xE0, WF_MAY_READ},
         "a paired peer may read 026F01:E0: rule 1 of \"strict\" allows it (who is paired has proven who it is)"},
        {{WF_PEER_UNKNOWN, NODE_PROFILE, 0xD5, WF_MAY_ANNOUNCE},
         "an unknown peer may be told 0EF001:D5 in clear: rule 5 of \"strict\" allows it (so that this node is found "
         "when "
         "it comes up)"},
        {{WF_PEER_KNOWN, AIR_CONDITIONER, 0xB3, WF_MAY_WRITE},
         "a known peer may not set 013001:B3: no rule of \"guest\" allows it, and what no rule allows is denied"},
        {{WF_PEER_MEMBER, AIR_CONDITIONER, 0x80, WF_MAY_NOTIFY},
         "a member of a group may notify of 013001:80: rule 2 of \"strict\" allows it (members of a group tell; "
         "commands "
         "come from its manager, who is paired)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[WF_POLICY_TEXT_LEN];
        wf_policy_verdict verdict = wf_policy_decide(&own, &rows[i].question);
        CHECK(strcmp(wf_policy_explain(text, &verdict, &rows[i].question), rows[i].sentence) == 0);
    }
}

static void a_long_reason_is_cut_and_the_sentence_ends(void) {
    char why[2 * WF_POLICY_TEXT_LEN], text[WF_POLICY_TEXT_LEN];
    memset(why, 'x', sizeof why - 1);
    why[sizeof why - 1] = '\0';
    const wf_policy_rule rule = {WF_PEER_PAIRED, WF_MAY_READ, false, 0, 0, 0xFFFF, ONE(0x80), why, 1};
    const wf_policy own = {"long", &rule, 1, NULL, false};
    const wf_policy_question question = {WF_PEER_PAIRED, LOCK, 0x80, WF_MAY_READ};
    wf_policy_verdict verdict = wf_policy_decide(&own, &question);
    CHECK(strlen(wf_policy_explain(text, &verdict, &question)) == sizeof text - 1);
}

static void kinds_and_accesses_have_names(void) {
    wf_peer_kind kind = WF_PEER_PAIRED;
    wf_policy_access access = WF_MAY_READ;
    for (unsigned bit = 1; bit <= 8; bit *= 2) {
        CHECK(wf_peer_kind_named(&kind, wf_peer_kind_text((wf_peer_kind)bit)) && kind == (wf_peer_kind)bit);
        CHECK(wf_policy_access_named(&access, wf_policy_access_text((wf_policy_access)bit)));
        CHECK(access == (wf_policy_access)bit);
    }
    CHECK(!wf_peer_kind_named(&kind, "friend") && !wf_policy_access_named(&access, "own"));
    CHECK(wf_peer_kind_text((wf_peer_kind)16) == NULL && wf_policy_access_text((wf_policy_access)3) == NULL);
}

#define CASE(name) \
    { #name, name }
static const check_case cases[] = {
    CASE(strict_lets_strangers_read_what_discovery_needs_and_nothing_else),
    CASE(strict_lets_strangers_write_nothing),
    CASE(strict_and_mixed_tell_strangers_the_instance_list_only),
    CASE(strict_lets_paired_peers_do_everything_but_hear_it_in_clear),
    CASE(members_of_a_group_notify_and_nothing_else),
    CASE(mixed_shows_strangers_nothing_of_people_and_bills),
    CASE(mixed_shows_strangers_no_state_of_lights_locks_and_meters),
    CASE(mixed_lets_known_peers_change_these_settings_only),
    CASE(mixed_starts_and_stops_nothing_without_a_proof),
    CASE(what_strict_allows_mixed_allows_too),
    CASE(open_allows_every_property_to_everybody),
    CASE(only_open_and_what_stands_on_it_is_for_a_laboratory),
    CASE(shipped_policies_are_found_by_name),
    CASE(a_rule_may_name_one_object_of_a_class),
    CASE(without_an_instance_a_rule_counts_for_all_of_them),
    CASE(an_empty_policy_denies_everything),
    CASE(the_first_rule_that_fits_decides),
    CASE(a_policy_that_gives_members_or_announcements_away_is_refused),
    CASE(policies_on_each_other_are_few),
    CASE(a_verdict_is_explained_in_one_sentence),
    CASE(a_long_reason_is_cut_and_the_sentence_ends),
    CASE(kinds_and_accesses_have_names),
};

CHECK_MAIN(cases)
