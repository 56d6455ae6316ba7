#include "host/pkcs8.h"
#include "pki/der.h"
#include "pki/profile.h"

enum {
    EC_PARAMETERS = WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 0, /* of ECPrivateKey */
    EC_PUBLIC_KEY = WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 1,
    ATTRIBUTES = WF_DER_CONTEXT | WF_DER_CONSTRUCTED | 0, /* of OneAsymmetricKey */
    PUBLIC_KEY = WF_DER_CONTEXT | 1,
    UNCOMPRESSED = 0x04
};

/* What the structures hold; optional views are empty when absent. */
typedef struct private_key_info {
    wf_bytes algorithm;
    wf_bytes scalar;
    wf_bytes curve;     /* in ECPrivateKey: the named curve once more */
    wf_bytes points[2]; /* the public half, in ECPrivateKey and in OneAsymmetricKey */
} private_key_info;

/* RFC 5915 section 3. */
static void read_ec_private_key(private_key_info *out, wf_reader *outer) {
    wf_reader r = wf_der_enter(outer, WF_DER_SEQUENCE);
    if (wf_der_read_small(&r, WF_DER_INTEGER) != 1) {
        wf_reader_fail(&r);
    }
    out->scalar = wf_der_read(&r, WF_DER_OCTET_STRING).contents;
    if (wf_der_next_is(&r, EC_PARAMETERS)) {
        wf_reader inner = wf_der_enter(&r, EC_PARAMETERS);
        out->curve = wf_der_read(&inner, WF_DER_OID).whole;
        wf_der_leave(&r, &inner);
    }
    if (wf_der_next_is(&r, EC_PUBLIC_KEY)) {
        wf_reader inner = wf_der_enter(&r, EC_PUBLIC_KEY);
        out->points[0] = wf_der_read_octet_aligned(&inner);
        wf_der_leave(&r, &inner);
    }
    wf_der_leave(outer, &r);
}

/* RFC 5958 section 2: version 1 only where the public key follows. */
static wf_error read_info(private_key_info *out, wf_bytes der) {
    wf_error error = wf_der_check(der);
    if (error != WF_OK) {
        return error;
    }
    wf_reader outer = wf_reader_of(der);
    wf_reader r = wf_der_enter(&outer, WF_DER_SEQUENCE);
    unsigned version = wf_der_read_small(&r, WF_DER_INTEGER);
    out->algorithm = wf_der_read(&r, WF_DER_SEQUENCE).whole;
    wf_reader octets = wf_der_enter(&r, WF_DER_OCTET_STRING);
    read_ec_private_key(out, &octets);
    wf_der_leave(&r, &octets);
    if (wf_der_next_is(&r, ATTRIBUTES)) {
        (void)wf_der_read_any(&r);
    }
    if (version == 1) {
        wf_bytes bits = wf_der_read(&r, PUBLIC_KEY).contents;
        wf_reader point = wf_reader_of(bits);
        if (wf_read_u8(&point) != 0) {
            wf_reader_fail(&r);
        }
        out->points[1] = wf_read_rest(&point);
    } else if (version != 0) {
        wf_reader_fail(&r);
    }
    wf_der_leave(&outer, &r);
    return wf_reader_finish(&outer) == WF_OK ? WF_OK : WF_ERROR_DER;
}

static bool curve_is_p256(wf_bytes curve) {
    static const uint8_t prime256v1[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
    return curve.len == 0 || wf_bytes_equal(curve, wf_bytes_of(prime256v1, sizeof prime256v1));
}

static bool point_is(wf_bytes point, const wf_p256_key *key) {
    if (point.len == 0) {
        return true;
    }
    return point.at[0] == UNCOMPRESSED &&
           wf_bytes_equal(wf_bytes_of(point.at + 1, point.len - 1), wf_bytes_of(key->public_key, WF_P256_PUBLIC_LEN));
}

wf_error wf_pkcs8_read(wf_p256_key *key, wf_bytes der) {
    private_key_info info = {0};
    wf_p256_wipe(key);
    wf_error error = read_info(&info, der);
    if (error != WF_OK) {
        return error;
    }
    if (!wf_bytes_equal(info.algorithm, wf_algorithm_p256()) || !curve_is_p256(info.curve) ||
        info.scalar.len != WF_P256_PRIVATE_LEN) {
        return WF_ERROR_KEY;
    }
    error = wf_p256_from_private(key, info.scalar.at);
    if (error == WF_OK && !(point_is(info.points[0], key) && point_is(info.points[1], key))) {
        error = WF_ERROR_KEY;
    }
    if (error != WF_OK) {
        wf_p256_wipe(key);
    }
    return error;
}

void wf_pkcs8_write(wf_writer *out, const wf_p256_key *key) {
    static const uint8_t none = 0, one = 1, point_head[] = {0x00, UNCOMPRESSED};
    size_t info = wf_der_begin(out, WF_DER_SEQUENCE);
    wf_der_write_unsigned(out, wf_bytes_of(&none, 1));
    wf_write_view(out, wf_algorithm_p256());
    size_t octets = wf_der_begin(out, WF_DER_OCTET_STRING);
    size_t ec = wf_der_begin(out, WF_DER_SEQUENCE);
    wf_der_write_unsigned(out, wf_bytes_of(&one, 1));
    wf_der_write(out, WF_DER_OCTET_STRING, wf_bytes_of(key->private_key, WF_P256_PRIVATE_LEN));
    size_t field = wf_der_begin(out, EC_PUBLIC_KEY);
    size_t bits = wf_der_begin(out, WF_DER_BIT_STRING);
    wf_write_bytes(out, point_head, sizeof point_head);
    wf_write_bytes(out, key->public_key, WF_P256_PUBLIC_LEN);
    wf_der_end(out, bits);
    wf_der_end(out, field);
    wf_der_end(out, ec);
    wf_der_end(out, octets);
    wf_der_end(out, info);
}
