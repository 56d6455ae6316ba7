#include "pki/extension_list.h"
#include "pki/name.h"
#include "pki/public_key.h"
#include "pki/signed.h"
#include <string.h>
#include <warifu/csr.h>

enum { ATTRIBUTES = WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 0 };

static void read_asked_role(wf_csr *out, wf_reader *value) {
    unsigned role = wf_der_read_small(value, WF_DER_ENUMERATED);
    if (role != WF_ROLE_DEVICE && role != WF_ROLE_CONTROLLER) {
        wf_reader_fail(value);
    }
    out->role = (wf_role)role;
}

static void read_asked_constraints(wf_csr *out, wf_reader *value) {
    wf_reader r = wf_der_enter(value, WF_DER_SEQUENCE);
    out->asks_ca = wf_der_next_is(&r, WF_DER_BOOLEAN) && wf_der_read_boolean(&r);
    (void)wf_read_rest(&r); /* how long a path it asks for is nobody's matter */
    wf_der_leave(value, &r);
}

static wf_error take_asked(void *context, const wf_extension *e) {
    if (e->type != WF_OID_ROLE && e->type != WF_OID_BASIC_CONSTRAINTS) {
        return WF_OK;
    }
    if (wf_der_check(e->value) != WF_OK) {
        return WF_ERROR_DER;
    }
    wf_reader value = wf_reader_of(e->value);
    (e->type == WF_OID_ROLE ? read_asked_role : read_asked_constraints)(context, &value);
    return wf_reader_finish(&value) == WF_OK ? WF_OK : WF_ERROR_REQUEST;
}

/* RFC 2986 4.1, RFC 2985 5.4.2: the extensions asked for stand in one attribute with one value. Others are passed over.
 */
static wf_error read_attributes(wf_csr *out, wf_bytes contents) {
    wf_reader list = wf_reader_of(contents);
    bool seen = false;
    while (list.left > 0) {
        wf_reader r = wf_der_enter(&list, WF_DER_SEQUENCE);
        wf_oid type = wf_oid_find(wf_der_read(&r, WF_DER_OID).contents);
        wf_bytes values = wf_der_read(&r, WF_DER_SET).contents;
        wf_der_leave(&list, &r);
        if (list.failed || values.len == 0 || (seen && type == WF_OID_EXTENSION_REQUEST)) {
            return WF_ERROR_REQUEST;
        }
        if (type != WF_OID_EXTENSION_REQUEST) {
            continue;
        }
        seen = true;
        wf_reader one = wf_reader_of(values);
        wf_bytes extensions = wf_der_read(&one, WF_DER_SEQUENCE).whole;
        wf_error error =
            wf_reader_finish(&one) == WF_OK ? wf_extension_list_read(extensions, take_asked, out) : WF_ERROR_REQUEST;
        if (error != WF_OK) {
            return error;
        }
    }
    return WF_OK;
}

static wf_error read_subject(wf_csr *out) {
    wf_error error = wf_name_check(out->subject);
    if (error == WF_OK) {
        error = wf_name_number(&out->has_number, out->number, out->subject);
    }
    if (error == WF_OK) {
        out->common_name = wf_name_common(out->subject);
    }
    return error;
}

/* RFC 2986 4.1: version 1 is the number 0. */
static wf_error read_info(wf_csr *out) {
    wf_reader outer = wf_reader_of(out->info);
    wf_reader r = wf_der_enter(&outer, WF_DER_SEQUENCE);
    unsigned version = wf_der_read_small(&r, WF_DER_INTEGER);
    out->subject = wf_der_read(&r, WF_DER_SEQUENCE).whole;
    wf_public_key_read(out->public_key, &r);
    wf_bytes attributes = wf_der_read(&r, ATTRIBUTES).contents;
    if (wf_reader_finish(&r) != WF_OK || version != 0) {
        return WF_ERROR_REQUEST;
    }
    wf_error error = read_subject(out);
    return error != WF_OK ? error : read_attributes(out, attributes);
}

static wf_error read_frame(wf_csr *out, wf_bytes *signature) {
    wf_reader outer = wf_reader_of(out->der);
    wf_reader r = wf_der_enter(&outer, WF_DER_SEQUENCE);
    out->info = wf_der_read(&r, WF_DER_SEQUENCE).whole;
    bool known = wf_der_read_is(&r, wf_algorithm_ecdsa_sha256());
    *signature = wf_der_read_octet_aligned(&r);
    return known && wf_reader_finish(&r) == WF_OK ? WF_OK : WF_ERROR_REQUEST;
}

static wf_error parse(wf_csr *out) {
    wf_bytes signature;
    wf_error error = wf_der_check(out->der);
    if (error == WF_OK) {
        error = read_frame(out, &signature);
    }
    if (error == WF_OK) {
        error = wf_signature_from_der(out->signature, signature);
    }
    if (error == WF_OK) {
        error = read_info(out);
    }
    if (error == WF_OK) {
        error = wf_signed_verify(out->info, out->signature, out->public_key);
    }
    return error == WF_ERROR_CERTIFICATE ? WF_ERROR_REQUEST : error;
}

wf_error wf_csr_parse(wf_csr *out, wf_bytes der) {
    *out = (wf_csr){.der = der};
    wf_error error = parse(out);
    if (error != WF_OK) {
        *out = (wf_csr){0};
    }
    return error;
}

static void write_attributes(wf_writer *w, wf_role role) {
    size_t attributes = wf_der_begin(w, ATTRIBUTES);
    if (role != WF_ROLE_NONE) {
        size_t attribute = wf_der_begin(w, WF_DER_SEQUENCE);
        wf_der_write(w, WF_DER_OID, wf_oid_contents(WF_OID_EXTENSION_REQUEST));
        size_t values = wf_der_begin(w, WF_DER_SET);
        size_t list = wf_der_begin(w, WF_DER_SEQUENCE);
        wf_role_write(w, role);
        wf_der_end(w, list);
        wf_der_end(w, values);
        wf_der_end(w, attribute);
    }
    wf_der_end(w, attributes);
}

static void write_info(wf_writer *w, const wf_csr_order *order, const uint8_t *public_key) {
    static const uint8_t version = 0;
    size_t info = wf_der_begin(w, WF_DER_SEQUENCE);
    wf_der_write_unsigned(w, wf_bytes_of(&version, 1));
    wf_name_write(w, order->common_name, order->number);
    wf_public_key_write(w, public_key);
    write_attributes(w, order->role);
    wf_der_end(w, info);
}

static bool order_is_good(const wf_csr_order *order) {
    bool named = order->common_name == NULL || wf_name_is_writable(order->common_name);
    return named && (order->common_name != NULL || order->number != NULL) &&
           (order->role == WF_ROLE_NONE || order->role == WF_ROLE_DEVICE || order->role == WF_ROLE_CONTROLLER);
}

wf_error wf_csr_write(wf_writer *out, const wf_csr_order *order, wf_signer signer, wf_drbg *drbg) {
    if (!order_is_good(order) || signer.sign == NULL) {
        return WF_ERROR_ARGUMENT;
    }
    const wf_writer before = *out;
    size_t request = wf_der_begin(out, WF_DER_SEQUENCE);
    write_info(out, order, signer.public_key);
    wf_error error = wf_signed_end(out, request, signer, drbg);
    if (error != WF_OK) {
        *out = before;
    }
    return error;
}
