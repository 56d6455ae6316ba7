#include "edhoc/credential.h"

#include <string.h>

#include "edhoc/cbor.h"

enum {
    LABEL_X5CHAIN = 33,        /* RFC 9360 table 1 */
    LABEL_X5T = 34,            /* likewise */
    ALGORITHM_SHA_256_64 = -15 /* RFC 9054 table 1 */
};

/* The byte strings that are also the one-byte encoding of an integer, -24 to 23, stand as that integer and never as a
 * byte string (RFC 9528 3.3.2). */
static bool stands_as_integer(const uint8_t *bytes, size_t len) {
    return len == 1 && (bytes[0] <= 0x17 || (bytes[0] >= 0x20 && bytes[0] <= 0x37));
}

void wf_edhoc_id_write(wf_writer *out, const wf_edhoc_id *id) {
    if (stands_as_integer(id->bytes, id->len)) {
        wf_write_u8(out, id->bytes[0]);
    } else {
        wf_cbor_write_bstr(out, wf_bytes_of(id->bytes, id->len));
    }
}

void wf_edhoc_id_read(wf_edhoc_id *out, wf_reader *r) {
    memset(out, 0, sizeof *out);
    wf_bytes view;
    if (wf_cbor_next_is(r, WF_CBOR_BSTR)) {
        view = wf_cbor_read_bstr(r);
        if (view.len > WF_EDHOC_ID_LEN || stands_as_integer(view.at, view.len)) {
            wf_reader_fail(r);
            return;
        }
    } else {
        view = wf_read_bytes(r, 1);
        if (!stands_as_integer(view.at, view.len)) {
            wf_reader_fail(r);
            return;
        }
    }
    if (view.len > 0) {
        memcpy(out->bytes, view.at, view.len);
    }
    out->len = (uint8_t)view.len;
}

bool wf_edhoc_id_equal(const wf_edhoc_id *a, const wf_edhoc_id *b) {
    return wf_bytes_equal(wf_bytes_of(a->bytes, a->len), wf_bytes_of(b->bytes, b->len));
}

static void write_x5chain(wf_writer *out, const wf_bytes *chain, size_t chain_len) {
    wf_cbor_write_head(out, WF_CBOR_UINT, LABEL_X5CHAIN);
    /* A single certificate stands without an array (RFC 9360 section 2). */
    if (chain_len > 1) {
        wf_cbor_write_head(out, WF_CBOR_ARRAY, chain_len);
    }
    for (size_t i = 0; i < chain_len; i++) {
        wf_cbor_write_bstr(out, chain[i]);
    }
}

wf_error wf_edhoc_id_cred_write(wf_writer *out, const wf_edhoc_config *config) {
    wf_cbor_write_head(out, WF_CBOR_MAP, 1);
    if (config->send_as == WF_EDHOC_X5CHAIN) {
        write_x5chain(out, config->chain, config->chain_len);
        return WF_OK;
    }
    uint8_t x5t[WF_X5T_LEN];
    wf_error error = wf_x5t(x5t, config->chain[0]);
    wf_cbor_write_head(out, WF_CBOR_UINT, LABEL_X5T);
    wf_cbor_write_head(out, WF_CBOR_ARRAY, 2);
    wf_cbor_write_int(out, ALGORITHM_SHA_256_64);
    wf_cbor_write_bstr(out, wf_bytes_of(x5t, sizeof x5t));
    return error;
}

static void read_x5chain(wf_edhoc_credential *out, wf_reader *r) {
    out->kind = WF_EDHOC_X5CHAIN;
    out->chain_len = 1;
    if (wf_cbor_next_is(r, WF_CBOR_ARRAY)) {
        out->chain_len = wf_cbor_read_array(r);
        if (out->chain_len < 2 || out->chain_len > WF_EDHOC_CHAIN_LEN) {
            wf_reader_fail(r);
            return;
        }
    }
    for (size_t i = 0; i < out->chain_len; i++) {
        out->chain[i] = wf_cbor_read_bstr(r);
        if (out->chain[i].len == 0 || out->chain[i].len > WF_EDHOC_CERTIFICATE_LEN) {
            wf_reader_fail(r);
        }
    }
}

static void read_x5t(wf_edhoc_credential *out, wf_reader *r) {
    out->kind = WF_EDHOC_X5T;
    if (wf_cbor_read_array(r) != 2 || wf_cbor_read_int(r) != ALGORITHM_SHA_256_64) {
        wf_reader_fail(r);
    }
    wf_bytes hash = wf_cbor_read_bstr(r);
    if (hash.len != WF_X5T_LEN) {
        wf_reader_fail(r);
        return;
    }
    memcpy(out->x5t, hash.at, WF_X5T_LEN);
}

void wf_edhoc_id_cred_read(wf_edhoc_credential *out, wf_reader *r) {
    memset(out, 0, sizeof *out);
    if (wf_cbor_read_map(r) != 1) {
        wf_reader_fail(r);
    }
    switch (wf_cbor_read_int(r)) {
    case LABEL_X5CHAIN:
        read_x5chain(out, r);
        break;
    case LABEL_X5T:
        read_x5t(out, r);
        break;
    default:
        wf_reader_fail(r);
        break;
    }
    if (r->failed) {
        memset(out, 0, sizeof *out);
    }
}

wf_error wf_edhoc_credential_names(const wf_edhoc_credential *credential, wf_bytes certificate) {
    if (credential->kind == WF_EDHOC_X5CHAIN) {
        return wf_bytes_equal(credential->chain[0], certificate) ? WF_OK : WF_ERROR_CREDENTIAL;
    }
    uint8_t x5t[WF_X5T_LEN];
    wf_error error = wf_x5t(x5t, certificate);
    if (error == WF_OK && memcmp(x5t, credential->x5t, sizeof x5t) != 0) {
        error = WF_ERROR_CREDENTIAL;
    }
    return error;
}

wf_error wf_x5t(uint8_t out[static WF_X5T_LEN], wf_bytes certificate) {
    uint8_t hash[WF_HASH_LEN];
    wf_error error = wf_sha256(hash, &certificate, 1);
    memcpy(out, hash, WF_X5T_LEN);
    return error;
}
