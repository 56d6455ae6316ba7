/* The policies that come with Warifu. docs/reference/policy-file.md shows them with the names of the properties. */
#include <warifu/policy.h>

#include <string.h>

enum {
    NODE_PROFILE = 0x0EF0,
    TEMPERATURE_SENSOR = 0x0011,
    HUMIDITY_SENSOR = 0x0012,
    AIR_CONDITIONER = 0x0130,
    VENTILATION_FAN = 0x0133,
    AIR_CONDITIONING_FAN = 0x0134,
    AIR_CLEANER = 0x0135,
    LIGHT = 0x0290,
    PLAIN_LIGHT = 0x0291,
    LAST_DEVICE_CLASS = 0x06FF /* groups 00 to 06; from 0E on are profiles */
};

#define CLASS(code) (code), (code)
#define ANYBODY (WF_PEER_UNKNOWN | WF_PEER_KNOWN)
#define EVERY_EPC      \
    {                  \
        { 0x80, 0xFF } \
    }

/* ---- strict ---- */

static const wf_policy_rule strict_rules[] = {
    {WF_PEER_PAIRED, WF_MAY_READ | WF_MAY_WRITE | WF_MAY_NOTIFY, false, WF_ANY_INSTANCE, WF_ANY_CLASS, EVERY_EPC,
     "who is paired has proven who it is", 0},
    {WF_PEER_MEMBER, WF_MAY_NOTIFY, false, WF_ANY_INSTANCE, WF_ANY_CLASS, EVERY_EPC,
     "members of a group tell; commands come from its manager, who is paired", 0},
    {ANYBODY,
     WF_MAY_READ,
     false,
     WF_ANY_INSTANCE,
     CLASS(NODE_PROFILE),
     {{0x80, 0x80}, {0x82, 0x83}, {0x8A, 0x8A}, {0x9D, 0x9F}, {0xD3, 0xD7}},
     "what discovery needs",
     0},
    {ANYBODY,
     WF_MAY_NOTIFY,
     false,
     WF_ANY_INSTANCE,
     CLASS(NODE_PROFILE),
     {{0xD5, 0xD5}},
     "so that nodes that come up are found",
     0},
    {WF_PEER_UNKNOWN,
     WF_MAY_ANNOUNCE,
     false,
     WF_ANY_INSTANCE,
     CLASS(NODE_PROFILE),
     {{0xD5, 0xD5}},
     "so that this node is found when it comes up",
     0},
};

/* ---- mixed: what no rule names stays with those who paired ----
 *
 * State is harmless when everybody in the house may know it and it tells nothing of who is there or what they do:
 * temperatures, and what climate appliances are doing. Not so: lights (they show who is at home), CO2, smoke and human
 * detectors, doors, locks and shutters, water and hot water, meters and consumption (84, 85; bills, habits), counters
 * and histories (9A), timers (90-96), places and serial numbers (81, 83, 8C-8E), everything of groups 03 to 06.
 *
 * A setting is harmless when the worst of its values is a nuisance: it can't start or stop anything (so not 80, not an
 * operation mode, not a brightness, whose least is darkness), heats no water and no floor, unlocks, opens and moves
 * nothing, and touches no limit of power. */

static const char type_is_no_secret[] = "tells what kind of thing it is, and nothing of people";
static const char climate[] = "climate that everybody in the room feels; it does not tell who is there";
static const char comfort[] = "an ordinary setting: its worst value is a nuisance, and it starts and stops nothing";
static const char told_by_known[] = "state of a device that the owner listed; it is not proven";

#define STATE_OF(code, why, ...)                                                                                       \
    {WF_PEER_UNKNOWN, WF_MAY_READ, false, WF_ANY_INSTANCE, CLASS(code), {__VA_ARGS__}, why, 0}, {                      \
        WF_PEER_KNOWN, WF_MAY_READ | WF_MAY_NOTIFY, false, WF_ANY_INSTANCE, CLASS(code), {__VA_ARGS__}, told_by_known, \
            0                                                                                                          \
    }
#define SETTINGS_OF(code, ...) \
    { WF_PEER_KNOWN, WF_MAY_WRITE, false, WF_ANY_INSTANCE, CLASS(code), {__VA_ARGS__}, comfort, 0 }

static const wf_policy_rule mixed_rules[] = {
    {ANYBODY,
     WF_MAY_READ,
     false,
     WF_ANY_INSTANCE,
     0x0000,
     LAST_DEVICE_CLASS,
     {{0x82, 0x82}, {0x8A, 0x8A}, {0x9D, 0x9F}},
     type_is_no_secret,
     0},
    STATE_OF(TEMPERATURE_SENSOR, climate, {0x80, 0x80}, {0x88, 0x88}, {0xE0, 0xE0}),
    STATE_OF(HUMIDITY_SENSOR, climate, {0x80, 0x80}, {0x88, 0x88}, {0xE0, 0xE0}),
    STATE_OF(AIR_CONDITIONER, climate, {0x80, 0x80}, {0x88, 0x88}, {0xA0, 0xA1}, {0xA3, 0xA5}, {0xB0, 0xB0},
             {0xB3, 0xB7}, {0xBA, 0xBB}, {0xBE, 0xBE}),
    STATE_OF(VENTILATION_FAN, climate, {0x80, 0x80}, {0x88, 0x88}, {0xA0, 0xA0}, {0xBF, 0xBF}),
    STATE_OF(AIR_CONDITIONING_FAN, climate, {0x80, 0x80}, {0x88, 0x88}, {0xA0, 0xA0}, {0xBE, 0xBE}),
    STATE_OF(AIR_CLEANER, climate, {0x80, 0x80}, {0x88, 0x88}, {0xA0, 0xA0}, {0xE1, 0xE1}),
    {WF_PEER_KNOWN,
     WF_MAY_READ | WF_MAY_NOTIFY,
     false,
     WF_ANY_INSTANCE,
     LIGHT,
     PLAIN_LIGHT,
     {{0x80, 0x80}, {0x88, 0x88}, {0xB0, 0xB1}},
     told_by_known,
     0},
    SETTINGS_OF(AIR_CONDITIONER, {0xA0, 0xA1}, {0xA3, 0xA5}, {0xB3, 0xB3}),
    SETTINGS_OF(VENTILATION_FAN, {0xA0, 0xA0}),
    SETTINGS_OF(AIR_CONDITIONING_FAN, {0xA0, 0xA0}),
    SETTINGS_OF(AIR_CLEANER, {0xA0, 0xA0}),
    SETTINGS_OF(LIGHT, {0xB1, 0xB1}),
};

/* ---- open ---- */

static const char laboratory[] = "for a laboratory: nothing is protected";

static const wf_policy_rule open_rules[] = {
    {ANYBODY | WF_PEER_PAIRED, WF_MAY_READ | WF_MAY_WRITE | WF_MAY_NOTIFY, false, WF_ANY_INSTANCE, WF_ANY_CLASS,
     EVERY_EPC, laboratory, 0},
    {WF_PEER_MEMBER, WF_MAY_NOTIFY, false, WF_ANY_INSTANCE, WF_ANY_CLASS, EVERY_EPC, laboratory, 0},
    {WF_PEER_UNKNOWN, WF_MAY_ANNOUNCE, false, WF_ANY_INSTANCE, WF_ANY_CLASS, EVERY_EPC, laboratory, 0},
};

#define RULES(table) (table), sizeof(table) / sizeof(table)[0]
const wf_policy wf_policy_strict = {"strict", RULES(strict_rules), NULL, false};
const wf_policy wf_policy_mixed = {"mixed", RULES(mixed_rules), &wf_policy_strict, false};
const wf_policy wf_policy_open = {"open", RULES(open_rules), NULL, true};

const wf_policy *wf_policy_shipped(unsigned at) {
    static const wf_policy *const all[] = {&wf_policy_strict, &wf_policy_mixed, &wf_policy_open};
    return at < sizeof all / sizeof all[0] ? all[at] : NULL;
}

const wf_policy *wf_policy_named(const char *name) {
    const wf_policy *policy;
    for (unsigned at = 0; (policy = wf_policy_shipped(at)) != NULL; at++) {
        if (strcmp(policy->name, name) == 0) {
            return policy;
        }
    }
    return NULL;
}
