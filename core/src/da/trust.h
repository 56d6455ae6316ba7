/* Whom a node trusts: the certificates of strangers, judged by the anchors, the lists of what was revoked, and the date
 * as far as it is known. */
#ifndef WARIFU_DA_TRUST_H
#define WARIFU_DA_TRUST_H

#include "da/state.h"

/* The rules for a certificate of this role. Without a date its end is held against the time floor. */
wf_chain_rules wf_da_chain_rules(const wf_da *da, wf_time now, wf_role role);

/* The certificate of a stranger in this role: one that the anchors vouch for, or else any in the profile. `origin` says
 * where it comes from. Errors: CREDENTIAL, those of wf_chain_judge, REVOKED, CRL_EXPIRED (the list of an issuer is past
 * its time), CRL (a list was longer than this node can keep), STORE, STORE_DAMAGED. */
WF_MUST_CHECK wf_error wf_da_judge_stranger(const wf_da *da, wf_time now, const wf_edhoc_credential *credential,
                                            wf_role role, bool by_anchors, wf_certificate *peer, wf_origin *origin);
WF_MUST_CHECK wf_error wf_da_judge_chain(const wf_da *da, wf_time now, const wf_bytes *chain, size_t chain_len,
                                         wf_role role, wf_certificate *end, wf_origin *origin);

/* Is the peer on a list that is held? Errors: REVOKED, STORE, STORE_DAMAGED. */
WF_MUST_CHECK wf_error wf_da_check_lists(const wf_da *da, const wf_pairing *peer);

/* A CA under the anchors that may sign lists, and is on none itself. */
WF_MUST_CHECK wf_error wf_da_judge_issuer(const wf_da *da, wf_time now, wf_bytes der, wf_certificate *issuer,
                                          wf_origin *origin);

/* The durable floor under the date: it only rises. Errors of raising: STORE. */
WF_MUST_CHECK wf_error wf_da_floor_load(wf_da *da, int64_t build_date);
WF_MUST_CHECK wf_error wf_da_floor_raise(wf_da *da, int64_t seconds);

#endif
