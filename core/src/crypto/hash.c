/* SHA-256 and HMAC. libtomcrypt's own HMAC is not used: it allocates and refuses an empty key. */
#include "crypto/backend.h"
#include <string.h>
#include <warifu/crypto.h>

enum { BLOCK_LEN = 64 };

static void hash_view(hash_state *state, bool *failed, wf_bytes view) {
    if (view.len > 0 && sha256_process(state, view.at, (unsigned long)view.len) != CRYPT_OK) {
        *failed = true;
    }
}

/* SHA-256 over `first` and the parts. The state holds what was hashed, which may be secret: it is wiped. */
static wf_error hash_all(uint8_t out[static WF_HASH_LEN], wf_bytes first, const wf_bytes *parts, size_t count) {
    hash_state state;
    bool failed = sha256_init(&state) != CRYPT_OK;
    hash_view(&state, &failed, first);
    for (size_t i = 0; i < count; i++) {
        hash_view(&state, &failed, parts[i]);
    }
    failed = failed || sha256_done(&state, out) != CRYPT_OK;
    wf_wipe(&state, sizeof state);
    if (failed) {
        wf_wipe(out, WF_HASH_LEN);
    }
    return failed ? WF_ERROR_BACKEND : WF_OK;
}

wf_error wf_sha256(uint8_t out[static WF_HASH_LEN], const wf_bytes *parts, size_t count) {
    if (!wf_views_usable(parts, count)) {
        return WF_ERROR_ARGUMENT;
    }
    return hash_all(out, (wf_bytes){NULL, 0}, parts, count);
}

/* Our own form of the state: a public header can't hold libtomcrypt's. */
static void take_state(wf_hash *out, const struct sha256_state *in) {
    out->bits = in->length;
    out->used = (uint32_t)in->curlen;
    for (size_t i = 0; i < sizeof out->words / sizeof out->words[0]; i++) {
        out->words[i] = (uint32_t)in->state[i];
    }
    memcpy(out->block, in->buf, sizeof out->block);
}

static void give_state(struct sha256_state *out, const wf_hash *in) {
    out->length = in->bits;
    out->curlen = in->used;
    for (size_t i = 0; i < sizeof in->words / sizeof in->words[0]; i++) {
        out->state[i] = in->words[i];
    }
    memcpy(out->buf, in->block, sizeof in->block);
}

wf_error wf_hash_start(wf_hash *hash) {
    hash_state state;
    bool failed = sha256_init(&state) != CRYPT_OK;
    take_state(hash, &state.sha256);
    return failed ? WF_ERROR_BACKEND : WF_OK;
}

wf_error wf_hash_feed(wf_hash *hash, wf_bytes bytes) {
    if (!wf_view_usable(bytes)) {
        return WF_ERROR_ARGUMENT;
    }
    hash_state state;
    bool failed = false;
    give_state(&state.sha256, hash);
    hash_view(&state, &failed, bytes);
    take_state(hash, &state.sha256);
    wf_wipe(&state, sizeof state);
    return failed ? WF_ERROR_BACKEND : WF_OK;
}

wf_error wf_hash_finish(uint8_t out[static WF_HASH_LEN], const wf_hash *hash) {
    hash_state state;
    give_state(&state.sha256, hash);
    bool failed = sha256_done(&state, out) != CRYPT_OK;
    wf_wipe(&state, sizeof state);
    if (failed) {
        wf_wipe(out, WF_HASH_LEN);
    }
    return failed ? WF_ERROR_BACKEND : WF_OK;
}

/* RFC 2104 section 2: a key longer than a block is hashed first, a shorter one padded with zeros. */
static wf_error pad_key(uint8_t block[static BLOCK_LEN], wf_bytes key) {
    memset(block, 0, BLOCK_LEN);
    if (key.len > BLOCK_LEN) {
        return hash_all(block, key, NULL, 0);
    }
    if (key.len > 0) {
        memcpy(block, key.at, key.len);
    }
    return WF_OK;
}

static void flip(uint8_t block[static BLOCK_LEN], uint8_t mask) {
    for (size_t i = 0; i < BLOCK_LEN; i++) {
        block[i] ^= mask;
    }
}

wf_error wf_hmac_sha256(uint8_t out[static WF_HASH_LEN], wf_bytes key, const wf_bytes *parts, size_t count) {
    if (!wf_view_usable(key) || !wf_views_usable(parts, count)) {
        return WF_ERROR_ARGUMENT;
    }
    uint8_t block[BLOCK_LEN], inner[WF_HASH_LEN];
    wf_error error = pad_key(block, key);
    if (error != WF_OK) {
        goto out;
    }
    flip(block, 0x36);
    error = hash_all(inner, wf_bytes_of(block, sizeof block), parts, count);
    if (error != WF_OK) {
        goto out;
    }
    flip(block, 0x36 ^ 0x5c);
    const wf_bytes inner_part = wf_bytes_of(inner, sizeof inner);
    error = hash_all(out, wf_bytes_of(block, sizeof block), &inner_part, 1);
out:
    wf_wipe(block, sizeof block);
    wf_wipe(inner, sizeof inner);
    return error;
}
