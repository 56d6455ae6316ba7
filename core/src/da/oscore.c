#include "da/oscore.h"

#include <string.h>

#include "edhoc/cbor.h"

enum {
    INFO_LEN = 48,
    SIMPLE_NULL = 22,
    ID_PIV_LEN = WF_CCM_NONCE_LEN - 6 /* nonce length less PIV and size byte */
};

wf_error wf_oscore_derive(uint8_t *out, size_t len, const uint8_t prk[static WF_HASH_LEN], wf_bytes id,
                          const wf_bytes *id_context, int alg, const char *type) {
    uint8_t info[INFO_LEN];
    size_t info_len;
    wf_writer w = wf_writer_of(info, sizeof info);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 5);
    wf_cbor_write_bstr(&w, id);
    if (id_context != NULL) {
        wf_cbor_write_bstr(&w, *id_context);
    } else {
        wf_cbor_write_head(&w, WF_CBOR_SIMPLE, SIMPLE_NULL);
    }
    wf_cbor_write_int(&w, alg);
    wf_cbor_write_tstr(&w, type);
    wf_cbor_write_int(&w, (int64_t)len);
    wf_error error = wf_writer_finish(&w, &info_len);
    return error != WF_OK ? error : wf_hkdf_expand(out, len, prk, wf_bytes_of(info, info_len));
}

void wf_oscore_nonce(uint8_t nonce[static WF_CCM_NONCE_LEN], const uint8_t iv[static WF_CCM_NONCE_LEN], wf_bytes kid,
                     uint64_t piv) {
    memset(nonce, 0, WF_CCM_NONCE_LEN);
    nonce[0] = (uint8_t)kid.len;
    memcpy(nonce + 1 + ID_PIV_LEN - kid.len, kid.at, kid.len);
    for (size_t i = 0; i < WF_DA_PIV_LEN; i++) {
        nonce[WF_CCM_NONCE_LEN - 1 - i] = (uint8_t)(piv >> (8 * i));
    }
    for (size_t i = 0; i < WF_CCM_NONCE_LEN; i++) {
        nonce[i] ^= iv[i];
    }
}
