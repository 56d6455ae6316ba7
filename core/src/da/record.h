/* Protected unicast records: RFC 8613's key derivation, nonce and replay rules, always AES-CCM-16-128-128.
 *
 * The associated data is RFC 8613's Enc_structure, in which the bytes before the ciphertext take the place of the
 * options; an answer's carries the kid and PIV of its request, so that it answers nothing else.
 */
#ifndef WARIFU_DA_RECORD_H
#define WARIFU_DA_RECORD_H

#include <warifu/wire.h>

/* A sender identifier of RFC 8613, here called by the name it has on the wire. */
typedef struct wf_kid {
    uint8_t bytes[WF_DA_KID_LEN];
    uint8_t len;
} wf_kid;

/* RFC 8613 7.4 and IPsec's window: the highest number seen and the 64 up to it. */
typedef struct wf_replay_window {
    uint64_t next;    /* the highest number seen + 1; 0: none yet */
    uint64_t history; /* bit i: number next - 1 - i was seen */
} wf_replay_window;

bool wf_replay_is_fresh(const wf_replay_window *window, uint64_t number);
void wf_replay_accept(wf_replay_window *window, uint64_t number); /* only after the tag was right */

typedef struct wf_record_keys {
    uint8_t send_key[WF_AES_KEY_LEN];
    uint8_t receive_key[WF_AES_KEY_LEN];
    uint8_t common_iv[WF_CCM_NONCE_LEN];
    wf_kid send_kid, receive_kid;
} wf_record_keys;

enum { WF_RECORD_ALG = 30 /* AES-CCM-16-128-128, RFC 9053 table 5 */ };

/* RFC 8613 3.2.1, without an id context. `alg` is WF_RECORD_ALG but in tests of the RFC's own examples. */
WF_MUST_CHECK wf_error wf_record_derive(wf_record_keys *keys, wf_bytes secret, wf_bytes salt, int alg);

/* Which request a record belongs to: itself, or the one that it answers. */
typedef struct wf_record_bond {
    wf_bytes kid;
    uint64_t piv;
} wf_record_bond;

/* Writes a whole datagram. `bond` NULL: the record starts an exchange. Errors: TOO_SMALL, BACKEND. */
WF_MUST_CHECK wf_error wf_record_seal(wf_writer *out, const wf_record_keys *keys, wf_da_type type, uint16_t tid,
                                      uint64_t piv, const wf_record_bond *bond, wf_bytes plain);

/* Opens `frame` into `out` (frame->payload.len bytes at least). The replay window is the caller's. Errors: TAG. */
WF_MUST_CHECK wf_error wf_record_open(uint8_t *out, size_t *len, const wf_record_keys *keys, const wf_da_frame *frame,
                                      const wf_record_bond *bond);

#endif
