/* Protected group records: Group OSCORE's group mode (RFC 10021, read as draft-ietf-core-oscore-groupcomm-28), always
 * AES-CCM-16-128-128 and ES256, carried in a frame of our own. Multicast only.
 *
 *   offset  bytes   value
 *   0       5       header, type 1A
 *   5       6       gid: the group 4, its epoch 2
 *   11      1       length of the kid (1 or 2) in the high nibble, length of the PIV (1 to 5) in the low one
 *   12      1 or 2  kid: the sender's id in the group
 *           1 to 5  PIV: the record's number in its fewest bytes; 0 is one byte 00
 *           ...     ciphertext, then the tag of 16 bytes; together at least 17
 *           64      countersignature, encrypted
 *
 * Everything before the ciphertext is the clear part. To this layer the gid is six bytes that have to fit; that the
 * last two count the epochs lets who has no keys for them tell an old epoch from a foreign group.
 *
 * The standard's are: keys, common IV, Signature Encryption Key, nonce, keystream, Enc_structure, Countersign_structure
 * and the external_aad around them, OSCORE_option in it included, and ciphertext, tag and encrypted countersignature
 * as they stand on the wire. A record is a request in its sense. Ours are: the clear part on the wire; in external_aad
 * the same clear part as `options`, in the place of CoAP's; a plaintext that is no CoAP message; and as credentials of
 * sender and manager the CWT Claims Set that a public key gives, {8: {1: {1: 2, 3: -7, -1: 1, -2: x, -3: y}}}. There is
 * no pairwise mode: alg_aead and alg_pairwise_key_agreement are null.
 *
 * Opening goes in this order: the window (the caller's), AEAD into a private buffer, signature, release; the window
 * moves after that. The standard SHOULD have the signature first (its section 7.2). AEAD first keeps whoever is not a
 * member away from the costly check, and what the standard asks for in exchange holds: no byte of the plaintext is seen
 * before the signature is right, and the time that it takes tells no more than whether the tag was right.
 */
#ifndef WARIFU_DA_GROUP_RECORD_H
#define WARIFU_DA_GROUP_RECORD_H

#include <warifu/signer.h>

#include "da/record.h"

enum {
    WF_GROUP_PIV_BITS = 40,
    WF_GROUP_CLEAR_LEN = WF_DA_HEADER_LEN + WF_DA_GID_LEN + 1 + WF_DA_KID_LEN + WF_DA_PIV_LEN, /* longest */
    WF_GROUP_PLAIN_LEN = WF_DATAGRAM_LEN - (WF_DA_HEADER_LEN + WF_DA_GID_LEN + 1 + 1 + 1) - WF_CCM_TAG_LEN -
                         WF_P256_SIGNATURE_LEN /* longest, behind the shortest clear part */
};

/* What one epoch of a group is to one member. Secret: wiped as a whole when the epoch ends. */
typedef struct wf_group_keys {
    uint8_t prk[WF_HASH_LEN]; /* of master secret and salt: each sender's key comes from it */
    uint8_t send_key[WF_AES_KEY_LEN];
    uint8_t signature_key[WF_AES_KEY_LEN]; /* the Signature Encryption Key */
    uint8_t common_iv[WF_CCM_NONCE_LEN];
    uint8_t gid[WF_DA_GID_LEN];
    uint8_t manager[WF_P256_PUBLIC_LEN];
    wf_kid own;
} wf_group_keys;

/* One of those that a member listens to. */
typedef struct wf_group_sender {
    uint8_t key[WF_AES_KEY_LEN];
    uint8_t public_key[WF_P256_PUBLIC_LEN];
    wf_kid id;
} wf_group_sender;

/* `manager` is the public key of the group's manager. On failure `keys` is wiped. Errors: ARGUMENT (an id that has not
 * 1 or 2 bytes), BACKEND. */
WF_MUST_CHECK wf_error wf_group_derive(wf_group_keys *keys, wf_bytes secret, wf_bytes salt,
                                       const uint8_t gid[static WF_DA_GID_LEN], wf_bytes own_id,
                                       const uint8_t manager[static WF_P256_PUBLIC_LEN]);

/* On failure `sender` is wiped. Errors: ARGUMENT (an id that is one's own, or has not 1 or 2 bytes), POINT, BACKEND. */
WF_MUST_CHECK wf_error wf_group_sender_derive(wf_group_sender *sender, const wf_group_keys *keys, wf_bytes id,
                                              const uint8_t public_key[static WF_P256_PUBLIC_LEN]);

/* Writes a whole datagram, or nothing; `plain` lies apart from it. The number `piv` is used up even by a call that
 * fails. `signer` is the member `keys->own`. Errors: ARGUMENT (no plaintext, or more than a datagram takes),
 * KEYS_EXHAUSTED (a number of more than 40 bits), TOO_SMALL, those of wf_signer_sign. */
WF_MUST_CHECK wf_error wf_group_seal(wf_writer *out, const wf_group_keys *keys, wf_signer signer, wf_drbg *drbg,
                                     uint16_t tid, uint64_t piv, wf_bytes plain);

/* The same, but receivers are told that the key `credential` signed it: who signs by another key forges. */
WF_MUST_CHECK wf_error wf_group_seal_as(wf_writer *out, const wf_group_keys *keys,
                                        const uint8_t credential[static WF_P256_PUBLIC_LEN], wf_signer signer,
                                        wf_drbg *drbg, uint16_t tid, uint64_t piv, wf_bytes plain);

/* Opens the ciphertext into a buffer that nobody else may see before wf_group_verify: any member can make a tag. The
 * caller found `keys` by gid and `sender` by kid; one that doesn't fit fails. On failure *len is 0. Errors: TAG (nobody
 * of this group made it), BACKEND. */
WF_MUST_CHECK wf_error wf_group_unseal(uint8_t out[static WF_GROUP_PLAIN_LEN], size_t *len, const wf_group_keys *keys,
                                       const wf_group_sender *sender, const wf_da_frame *frame);
/* Errors: SIGNATURE (another member than this one made it, or its s is the larger one), BACKEND. */
WF_MUST_CHECK wf_error wf_group_verify(const wf_group_keys *keys, const wf_group_sender *sender,
                                       const wf_da_frame *frame);

#endif
