/* A P-256 private key as PKCS#8 (RFC 5958) around an ECPrivateKey (RFC 5915), the form that OpenSSL writes. */
#ifndef WARIFU_HOST_PKCS8_H
#define WARIFU_HOST_PKCS8_H

#include <warifu/crypto.h>

enum { WF_PKCS8_LEN = 256 }; /* longest key structure taken; ours has 138 bytes */

/* `key` is wiped after a failure. Errors: DER; KEY (another algorithm or curve, out of range, or a public half beside
 * it that belongs to another key). */
WF_MUST_CHECK wf_error wf_pkcs8_read(wf_p256_key *key, wf_bytes der);
void wf_pkcs8_write(wf_writer *out, const wf_p256_key *key);

#endif
