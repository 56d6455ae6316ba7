#include "crypto/p256_sign.h"
#include <string.h>
#include <warifu/signer.h>

static wf_error sign_in_memory(void *context, uint8_t signature[static WF_P256_SIGNATURE_LEN],
                               const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg) {
    return wf_p256_sign(signature, context, hash, drbg);
}

wf_signer wf_signer_of(const wf_p256_key *key) {
    return (wf_signer){.sign = sign_in_memory, .context = (void *)key, .public_key = key->public_key};
}

const wf_p256_key *wf_signer_key(wf_signer signer) {
    return signer.sign == sign_in_memory ? signer.context : NULL;
}

/* What another holder gave is judged as our own signatures are. */
static wf_error check_foreign(uint8_t signature[static WF_P256_SIGNATURE_LEN], wf_signer signer,
                              const uint8_t hash[static WF_HASH_LEN]) {
    wf_error error = wf_p256_make_low(signature + WF_P256_SIGNATURE_LEN / 2);
    if (error == WF_OK) {
        error = wf_p256_verify(signer.public_key, hash, signature, WF_S_LOW);
    }
    return error == WF_ERROR_SIGNATURE || error == WF_ERROR_POINT ? WF_ERROR_TOKEN : error;
}

wf_error wf_signer_sign(uint8_t signature[static WF_P256_SIGNATURE_LEN], wf_signer signer,
                        const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg) {
    if (signer.sign == NULL) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = signer.sign(signer.context, signature, hash, drbg);
    if (error == WF_OK && wf_signer_key(signer) == NULL) {
        error = check_foreign(signature, signer, hash);
    }
    if (error != WF_OK) {
        wf_wipe(signature, WF_P256_SIGNATURE_LEN);
    }
    return error;
}

/* RFC 8937 section 3: the signature over the tag never leaves. */
static wf_error start_with_signature(wf_drbg *drbg, wf_entropy entropy, wf_signer signer, wf_bytes seed) {
    static const char tag[] = "Warifu: a signature that feeds the random source and is never sent";
    const wf_bytes text = wf_bytes_of((const uint8_t *)tag, sizeof tag - 1);
    uint8_t hash[WF_HASH_LEN], signature[WF_P256_SIGNATURE_LEN] = {0};
    wf_error error = wf_sha256(hash, &text, 1);
    if (error == WF_OK) {
        error = wf_drbg_start(drbg, entropy, wf_bytes_of(NULL, 0), seed);
    }
    if (error == WF_OK) {
        error = wf_signer_sign(signature, signer, hash, drbg);
    }
    if (error == WF_OK) {
        error = wf_drbg_start(drbg, entropy, wf_bytes_of(signature, sizeof signature), seed);
    }
    wf_wipe(signature, sizeof signature);
    return error;
}

wf_error wf_drbg_start_for(wf_drbg *drbg, wf_entropy entropy, wf_signer signer, wf_bytes seed) {
    const wf_p256_key *key = wf_signer_key(signer);
    return key == NULL ? start_with_signature(drbg, entropy, signer, seed)
                       : wf_drbg_start(drbg, entropy, wf_bytes_of(key->private_key, sizeof key->private_key), seed);
}
