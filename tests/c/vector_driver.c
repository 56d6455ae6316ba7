/* Answers published vectors for pytest: one case a line, `op hex hex ...` (`-` for empty, numbers in decimal), one
 * answer a line: the error's name, and after OK the result. */
#include "crypto/ccm_engine.h"
#include "crypto/drbg_core.h"
#include "hex.h"
#include <warifu/certificate.h>

enum { MOST_FIELDS = 8, LINE_LEN = 1 << 19, BYTES_LEN = 1 << 17 };

typedef struct request {
    const char *fields[MOST_FIELDS];
    size_t count;
} request;

static uint8_t room[MOST_FIELDS][BYTES_LEN];

static wf_bytes field(const request *q, size_t index) {
    const char *text = index < q->count ? q->fields[index] : "?";
    return hex_bytes(room[index], BYTES_LEN, strcmp(text, "-") == 0 ? "" : text);
}

/* A field of a length that the call's type fixes. */
static bool sized(const request *q, size_t index, size_t len) {
    return field(q, index).len == len;
}

static size_t number(const request *q, size_t index) {
    return index < q->count ? strtoul(q->fields[index], NULL, 10) : 0;
}

static wf_error answer_ccm(wf_writer *out, const request *q, bool seal) {
    wf_bytes key = field(q, 0), nonce = field(q, 1), aad = field(q, 3), text = field(q, 4);
    size_t tag_len = number(q, 2);
    if (key.len != WF_AES_KEY_LEN) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = seal ? wf_ccm_engine_seal(out->start, key.at, nonce, tag_len, aad, text)
                          : wf_ccm_engine_open(out->start, key.at, nonce, tag_len, aad, text);
    out->len = error == WF_OK ? (seal ? text.len + tag_len : text.len - tag_len) : 0;
    return error;
}

static wf_error answer_ccm_seal(wf_writer *out, const request *q) {
    return answer_ccm(out, q, true);
}

static wf_error answer_ccm_open(wf_writer *out, const request *q) {
    return answer_ccm(out, q, false);
}

static wf_error answer_hmac(wf_writer *out, const request *q) {
    wf_bytes text = field(q, 1);
    return wf_hmac_sha256(wf_write_space(out, WF_HASH_LEN), field(q, 0), &text, 1);
}

/* secret salt info length */
static wf_error answer_hkdf(wf_writer *out, const request *q) {
    uint8_t prk[WF_HASH_LEN];
    wf_error error = wf_hkdf_extract(prk, field(q, 1), field(q, 0));
    return error != WF_OK ? error : wf_hkdf_expand(wf_write_space(out, number(q, 3)), number(q, 3), prk, field(q, 2));
}

/* public message signature, s in any form */
static wf_error answer_verify(const request *q, const uint8_t *signature) {
    uint8_t hash[WF_HASH_LEN];
    wf_bytes text = field(q, 1);
    wf_error error = wf_sha256(hash, &text, 1);
    if (error != WF_OK || !sized(q, 0, WF_P256_PUBLIC_LEN)) {
        return error != WF_OK ? error : WF_ERROR_ARGUMENT;
    }
    return wf_p256_verify(field(q, 0).at, hash, signature, WF_S_ANY);
}

static wf_error answer_ecdsa_raw(wf_writer *out, const request *q) {
    (void)out;
    return sized(q, 2, WF_P256_SIGNATURE_LEN) ? answer_verify(q, field(q, 2).at) : WF_ERROR_ARGUMENT;
}

static wf_error answer_ecdsa_der(wf_writer *out, const request *q) {
    (void)out;
    uint8_t signature[WF_P256_SIGNATURE_LEN];
    wf_error error = wf_signature_from_der(signature, field(q, 2));
    return error != WF_OK ? error : answer_verify(q, signature);
}

/* SEC 1 2.3.4. The sign of y is not looked at: both points have the same x, and their products too. */
static wf_error read_ecpoint(uint8_t point[static WF_P256_PUBLIC_LEN], wf_bytes text) {
    if (text.len == 1 + WF_P256_PUBLIC_LEN && text.at[0] == 4) {
        memcpy(point, text.at + 1, WF_P256_PUBLIC_LEN);
        return WF_OK;
    }
    if (text.len == 1 + WF_P256_X_LEN && (text.at[0] == 2 || text.at[0] == 3)) {
        return wf_p256_decompress(point, text.at + 1);
    }
    return WF_ERROR_ARGUMENT;
}

/* private peer */
static wf_error answer_ecdh(wf_writer *out, const request *q) {
    uint8_t peer[WF_P256_PUBLIC_LEN];
    wf_p256_key key;
    if (!sized(q, 0, WF_P256_PRIVATE_LEN)) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = wf_p256_from_private(&key, field(q, 0).at);
    if (error == WF_OK) {
        error = read_ecpoint(peer, field(q, 1));
    }
    return error != WF_OK ? error : wf_p256_ecdh(wf_write_space(out, WF_P256_SHARED_LEN), &key, peer);
}

static wf_error answer_public(wf_writer *out, const request *q) {
    wf_p256_key key;
    if (!sized(q, 0, WF_P256_PRIVATE_LEN)) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = wf_p256_from_private(&key, field(q, 0).at);
    wf_write_bytes(out, key.public_key, sizeof key.public_key);
    return error;
}

static wf_error answer_check(wf_writer *out, const request *q) {
    (void)out;
    return sized(q, 0, WF_P256_PUBLIC_LEN) ? wf_p256_check(field(q, 0).at) : WF_ERROR_ARGUMENT;
}

static wf_error answer_decompress(wf_writer *out, const request *q) {
    return sized(q, 0, WF_P256_X_LEN) ? wf_p256_decompress(wf_write_space(out, WF_P256_PUBLIC_LEN), field(q, 0).at)
                                      : WF_ERROR_ARGUMENT;
}

/* private message seed: the seed stands in for entropy, so that a run can be repeated */
static wf_error answer_sign(wf_writer *out, const request *q) {
    wf_bytes text = field(q, 1), seed = field(q, 2);
    uint8_t hash[WF_HASH_LEN];
    wf_p256_key key;
    wf_drbg drbg;
    if (!sized(q, 0, WF_P256_PRIVATE_LEN)) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = wf_p256_from_private(&key, field(q, 0).at);
    if (error == WF_OK) {
        error = wf_sha256(hash, &text, 1);
    }
    if (error == WF_OK) {
        error = wf_drbg_core_start(&drbg, &seed, 1);
    }
    return error != WF_OK ? error : wf_p256_sign(wf_write_space(out, WF_P256_SIGNATURE_LEN), &key, hash, &drbg);
}

static const struct op {
    const char *name;
    wf_error (*answer)(wf_writer *out, const request *q);
} ops[] = {
    {"ccm_seal", answer_ccm_seal},   {"ccm_open", answer_ccm_open},
    {"hmac", answer_hmac},           {"hkdf", answer_hkdf},
    {"ecdsa_raw", answer_ecdsa_raw}, {"ecdsa_der", answer_ecdsa_der},
    {"ecdh", answer_ecdh},           {"public", answer_public},
    {"check", answer_check},         {"decompress", answer_decompress},
    {"sign", answer_sign},
};

static void answer(const char *name, const request *q) {
    static uint8_t result[BYTES_LEN];
    wf_writer out = wf_writer_of(result, sizeof result);
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (strcmp(ops[i].name, name) == 0) {
            wf_error error = ops[i].answer(&out, q);
            printf("%s ", wf_error_row_of(error)->name);
            hex_print(stdout, wf_bytes_of(result, error == WF_OK ? out.len : 0));
            putchar('\n');
            return;
        }
    }
    fprintf(stderr, "no such op: %s\n", name);
    exit(2);
}

int main(void) {
    static char line[LINE_LEN];
    wf_error error = wf_crypto_start();
    if (error != WF_OK) {
        fprintf(stderr, "%s\n", wf_error_row_of(error)->name);
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *name = strtok(line, " \n");
        request q = {{NULL}, 0};
        for (char *word; q.count < MOST_FIELDS && (word = strtok(NULL, " \n")) != NULL; q.count++) {
            q.fields[q.count] = word;
        }
        if (name != NULL) {
            answer(name, &q);
        }
    }
    return 0;
}
