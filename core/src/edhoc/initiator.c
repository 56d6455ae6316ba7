#include <string.h>

#include "edhoc/cbor.h"
#include "edhoc/credential.h"
#include "edhoc/ead.h"
#include "edhoc/run.h"

enum { METHOD_SIGN_SIGN = 0 };

/* SUITES_I is the order of preference up to the selected suite, which stands last; alone it is no array (RFC 9528
 * 5.2.2). The order never depends on what a Responder said, so that nobody can talk us down. */
static wf_error write_suites(wf_writer *out, const wf_edhoc_config *config, wf_edhoc_suite selected) {
    wf_edhoc_suite suites[2];
    size_t count = wf_edhoc_suites(suites, config);
    size_t last = 0;
    while (last < count && suites[last] != selected) {
        last++;
    }
    if (last == count) {
        return WF_ERROR_ARGUMENT;
    }
    if (last > 0) {
        wf_cbor_write_head(out, WF_CBOR_ARRAY, last + 1);
    }
    for (size_t i = 0; i <= last; i++) {
        wf_cbor_write_int(out, (int64_t)suites[i]);
    }
    return WF_OK;
}

wf_error wf_edhoc_compose_1(wf_edhoc *run, const wf_edhoc_config *config, wf_edhoc_suite selected,
                            const wf_edhoc_id *own_id, const wf_p256_key *ephemeral, const wf_edhoc_ead *ead,
                            wf_writer *out) {
    wf_error error = own_id->len <= WF_EDHOC_ID_LEN ? wf_edhoc_begin(run, config) : WF_ERROR_ARGUMENT;
    if (error != WF_OK) {
        return error;
    }
    run->suite = selected;
    run->own_id = *own_id;
    run->ephemeral = *ephemeral;
    size_t start = out->len;
    wf_cbor_write_int(out, METHOD_SIGN_SIGN);
    error = write_suites(out, config, selected);
    wf_cbor_write_bstr(out, wf_bytes_of(ephemeral->public_key, WF_P256_X_LEN));
    wf_edhoc_id_write(out, own_id);
    if (error == WF_OK) {
        error = wf_edhoc_ead_write(out, ead);
    }
    if (error == WF_OK && (out->overflow || out->len - start > WF_EDHOC_MESSAGE_LEN)) {
        error = WF_ERROR_TOO_SMALL;
    }
    if (error == WF_OK) {
        wf_bytes message = wf_bytes_of(out->start + start, out->len - start);
        error = wf_sha256(run->message_1_hash, &message, 1);
    }
    return error;
}

wf_error wf_edhoc_write_1(wf_edhoc *run, const wf_edhoc_config *config, wf_edhoc_suite selected,
                          const wf_edhoc_id *own_id, const wf_edhoc_ead *ead, wf_writer *out) {
    if (run->state != WF_EDHOC_IDLE) {
        return WF_ERROR_STATE;
    }
    wf_p256_key ephemeral;
    wf_error error = wf_p256_generate(&ephemeral, config->drbg);
    if (error == WF_OK) {
        error = wf_edhoc_compose_1(run, config, selected, own_id, &ephemeral, ead, out);
    }
    wf_p256_wipe(&ephemeral);
    return wf_edhoc_settle(run, error, WF_EDHOC_SENT_1);
}

static wf_error read_2(wf_edhoc *run, wf_bytes message, wf_edhoc_credential *peer, wf_edhoc_ead *ead) {
    wf_bytes content;
    wf_error error = wf_edhoc_read_single(&content, message);
    if (error != WF_OK) {
        return error;
    }
    wf_reader r = wf_reader_of(content);
    uint8_t g_y[WF_P256_X_LEN];
    wf_read_copy(&r, g_y, sizeof g_y);
    wf_bytes ciphertext = wf_read_rest(&r);
    /* G_Y = G_X is our own message thrown back; no Responder draws our key. */
    if (ciphertext.len == 0 || memcmp(g_y, run->ephemeral.public_key, sizeof g_y) == 0) {
        return WF_ERROR_EDHOC_MESSAGE;
    }
    error = wf_p256_decompress(run->peer, g_y);
    if (error == WF_OK) {
        error = wf_edhoc_agree(run, g_y);
    }
    if (error == WF_OK) {
        error = wf_edhoc_decrypt_2(run, ciphertext);
    }
    if (error == WF_OK) {
        error = wf_edhoc_text_read(run, WF_EDHOC_MAC_2, peer, ead);
    }
    if (error == WF_OK && wf_edhoc_id_equal(&run->peer_id, &run->own_id)) {
        error = WF_ERROR_CONNECTION_ID; /* RFC 9528 3.3.3 */
    }
    return error;
}

wf_error wf_edhoc_read_2(wf_edhoc *run, wf_bytes message, wf_edhoc_credential *peer, wf_edhoc_ead *ead) {
    if (run->state != WF_EDHOC_SENT_1) {
        return WF_ERROR_STATE;
    }
    return wf_edhoc_settle(run, read_2(run, message, peer, ead), WF_EDHOC_READ_2);
}

wf_error wf_edhoc_accept_2(wf_edhoc *run, wf_bytes certificate, const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    if (run->state != WF_EDHOC_READ_2) {
        return WF_ERROR_STATE;
    }
    wf_error error = wf_edhoc_verify(run, WF_EDHOC_MAC_2, certificate, public_key);
    return wf_edhoc_settle(run, error, WF_EDHOC_ACCEPTED_2);
}

wf_error wf_edhoc_write_3(wf_edhoc *run, const wf_edhoc_ead *ead, wf_writer *out) {
    if (run->state != WF_EDHOC_ACCEPTED_2) {
        return WF_ERROR_STATE;
    }
    wf_error error = wf_edhoc_text_write(run, WF_EDHOC_MAC_3, ead);
    if (error == WF_OK) {
        error = wf_edhoc_prove(run, WF_EDHOC_MAC_3);
    }
    if (error == WF_OK) {
        error = wf_edhoc_seal(run, WF_EDHOC_K_3, out);
    }
    if (error == WF_OK) {
        error = wf_edhoc_th_next(run->th, wf_bytes_of(run->text, run->text_len), run->config->chain[0]);
    }
    return wf_edhoc_settle(run, error, WF_EDHOC_SENT_3);
}

static wf_error read_4(wf_edhoc *run, wf_bytes message, wf_edhoc_ead *ead) {
    wf_error error = wf_edhoc_open(run, WF_EDHOC_K_4, message);
    wf_bytes text = wf_bytes_of(run->text, run->text_len);
    if (error == WF_OK) {
        error = wf_cbor_check(text);
    }
    if (error != WF_OK) {
        return error;
    }
    wf_reader r = wf_reader_of(text);
    error = wf_edhoc_ead_read(ead, &r, run->config);
    if (error == WF_OK && r.failed) {
        error = WF_ERROR_EDHOC_MESSAGE;
    }
    return error == WF_OK ? wf_edhoc_finish(run) : error;
}

wf_error wf_edhoc_read_4(wf_edhoc *run, wf_bytes message, wf_edhoc_ead *ead) {
    if (run->state != WF_EDHOC_SENT_3) {
        return WF_ERROR_STATE;
    }
    return wf_edhoc_settle(run, read_4(run, message, ead), WF_EDHOC_DONE);
}
