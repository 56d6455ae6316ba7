/* CCM through libtomcrypt's streaming calls. ccm_memory is not used: it allocates, and answers CRYPT_OK to a forgery
 * when that fails. The streaming calls cut lengths silently, so every length is settled here first. */
#include "crypto/ccm_engine.h"
#include "crypto/backend.h"
#include <limits.h>

enum { SHORTEST_NONCE = 7, LONGEST_NONCE = 13, SHORTEST_TAG = 4, LONGEST_TAG = 16 };

static bool lengths_allowed(wf_bytes nonce, size_t tag_len, wf_bytes aad) {
    return nonce.len >= SHORTEST_NONCE && nonce.len <= LONGEST_NONCE && nonce.at != NULL && tag_len >= SHORTEST_TAG &&
           tag_len <= LONGEST_TAG && tag_len % 2 == 0 && aad.len <= INT_MAX && wf_view_usable(aad);
}

/* One run over `len` bytes from `in` to `out`, which may be the same place: ccm_process goes byte by byte and reads
 * each before it writes it. The whole tag comes out; the caller takes its first bytes. */
static wf_error run(uint8_t *out, uint8_t tag[static LONGEST_TAG], const uint8_t key[static WF_AES_KEY_LEN],
                    wf_bytes nonce, size_t tag_len, wf_bytes aad, wf_bytes in, int direction) {
    ccm_state state;
    unsigned long len = LONGEST_TAG;
    int cipher = find_cipher("aes");
    bool encrypt = direction == CCM_ENCRYPT;
    /* libtomcrypt's parameters lack const; it reads the one and writes the other by the direction. */
    uint8_t *plain = encrypt ? (uint8_t *)(uintptr_t)in.at : out;
    uint8_t *sealed = encrypt ? out : (uint8_t *)(uintptr_t)in.at;

    bool good = cipher >= 0 &&
                ccm_init(&state, cipher, key, WF_AES_KEY_LEN, (int)in.len, (int)tag_len, (int)aad.len) == CRYPT_OK &&
                ccm_add_nonce(&state, nonce.at, (unsigned long)nonce.len) == CRYPT_OK &&
                (aad.len == 0 || ccm_add_aad(&state, aad.at, (unsigned long)aad.len) == CRYPT_OK) &&
                (in.len == 0 || ccm_process(&state, plain, (unsigned long)in.len, sealed, direction) == CRYPT_OK) &&
                ccm_done(&state, tag, &len) == CRYPT_OK && len == LONGEST_TAG;
    wf_wipe(&state, sizeof state); /* the key schedule, which libtomcrypt leaves */
    return good ? WF_OK : WF_ERROR_BACKEND;
}

wf_error wf_ccm_engine_seal(uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN], wf_bytes nonce, size_t tag_len,
                            wf_bytes aad, wf_bytes plain) {
    if (!lengths_allowed(nonce, tag_len, aad) || plain.len > WF_CCM_MAX_LEN || !wf_view_usable(plain) || out == NULL) {
        return WF_ERROR_ARGUMENT;
    }
    uint8_t tag[LONGEST_TAG];
    wf_error error = run(out, tag, key, nonce, tag_len, aad, plain, CCM_ENCRYPT);
    if (error == WF_OK) {
        memcpy(out + plain.len, tag, tag_len);
    } else {
        wf_wipe(out, plain.len + tag_len);
    }
    wf_wipe(tag, sizeof tag);
    return error;
}

wf_error wf_ccm_engine_open(uint8_t *out, const uint8_t key[static WF_AES_KEY_LEN], wf_bytes nonce, size_t tag_len,
                            wf_bytes aad, wf_bytes sealed) {
    if (!lengths_allowed(nonce, tag_len, aad) || !wf_view_usable(sealed)) {
        return WF_ERROR_ARGUMENT;
    }
    if (sealed.len < tag_len) {
        return WF_ERROR_TRUNCATED;
    }
    wf_bytes cipher = wf_bytes_of(sealed.at, sealed.len - tag_len);
    if (cipher.len > WF_CCM_MAX_LEN || (out == NULL && cipher.len > 0)) {
        return WF_ERROR_ARGUMENT;
    }
    uint8_t tag[LONGEST_TAG];
    wf_error error = run(out, tag, key, nonce, tag_len, aad, cipher, CCM_DECRYPT);
    if (error == WF_OK && !wf_equal_secret(tag, sealed.at + cipher.len, tag_len)) {
        error = WF_ERROR_TAG;
    }
    if (error != WF_OK) {
        wf_wipe(out, cipher.len);
    }
    wf_wipe(tag, sizeof tag);
    return error;
}
