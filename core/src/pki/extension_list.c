#include "pki/extension_list.h"

enum { EXTENSIONS_MAX = 16 };

/* RFC 5280 4.2; X.690 11.5: a default value (critical FALSE) is not encoded. */
static wf_extension read_extension(wf_reader *list) {
    wf_extension e = {0};
    wf_reader r = wf_der_enter(list, WF_DER_SEQUENCE);
    e.oid = wf_der_read(&r, WF_DER_OID).contents;
    e.type = wf_oid_find(e.oid);
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

/* RFC 5280 4.2: none stands there twice. */
static bool is_new(const wf_bytes *seen, size_t count, wf_bytes oid) {
    for (size_t i = 0; i < count; i++) {
        if (wf_bytes_equal(seen[i], oid)) {
            return false;
        }
    }
    return true;
}

wf_error wf_extension_list_read(wf_bytes der, wf_extension_take take, void *context) {
    wf_bytes seen[EXTENSIONS_MAX];
    size_t count = 0;
    wf_reader outer = wf_reader_of(der);
    wf_reader list = wf_der_enter(&outer, WF_DER_SEQUENCE);
    wf_der_leave(&list, &outer);
    if (list.left == 0) { /* 4.1.2.9: one at least */
        return WF_ERROR_CERTIFICATE;
    }
    while (list.left > 0) {
        wf_extension e = read_extension(&list);
        if (list.failed || count == EXTENSIONS_MAX || !is_new(seen, count, e.oid)) {
            return WF_ERROR_CERTIFICATE;
        }
        seen[count++] = e.oid;
        wf_error error = take(context, &e);
        if (error != WF_OK) {
            return error;
        }
    }
    return WF_OK;
}

wf_bytes wf_authority_key_id_read(wf_reader *value) {
    wf_reader r = wf_der_enter(value, WF_DER_SEQUENCE);
    wf_bytes key_id = wf_der_read(&r, WF_DER_CONTEXT | 0).contents;
    if (key_id.len == 0) {
        wf_reader_fail(&r);
    }
    wf_der_leave(value, &r);
    return key_id;
}

wf_extension_marks wf_extension_begin(wf_writer *w, wf_oid type, bool critical) {
    wf_extension_marks marks = {.extension = wf_der_begin(w, WF_DER_SEQUENCE)};
    wf_der_write(w, WF_DER_OID, wf_oid_contents(type));
    if (critical) {
        wf_der_write_boolean(w, true);
    }
    marks.value = wf_der_begin(w, WF_DER_OCTET_STRING);
    return marks;
}

void wf_extension_end(wf_writer *w, wf_extension_marks marks) {
    wf_der_end(w, marks.value);
    wf_der_end(w, marks.extension);
}

void wf_role_write(wf_writer *w, wf_role role) {
    const uint8_t octet = (uint8_t)role;
    wf_extension_marks marks = wf_extension_begin(w, WF_OID_ROLE, false);
    wf_der_write(w, WF_DER_ENUMERATED, wf_bytes_of(&octet, 1));
    wf_extension_end(w, marks);
}

/* RFC 5280 4.2.1.1 */
void wf_authority_key_id_write(wf_writer *w, wf_bytes key_id) {
    wf_extension_marks marks = wf_extension_begin(w, WF_OID_AUTHORITY_KEY_ID, false);
    size_t mark = wf_der_begin(w, WF_DER_SEQUENCE);
    wf_der_write(w, WF_DER_CONTEXT | 0, key_id);
    wf_der_end(w, mark);
    wf_extension_end(w, marks);
}

wf_error wf_issuer_key_id(wf_bytes *out, uint8_t room[static WF_KEY_ID_LEN], const wf_certificate *issuer) {
    bool has = issuer->subject_key_id.len > 0;
    *out = has ? issuer->subject_key_id : wf_bytes_of(room, WF_KEY_ID_LEN);
    return has ? WF_OK : wf_key_id(room, issuer->public_key);
}
