#include "edhoc/run.h"

#include <string.h>

#include "edhoc/cbor.h"

void wf_edhoc_wipe(wf_edhoc *run) {
    wf_wipe(run, sizeof *run);
}

wf_error wf_edhoc_settle(wf_edhoc *run, wf_error error, wf_edhoc_state next) {
    if (error != WF_OK) {
        wf_edhoc_wipe(run);
        next = WF_EDHOC_FAILED;
    }
    run->state = next;
    return error;
}

size_t wf_edhoc_suites(wf_edhoc_suite out[static 2], const wf_edhoc_config *config) {
    if (config->suite_count > 0) {
        memcpy(out, config->suites, config->suite_count * sizeof out[0]);
        return config->suite_count;
    }
    out[0] = WF_EDHOC_SUITE_3;
    out[1] = WF_EDHOC_SUITE_2;
    return 2;
}

bool wf_edhoc_supports(const wf_edhoc_config *config, int64_t suite) {
    wf_edhoc_suite own[2];
    size_t count = wf_edhoc_suites(own, config);
    for (size_t i = 0; i < count; i++) {
        if ((int64_t)own[i] == suite) {
            return true;
        }
    }
    return false;
}

static bool suites_are_right(const wf_edhoc_config *config) {
    for (size_t i = 0; i < config->suite_count; i++) {
        if (config->suites[i] != WF_EDHOC_SUITE_3 && config->suites[i] != WF_EDHOC_SUITE_2) {
            return false;
        }
    }
    return config->suite_count < 2 || (config->suite_count == 2 && config->suites[0] != config->suites[1]);
}

wf_error wf_edhoc_begin(wf_edhoc *run, const wf_edhoc_config *config) {
    bool right = config->chain_len >= 1 && config->chain_len <= WF_EDHOC_CHAIN_LEN;
    for (size_t i = 0; right && i < config->chain_len; i++) {
        right = config->chain[i].len > 0 && config->chain[i].len <= WF_EDHOC_CERTIFICATE_LEN;
    }
    if (!right || config->suite_count > 2 || !suites_are_right(config)) {
        return WF_ERROR_ARGUMENT;
    }
    run->config = config;
    return WF_OK;
}

size_t wf_edhoc_tag_len(const wf_edhoc *run) {
    return run->suite == WF_EDHOC_SUITE_3 ? WF_CCM_TAG_LEN : WF_CCM_SHORT_TAG_LEN;
}

wf_writer wf_edhoc_text_room(wf_edhoc *run, size_t added) {
    enum { HEAD = 3 }; /* of a byte string of 256 to 65,535 bytes */
    return wf_writer_of(run->text, sizeof run->text - HEAD - added);
}

wf_error wf_edhoc_read_single(wf_bytes *content, wf_bytes message) {
    if (message.len > WF_EDHOC_MESSAGE_LEN) {
        return WF_ERROR_EDHOC_MESSAGE;
    }
    wf_error error = wf_cbor_check(message);
    if (error != WF_OK) {
        return error;
    }
    wf_reader r = wf_reader_of(message);
    *content = wf_cbor_read_bstr(&r);
    return wf_reader_finish(&r) == WF_OK ? WF_OK : WF_ERROR_EDHOC_MESSAGE;
}

wf_error wf_edhoc_agree(wf_edhoc *run, const uint8_t g_y[static WF_P256_X_LEN]) {
    uint8_t shared[WF_P256_SHARED_LEN] = {0};
    wf_error error = wf_edhoc_th_2(run->th, g_y, run->message_1_hash);
    if (error == WF_OK) {
        error = wf_p256_ecdh(shared, &run->ephemeral, run->peer);
    }
    if (error == WF_OK) {
        error = wf_hkdf_extract(run->prk, wf_bytes_of(run->th, sizeof run->th), wf_bytes_of(shared, sizeof shared));
    }
    /* Deleted as soon as the keys are derived (RFC 9528 9.8). */
    wf_wipe(shared, sizeof shared);
    wf_p256_wipe(&run->ephemeral);
    return error;
}

wf_error wf_edhoc_finish(wf_edhoc *run) {
    uint8_t prk_out[WF_HASH_LEN] = {0};
    wf_error error = wf_edhoc_kdf_th(prk_out, sizeof prk_out, run->prk, WF_EDHOC_PRK_OUT, run->th);
    memcpy(run->prk, prk_out, sizeof prk_out);
    wf_wipe(prk_out, sizeof prk_out);
    return error;
}

wf_error wf_edhoc_export(const wf_edhoc *run, uint64_t label, wf_bytes context, uint8_t *out, size_t out_len) {
    if (run->state != WF_EDHOC_DONE) {
        return WF_ERROR_STATE;
    }
    uint8_t prk_exporter[WF_HASH_LEN] = {0};
    wf_error error = wf_edhoc_kdf(prk_exporter, sizeof prk_exporter, run->prk, WF_EDHOC_PRK_EXPORTER, NULL, 0);
    if (error == WF_OK) {
        error = wf_edhoc_kdf(out, out_len, prk_exporter, label, &context, 1);
    }
    wf_wipe(prk_exporter, sizeof prk_exporter);
    return error;
}

wf_error wf_edhoc_update(wf_edhoc *run, wf_bytes context) {
    if (run->state != WF_EDHOC_DONE) {
        return WF_ERROR_STATE;
    }
    uint8_t prk_out[WF_HASH_LEN] = {0};
    wf_error error = wf_edhoc_kdf(prk_out, sizeof prk_out, run->prk, WF_EDHOC_KEY_UPDATE, &context, 1);
    memcpy(run->prk, prk_out, sizeof prk_out);
    wf_wipe(prk_out, sizeof prk_out);
    return wf_edhoc_settle(run, error, WF_EDHOC_DONE);
}
