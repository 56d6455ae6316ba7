#include "pki/extensions.h"
#include "pki/der.h"
#include "pki/extension_list.h"
#include "pki/name.h"
#include "pki/profile.h"

/* 4.2.1.9: pathLenConstraint only with cA, and cA only in a critical extension. */
static void read_basic_constraints(wf_certificate *out, wf_reader *value, bool critical) {
    wf_reader r = wf_der_enter(value, WF_DER_SEQUENCE);
    if (wf_der_next_is(&r, WF_DER_BOOLEAN)) {
        out->is_ca = wf_der_read_boolean(&r);
        if (!out->is_ca || !critical) {
            wf_reader_fail(&r);
        }
    }
    if (out->is_ca && r.left > 0) {
        out->path_len = (int)wf_der_read_small(&r, WF_DER_INTEGER);
    }
    wf_der_leave(value, &r);
}

/* 4.2.1.3: digitalSignature (0), keyCertSign (5), cRLSign (6); at least one bit of all is set. */
static void read_key_usage(wf_certificate *out, wf_reader *value) {
    unsigned bits = wf_der_read_named_bits(value);
    if (bits == 0 || bits >= 1u << 9) {
        wf_reader_fail(value);
    }
    out->has_usage = true;
    out->usage = (bits & 1u << 0 ? WF_USAGE_DIGITAL_SIGNATURE : 0u) | (bits & 1u << 5 ? WF_USAGE_KEY_CERT_SIGN : 0u) |
                 (bits & 1u << 6 ? WF_USAGE_CRL_SIGN : 0u);
}

/* 4.2.1.12: one purpose at least. */
static void read_purposes(wf_certificate *out, wf_reader *value) {
    wf_reader r = wf_der_enter(value, WF_DER_SEQUENCE);
    out->has_purposes = true;
    do {
        switch (wf_oid_find(wf_der_read(&r, WF_DER_OID).contents)) {
        case WF_OID_SERVER_AUTH:
            out->purposes |= WF_PURPOSE_SERVER_AUTH;
            break;
        case WF_OID_CLIENT_AUTH:
            out->purposes |= WF_PURPOSE_CLIENT_AUTH;
            break;
        case WF_OID_ANY_PURPOSE:
            out->purposes |= WF_PURPOSE_ANY;
            break;
        default:
            break;
        }
    } while (r.left > 0);
    wf_der_leave(value, &r);
}

/* 4.2.1.6: nothing is taken from it; it must be critical exactly when it stands in for an empty subject (4.1.2.6: is
 * MUST there, SHOULD NOT otherwise). */
static void read_alt_name(wf_reader *value, bool critical, bool subject_is_empty) {
    wf_reader r = wf_der_enter(value, WF_DER_SEQUENCE);
    do {
        uint8_t tag = wf_der_read_any(&r).tag;
        if ((tag & 0xC0) != WF_DER_CONTEXT || (tag & 0x1F) > 8) {
            wf_reader_fail(&r);
        }
    } while (r.left > 0);
    wf_der_leave(value, &r);
    if (critical != subject_is_empty) {
        wf_reader_fail(value);
    }
}

static void read_role(wf_certificate *out, wf_reader *value) {
    unsigned role = wf_der_read_small(value, WF_DER_ENUMERATED);
    if (role != WF_ROLE_DEVICE && role != WF_ROLE_CONTROLLER) {
        wf_reader_fail(value);
    }
    out->role = (wf_role)role;
}

/* Reads a known extension; `value` is strict DER already. */
static void read_known(wf_certificate *out, wf_reader *value, wf_oid oid, bool critical) {
    bool never_critical = oid == WF_OID_SUBJECT_KEY_ID || oid == WF_OID_AUTHORITY_KEY_ID || oid == WF_OID_ROLE;
    if (critical && never_critical) {
        wf_reader_fail(value);
    }
    switch (oid) {
    case WF_OID_BASIC_CONSTRAINTS:
        read_basic_constraints(out, value, critical);
        break;
    case WF_OID_KEY_USAGE:
        read_key_usage(out, value);
        break;
    case WF_OID_EXT_KEY_USAGE:
        read_purposes(out, value);
        break;
    case WF_OID_SUBJECT_KEY_ID:
        out->subject_key_id = wf_der_read(value, WF_DER_OCTET_STRING).contents;
        if (out->subject_key_id.len == 0) {
            wf_reader_fail(value);
        }
        break;
    case WF_OID_AUTHORITY_KEY_ID:
        out->authority_key_id = wf_authority_key_id_read(value);
        break;
    case WF_OID_SUBJECT_ALT_NAME:
        read_alt_name(value, critical, wf_name_is_empty(out->subject));
        break;
    default:
        read_role(out, value);
        break;
    }
}

static bool is_extension(wf_oid oid) {
    switch (oid) {
    case WF_OID_BASIC_CONSTRAINTS:
    case WF_OID_KEY_USAGE:
    case WF_OID_EXT_KEY_USAGE:
    case WF_OID_SUBJECT_KEY_ID:
    case WF_OID_AUTHORITY_KEY_ID:
    case WF_OID_SUBJECT_ALT_NAME:
    case WF_OID_ROLE:
        return true;
    default:
        return false;
    }
}

/* 4.2.1.10, 4.2.1.11, 4.2.1.14: they narrow what a CA may issue and must be critical. We don't enforce them, so they
 * are never passed over. */
static bool is_constraint(wf_oid oid) {
    return oid == WF_OID_NAME_CONSTRAINTS || oid == WF_OID_POLICY_CONSTRAINTS || oid == WF_OID_INHIBIT_ANY_POLICY;
}

typedef struct taking {
    wf_certificate *out;
    bool has_alt_name;
} taking;

static wf_error take_extension(void *context, const wf_extension *e) {
    taking *t = context;
    if (!is_extension(e->type)) {
        return e->critical || is_constraint(e->type) ? WF_ERROR_CERTIFICATE : WF_OK; /* RFC 5280 4.2 */
    }
    if (wf_der_check(e->value) != WF_OK) {
        return WF_ERROR_DER;
    }
    wf_reader value = wf_reader_of(e->value);
    read_known(t->out, &value, e->type, e->critical);
    t->has_alt_name = t->has_alt_name || e->type == WF_OID_SUBJECT_ALT_NAME;
    return wf_reader_finish(&value) == WF_OK ? WF_OK : WF_ERROR_CERTIFICATE;
}

/* What the extensions say together. */
static bool fit_together(const wf_certificate *c, bool has_alt_name) {
    bool signs_certificates = c->has_usage && (c->usage & WF_USAGE_KEY_CERT_SIGN);
    if (signs_certificates && !c->is_ca) { /* RFC 5280 4.2.1.9 */
        return false;
    }
    if (c->path_len >= 0 && !signs_certificates) { /* 4.2.1.9 */
        return false;
    }
    if (c->is_ca && c->role != WF_ROLE_NONE) {
        return false;
    }
    return !wf_name_is_empty(c->subject) || (has_alt_name && !c->is_ca); /* 4.1.2.6 */
}

wf_error wf_extensions_parse(wf_certificate *out, wf_bytes contents) {
    taking t = {.out = out};
    wf_error error = contents.len > 0 ? wf_extension_list_read(contents, take_extension, &t) : WF_OK;
    if (error == WF_OK && !fit_together(out, t.has_alt_name)) {
        error = WF_ERROR_CERTIFICATE;
    }
    return error;
}
