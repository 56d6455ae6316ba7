/* What the two roles share inside the layer. Tests drive these steps too, with ephemeral keys and signatures that are
 * given: the public calls draw both at random.
 *
 * `text` of a run holds the plaintext of message_2, _3 or _4. For 2 and 3 it is
 *     C_R (message_2 only) | ID_CRED_x | head and signature | EAD_x
 *     0                      id_cred_at                       ead_at        text_len
 */
#ifndef WARIFU_EDHOC_RUN_H
#define WARIFU_EDHOC_RUN_H

#include <warifu/edhoc.h>

#include "edhoc/key_schedule.h"

enum {
    WF_EDHOC_SIGNATURE_HEAD = 2, /* 58 40 */
    WF_EDHOC_CONTEXT_PARTS = 7
};

/* Ends a step: to `next` when it went well; otherwise the run is wiped and has failed. Gives `error` back. */
WF_MUST_CHECK wf_error wf_edhoc_settle(wf_edhoc *run, wf_error error, wf_edhoc_state next);

/* Checks a configuration and gives it to an idle run. Errors: ARGUMENT. */
WF_MUST_CHECK wf_error wf_edhoc_begin(wf_edhoc *run, const wf_edhoc_config *config);

/* The suites of a configuration in order of preference; the default is 3, then 2. */
size_t wf_edhoc_suites(wf_edhoc_suite out[static 2], const wf_edhoc_config *config);
bool wf_edhoc_supports(const wf_edhoc_config *config, int64_t suite);

/* The only item of message_2, _3 and _4: one byte string. Errors: CBOR, EDHOC_MESSAGE. */
WF_MUST_CHECK wf_error wf_edhoc_read_single(wf_bytes *content, wf_bytes message);

/* write_1 with a given ephemeral key. */
WF_MUST_CHECK wf_error wf_edhoc_compose_1(wf_edhoc *run, const wf_edhoc_config *config, wf_edhoc_suite selected,
                                          const wf_edhoc_id *own_id, const wf_p256_key *ephemeral,
                                          const wf_edhoc_ead *ead, wf_writer *out);

/* From run->ephemeral, run->peer and G_Y to TH_2 and PRK_2e; the ephemeral key is wiped. */
WF_MUST_CHECK wf_error wf_edhoc_agree(wf_edhoc *run, const uint8_t g_y[static WF_P256_X_LEN]);

/* The tag of the suite's AEAD. */
size_t wf_edhoc_tag_len(const wf_edhoc *run);
/* Room for a text so long that its message, which adds `added` bytes and a head, stays within WF_EDHOC_MESSAGE_LEN. */
wf_writer wf_edhoc_text_room(wf_edhoc *run, size_t added);

/* Writes the text of message_2 (label MAC_2) or message_3 (MAC_3), with zeros for the signature. */
WF_MUST_CHECK wf_error wf_edhoc_text_write(wf_edhoc *run, wf_edhoc_label label, const wf_edhoc_ead *ead);
/* Reads such a text. Errors: CBOR, EDHOC_MESSAGE, CRITICAL_EAD. */
WF_MUST_CHECK wf_error wf_edhoc_text_read(wf_edhoc *run, wf_edhoc_label label, wf_edhoc_credential *peer,
                                          wf_edhoc_ead *ead);

/* context_2 or context_3 (RFC 9528 5.3.2, 5.4.2) in parts; the part from `external` on is external_aad. It holds views
 * into itself: fill it where it stays. */
typedef struct wf_edhoc_context {
    uint8_t head[9];
    wf_bytes parts[WF_EDHOC_CONTEXT_PARTS];
} wf_edhoc_context;
enum { WF_EDHOC_EXTERNAL_AAD = 2 };
void wf_edhoc_context_fill(wf_edhoc_context *context, const wf_edhoc *run, wf_bytes certificate);

/* MAC_2 or MAC_3 over the text and the certificate. */
WF_MUST_CHECK wf_error wf_edhoc_mac(uint8_t mac[static WF_HASH_LEN], const wf_edhoc *run, wf_edhoc_label label,
                                    wf_bytes certificate);
/* The hash of COSE's Sig_structure (RFC 9052 4.4) over the MAC. */
WF_MUST_CHECK wf_error wf_edhoc_signed_hash(uint8_t hash[static WF_HASH_LEN], const wf_edhoc *run,
                                            const uint8_t mac[static WF_HASH_LEN], wf_bytes certificate);
/* Puts this side's signature into the text. */
WF_MUST_CHECK wf_error wf_edhoc_prove(wf_edhoc *run, wf_edhoc_label label);
/* Judges the peer's, and goes on to the next transcript hash. Errors: CREDENTIAL, SIGNATURE, POINT. */
WF_MUST_CHECK wf_error wf_edhoc_verify(wf_edhoc *run, wf_edhoc_label label, wf_bytes certificate,
                                       const uint8_t public_key[static WF_P256_PUBLIC_LEN]);

/* message_2 from G_Y and the text, and the text from CIPHERTEXT_2: the keystream of RFC 9528 5.3.2. */
WF_MUST_CHECK wf_error wf_edhoc_encrypt_2(const wf_edhoc *run, const uint8_t g_y[static WF_P256_X_LEN], wf_writer *out);
WF_MUST_CHECK wf_error wf_edhoc_decrypt_2(wf_edhoc *run, wf_bytes ciphertext);

/* message_3 (key label K_3) and message_4 (K_4) from the text, and back (RFC 9528 5.4.2, 5.5.2). Errors of opening:
 * CBOR, EDHOC_MESSAGE, TAG. */
WF_MUST_CHECK wf_error wf_edhoc_seal(const wf_edhoc *run, wf_edhoc_label key_label, wf_writer *out);
WF_MUST_CHECK wf_error wf_edhoc_open(wf_edhoc *run, wf_edhoc_label key_label, wf_bytes message);

/* message_4 is written or read: PRK_out replaces PRK_4e3m. */
WF_MUST_CHECK wf_error wf_edhoc_finish(wf_edhoc *run);

#endif
