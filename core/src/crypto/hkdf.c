#include "crypto/backend.h"
#include <string.h>
#include <warifu/crypto.h>

/* RFC 5869 2.2. An absent salt is a hash's length of zeros, and HMAC pads an empty key with just those. */
wf_error wf_hkdf_extract(uint8_t prk[static WF_HASH_LEN], wf_bytes salt, wf_bytes secret) {
    return wf_hmac_sha256(prk, salt, &secret, 1);
}

/* RFC 5869 2.3. */
wf_error wf_hkdf_expand(uint8_t *out, size_t out_len, const uint8_t prk[static WF_HASH_LEN], wf_bytes info) {
    if (out_len > 255 * WF_HASH_LEN || (out == NULL && out_len > 0) || !wf_view_usable(info)) {
        return WF_ERROR_ARGUMENT;
    }
    uint8_t block[WF_HASH_LEN];
    wf_bytes parts[3] = {{NULL, 0}, info, {NULL, 0}};
    wf_error error = WF_OK;
    size_t done = 0;
    for (uint8_t round = 1; done < out_len; round++) {
        parts[2] = wf_bytes_of(&round, 1);
        error = wf_hmac_sha256(block, wf_bytes_of(prk, WF_HASH_LEN), parts, 3);
        if (error != WF_OK) {
            wf_wipe(out, out_len);
            break;
        }
        size_t step = out_len - done < WF_HASH_LEN ? out_len - done : WF_HASH_LEN;
        memcpy(out + done, block, step);
        done += step;
        parts[0] = wf_bytes_of(block, sizeof block);
    }
    wf_wipe(block, sizeof block);
    return error;
}
