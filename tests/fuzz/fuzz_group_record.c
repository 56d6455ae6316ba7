/* Group records: what doesn't open releases nothing; nobody but the corpus has the sender's key, so what opens was
 * sealed for these keys, whole. */
#include <stdlib.h>
#include <string.h>

#include "da/group_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct listener {
    wf_group_keys keys;
    wf_group_sender sender;
    bool ready;
} listener;

static wf_error make(listener *out) {
    static const uint8_t secret[16] = {1}, salt[8] = {2}, gid[WF_DA_GID_LEN] = {3}, own = 4, id = 5;
    static const uint8_t manager_scalar[WF_P256_PRIVATE_LEN] = {6}, sender_scalar[WF_P256_PRIVATE_LEN] = {7};
    wf_p256_key manager, sender;
    wf_error error = wf_crypto_start();
    if (error == WF_OK) {
        error = wf_p256_from_private(&manager, manager_scalar);
    }
    if (error == WF_OK) {
        error = wf_p256_from_private(&sender, sender_scalar);
    }
    if (error == WF_OK) {
        error = wf_group_derive(&out->keys, wf_bytes_of(secret, 16), wf_bytes_of(salt, 8), gid, wf_bytes_of(&own, 1),
                                manager.public_key);
    }
    if (error == WF_OK) {
        error = wf_group_sender_derive(&out->sender, &out->keys, wf_bytes_of(&id, 1), sender.public_key);
    }
    out->ready = error == WF_OK;
    return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static listener bob;
    static uint8_t out[WF_GROUP_PLAIN_LEN], blank[WF_GROUP_PLAIN_LEN];
    wf_da_frame frame;
    size_t len;
    if (!bob.ready && make(&bob) != WF_OK) {
        abort();
    }
    if (wf_da_frame_parse(&frame, wf_bytes_of(data, size)) != WF_OK || frame.type != WF_DA_GROUP) {
        return 0;
    }
    memset(out, 0, sizeof out);
    wf_error error = wf_group_unseal(out, &len, &bob.keys, &bob.sender, &frame);
    if (error == WF_OK ? len + WF_CCM_TAG_LEN != frame.payload.len : len != 0 || memcmp(out, blank, sizeof out) != 0) {
        abort();
    }
    error = error == WF_OK ? wf_group_verify(&bob.keys, &bob.sender, &frame) : error;
    if (error != WF_OK && error != WF_ERROR_TAG && error != WF_ERROR_SIGNATURE) {
        abort();
    }
    return 0;
}
