/* The texts of message_2 and message_3: who I am, and the proof of it (RFC 9528 5.3.2 and 5.4.2). */
#include <string.h>

#include "edhoc/cbor.h"
#include "edhoc/credential.h"
#include "edhoc/ead.h"
#include "edhoc/run.h"

wf_error wf_edhoc_text_write(wf_edhoc *run, wf_edhoc_label label, const wf_edhoc_ead *ead) {
    wf_writer w = wf_edhoc_text_room(run, label == WF_EDHOC_MAC_2 ? WF_P256_X_LEN : wf_edhoc_tag_len(run));
    if (label == WF_EDHOC_MAC_2) {
        wf_edhoc_id_write(&w, &run->own_id);
    }
    run->id_cred_at = w.len;
    wf_error error = wf_edhoc_id_cred_write(&w, run->config);
    if (error != WF_OK) {
        return error;
    }
    wf_cbor_write_head(&w, WF_CBOR_BSTR, WF_P256_SIGNATURE_LEN);
    uint8_t *signature = wf_write_space(&w, WF_P256_SIGNATURE_LEN);
    if (signature != NULL) {
        memset(signature, 0, WF_P256_SIGNATURE_LEN);
    }
    run->ead_at = w.len;
    error = wf_edhoc_ead_write(&w, ead);
    return error == WF_OK ? wf_writer_finish(&w, &run->text_len) : error;
}

wf_error wf_edhoc_text_read(wf_edhoc *run, wf_edhoc_label label, wf_edhoc_credential *peer, wf_edhoc_ead *ead) {
    wf_bytes text = wf_bytes_of(run->text, run->text_len);
    wf_error error = wf_cbor_check(text);
    if (error != WF_OK) {
        return error;
    }
    wf_reader r = wf_reader_of(text);
    if (label == WF_EDHOC_MAC_2) {
        wf_edhoc_id_read(&run->peer_id, &r);
    }
    run->id_cred_at = text.len - r.left;
    wf_edhoc_id_cred_read(peer, &r);
    wf_bytes signature = wf_cbor_read_bstr(&r);
    run->ead_at = text.len - r.left;
    error = wf_edhoc_ead_read(ead, &r, run->config);
    if (error == WF_OK && (r.failed || signature.len != WF_P256_SIGNATURE_LEN)) {
        error = WF_ERROR_EDHOC_MESSAGE;
    }
    return error;
}

static wf_bytes id_cred_of(const wf_edhoc *run) {
    size_t end = run->ead_at - WF_P256_SIGNATURE_LEN - WF_EDHOC_SIGNATURE_HEAD;
    return wf_bytes_of(run->text + run->id_cred_at, end - run->id_cred_at);
}

void wf_edhoc_context_fill(wf_edhoc_context *context, const wf_edhoc *run, wf_bytes certificate) {
    static const uint8_t bstr_32[] = {0x58, 0x20};
    wf_writer w = wf_writer_of(context->head, sizeof context->head);
    wf_cbor_write_head(&w, WF_CBOR_BSTR, certificate.len);
    context->parts[0] = wf_bytes_of(run->text, run->id_cred_at);
    context->parts[1] = id_cred_of(run);
    context->parts[2] = wf_bytes_of(bstr_32, sizeof bstr_32);
    context->parts[3] = wf_bytes_of(run->th, sizeof run->th);
    context->parts[4] = wf_bytes_of(context->head, w.len);
    context->parts[5] = certificate;
    context->parts[6] = wf_bytes_of(run->text + run->ead_at, run->text_len - run->ead_at);
}

wf_error wf_edhoc_mac(uint8_t mac[static WF_HASH_LEN], const wf_edhoc *run, wf_edhoc_label label,
                      wf_bytes certificate) {
    wf_edhoc_context context;
    wf_edhoc_context_fill(&context, run, certificate);
    return wf_edhoc_kdf(mac, WF_HASH_LEN, run->prk, label, context.parts, WF_EDHOC_CONTEXT_PARTS);
}

wf_error wf_edhoc_signed_hash(uint8_t hash[static WF_HASH_LEN], const wf_edhoc *run,
                              const uint8_t mac[static WF_HASH_LEN], wf_bytes certificate) {
    wf_edhoc_context context;
    wf_edhoc_context_fill(&context, run, certificate);
    size_t external_len = 0;
    for (size_t i = WF_EDHOC_EXTERNAL_AAD; i < WF_EDHOC_CONTEXT_PARTS; i++) {
        external_len += context.parts[i].len;
    }
    /* ["Signature1", << ID_CRED_x >>, << TH, CRED_x, ? EAD_x >>, MAC_x]: the heads of the four items. */
    uint8_t heads[11 + 1 + 2 * WF_CBOR_HEAD_LEN];
    wf_writer w = wf_writer_of(heads, sizeof heads);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 4);
    wf_cbor_write_tstr(&w, "Signature1");
    wf_cbor_write_head(&w, WF_CBOR_BSTR, context.parts[1].len);
    size_t first = w.len;
    wf_cbor_write_head(&w, WF_CBOR_BSTR, external_len);

    wf_bytes parts[3 + WF_EDHOC_CONTEXT_PARTS - WF_EDHOC_EXTERNAL_AAD + 2];
    size_t count = 0;
    parts[count++] = wf_bytes_of(heads, first);
    parts[count++] = context.parts[1];
    parts[count++] = wf_bytes_of(heads + first, w.len - first);
    for (size_t i = WF_EDHOC_EXTERNAL_AAD; i < WF_EDHOC_CONTEXT_PARTS; i++) {
        parts[count++] = context.parts[i];
    }
    parts[count++] = context.parts[WF_EDHOC_EXTERNAL_AAD]; /* the same head as the transcript hash's: 32 bytes */
    parts[count++] = wf_bytes_of(mac, WF_HASH_LEN);
    return wf_sha256(hash, parts, count);
}

static wf_error hash_to_sign(uint8_t hash[static WF_HASH_LEN], const wf_edhoc *run, wf_edhoc_label label,
                             wf_bytes certificate) {
    uint8_t mac[WF_HASH_LEN] = {0};
    wf_error error = wf_edhoc_mac(mac, run, label, certificate);
    if (error == WF_OK) {
        error = wf_edhoc_signed_hash(hash, run, mac, certificate);
    }
    wf_wipe(mac, sizeof mac);
    return error;
}

wf_error wf_edhoc_prove(wf_edhoc *run, wf_edhoc_label label) {
    uint8_t hash[WF_HASH_LEN];
    wf_error error = hash_to_sign(hash, run, label, run->config->chain[0]);
    if (error == WF_OK) {
        error = wf_signer_sign(run->text + run->ead_at - WF_P256_SIGNATURE_LEN, run->config->signer, hash,
                               run->config->drbg);
    }
    return error;
}

/* A peer that shows our own certificate is our own message thrown back (RFC 9528 9.2: the property that someone else
 * was there holds only as long as one's own identity isn't accepted). */
static wf_error check_identity(const wf_edhoc *run, wf_bytes certificate) {
    if (wf_bytes_equal(certificate, run->config->chain[0])) {
        return WF_ERROR_CREDENTIAL;
    }
    wf_reader r = wf_reader_of(id_cred_of(run));
    wf_edhoc_credential credential;
    wf_edhoc_id_cred_read(&credential, &r);
    return wf_edhoc_credential_names(&credential, certificate);
}

wf_error wf_edhoc_verify(wf_edhoc *run, wf_edhoc_label label, wf_bytes certificate,
                         const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    wf_error error = check_identity(run, certificate);
    uint8_t hash[WF_HASH_LEN];
    if (error == WF_OK) {
        error = hash_to_sign(hash, run, label, certificate);
    }
    if (error == WF_OK) {
        error = wf_p256_verify(public_key, hash, run->text + run->ead_at - WF_P256_SIGNATURE_LEN,
                               run->config->peer_low_s ? WF_S_LOW : WF_S_ANY);
    }
    if (error == WF_OK) {
        error = wf_edhoc_th_next(run->th, wf_bytes_of(run->text, run->text_len), certificate);
    }
    return error;
}
