#include "edhoc/key_schedule.h"

#include <string.h>

#include "edhoc/cbor.h"

/* The head of a byte string of 32 bytes, which is what stands before every hash and every x coordinate. */
static const uint8_t bstr_32[] = {0x58, 0x20};
#define BSTR_32 wf_bytes_of(bstr_32, sizeof bstr_32)

/* info = (info_label, context, length) around the context: what stands before it and what stands after it. */
typedef struct info_frame {
    uint8_t before[2 * WF_CBOR_HEAD_LEN];
    uint8_t after[WF_CBOR_HEAD_LEN];
    wf_writer head, tail;
} info_frame;

static void frame_info(info_frame *info, uint64_t label, size_t context_len, size_t out_len) {
    info->head = wf_writer_of(info->before, sizeof info->before);
    wf_cbor_write_head(&info->head, WF_CBOR_UINT, label);
    wf_cbor_write_head(&info->head, WF_CBOR_BSTR, context_len);
    info->tail = wf_writer_of(info->after, sizeof info->after);
    wf_cbor_write_head(&info->tail, WF_CBOR_UINT, out_len);
}

/* HKDF-Expand (RFC 5869 2.3) over an info in parts: context_2 and context_3 hold a certificate and all external data,
 * and a device's stack has no room for a copy of them. */
wf_error wf_edhoc_kdf(uint8_t *out, size_t out_len, const uint8_t prk[static WF_HASH_LEN], uint64_t label,
                      const wf_bytes *context, size_t count) {
    if (out_len == 0 || out_len > 255 * (size_t)WF_HASH_LEN || count > WF_EDHOC_KDF_PARTS) {
        return WF_ERROR_ARGUMENT;
    }
    wf_bytes parts[WF_EDHOC_KDF_PARTS + 4];
    size_t context_len = 0;
    for (size_t i = 0; i < count; i++) {
        parts[2 + i] = context[i];
        context_len += context[i].len;
    }
    info_frame info;
    frame_info(&info, label, context_len, out_len);
    uint8_t block[WF_HASH_LEN] = {0};
    uint8_t counter = 0;
    parts[0] = wf_bytes_of(block, 0);
    parts[1] = wf_bytes_of(info.before, info.head.len);
    parts[2 + count] = wf_bytes_of(info.after, info.tail.len);
    parts[3 + count] = wf_bytes_of(&counter, 1);
    wf_error error = WF_OK;
    for (size_t done = 0; done < out_len && error == WF_OK;) {
        uint8_t next[WF_HASH_LEN] = {0};
        size_t take = out_len - done < WF_HASH_LEN ? out_len - done : WF_HASH_LEN;
        counter++;
        error = wf_hmac_sha256(next, wf_bytes_of(prk, WF_HASH_LEN), parts, count + 4);
        memcpy(out + done, next, take);
        memcpy(block, next, sizeof block);
        wf_wipe(next, sizeof next);
        parts[0].len = sizeof block;
        done += take;
    }
    wf_wipe(block, sizeof block);
    if (error != WF_OK) {
        wf_wipe(out, out_len);
    }
    return error;
}

wf_error wf_edhoc_kdf_th(uint8_t *out, size_t out_len, const uint8_t prk[static WF_HASH_LEN], wf_edhoc_label label,
                         const uint8_t th[static WF_HASH_LEN]) {
    wf_bytes context = wf_bytes_of(th, WF_HASH_LEN);
    return wf_edhoc_kdf(out, out_len, prk, label, &context, 1);
}

wf_error wf_edhoc_th_2(uint8_t th[static WF_HASH_LEN], const uint8_t g_y[static WF_P256_X_LEN],
                       const uint8_t message_1_hash[static WF_HASH_LEN]) {
    const wf_bytes parts[] = {BSTR_32, wf_bytes_of(g_y, WF_P256_X_LEN), BSTR_32,
                              wf_bytes_of(message_1_hash, WF_HASH_LEN)};
    return wf_sha256(th, parts, sizeof parts / sizeof parts[0]);
}

wf_error wf_edhoc_th_next(uint8_t th[static WF_HASH_LEN], wf_bytes plaintext, wf_bytes certificate) {
    uint8_t head[WF_CBOR_HEAD_LEN];
    wf_writer w = wf_writer_of(head, sizeof head);
    wf_cbor_write_head(&w, WF_CBOR_BSTR, certificate.len);
    uint8_t next[WF_HASH_LEN];
    const wf_bytes parts[] = {BSTR_32, wf_bytes_of(th, WF_HASH_LEN), plaintext, wf_bytes_of(head, w.len), certificate};
    wf_error error = wf_sha256(next, parts, sizeof parts / sizeof parts[0]);
    if (error == WF_OK) {
        memcpy(th, next, sizeof next);
    }
    return error;
}
