/* PBKDF2 with HMAC-SHA-256 (RFC 8018 5.2). */
#include "crypto/backend.h"
#include <string.h>
#include <warifu/crypto.h>

enum { BLOCK_LEN = 64 };

/* HMAC with its key's two blocks hashed already: each iteration then costs two compressions and not four. */
typedef struct keyed {
    hash_state inner, outer;
} keyed;

static wf_error key_up(keyed *out, wf_bytes key) {
    uint8_t block[BLOCK_LEN] = {0}, padded[BLOCK_LEN];
    wf_error error = WF_OK;
    if (key.len > BLOCK_LEN) {
        error = wf_sha256(block, &key, 1);
    } else if (key.len > 0) {
        memcpy(block, key.at, key.len);
    }
    static const uint8_t pads[] = {0x36, 0x5C}; /* RFC 2104 section 2 */
    hash_state *const states[] = {&out->inner, &out->outer};
    for (unsigned i = 0; i < 2 && error == WF_OK; i++) {
        for (size_t k = 0; k < BLOCK_LEN; k++) {
            padded[k] = block[k] ^ pads[i];
        }
        bool done = sha256_init(states[i]) == CRYPT_OK && sha256_process(states[i], padded, BLOCK_LEN) == CRYPT_OK;
        error = done ? WF_OK : WF_ERROR_BACKEND;
    }
    wf_wipe(block, sizeof block);
    wf_wipe(padded, sizeof padded);
    return error;
}

static bool finish(uint8_t out[static WF_HASH_LEN], hash_state *state, const keyed *with) {
    hash_state outer = with->outer;
    bool done = sha256_done(state, out) == CRYPT_OK && sha256_process(&outer, out, WF_HASH_LEN) == CRYPT_OK &&
                sha256_done(&outer, out) == CRYPT_OK;
    wf_wipe(&outer, sizeof outer);
    return done;
}

static bool derive_block(uint8_t out[static WF_HASH_LEN], const keyed *with, wf_bytes salt, uint32_t number,
                         uint32_t iterations) {
    const uint8_t index[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                              (uint8_t)number};
    uint8_t last[WF_HASH_LEN];
    hash_state state = with->inner;
    bool done = (salt.len == 0 || sha256_process(&state, salt.at, (unsigned long)salt.len) == CRYPT_OK) &&
                sha256_process(&state, index, sizeof index) == CRYPT_OK && finish(last, &state, with);
    memcpy(out, last, sizeof last);
    for (uint32_t i = 1; i < iterations && done; i++) {
        state = with->inner;
        done = sha256_process(&state, last, sizeof last) == CRYPT_OK && finish(last, &state, with);
        for (size_t k = 0; k < sizeof last; k++) {
            out[k] ^= last[k];
        }
    }
    wf_wipe(&state, sizeof state);
    wf_wipe(last, sizeof last);
    return done;
}

wf_error wf_pbkdf2_sha256(uint8_t *out, size_t len, wf_bytes passphrase, wf_bytes salt, uint32_t iterations) {
    keyed with;
    uint8_t block[WF_HASH_LEN];
    if (!wf_view_usable(passphrase) || !wf_view_usable(salt) || iterations == 0 || (out == NULL && len > 0)) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = key_up(&with, passphrase);
    uint32_t number = 0;
    for (size_t done = 0; done < len && error == WF_OK; done += sizeof block) {
        error = derive_block(block, &with, salt, ++number, iterations) ? WF_OK : WF_ERROR_BACKEND;
        size_t step = len - done < sizeof block ? len - done : sizeof block;
        memcpy(out + done, block, step);
    }
    wf_wipe(block, sizeof block);
    wf_wipe(&with, sizeof with);
    if (error != WF_OK) {
        wf_wipe(out, len);
    }
    return error;
}
