#include "pki/signed.h"

/* Whether the names, and the key identifiers where both sides have one, make `issuer` the issuer of `subject`
 * (RFC 5280 6.1.3 a 4, 4.2.1.1). */
static bool links(const wf_certificate *subject, const wf_certificate *issuer) {
    bool both = subject->authority_key_id.len > 0 && issuer->subject_key_id.len > 0;
    return wf_bytes_equal(subject->issuer, issuer->subject) &&
           (!both || wf_bytes_equal(subject->authority_key_id, issuer->subject_key_id));
}

static bool is_self_issued(const wf_certificate *certificate) {
    return wf_bytes_equal(certificate->issuer, certificate->subject);
}

/* `below`: the CA certificates between this one and the end that are not self-issued (RFC 5280 6.1.4 k to n). The
 * keyUsage extension is demanded of a CA, as 4.2.1.3 demands it of those who issue. */
static bool may_issue(const wf_certificate *issuer, int below) {
    bool signs = issuer->has_usage && (issuer->usage & WF_USAGE_KEY_CERT_SIGN);
    return issuer->is_ca && signs && (issuer->path_len < 0 || below <= issuer->path_len);
}

/* RFC 5280 4.1.2.5: both ends of the period belong to it. */
static wf_error check_validity(const wf_certificate *certificate, const wf_chain_rules *rules) {
    if (rules->now > certificate->not_after) {
        return WF_ERROR_EXPIRED;
    }
    return rules->has_time && rules->now < certificate->not_before ? WF_ERROR_NOT_YET_VALID : WF_OK;
}

/* RFC 5280 4.2.1.3 and 4.2.1.12 restrict where they are present; the purposes are those of mutual authentication. */
static wf_error check_end(const wf_certificate *end, wf_role role) {
    if (role != WF_ROLE_NONE && end->role != role) {
        return WF_ERROR_WRONG_ROLE;
    }
    if (role != WF_ROLE_NONE && !end->has_number) {
        return WF_ERROR_CERTIFICATE;
    }
    bool may_sign = !end->has_usage || (end->usage & WF_USAGE_DIGITAL_SIGNATURE);
    bool may_authenticate = !end->has_purposes || end->purposes != 0;
    return may_sign && may_authenticate ? WF_OK : WF_ERROR_CERTIFICATE;
}

static wf_error verify_signature(const wf_certificate *subject, const wf_certificate *issuer) {
    return wf_signed_verify(subject->tbs, subject->signature, issuer->public_key);
}

/* All that needs no signature. *below gets the CA certificates that count against the anchor's pathLenConstraint. */
static wf_error check_given(const wf_certificate *given, size_t count, const wf_chain_rules *rules, int *below) {
    *below = 0;
    for (size_t i = 1; i < count; i++) {
        if (!links(&given[i - 1], &given[i]) || !may_issue(&given[i], *below)) {
            return WF_ERROR_CHAIN;
        }
        *below += is_self_issued(&given[i]) ? 0 : 1;
    }
    for (size_t i = 0; i < count; i++) {
        wf_error error = check_validity(&given[i], rules);
        if (error != WF_OK) {
            return error;
        }
    }
    return check_end(&given[0], rules->role);
}

static wf_error check_anchor(const wf_certificate *top, const wf_certificate *anchor, const wf_chain_rules *rules,
                             int below) {
    if (!may_issue(anchor, below)) {
        return WF_ERROR_CHAIN;
    }
    wf_error error = check_validity(anchor, rules);
    return error != WF_OK ? error : verify_signature(top, anchor);
}

/* Several anchors may have the name (a root and its successor): the first that proves the signature is the one. Without
 * one the error is that of an anchor which was refused before its signature counted, else SIGNATURE. */
static wf_error find_anchor(const wf_certificate *top, const wf_chain_rules *rules, int below) {
    wf_error found = WF_ERROR_UNTRUSTED;
    for (size_t i = 0; i < rules->anchor_count; i++) {
        wf_certificate anchor;
        wf_error error = wf_certificate_parse(&anchor, rules->anchors[i]);
        if (error != WF_OK) {
            return error;
        }
        if (!links(top, &anchor)) {
            continue;
        }
        error = check_anchor(top, &anchor, rules, below);
        if (error == WF_OK || error == WF_ERROR_BACKEND) {
            return error;
        }
        if (error != WF_ERROR_SIGNATURE || found == WF_ERROR_UNTRUSTED) {
            found = error;
        }
    }
    return found;
}

static wf_error verify(wf_certificate *given, const wf_bytes *chain, size_t count, const wf_chain_rules *rules) {
    for (size_t i = 0; i < count; i++) {
        wf_error error = wf_certificate_parse(&given[i], chain[i]);
        if (error != WF_OK) {
            return error;
        }
    }
    int below;
    wf_error error = check_given(given, count, rules, &below);
    if (error == WF_OK) {
        error = find_anchor(&given[count - 1], rules, below);
    }
    for (size_t i = count - 1; i > 0 && error == WF_OK; i--) {
        error = verify_signature(&given[i - 1], &given[i]);
    }
    return error;
}

wf_error wf_chain_verify(wf_certificate *end, const wf_bytes *chain, size_t chain_len, const wf_chain_rules *rules) {
    wf_certificate given[WF_CHAIN_MAX_LEN];
    *end = (wf_certificate){0};
    if (chain_len == 0 || chain_len > rules->max_len || chain_len > WF_CHAIN_MAX_LEN) {
        return WF_ERROR_CHAIN;
    }
    wf_error error = verify(given, chain, chain_len, rules);
    if (error == WF_OK) {
        *end = given[0];
    }
    return error;
}
