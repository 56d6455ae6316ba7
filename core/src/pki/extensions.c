#include "pki/extensions.h"
#include "pki/der.h"
#include "pki/name.h"
#include "pki/profile.h"

enum { EXTENSIONS_MAX = 16 };

typedef struct extension {
    wf_bytes oid;
    bool critical;
    wf_bytes value; /* what the OCTET STRING holds */
} extension;

/* RFC 5280 4.2; X.690 11.5: a default value (critical FALSE) is not encoded. */
static extension read_extension(wf_reader *list) {
    extension e = {0};
    wf_reader r = wf_der_enter(list, WF_DER_SEQUENCE);
    e.oid = wf_der_read(&r, WF_DER_OID).contents;
    if (wf_der_next_is(&r, WF_DER_BOOLEAN)) {
        e.critical = wf_der_read_boolean(&r);
        if (!e.critical) {
            wf_reader_fail(&r);
        }
    }
    e.value = wf_der_read(&r, WF_DER_OCTET_STRING).contents;
    wf_der_leave(list, &r);
    return e;
}

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

static wf_bytes some(wf_reader *r, wf_bytes key_id) {
    if (key_id.len == 0) {
        wf_reader_fail(r);
    }
    return key_id;
}

/* 4.2.1.1; the issuer's name and serial number ([1] and [2]) are outside the profile. */
static void read_authority_key_id(wf_certificate *out, wf_reader *value) {
    wf_reader r = wf_der_enter(value, WF_DER_SEQUENCE);
    out->authority_key_id = some(&r, wf_der_read(&r, WF_DER_CONTEXT | 0).contents);
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
        out->subject_key_id = some(value, wf_der_read(value, WF_DER_OCTET_STRING).contents);
        break;
    case WF_OID_AUTHORITY_KEY_ID:
        read_authority_key_id(out, value);
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

static wf_error take_extension(wf_certificate *out, const extension *e, wf_oid oid) {
    if (!is_extension(oid)) {
        return e->critical ? WF_ERROR_CERTIFICATE : WF_OK; /* RFC 5280 4.2 */
    }
    if (wf_der_check(e->value) != WF_OK) {
        return WF_ERROR_DER;
    }
    wf_reader value = wf_reader_of(e->value);
    read_known(out, &value, oid, e->critical);
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
    wf_bytes seen[EXTENSIONS_MAX];
    size_t count = 0;
    bool has_alt_name = false;
    wf_reader outer = wf_reader_of(contents);
    wf_reader list = {0};
    if (contents.len > 0) {
        list = wf_der_enter(&outer, WF_DER_SEQUENCE);
        wf_der_leave(&list, &outer);
        if (list.left == 0) { /* 4.1.2.9: one at least */
            return WF_ERROR_CERTIFICATE;
        }
    }
    while (list.left > 0) {
        extension e = read_extension(&list);
        if (list.failed || count == EXTENSIONS_MAX) {
            return WF_ERROR_CERTIFICATE;
        }
        for (size_t i = 0; i < count; i++) {
            if (wf_bytes_equal(seen[i], e.oid)) { /* 4.2: not twice */
                return WF_ERROR_CERTIFICATE;
            }
        }
        seen[count++] = e.oid;
        wf_oid oid = wf_oid_find(e.oid);
        wf_error error = take_extension(out, &e, oid);
        if (error != WF_OK) {
            return error;
        }
        has_alt_name = has_alt_name || oid == WF_OID_SUBJECT_ALT_NAME;
    }
    return fit_together(out, has_alt_name) ? WF_OK : WF_ERROR_CERTIFICATE;
}
