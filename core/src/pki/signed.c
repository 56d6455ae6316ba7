#include "pki/signed.h"
#include "pki/der.h"
#include "pki/profile.h"

wf_error wf_signed_end(wf_writer *w, size_t mark, wf_signer signer, wf_drbg *drbg) {
    if (w->overflow) {
        return WF_ERROR_TOO_SMALL;
    }
    uint8_t hash[WF_HASH_LEN], signature[WF_P256_SIGNATURE_LEN];
    wf_bytes tbs = wf_bytes_of(w->start + mark, w->len - mark);
    wf_error error = wf_sha256(hash, &tbs, 1);
    if (error == WF_OK) {
        error = wf_signer_sign(signature, signer, hash, drbg);
    }
    if (error != WF_OK) {
        return error;
    }
    wf_write_view(w, wf_algorithm_ecdsa_sha256());
    size_t bits = wf_der_begin(w, WF_DER_BIT_STRING);
    wf_write_u8(w, 0); /* unused bits */
    error = wf_signature_to_der(w, signature);
    wf_der_end(w, bits);
    wf_der_end(w, mark);
    return w->overflow ? WF_ERROR_TOO_SMALL : error;
}

wf_error wf_signed_verify(wf_bytes tbs, const uint8_t signature[static WF_P256_SIGNATURE_LEN],
                          const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    uint8_t hash[WF_HASH_LEN];
    wf_error error = wf_sha256(hash, &tbs, 1);
    return error != WF_OK ? error : wf_p256_verify(public_key, hash, signature, WF_S_ANY);
}
