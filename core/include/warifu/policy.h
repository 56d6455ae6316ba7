/* Policy: who may do what to which property. Rules in order, as data; the first that fits decides, and what no rule
 * fits is denied.
 *
 * docs/howto/choose-a-policy.md says which policy is for whom, docs/reference/policy-file.md has the shipped ones in
 * full and how to write one's own (warifu/policy_file.h).
 */
#ifndef WARIFU_POLICY_H
#define WARIFU_POLICY_H

#include <warifu/bytes.h>
#include <warifu/eoj.h>

WF_C_BEGIN

/* Who it is, weakest first. Values are bits, so that a rule can name several. */
typedef enum wf_peer_kind {
    WF_PEER_UNKNOWN = 1, /* an address and nothing more */
    WF_PEER_KNOWN = 2,   /* the same, but an address that the owner listed: anybody in the network can forge it */
    WF_PEER_MEMBER = 4,  /* proven by a signature in a group; the group's manager is a paired peer */
    WF_PEER_PAIRED = 8   /* proven by a session */
} wf_peer_kind;

typedef enum wf_policy_access {
    WF_MAY_READ = 1,
    WF_MAY_WRITE = 2,
    WF_MAY_NOTIFY = 4,  /* send us this notification */
    WF_MAY_ANNOUNCE = 8 /* be told this in clear, by multicast, as are all answers to INF_REQ in clear */
} wf_policy_access;

typedef struct wf_epc_range {
    uint8_t first, last; /* inclusive */
} wf_epc_range;

enum { WF_POLICY_RANGES = 16, WF_ANY_INSTANCE = 0 };
#define WF_ANY_CLASS 0x0000, 0xFFFF

/* Members only notify, and what is announced everybody hears: so rules that allow give members nothing but NOTIFY, and
 * ANNOUNCE to unknown peers alone. */
typedef struct wf_policy_rule {
    uint8_t peers, access; /* sets of bits */
    bool denies;
    uint8_t instance;                    /* 1 to 127, or WF_ANY_INSTANCE */
    uint16_t first_class, last_class;    /* group << 8 | class, inclusive */
    wf_epc_range epcs[WF_POLICY_RANGES]; /* those after the first one with last 0 don't count */
    const char *why;                     /* NULL: not said */
    unsigned line;                       /* where it begins in its file; 0: it comes from none */
} wf_policy_rule;

typedef struct wf_policy {
    const char *name;
    const wf_policy_rule *rules;
    size_t count;
    const struct wf_policy *base; /* whose rules come after these; NULL: none */
    bool laboratory;              /* made to protect nothing */
} wf_policy;

/* Unknown peers may read what discovery needs (node profile 80 82 83 8A 9D-9F D3-D7) and are told the instance list;
 * paired peers may do everything. */
extern const wf_policy wf_policy_strict;
/* For homes with devices that have no DA: unknown peers may also read harmless state, known ones change harmless
 * settings. Nothing that starts or stops an appliance, that tells of people or bills, no locks. */
extern const wf_policy wf_policy_mixed;
/* Everybody may do everything in clear. For a laboratory, and for seeing what the others protect from. */
extern const wf_policy wf_policy_open;

/* The shipped ones: `at` counts from 0; NULL past the end. By name; NULL: there is none. */
const wf_policy *wf_policy_shipped(unsigned at);
const wf_policy *wf_policy_named(const char *name);

/* Is it, or one that it stands on, made to protect nothing? Who chooses such a one should be told loudly. */
bool wf_policy_is_for_laboratory(const wf_policy *policy);
/* ARGUMENT: a rule that allows gives members more than NOTIFY, or ANNOUNCE to others than unknown peers; or more than
 * four policies stand on each other. */
WF_MUST_CHECK wf_error wf_policy_check(const wf_policy *policy);

typedef struct wf_policy_question {
    wf_peer_kind peer;
    wf_eoj eoj;
    uint8_t epc;
    wf_policy_access access;
} wf_policy_question;

typedef struct wf_policy_verdict {
    bool allowed;
    const wf_policy_rule *rule; /* that decides; NULL: none fits, and so it is denied */
    const wf_policy
        *policy;  /* where the rule stands: the one that was asked, or one below; without a rule the former */
    size_t index; /* of the rule there, from 0 */
} wf_policy_verdict;

wf_policy_verdict wf_policy_decide(const wf_policy *policy, const wf_policy_question *question);
bool wf_policy_allows(const wf_policy *policy, wf_peer_kind peer, wf_eoj eoj, uint8_t epc, wf_policy_access access);

enum { WF_POLICY_TEXT_LEN = 512 };
/* The verdict as a sentence: `a known peer may set 013001:B3: rule 11 of "mixed" allows it (an ordinary setting)`. A
 * long reason is cut. Gives `text` back. */
char *wf_policy_explain(char text[WF_STATIC WF_POLICY_TEXT_LEN], const wf_policy_verdict *verdict,
                        const wf_policy_question *question);

/* "unknown", "known", "member", "paired"; "read", "write", "notify", "announce". NULL, and false, for what is none. */
const char *wf_peer_kind_text(wf_peer_kind kind);
bool wf_peer_kind_named(wf_peer_kind *out, const char *text);
const char *wf_policy_access_text(wf_policy_access access);
bool wf_policy_access_named(wf_policy_access *out, const char *text);

WF_C_END

#endif
