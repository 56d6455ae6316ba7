#include "crypto/ccm_engine.h"

static bool tag_allowed(size_t tag_len) {
    return tag_len == WF_CCM_TAG_LEN || tag_len == WF_CCM_SHORT_TAG_LEN;
}

wf_error wf_ccm_seal(uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN],
                     const uint8_t nonce[static WF_CCM_NONCE_LEN], size_t tag_len, wf_bytes aad, wf_bytes plain) {
    if (!tag_allowed(tag_len)) {
        return WF_ERROR_ARGUMENT;
    }
    return wf_ccm_engine_seal(out, key, wf_bytes_of(nonce, WF_CCM_NONCE_LEN), tag_len, aad, plain);
}

wf_error wf_ccm_open(uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN],
                     const uint8_t nonce[static WF_CCM_NONCE_LEN], size_t tag_len, wf_bytes aad, wf_bytes sealed) {
    if (!tag_allowed(tag_len)) {
        return WF_ERROR_ARGUMENT;
    }
    return wf_ccm_engine_open(out, key, wf_bytes_of(nonce, WF_CCM_NONCE_LEN), tag_len, aad, sealed);
}
