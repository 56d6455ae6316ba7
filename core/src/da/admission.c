#include "da/admission.h"

#include <string.h>

enum { COOKIE_SLOT_MS = 32000 };

static const uint8_t cookie_label[] = "warifu 1 cookie";
static const uint8_t admission_label[] = "warifu 1 admission";
static const uint8_t wake_label[] = "warifu 1 wake";
static const uint8_t hint_label[] = "warifu 1 hint";

static wf_error short_mac(uint8_t out[static WF_DA_TAG_LEN], wf_bytes key, const wf_bytes *parts, size_t count) {
    uint8_t mac[WF_HASH_LEN];
    wf_error error = wf_hmac_sha256(mac, key, parts, count);
    memcpy(out, mac, WF_DA_TAG_LEN);
    wf_wipe(mac, sizeof mac);
    return error;
}

static bool matches(wf_error error, wf_bytes given, const uint8_t right[static WF_DA_TAG_LEN]) {
    return error == WF_OK && given.len == WF_DA_TAG_LEN && wf_equal_secret(given.at, right, WF_DA_TAG_LEN);
}

static wf_error cookie_of_slot(uint8_t cookie[static WF_DA_COOKIE_LEN], const wf_cookie_key *key, uint64_t slot,
                               const wf_address *from, wf_bytes message_1) {
    uint8_t place[8 + 16 + 2 + 4];
    size_t len;
    wf_writer w = wf_writer_of(place, sizeof place);
    wf_write_u64(&w, slot);
    wf_write_bytes(&w, from->ip, sizeof from->ip);
    wf_write_u16(&w, from->port);
    wf_write_u32(&w, from->scope);
    wf_error error = wf_writer_finish(&w, &len);
    const wf_bytes parts[] = {wf_bytes_of(cookie_label, sizeof cookie_label), wf_bytes_of(place, len), message_1};
    return error != WF_OK ? error : short_mac(cookie, wf_bytes_of(key->bytes, sizeof key->bytes), parts, 3);
}

wf_error wf_cookie_make(uint8_t cookie[static WF_DA_COOKIE_LEN], const wf_cookie_key *key, wf_time now,
                        const wf_address *from, wf_bytes message_1) {
    return cookie_of_slot(cookie, key, now / COOKIE_SLOT_MS, from, message_1);
}

bool wf_cookie_is_right(wf_bytes cookie, const wf_cookie_key *key, wf_time now, const wf_address *from,
                        wf_bytes message_1) {
    uint8_t right[WF_DA_COOKIE_LEN];
    uint64_t slot = now / COOKIE_SLOT_MS;
    if (matches(cookie_of_slot(right, key, slot, from, message_1), cookie, right)) {
        return true;
    }
    return slot > 0 && matches(cookie_of_slot(right, key, slot - 1, from, message_1), cookie, right);
}

wf_error wf_admission_tag(uint8_t tag[static WF_DA_TAG_LEN], const uint8_t key[static WF_ADMISSION_KEY_LEN],
                          wf_bytes cookie, wf_bytes nonce, wf_bytes message_1) {
    uint8_t lengths[2] = {(uint8_t)cookie.len, (uint8_t)nonce.len};
    const wf_bytes parts[] = {wf_bytes_of(admission_label, sizeof admission_label),
                              wf_bytes_of(lengths, sizeof lengths), cookie, nonce, message_1};
    return short_mac(tag, wf_bytes_of(key, WF_ADMISSION_KEY_LEN), parts, 5);
}

bool wf_admission_is_right(wf_bytes tag, const uint8_t key[static WF_ADMISSION_KEY_LEN], wf_bytes cookie,
                           wf_bytes nonce, wf_bytes message_1) {
    uint8_t right[WF_DA_TAG_LEN];
    return matches(wf_admission_tag(right, key, cookie, nonce, message_1), tag, right);
}

wf_error wf_wake_hint(uint8_t hint[static WF_DA_HINT_LEN], const uint8_t key[static WF_ADMISSION_KEY_LEN]) {
    uint8_t mac[WF_DA_TAG_LEN];
    const wf_bytes label = wf_bytes_of(hint_label, sizeof hint_label);
    wf_error error = short_mac(mac, wf_bytes_of(key, WF_ADMISSION_KEY_LEN), &label, 1);
    memcpy(hint, mac, WF_DA_HINT_LEN);
    return error;
}

wf_error wf_wake_tag(uint8_t tag[static WF_DA_TAG_LEN], const uint8_t key[static WF_ADMISSION_KEY_LEN],
                     wf_bytes nonce) {
    const wf_bytes parts[] = {wf_bytes_of(wake_label, sizeof wake_label), nonce};
    return short_mac(tag, wf_bytes_of(key, WF_ADMISSION_KEY_LEN), parts, 2);
}

bool wf_wake_is_right(wf_bytes tag, const uint8_t key[static WF_ADMISSION_KEY_LEN], wf_bytes nonce) {
    uint8_t right[WF_DA_TAG_LEN];
    return matches(wf_wake_tag(right, key, nonce), tag, right);
}
