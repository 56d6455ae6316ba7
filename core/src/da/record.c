#include "da/record.h"

#include "da/oscore.h"
#include "edhoc/cbor.h"

enum { WINDOW = 64, AAD_LEN = 128 };

bool wf_replay_is_fresh(const wf_replay_window *window, uint64_t number) {
    if (number >= window->next) {
        return true;
    }
    uint64_t age = window->next - 1 - number;
    return age < WINDOW && (window->history >> age & 1) == 0;
}

void wf_replay_accept(wf_replay_window *window, uint64_t number) {
    if (number >= window->next) {
        uint64_t step = number + 1 - window->next;
        window->history = step < WINDOW ? window->history << step | 1 : 1;
        window->next = number + 1;
    } else {
        window->history |= (uint64_t)1 << (window->next - 1 - number);
    }
}

static wf_bytes kid_view(const wf_kid *kid) {
    return wf_bytes_of(kid->bytes, kid->len);
}

wf_error wf_record_derive(wf_record_keys *keys, wf_bytes secret, wf_bytes salt, int alg) {
    uint8_t prk[WF_HASH_LEN];
    wf_error error = wf_hkdf_extract(prk, salt, secret);
    if (error == WF_OK) {
        error = wf_oscore_derive(keys->send_key, WF_AES_KEY_LEN, prk, kid_view(&keys->send_kid), NULL, alg, "Key");
    }
    if (error == WF_OK) {
        error =
            wf_oscore_derive(keys->receive_key, WF_AES_KEY_LEN, prk, kid_view(&keys->receive_kid), NULL, alg, "Key");
    }
    if (error == WF_OK) {
        error = wf_oscore_derive(keys->common_iv, WF_CCM_NONCE_LEN, prk, wf_bytes_of(NULL, 0), NULL, alg, "IV");
    }
    wf_wipe(prk, sizeof prk);
    return error;
}

/* Enc_structure of COSE_Encrypt0 (RFC 8613 5.4) around external_aad = [1, [alg], request_kid, request_piv, clear]. */
static wf_error make_aad(uint8_t aad[static AAD_LEN], size_t *len, const wf_record_bond *bond, wf_bytes clear) {
    uint8_t external[AAD_LEN];
    uint8_t piv[WF_DA_PIV_LEN];
    size_t external_len, piv_len = wf_da_piv_bytes(piv, bond->piv);
    wf_writer w = wf_writer_of(external, sizeof external);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 5);
    wf_cbor_write_int(&w, 1);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 1);
    wf_cbor_write_int(&w, WF_RECORD_ALG);
    wf_cbor_write_bstr(&w, bond->kid);
    wf_cbor_write_bstr(&w, wf_bytes_of(piv, piv_len));
    wf_cbor_write_bstr(&w, clear);
    wf_error error = wf_writer_finish(&w, &external_len);
    if (error != WF_OK) {
        return error;
    }
    w = wf_writer_of(aad, AAD_LEN);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 3);
    wf_cbor_write_tstr(&w, "Encrypt0");
    wf_cbor_write_bstr(&w, wf_bytes_of(NULL, 0));
    wf_cbor_write_bstr(&w, wf_bytes_of(external, external_len));
    return wf_writer_finish(&w, len);
}

wf_error wf_record_seal(wf_writer *out, const wf_record_keys *keys, wf_da_type type, uint16_t tid, uint64_t piv,
                        const wf_record_bond *bond, wf_bytes plain) {
    uint8_t nonce[WF_CCM_NONCE_LEN], aad[AAD_LEN];
    size_t aad_len;
    wf_bytes kid = kid_view(&keys->send_kid);
    wf_record_bond own = {kid, piv};
    size_t start = out->len;
    wf_da_write_header(out, tid, type);
    wf_da_write_record_head(out, kid, piv);
    if (out->overflow) {
        return WF_ERROR_TOO_SMALL;
    }
    wf_bytes clear = wf_bytes_of(out->start + start, out->len - start);
    wf_error error = make_aad(aad, &aad_len, bond != NULL ? bond : &own, clear);
    uint8_t *sealed = wf_write_space(out, plain.len + WF_CCM_TAG_LEN);
    if (error != WF_OK || sealed == NULL) {
        return error != WF_OK ? error : WF_ERROR_TOO_SMALL;
    }
    wf_oscore_nonce(nonce, keys->common_iv, kid, piv);
    return wf_ccm_seal(sealed, keys->send_key, nonce, WF_CCM_TAG_LEN, wf_bytes_of(aad, aad_len), plain);
}

wf_error wf_record_open(uint8_t *out, size_t *len, const wf_record_keys *keys, const wf_da_frame *frame,
                        const wf_record_bond *bond) {
    uint8_t nonce[WF_CCM_NONCE_LEN], aad[AAD_LEN];
    size_t aad_len;
    wf_bytes peer = kid_view(&keys->receive_kid);
    wf_record_bond own = {peer, frame->piv};
    *len = 0;
    wf_error error = make_aad(aad, &aad_len, bond != NULL ? bond : &own, frame->clear);
    if (error != WF_OK) {
        return error;
    }
    wf_oscore_nonce(nonce, keys->common_iv, peer, frame->piv);
    error = wf_ccm_open(out, keys->receive_key, nonce, WF_CCM_TAG_LEN, wf_bytes_of(aad, aad_len), frame->payload);
    if (error == WF_OK) {
        *len = frame->payload.len - WF_CCM_TAG_LEN;
    }
    return error;
}
