#include "host/pem.h"
#include "host/pkcs8.h"
#include <string.h>
#include <warifu/identity_file.h>

#define KEY_LABEL "PRIVATE KEY"
#define CERTIFICATE_LABEL "CERTIFICATE"

/* RFC 5280 3.2: issuer and subject are the same name. */
static bool is_self_issued(const wf_certificate *certificate) {
    return wf_bytes_equal(certificate->issuer, certificate->subject);
}

/* Does the key belong to the end certificate, or, where there is no chain, to the first root? */
static bool key_is_of_first(const wf_identity *identity) {
    wf_certificate parsed;
    const wf_bytes *first = identity->chain_len > 0 ? identity->chain : identity->anchors;
    return identity->chain_len + identity->anchor_count > 0 && wf_certificate_parse(&parsed, *first) == WF_OK &&
           memcmp(parsed.public_key, identity->signer.public_key, WF_P256_PUBLIC_LEN) == 0;
}

static wf_error take_certificate(wf_identity_file *out, wf_bytes der) {
    wf_certificate parsed;
    wf_error error = wf_certificate_parse(&parsed, der);
    if (error != WF_OK) {
        return error;
    }
    bool anchor = is_self_issued(&parsed);
    size_t *count = anchor ? &out->view.anchor_count : &out->view.chain_len;
    if (*count == (anchor ? (size_t)WF_IDENTITY_ANCHORS : (size_t)WF_CHAIN_LEN)) {
        return WF_ERROR_TOO_SMALL;
    }
    uint8_t *place = out->der[anchor ? WF_CHAIN_LEN + *count : *count];
    memcpy(place, der.at, der.len);
    (anchor ? out->anchors : out->chain)[(*count)++] = wf_bytes_of(place, der.len);
    return WF_OK;
}

static bool label_is(wf_bytes label, const char *text) {
    return wf_bytes_equal(label, wf_bytes_of((const uint8_t *)text, strlen(text)));
}

/* What a text must bring and has brought. */
typedef struct reading {
    wf_identity_file *out;
    bool wants_key, has_key;
} reading;

static wf_error take_block(reading *r, wf_bytes label, wf_bytes der) {
    if (label_is(label, CERTIFICATE_LABEL)) {
        return take_certificate(r->out, der);
    }
    if (!label_is(label, KEY_LABEL) || r->has_key || !r->wants_key) {
        return WF_ERROR_PEM;
    }
    r->has_key = true;
    r->out->view.signer = wf_signer_of(&r->out->key);
    return wf_pkcs8_read(&r->out->key, der);
}

static wf_error finish(const reading *r) {
    const wf_identity *view = &r->out->view;
    if (r->has_key != r->wants_key || view->chain_len + view->anchor_count == 0) {
        return WF_ERROR_PEM;
    }
    return !r->wants_key || key_is_of_first(view) ? WF_OK : WF_ERROR_KEY;
}

static wf_error read_blocks(reading *r, wf_bytes text) {
    uint8_t der[WF_CERTIFICATE_LEN];
    wf_error error = WF_OK;
    wf_reader rest = wf_reader_of(text);
    memset(r->out, 0, sizeof *r->out);
    r->out->view = (wf_identity){.chain = r->out->chain, .anchors = r->out->anchors};
    while (error == WF_OK) {
        wf_bytes label;
        wf_writer block = wf_writer_of(der, sizeof der);
        error = wf_pem_next(&rest, &label, &block);
        if (error == WF_OK && label.len == 0) {
            error = finish(r);
            break;
        }
        if (error == WF_OK) {
            error = take_block(r, label, wf_bytes_of(der, block.len));
        }
    }
    wf_wipe(der, sizeof der);
    if (error != WF_OK) {
        wf_identity_file_wipe(r->out);
    }
    return error;
}

wf_error wf_identity_pem_read(wf_identity_file *out, wf_bytes text) {
    reading r = {.out = out, .wants_key = true};
    return read_blocks(&r, text);
}

wf_error wf_identity_pem_read_public(wf_identity_file *out, wf_bytes text) {
    reading r = {.out = out};
    return read_blocks(&r, text);
}

/* Would these certificates be sorted into the same place when they are read again? */
static bool all_self_issued_is(bool expected, const wf_bytes *certificates, size_t count) {
    for (size_t i = 0; i < count; i++) {
        wf_certificate parsed;
        if (certificates[i].len > WF_CERTIFICATE_LEN || wf_certificate_parse(&parsed, certificates[i]) != WF_OK ||
            is_self_issued(&parsed) != expected) {
            return false;
        }
    }
    return true;
}

static bool certificates_are_good(const wf_identity *identity) {
    return identity->chain_len <= WF_CHAIN_LEN && identity->anchor_count <= WF_IDENTITY_ANCHORS &&
           all_self_issued_is(false, identity->chain, identity->chain_len) &&
           all_self_issued_is(true, identity->anchors, identity->anchor_count);
}

static wf_error write_certificates(wf_writer *out, const wf_identity *identity) {
    for (size_t i = 0; i < identity->chain_len; i++) {
        wf_pem_write(out, CERTIFICATE_LABEL, identity->chain[i]);
    }
    for (size_t i = 0; i < identity->anchor_count; i++) {
        wf_pem_write(out, CERTIFICATE_LABEL, identity->anchors[i]);
    }
    return out->overflow ? WF_ERROR_TOO_SMALL : WF_OK;
}

wf_error wf_identity_pem_write(wf_writer *out, const wf_identity *identity) {
    const wf_p256_key *key = wf_signer_key(identity->signer);
    if (key == NULL || !certificates_are_good(identity) || !key_is_of_first(identity)) {
        return WF_ERROR_ARGUMENT;
    }
    uint8_t der[WF_PKCS8_LEN];
    wf_writer pkcs8 = wf_writer_of(der, sizeof der);
    wf_pkcs8_write(&pkcs8, key);
    wf_pem_write(out, KEY_LABEL, wf_bytes_of(der, pkcs8.len));
    wf_wipe(der, sizeof der);
    return write_certificates(out, identity);
}

wf_error wf_identity_pem_write_public(wf_writer *out, const wf_identity *identity) {
    return certificates_are_good(identity) ? write_certificates(out, identity) : WF_ERROR_ARGUMENT;
}

void wf_identity_file_wipe(wf_identity_file *identity) {
    wf_wipe(identity, sizeof *identity);
}
