/* The HMAC-DRBG machine without its entropy: for wf_drbg, for ECDSA nonces, and for published vectors. */
#ifndef WARIFU_CRYPTO_DRBG_CORE_H
#define WARIFU_CRYPTO_DRBG_CORE_H

#include <warifu/crypto.h>

enum {
    WF_DRBG_REQUESTS = 1024,      /* between two reseedings */
    WF_DRBG_REQUEST_LEN = 1 << 16 /* most bytes of one request (SP 800-90A table 2) */
};

/* SP 800-90A 10.1.2.3 over the concatenated parts (at most 4). There is no entropy source: after WF_DRBG_REQUESTS
 * requests wf_drbg_bytes answers ENTROPY. */
WF_MUST_CHECK wf_error wf_drbg_core_start(wf_drbg *drbg, const wf_bytes *parts, size_t count);
/* SP 800-90A 10.1.2.2. */
WF_MUST_CHECK wf_error wf_drbg_core_update(wf_drbg *drbg, const wf_bytes *parts, size_t count);

#endif
