/* Policy: who may do what to which property. A table of allowances; what no row allows is denied. */
#ifndef WARIFU_POLICY_H
#define WARIFU_POLICY_H

#include <warifu/bytes.h>
#include <warifu/eoj.h>

WF_C_BEGIN

typedef enum wf_peer_kind {
    WF_PEER_UNKNOWN = 1, /* an address and nothing more */
    WF_PEER_PAIRED = 2   /* proven by a session */
} wf_peer_kind;

typedef enum wf_policy_access {
    WF_MAY_READ = 1,
    WF_MAY_WRITE = 2,
    WF_MAY_NOTIFY = 4,  /* send us this notification */
    WF_MAY_ANNOUNCE = 8 /* be told this in clear, by multicast */
} wf_policy_access;

enum { WF_ANY_CLASS = 0 };

/* One allowance. Peers and accesses are sets of bits; the EPC range is inclusive. */
typedef struct wf_policy_rule {
    uint8_t peers;
    uint8_t access;
    uint16_t eoj_class; /* group << 8 | class, or WF_ANY_CLASS */
    uint8_t first_epc, last_epc;
} wf_policy_rule;

typedef struct wf_policy {
    const char *name;
    const wf_policy_rule *rules;
    size_t count;
} wf_policy;

/* Unknown peers may read what discovery needs (node profile 80 82 83 8A 9D-9F D3-D7) and are told the instance list;
 * paired peers may do everything. */
extern const wf_policy wf_policy_strict;
/* Everybody may do everything in clear. For a laboratory, and for seeing what the strict one protects from. */
extern const wf_policy wf_policy_open;

/* The first rule that allows it, or NULL: then it is denied. */
const wf_policy_rule *wf_policy_find(const wf_policy *policy, wf_peer_kind peer, wf_eoj eoj, uint8_t epc,
                                     wf_policy_access access);

WF_C_END

#endif
