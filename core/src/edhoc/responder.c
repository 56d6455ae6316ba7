#include <string.h>

#include "edhoc/cbor.h"
#include "edhoc/credential.h"
#include "edhoc/ead.h"
#include "edhoc/run.h"

enum { METHOD_SIGN_SIGN = 0 };

/* message_1 as it is read, before it is judged. */
typedef struct message_1 {
    int64_t method;
    int64_t selected;  /* the last of SUITES_I */
    bool better_known; /* we support one that the Initiator prefers to the selected one */
    wf_bytes g_x;
} message_1;

static void read_suites(message_1 *m, wf_reader *r, const wf_edhoc_config *config) {
    size_t count = 1;
    if (wf_cbor_next_is(r, WF_CBOR_ARRAY)) {
        count = wf_cbor_read_array(r);
        if (count < 2) { /* suites = [ 2* int ] / int (RFC 9528 5.2.1) */
            wf_reader_fail(r);
        }
    }
    for (size_t i = 0; i < count && !r->failed; i++) {
        m->better_known = m->better_known || (i > 0 && wf_edhoc_supports(config, m->selected));
        m->selected = wf_cbor_read_int(r);
    }
}

/* In the order of RFC 9528 5.2.3, and only after the whole message was read. */
static wf_error judge_1(const wf_edhoc_config *config, const message_1 *m) {
    if (m->method != METHOD_SIGN_SIGN) {
        return WF_ERROR_EDHOC_METHOD;
    }
    if (m->better_known || !wf_edhoc_supports(config, m->selected)) {
        return WF_ERROR_UNSUPPORTED_SUITE;
    }
    return m->g_x.len == WF_P256_X_LEN ? WF_OK : WF_ERROR_EDHOC_MESSAGE;
}

static wf_error read_1(wf_edhoc *run, const wf_edhoc_config *config, wf_bytes message, wf_edhoc_ead *ead) {
    wf_error error = wf_edhoc_begin(run, config);
    if (error != WF_OK) {
        return error;
    }
    if (message.len > WF_EDHOC_MESSAGE_LEN) {
        return WF_ERROR_EDHOC_MESSAGE;
    }
    error = wf_cbor_check(message);
    if (error != WF_OK) {
        return error;
    }
    wf_reader r = wf_reader_of(message);
    message_1 m = {.method = wf_cbor_read_int(&r)};
    read_suites(&m, &r, config);
    m.g_x = wf_cbor_read_bstr(&r);
    wf_edhoc_id_read(&run->peer_id, &r);
    wf_error ead_error = wf_edhoc_ead_read(ead, &r, config);
    error = r.failed ? WF_ERROR_EDHOC_MESSAGE : judge_1(config, &m);
    if (error == WF_OK) {
        error = ead_error;
    }
    if (error == WF_OK) {
        run->suite = (wf_edhoc_suite)m.selected;
        error = wf_p256_decompress(run->peer, m.g_x.at);
    }
    if (error == WF_OK) {
        error = wf_sha256(run->message_1_hash, &message, 1);
    }
    return error;
}

wf_error wf_edhoc_read_1(wf_edhoc *run, const wf_edhoc_config *config, wf_bytes message, wf_edhoc_ead *ead) {
    if (run->state != WF_EDHOC_IDLE) {
        return WF_ERROR_STATE;
    }
    return wf_edhoc_settle(run, read_1(run, config, message, ead), WF_EDHOC_READ_1);
}

static wf_error write_2(wf_edhoc *run, const wf_edhoc_id *own_id, const wf_edhoc_ead *ead, wf_writer *out) {
    if (own_id->len > WF_EDHOC_ID_LEN) {
        return WF_ERROR_ARGUMENT;
    }
    if (wf_edhoc_id_equal(own_id, &run->peer_id)) {
        return WF_ERROR_CONNECTION_ID; /* RFC 9528 3.3.3 */
    }
    run->own_id = *own_id;
    wf_error error = wf_p256_generate(&run->ephemeral, run->config->drbg);
    if (error != WF_OK) {
        return error;
    }
    uint8_t g_y[WF_P256_X_LEN];
    memcpy(g_y, run->ephemeral.public_key, sizeof g_y);
    error = wf_edhoc_agree(run, g_y);
    if (error == WF_OK) {
        error = wf_edhoc_text_write(run, WF_EDHOC_MAC_2, ead);
    }
    if (error == WF_OK) {
        error = wf_edhoc_prove(run, WF_EDHOC_MAC_2);
    }
    if (error == WF_OK) {
        error = wf_edhoc_encrypt_2(run, g_y, out);
    }
    if (error == WF_OK) {
        error = wf_edhoc_th_next(run->th, wf_bytes_of(run->text, run->text_len), run->config->chain[0]);
    }
    return error;
}

wf_error wf_edhoc_write_2(wf_edhoc *run, const wf_edhoc_id *own_id, const wf_edhoc_ead *ead, wf_writer *out) {
    if (run->state != WF_EDHOC_READ_1) {
        return WF_ERROR_STATE;
    }
    return wf_edhoc_settle(run, write_2(run, own_id, ead, out), WF_EDHOC_SENT_2);
}

wf_error wf_edhoc_read_3(wf_edhoc *run, wf_bytes message, wf_edhoc_credential *peer, wf_edhoc_ead *ead) {
    if (run->state != WF_EDHOC_SENT_2) {
        return WF_ERROR_STATE;
    }
    wf_error error = wf_edhoc_open(run, WF_EDHOC_K_3, message);
    if (error == WF_OK) {
        error = wf_edhoc_text_read(run, WF_EDHOC_MAC_3, peer, ead);
    }
    return wf_edhoc_settle(run, error, WF_EDHOC_READ_3);
}

wf_error wf_edhoc_accept_3(wf_edhoc *run, wf_bytes certificate, const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    if (run->state != WF_EDHOC_READ_3) {
        return WF_ERROR_STATE;
    }
    wf_error error = wf_edhoc_verify(run, WF_EDHOC_MAC_3, certificate, public_key);
    return wf_edhoc_settle(run, error, WF_EDHOC_ACCEPTED_3);
}

static wf_error write_4(wf_edhoc *run, const wf_edhoc_ead *ead, wf_writer *out) {
    wf_writer text = wf_edhoc_text_room(run, wf_edhoc_tag_len(run));
    wf_error error = wf_edhoc_ead_write(&text, ead);
    if (error == WF_OK) {
        error = wf_writer_finish(&text, &run->text_len);
    }
    if (error == WF_OK) {
        error = wf_edhoc_seal(run, WF_EDHOC_K_4, out);
    }
    return error == WF_OK ? wf_edhoc_finish(run) : error;
}

wf_error wf_edhoc_write_4(wf_edhoc *run, const wf_edhoc_ead *ead, wf_writer *out) {
    if (run->state != WF_EDHOC_ACCEPTED_3) {
        return WF_ERROR_STATE;
    }
    return wf_edhoc_settle(run, write_4(run, ead, out), WF_EDHOC_DONE);
}
