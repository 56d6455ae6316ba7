#include "pki/crl_entry.h"
#include "pki/extension_list.h"
#include <string.h>

void wf_serial_pad(uint8_t out[static WF_SERIAL_LEN], wf_bytes serial) {
    memset(out, 0, WF_SERIAL_LEN);
    memcpy(out + WF_SERIAL_LEN - serial.len, serial.at, serial.len);
}

bool wf_crl_reason_is_known(unsigned reason) {
    return reason <= WF_CRL_ON_HOLD || reason == WF_CRL_PRIVILEGE_WITHDRAWN || reason == WF_CRL_AA_COMPROMISE;
}

bool wf_crl_may_sign(const wf_certificate *issuer) {
    return issuer->is_ca && issuer->has_usage && (issuer->usage & WF_USAGE_CRL_SIGN);
}

/* RFC 5280 5.3: the certificate issuer (5.3.3) belongs to indirect lists. */
static wf_error take_of_entry(void *context, const wf_extension *e) {
    wf_crl_entry *entry = context;
    if (e->critical || e->type == WF_OID_CERTIFICATE_ISSUER) {
        return WF_ERROR_CRL;
    }
    if (e->type != WF_OID_REASON_CODE) {
        return WF_OK;
    }
    if (wf_der_check(e->value) != WF_OK) {
        return WF_ERROR_DER;
    }
    wf_reader r = wf_reader_of(e->value);
    unsigned reason = wf_der_read_small(&r, WF_DER_ENUMERATED);
    if (wf_reader_finish(&r) != WF_OK || !wf_crl_reason_is_known(reason)) {
        return WF_ERROR_CRL;
    }
    entry->reason = (wf_crl_reason)reason;
    return WF_OK;
}

static wf_error as_crl_error(wf_error error) {
    return error == WF_ERROR_CERTIFICATE ? WF_ERROR_CRL : error;
}

wf_error wf_crl_entry_read(wf_crl_entry *out, wf_bytes der) {
    *out = (wf_crl_entry){.reason = WF_CRL_UNSPECIFIED};
    wf_reader outer = wf_reader_of(der);
    wf_reader r = wf_der_enter(&outer, WF_DER_SEQUENCE);
    wf_bytes serial = wf_serial_read(&r);
    out->revoked_at = wf_der_read_time(&r);
    if (r.failed) {
        return WF_ERROR_CRL;
    }
    wf_serial_pad(out->serial, serial);
    return r.left == 0 ? WF_OK : as_crl_error(wf_extension_list_read(wf_read_rest(&r), take_of_entry, out));
}

typedef struct list_extensions {
    wf_bytes key_id;
    uint64_t number;
    bool has_number;
} list_extensions;

/* 5.2.3; more than eight octets are outside the profile. */
static void read_number(list_extensions *out, wf_reader *value) {
    wf_bytes number = wf_der_read_unsigned(value);
    if (number.len > sizeof out->number) {
        wf_reader_fail(value);
        return;
    }
    for (size_t i = 0; i < number.len; i++) {
        out->number = out->number << 8 | number.at[i];
    }
    out->has_number = true;
}

/* 5.2: delta lists (5.2.4) and distribution points (5.2.5) are not taken, whether they are critical or not. */
static wf_error take_of_list(void *context, const wf_extension *e) {
    list_extensions *out = context;
    if (e->critical || e->type == WF_OID_DELTA_CRL || e->type == WF_OID_ISSUING_POINT) {
        return WF_ERROR_CRL;
    }
    if (e->type != WF_OID_AUTHORITY_KEY_ID && e->type != WF_OID_CRL_NUMBER) {
        return WF_OK;
    }
    if (wf_der_check(e->value) != WF_OK) {
        return WF_ERROR_DER;
    }
    wf_reader value = wf_reader_of(e->value);
    if (e->type == WF_OID_AUTHORITY_KEY_ID) {
        out->key_id = wf_authority_key_id_read(&value);
    } else {
        read_number(out, &value);
    }
    return wf_reader_finish(&value) == WF_OK ? WF_OK : WF_ERROR_CRL;
}

wf_error wf_crl_extensions_read(wf_bytes *key_id, uint64_t *number, wf_bytes der) {
    list_extensions found = {0};
    wf_reader outer = wf_reader_of(der);
    wf_bytes list = wf_der_read(&outer, WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 0).contents;
    wf_error error = list.len > 0 ? wf_extension_list_read(list, take_of_list, &found) : WF_ERROR_CRL;
    if (error == WF_OK && (!found.has_number || found.key_id.len == 0)) {
        error = WF_ERROR_CRL;
    }
    *key_id = found.key_id;
    *number = found.number;
    return as_crl_error(error);
}
