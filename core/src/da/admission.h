/* What is proven before anything costs: the cookie (this address is real), the admission tag (a paired peer begins),
 * and the call WAKE (a paired device asks for it). All of them are HMAC-SHA-256 cut short, under separate labels.
 */
#ifndef WARIFU_DA_ADMISSION_H
#define WARIFU_DA_ADMISSION_H

#include "da/pairing.h"

#include <warifu/wire.h>

typedef struct wf_cookie_key {
    uint8_t bytes[WF_HASH_LEN];
} wf_cookie_key;

/* Bound to the address, to message_1 and to a slot of time; the slot before counts too. */
WF_MUST_CHECK wf_error wf_cookie_make(uint8_t cookie[static WF_DA_COOKIE_LEN], const wf_cookie_key *key, wf_time now,
                                      const wf_address *from, wf_bytes message_1);
bool wf_cookie_is_right(wf_bytes cookie, const wf_cookie_key *key, wf_time now, const wf_address *from,
                        wf_bytes message_1);

/* Covers the cookie (empty without one), the WAKE nonce that it answers (empty without one) and message_1. */
WF_MUST_CHECK wf_error wf_admission_tag(uint8_t tag[static WF_DA_TAG_LEN],
                                        const uint8_t key[static WF_ADMISSION_KEY_LEN], wf_bytes cookie, wf_bytes nonce,
                                        wf_bytes message_1);
bool wf_admission_is_right(wf_bytes tag, const uint8_t key[static WF_ADMISSION_KEY_LEN], wf_bytes cookie,
                           wf_bytes nonce, wf_bytes message_1);

/* Names the pairing in a WAKE to whoever knows it; says nothing to anybody else. */
WF_MUST_CHECK wf_error wf_wake_hint(uint8_t hint[static WF_DA_HINT_LEN],
                                    const uint8_t key[static WF_ADMISSION_KEY_LEN]);
WF_MUST_CHECK wf_error wf_wake_tag(uint8_t tag[static WF_DA_TAG_LEN], const uint8_t key[static WF_ADMISSION_KEY_LEN],
                                   wf_bytes nonce);
bool wf_wake_is_right(wf_bytes tag, const uint8_t key[static WF_ADMISSION_KEY_LEN], wf_bytes nonce);

#endif
