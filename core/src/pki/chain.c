#include "pki/crl_entry.h"
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
static wf_error check_end(const wf_certificate *end, const wf_chain_rules *rules) {
    wf_role role = rules->role;
    if (rules->for_lists) {
        return wf_crl_may_sign(end) ? WF_OK : WF_ERROR_CHAIN;
    }
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

static wf_error fail_at(wf_chain_path *path, size_t place, wf_error error) {
    path->failed_at = place;
    return error;
}

/* All that needs no signature. *below gets the CA certificates that count against the anchor's pathLenConstraint. */
static wf_error check_given(wf_chain_path *path, size_t count, const wf_chain_rules *rules, int *below) {
    const wf_certificate *given = path->certificates;
    *below = 0;
    for (size_t i = 1; i < count; i++) {
        if (!links(&given[i - 1], &given[i]) || !may_issue(&given[i], *below)) {
            return fail_at(path, i, WF_ERROR_CHAIN);
        }
        *below += is_self_issued(&given[i]) ? 0 : 1;
    }
    for (size_t i = 0; i < count; i++) {
        wf_error error = check_validity(&given[i], rules);
        if (error != WF_OK) {
            return fail_at(path, i, error);
        }
    }
    return fail_at(path, 0, check_end(&given[0], rules));
}

static wf_error check_anchor(wf_chain_path *path, size_t count, const wf_chain_rules *rules, int below) {
    const wf_certificate *anchor = &path->certificates[count];
    if (!may_issue(anchor, below)) {
        return fail_at(path, count, WF_ERROR_CHAIN);
    }
    wf_error error = check_validity(anchor, rules);
    if (error != WF_OK) {
        return fail_at(path, count, error);
    }
    return fail_at(path, count - 1, verify_signature(&path->certificates[count - 1], anchor));
}

/* Several anchors may have the name (a root and its successor): the first that proves the signature is the one. Without
 * one the error is that of an anchor which was refused before its signature counted, else SIGNATURE. */
static wf_error find_anchor(wf_chain_path *path, size_t count, const wf_chain_rules *rules, int below) {
    wf_error found = WF_ERROR_UNTRUSTED;
    size_t found_at = count - 1;
    for (size_t i = 0; i < rules->anchor_count; i++) {
        wf_certificate *anchor = &path->certificates[count];
        wf_error error = wf_certificate_parse(anchor, rules->anchors[i]);
        if (error != WF_OK) {
            return fail_at(path, count, error);
        }
        if (!links(&path->certificates[count - 1], anchor)) {
            continue;
        }
        error = check_anchor(path, count, rules, below);
        if (error == WF_OK || error == WF_ERROR_BACKEND) {
            return error;
        }
        if (error != WF_ERROR_SIGNATURE || found == WF_ERROR_UNTRUSTED) {
            found = error;
            found_at = path->failed_at;
        }
    }
    return fail_at(path, found_at, found);
}

static wf_error judge(wf_chain_path *path, const wf_bytes *chain, size_t count, const wf_chain_rules *rules) {
    wf_certificate *given = path->certificates;
    for (size_t i = 0; i < count; i++) {
        wf_error error = wf_certificate_parse(&given[i], chain[i]);
        if (error != WF_OK) {
            return fail_at(path, i, error);
        }
    }
    int below;
    wf_error error = check_given(path, count, rules, &below);
    if (error == WF_OK) {
        error = find_anchor(path, count, rules, below);
    }
    for (size_t i = count - 1; i > 0 && error == WF_OK; i--) {
        error = fail_at(path, i - 1, verify_signature(&given[i - 1], &given[i]));
    }
    return error;
}

wf_error wf_chain_judge(wf_chain_path *path, const wf_bytes *chain, size_t chain_len, const wf_chain_rules *rules) {
    *path = (wf_chain_path){0};
    if (chain_len == 0 || chain_len > rules->max_len || chain_len > WF_CHAIN_MAX_LEN) {
        return WF_ERROR_CHAIN;
    }
    wf_error error = judge(path, chain, chain_len, rules);
    if (error != WF_OK) {
        *path = (wf_chain_path){.failed_at = path->failed_at};
        return error;
    }
    path->failed_at = 0;
    path->len = chain_len + 1;
    return WF_OK;
}

wf_error wf_chain_verify(wf_certificate *end, const wf_bytes *chain, size_t chain_len, const wf_chain_rules *rules) {
    wf_chain_path path;
    wf_error error = wf_chain_judge(&path, chain, chain_len, rules);
    *end = path.certificates[0];
    return error;
}
