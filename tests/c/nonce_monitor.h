/* A monitor that sees every record that any node seals: no key may meet a nonce twice. Programs that include it are led
 * through it by the linker (tests/CMakeLists.txt). */
#ifndef WARIFU_TESTS_NONCE_MONITOR_H
#define WARIFU_TESTS_NONCE_MONITOR_H

#include <warifu/crypto.h>

#include "check.h"

wf_error __real_wf_ccm_seal(uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN],
                            const uint8_t nonce[static WF_CCM_NONCE_LEN], size_t tag_len, wf_bytes aad, wf_bytes plain);
wf_error __wrap_wf_ccm_seal(uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN],
                            const uint8_t nonce[static WF_CCM_NONCE_LEN], size_t tag_len, wf_bytes aad, wf_bytes plain);

enum { PAIR_LEN = WF_AES_KEY_LEN + WF_CCM_NONCE_LEN };

static struct nonce_monitor {
    uint8_t (*pairs)[PAIR_LEN]; /* a hash table; all zeros: free */
    size_t count, capacity;
    bool watches; /* not the known answers that the cryptography is started with */
} seen;

static inline size_t monitor_place_of(const uint8_t pair[PAIR_LEN]) {
    static const uint8_t none[PAIR_LEN];
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < PAIR_LEN; i++) {
        hash = (hash ^ pair[i]) * 1099511628211u;
    }
    size_t at = hash % seen.capacity;
    while (memcmp(seen.pairs[at], none, PAIR_LEN) != 0 && memcmp(seen.pairs[at], pair, PAIR_LEN) != 0) {
        at = (at + 1) % seen.capacity;
    }
    return at;
}

static inline void monitor_grow(void) {
    uint8_t(*old)[PAIR_LEN] = seen.pairs;
    size_t capacity = seen.capacity;
    static const uint8_t none[PAIR_LEN];
    seen.capacity = capacity == 0 ? 1024 : 2 * capacity;
    seen.pairs = calloc(seen.capacity, PAIR_LEN);
    CHECK(seen.pairs != NULL);
    for (size_t i = 0; i < capacity; i++) {
        if (memcmp(old[i], none, PAIR_LEN) != 0) {
            memcpy(seen.pairs[monitor_place_of(old[i])], old[i], PAIR_LEN);
        }
    }
    free(old);
}

wf_error __wrap_wf_ccm_seal(uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN],
                            const uint8_t nonce[static WF_CCM_NONCE_LEN], size_t tag_len, wf_bytes aad,
                            wf_bytes plain) {
    uint8_t pair[PAIR_LEN];
    if (!seen.watches) {
        return __real_wf_ccm_seal(out, key, nonce, tag_len, aad, plain);
    }
    memcpy(pair, key, WF_AES_KEY_LEN);
    memcpy(pair + WF_AES_KEY_LEN, nonce, WF_CCM_NONCE_LEN);
    if (2 * seen.count >= seen.capacity) {
        monitor_grow();
    }
    size_t at = monitor_place_of(pair);
    CHECK(memcmp(seen.pairs[at], pair, PAIR_LEN) != 0); /* a key met a nonce again */
    memcpy(seen.pairs[at], pair, PAIR_LEN);
    seen.count++;
    return __real_wf_ccm_seal(out, key, nonce, tag_len, aad, plain);
}

#endif
