#include "crypto/backend.h"
#include "crypto/drbg_core.h"

enum { MOST_PARTS = 4, ENTROPY_LEN = 32, NONCE_LEN = 16 };

/* K = HMAC(K, V || round || parts), V = HMAC(K, V). */
static wf_error update_once(wf_drbg *drbg, uint8_t round, const wf_bytes *parts, size_t count) {
    wf_bytes all[2 + MOST_PARTS] = {wf_bytes_of(drbg->value, WF_HASH_LEN), wf_bytes_of(&round, 1)};
    for (size_t i = 0; i < count; i++) {
        all[2 + i] = parts[i];
    }
    wf_error error = wf_hmac_sha256(drbg->key, wf_bytes_of(drbg->key, WF_HASH_LEN), all, 2 + count);
    if (error != WF_OK) {
        return error;
    }
    return wf_hmac_sha256(drbg->value, wf_bytes_of(drbg->key, WF_HASH_LEN), all, 1);
}

wf_error wf_drbg_core_update(wf_drbg *drbg, const wf_bytes *parts, size_t count) {
    if (count > MOST_PARTS || !wf_views_usable(parts, count)) {
        return WF_ERROR_ARGUMENT;
    }
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += parts[i].len;
    }
    wf_error error = update_once(drbg, 0x00, parts, count);
    if (error == WF_OK && total > 0) {
        error = update_once(drbg, 0x01, parts, count);
    }
    return error;
}

wf_error wf_drbg_core_start(wf_drbg *drbg, const wf_bytes *parts, size_t count) {
    memset(drbg, 0, sizeof *drbg);
    memset(drbg->value, 0x01, sizeof drbg->value);
    drbg->until_reseed = WF_DRBG_REQUESTS;
    return wf_drbg_core_update(drbg, parts, count);
}

static wf_error gather(wf_entropy entropy, uint8_t *out, size_t len) {
    if (entropy.fill == NULL || entropy.fill(entropy.context, out, len) != WF_OK) {
        wf_wipe(out, len);
        return WF_ERROR_ENTROPY;
    }
    return WF_OK;
}

/* Entropy and nonce as one string (SP 800-90A 8.6.7), then the personalization: the length of the long-term key in
 * front of it keeps key and seed apart. */
wf_error wf_drbg_start(wf_drbg *drbg, wf_entropy entropy, wf_bytes long_term, wf_bytes seed) {
    memset(drbg, 0, sizeof *drbg);
    uint8_t fresh[ENTROPY_LEN + NONCE_LEN], length[4];
    wf_writer writer = wf_writer_of(length, sizeof length);
    wf_write_u32(&writer, (uint32_t)long_term.len);
    const wf_bytes parts[] = {wf_bytes_of(fresh, sizeof fresh), wf_bytes_of(length, sizeof length), long_term, seed};

    wf_error error = gather(entropy, fresh, sizeof fresh);
    if (error == WF_OK) {
        error = wf_drbg_core_start(drbg, parts, 4);
    }
    wf_wipe(fresh, sizeof fresh);
    if (error != WF_OK) {
        wf_drbg_wipe(drbg);
        return error;
    }
    drbg->entropy = entropy;
    return WF_OK;
}

static wf_error reseed(wf_drbg *drbg) {
    uint8_t fresh[ENTROPY_LEN] = {0};
    const wf_bytes part = wf_bytes_of(fresh, sizeof fresh);
    wf_error error = gather(drbg->entropy, fresh, sizeof fresh);
    if (error == WF_OK) {
        error = wf_drbg_core_update(drbg, &part, 1);
    }
    if (error == WF_OK) {
        drbg->until_reseed = WF_DRBG_REQUESTS;
    }
    wf_wipe(fresh, sizeof fresh);
    return error;
}

/* SP 800-90A 10.1.2.5, one request. */
static wf_error generate(wf_drbg *drbg, uint8_t *out, size_t len) {
    wf_error error = drbg->until_reseed == 0 ? reseed(drbg) : WF_OK;
    if (error != WF_OK) {
        return error;
    }
    const wf_bytes value = wf_bytes_of(drbg->value, WF_HASH_LEN);
    for (size_t done = 0; done < len;) {
        error = wf_hmac_sha256(drbg->value, wf_bytes_of(drbg->key, WF_HASH_LEN), &value, 1);
        if (error != WF_OK) {
            return error;
        }
        size_t step = len - done < WF_HASH_LEN ? len - done : WF_HASH_LEN;
        memcpy(out + done, drbg->value, step);
        done += step;
    }
    drbg->until_reseed--;
    return wf_drbg_core_update(drbg, NULL, 0);
}

wf_error wf_drbg_bytes(wf_drbg *drbg, uint8_t *out, size_t len) {
    if (out == NULL && len > 0) {
        return WF_ERROR_ARGUMENT;
    }
    for (size_t done = 0; done < len;) {
        size_t step = len - done < WF_DRBG_REQUEST_LEN ? len - done : WF_DRBG_REQUEST_LEN;
        wf_error error = generate(drbg, out + done, step);
        if (error != WF_OK) {
            wf_wipe(out, len);
            return error;
        }
        done += step;
    }
    return WF_OK;
}

void wf_drbg_wipe(wf_drbg *drbg) {
    wf_wipe(drbg, sizeof *drbg);
}
