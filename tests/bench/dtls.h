/* DTLS 1.2 of others as yardstick: ECDHE-ECDSA-AES128-CCM in memory, both sides with a certificate that the other
 * verifies, the address confirmed by a cookie (RFC 6347 section 4.2.1), root and revocation known beforehand. */
#ifndef WARIFU_BENCH_DTLS_H
#define WARIFU_BENCH_DTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <warifu/crypto.h>

enum { DTLS_MTU = 1400, DTLS_STEPS = 40, DTLS_RECORD_LEN = 14, DTLS_CLIENT = 0, DTLS_SERVER = 1 };

/* What one side has, as DER; the certificates are valid at `date` (seconds since 1970). */
typedef struct dtls_side {
    wf_bytes certificate, root;
    const wf_p256_key *key;
    int64_t date;
} dtls_side;

typedef struct dtls_traffic {
    unsigned datagrams, bytes[2]; /* bytes by side: 0 who begins, 1 who answers */
} dtls_traffic;

typedef struct dtls dtls;           /* the settings of two sides */
typedef struct dtls_pair dtls_pair; /* two ends that have met */

typedef struct dtls_library {
    const char *name;
    dtls *(*open)(const dtls_side sides[static 2]); /* NULL: this library is not installed */
    /* A handshake. `resume` takes up the session of the handshake before. */
    dtls_pair *(*meet)(dtls *d, bool resume, dtls_traffic *traffic);
    size_t (*talk)(dtls_pair *pair); /* one record of DTLS_RECORD_LEN from client to server: bytes on the wire */
    void (*part)(dtls_pair *pair);
    void (*close)(dtls *d);
} dtls_library;

extern const dtls_library dtls_openssl, dtls_mbedtls;

#endif
