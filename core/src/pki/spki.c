#include <string.h>
#include <warifu/spki.h>

/* SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING of 04 || x || y }, RFC 5480 2.1.1 and 2.2. */
static const uint8_t head[WF_SPKI_LEN - WF_P256_PUBLIC_LEN] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                               0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                               0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

void wf_spki_write(uint8_t out[static WF_SPKI_LEN], const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    memcpy(out, head, sizeof head);
    memcpy(out + sizeof head, public_key, WF_P256_PUBLIC_LEN);
}

wf_error wf_spki_fingerprint(uint8_t out[static WF_HASH_LEN], const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    const wf_bytes parts[] = {wf_bytes_of(head, sizeof head), wf_bytes_of(public_key, WF_P256_PUBLIC_LEN)};
    return wf_sha256(out, parts, 2);
}
