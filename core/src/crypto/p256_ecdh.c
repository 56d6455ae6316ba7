#include "crypto/p256_multiply.h"

wf_error wf_p256_ecdh(uint8_t shared[static WF_P256_SHARED_LEN], const wf_p256_key *key,
                      const uint8_t peer[static WF_P256_PUBLIC_LEN]) {
    if (!wf_p256_scalar_valid(key->private_key)) {
        wf_wipe(shared, WF_P256_SHARED_LEN);
        return WF_ERROR_KEY;
    }
    wf_math m;
    wf_math_begin(&m);
    wf_p256_curve curve = wf_p256_curve_read(&m);
    ecc_point point = wf_p256_point_read(&m, peer), product = wf_math_new_point(&m);
    bool valid = wf_p256_point_valid(&m, &curve, &point);
    if (valid) {
        void *k = wf_math_read(&m, key->private_key, WF_P256_PRIVATE_LEN);
        wf_p256_multiply(&m, &curve, &product, k, &point);
        wf_math_write(&m, shared, product.x);
    }
    wf_error error = wf_math_end(&m);
    if (error == WF_OK && !valid) {
        error = WF_ERROR_POINT;
    }
    if (error != WF_OK) {
        wf_wipe(shared, WF_P256_SHARED_LEN);
    }
    return error;
}
