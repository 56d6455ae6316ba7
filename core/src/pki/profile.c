#include "pki/profile.h"
#include "pki/der.h"
#include <string.h>

enum { OID_MAX = 20, SERIAL_MAX = 20 };

static const struct {
    uint8_t len;
    uint8_t contents[OID_MAX];
} oids[] = {
    [WF_OID_COMMON_NAME] = {3, {0x55, 0x04, 0x03}},
    [WF_OID_SERIAL_NUMBER] = {3, {0x55, 0x04, 0x05}},
    [WF_OID_SUBJECT_KEY_ID] = {3, {0x55, 0x1D, 0x0E}},
    [WF_OID_KEY_USAGE] = {3, {0x55, 0x1D, 0x0F}},
    [WF_OID_SUBJECT_ALT_NAME] = {3, {0x55, 0x1D, 0x11}},
    [WF_OID_BASIC_CONSTRAINTS] = {3, {0x55, 0x1D, 0x13}},
    [WF_OID_CRL_NUMBER] = {3, {0x55, 0x1D, 0x14}},
    [WF_OID_REASON_CODE] = {3, {0x55, 0x1D, 0x15}},
    [WF_OID_DELTA_CRL] = {3, {0x55, 0x1D, 0x1B}},
    [WF_OID_ISSUING_POINT] = {3, {0x55, 0x1D, 0x1C}},
    [WF_OID_CERTIFICATE_ISSUER] = {3, {0x55, 0x1D, 0x1D}},
    [WF_OID_NAME_CONSTRAINTS] = {3, {0x55, 0x1D, 0x1E}},
    [WF_OID_POLICY_CONSTRAINTS] = {3, {0x55, 0x1D, 0x24}},
    [WF_OID_INHIBIT_ANY_POLICY] = {3, {0x55, 0x1D, 0x36}},
    [WF_OID_AUTHORITY_KEY_ID] = {3, {0x55, 0x1D, 0x23}},
    [WF_OID_EXT_KEY_USAGE] = {3, {0x55, 0x1D, 0x25}},
    [WF_OID_ANY_PURPOSE] = {4, {0x55, 0x1D, 0x25, 0x00}},
    [WF_OID_SERVER_AUTH] = {8, {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01}},
    [WF_OID_CLIENT_AUTH] = {8, {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02}},
    [WF_OID_EXTENSION_REQUEST] = {9, {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x0E}}, /* RFC 2985 5.4.2 */
    /* WF_ROLE_OID: the first octet is 2 * 40 + 25, the UUID follows seven bits an octet */
    [WF_OID_ROLE] = {20, {0x69, 0x83, 0xCF, 0x84, 0xCF, 0xDB, 0x8F, 0x95, 0xDA, 0xBA,
                          0x8F, 0x82, 0xBE, 0xE7, 0xDF, 0xF4, 0xC1, 0xDF, 0xDE, 0x46}},
};

wf_bytes wf_oid_contents(wf_oid oid) {
    return wf_bytes_of(oids[oid].contents, oids[oid].len);
}

wf_oid wf_oid_find(wf_bytes contents) {
    for (unsigned oid = WF_OID_COMMON_NAME; oid <= WF_OID_ROLE; oid++) {
        if (wf_bytes_equal(contents, wf_oid_contents((wf_oid)oid))) {
            return (wf_oid)oid;
        }
    }
    return WF_OID_UNKNOWN;
}

wf_bytes wf_algorithm_ecdsa_sha256(void) {
    static const uint8_t der[] = {0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
    return wf_bytes_of(der, sizeof der);
}

wf_bytes wf_algorithm_p256(void) {
    static const uint8_t der[] = {0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
                                  0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
    return wf_bytes_of(der, sizeof der);
}

wf_bytes wf_serial_read(wf_reader *r) {
    wf_bytes serial = wf_der_read_unsigned(r);
    if (r->failed) {
        return serial;
    }
    size_t octets = serial.len + (serial.at[0] >= 0x80 ? 1 : 0);
    if (serial.at[0] == 0 || octets > SERIAL_MAX) {
        wf_reader_fail(r);
    }
    return serial;
}

wf_error wf_key_id(uint8_t out[static WF_KEY_ID_LEN], const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    static const uint8_t uncompressed = 0x04;
    const wf_bytes parts[] = {wf_bytes_of(&uncompressed, 1), wf_bytes_of(public_key, WF_P256_PUBLIC_LEN)};
    uint8_t hash[WF_HASH_LEN];
    wf_error error = wf_sha256(hash, parts, 2);
    if (error == WF_OK) {
        memcpy(out, hash, WF_KEY_ID_LEN);
    }
    return error;
}
