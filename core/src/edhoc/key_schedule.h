/* The key schedule of RFC 9528 section 4.1 for SHA-256, and the transcript hashes. */
#ifndef WARIFU_EDHOC_KEY_SCHEDULE_H
#define WARIFU_EDHOC_KEY_SCHEDULE_H

#include <warifu/crypto.h>

/* info_label (RFC 9528 figure 6 and appendix H). 1 and 5 are salts of the static Diffie-Hellman methods. */
typedef enum wf_edhoc_label {
    WF_EDHOC_KEYSTREAM_2 = 0,
    WF_EDHOC_MAC_2 = 2,
    WF_EDHOC_K_3 = 3,
    WF_EDHOC_IV_3 = 4,
    WF_EDHOC_MAC_3 = 6,
    WF_EDHOC_PRK_OUT = 7,
    WF_EDHOC_K_4 = 8,
    WF_EDHOC_IV_4 = 9,
    WF_EDHOC_PRK_EXPORTER = 10,
    WF_EDHOC_KEY_UPDATE = 11
} wf_edhoc_label;

enum { WF_EDHOC_KDF_PARTS = 8 }; /* most parts that a context is given in */

/* EDHOC_KDF (RFC 9528 4.1.2); the context is the concatenation of its parts. Errors: ARGUMENT (out_len 0 or above
 * 8,160, too many parts), BACKEND. */
WF_MUST_CHECK wf_error wf_edhoc_kdf(uint8_t *out, size_t out_len, const uint8_t prk[static WF_HASH_LEN], uint64_t label,
                                    const wf_bytes *context, size_t count);

/* The same where the context is one transcript hash. */
WF_MUST_CHECK wf_error wf_edhoc_kdf_th(uint8_t *out, size_t out_len, const uint8_t prk[static WF_HASH_LEN],
                                       wf_edhoc_label label, const uint8_t th[static WF_HASH_LEN]);

/* TH_2 = H(G_Y, H(message_1)) (RFC 9528 5.3.2). */
WF_MUST_CHECK wf_error wf_edhoc_th_2(uint8_t th[static WF_HASH_LEN], const uint8_t g_y[static WF_P256_X_LEN],
                                     const uint8_t message_1_hash[static WF_HASH_LEN]);

/* TH_3 = H(TH_2, PLAINTEXT_2, CRED_R), TH_4 = H(TH_3, PLAINTEXT_3, CRED_I) (RFC 9528 5.4.2): replaces th by the next.
 */
WF_MUST_CHECK wf_error wf_edhoc_th_next(uint8_t th[static WF_HASH_LEN], wf_bytes plaintext, wf_bytes certificate);

#endif
