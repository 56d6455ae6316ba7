/* The encryption of message_2 (RFC 9528 5.3.2), message_3 (5.4.2) and message_4 (5.5.2). */
#include "edhoc/cbor.h"
#include "edhoc/run.h"

static void xor_into(uint8_t *at, const uint8_t *other, size_t len) {
    for (size_t i = 0; i < len; i++) {
        at[i] = (uint8_t)(at[i] ^ other[i]);
    }
}

wf_error wf_edhoc_encrypt_2(const wf_edhoc *run, const uint8_t g_y[static WF_P256_X_LEN], wf_writer *out) {
    wf_cbor_write_head(out, WF_CBOR_BSTR, WF_P256_X_LEN + run->text_len);
    wf_write_bytes(out, g_y, WF_P256_X_LEN);
    uint8_t *ciphertext = wf_write_space(out, run->text_len);
    if (ciphertext == NULL) {
        return WF_ERROR_TOO_SMALL;
    }
    wf_error error = wf_edhoc_kdf_th(ciphertext, run->text_len, run->prk, WF_EDHOC_KEYSTREAM_2, run->th);
    if (error == WF_OK) {
        xor_into(ciphertext, run->text, run->text_len);
    }
    return error;
}

wf_error wf_edhoc_decrypt_2(wf_edhoc *run, wf_bytes ciphertext) {
    if (ciphertext.len > sizeof run->text) {
        return WF_ERROR_EDHOC_MESSAGE;
    }
    run->text_len = ciphertext.len;
    wf_error error = wf_edhoc_kdf_th(run->text, run->text_len, run->prk, WF_EDHOC_KEYSTREAM_2, run->th);
    if (error == WF_OK) {
        xor_into(run->text, ciphertext.at, ciphertext.len);
    }
    return error;
}

/* What an AEAD call takes. The label of the IV is the one after the key's (RFC 9528 figure 6). */
typedef struct aead {
    uint8_t key[WF_AES_KEY_LEN];
    uint8_t iv[WF_CCM_NONCE_LEN];
    uint8_t aad[1 + 9 + 1 + 2 + WF_HASH_LEN];
    size_t tag_len;
} aead;

static wf_error aead_derive(aead *a, const wf_edhoc *run, wf_edhoc_label key_label) {
    /* Enc_structure (RFC 9052 5.3): ["Encrypt0", h'', TH]. */
    wf_writer w = wf_writer_of(a->aad, sizeof a->aad);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 3);
    wf_cbor_write_tstr(&w, "Encrypt0");
    wf_cbor_write_bstr(&w, wf_bytes_of(NULL, 0));
    wf_cbor_write_bstr(&w, wf_bytes_of(run->th, sizeof run->th));
    a->tag_len = wf_edhoc_tag_len(run);
    wf_error error = wf_edhoc_kdf_th(a->key, sizeof a->key, run->prk, key_label, run->th);
    if (error == WF_OK) {
        error = wf_edhoc_kdf_th(a->iv, sizeof a->iv, run->prk, (wf_edhoc_label)(key_label + 1), run->th);
    }
    return error;
}

wf_error wf_edhoc_seal(const wf_edhoc *run, wf_edhoc_label key_label, wf_writer *out) {
    aead a = {.tag_len = 0};
    wf_error error = aead_derive(&a, run, key_label);
    if (error == WF_OK) {
        wf_cbor_write_head(out, WF_CBOR_BSTR, run->text_len + a.tag_len);
        uint8_t *sealed = wf_write_space(out, run->text_len + a.tag_len);
        error = sealed == NULL ? WF_ERROR_TOO_SMALL
                               : wf_ccm_seal(sealed, a.key, a.iv, a.tag_len, wf_bytes_of(a.aad, sizeof a.aad),
                                             wf_bytes_of(run->text, run->text_len));
    }
    wf_wipe(&a, sizeof a);
    return error;
}

wf_error wf_edhoc_open(wf_edhoc *run, wf_edhoc_label key_label, wf_bytes message) {
    wf_bytes sealed;
    wf_error error = wf_edhoc_read_single(&sealed, message);
    if (error != WF_OK) {
        return error;
    }
    aead a = {.tag_len = 0};
    error = aead_derive(&a, run, key_label);
    if (error == WF_OK && sealed.len < a.tag_len) {
        error = WF_ERROR_EDHOC_MESSAGE;
    }
    if (error == WF_OK) {
        run->text_len = sealed.len - a.tag_len;
        error = wf_ccm_open(run->text, a.key, a.iv, a.tag_len, wf_bytes_of(a.aad, sizeof a.aad), sealed);
    }
    wf_wipe(&a, sizeof a);
    return error;
}
