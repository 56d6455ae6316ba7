/* Group records: the keys, structures and order of Group OSCORE, source authentication, and that nothing leaves a
 * record that isn't right in every byte. */
#include "da/group_record.h"

#include "check.h"
#include "hex.h"

#define GID "a1a2a3a40007"
#define SECRET "0102030405060708090a0b0c0d0e0f10"
#define SALT "9e7ca92223786340"
#define HELLO "hello"

enum { ALICE, MALLORY, MANAGER, PEOPLE };

/* Alice speaks, Bob listens; Mallory is a member too. */
typedef struct scene {
    wf_p256_key key[PEOPLE];
    wf_drbg drbg;
    wf_group_keys alice, bob;
    wf_group_sender from_alice;
    uint8_t datagram[WF_DATAGRAM_LEN];
    size_t len;
} scene;

static wf_bytes hex(const char *text) {
    static uint8_t rooms[8][128];
    static size_t next;
    next = (next + 1) % 8;
    return hex_bytes(rooms[next], sizeof rooms[next], text);
}

static wf_bytes text_bytes(const char *text) {
    return wf_bytes_of((const uint8_t *)text, strlen(text));
}

static wf_error count_up(void *context, uint8_t *out, size_t len) {
    uint8_t *next = context;
    for (size_t i = 0; i < len; i++) {
        out[i] = (*next)++;
    }
    return WF_OK;
}

static void derive(wf_group_keys *keys, const scene *s, const char *gid, const char *id) {
    CHECK_OK(wf_group_derive(keys, hex(SECRET), hex(SALT), hex(gid).at, hex(id), s->key[MANAGER].public_key));
}

static void say(scene *s, wf_signer signer, uint64_t piv, wf_bytes plain) {
    wf_writer w = wf_writer_of(s->datagram, sizeof s->datagram);
    CHECK_OK(wf_group_seal(&w, &s->alice, signer, &s->drbg, 0x1234, piv, plain));
    s->len = w.len;
}

static scene *begin(void) {
    static scene s;
    static uint8_t count;
    CHECK_OK(wf_crypto_start());
    CHECK_OK(wf_drbg_start(&s.drbg, (wf_entropy){count_up, &count}, wf_bytes_of(NULL, 0), wf_bytes_of(NULL, 0)));
    for (uint8_t i = 0; i < PEOPLE; i++) {
        uint8_t scalar[WF_P256_PRIVATE_LEN] = {[0] = 1, [31] = (uint8_t)(i + 1)};
        CHECK_OK(wf_p256_from_private(&s.key[i], scalar));
    }
    derive(&s.alice, &s, GID, "2a");
    derive(&s.bob, &s, GID, "0b0c");
    CHECK_OK(wf_group_sender_derive(&s.from_alice, &s.bob, hex("2a"), s.key[ALICE].public_key));
    say(&s, wf_signer_of(&s.key[ALICE]), 0x0102, text_bytes(HELLO));
    return &s;
}

static wf_error open_with(const wf_group_keys *keys, const wf_group_sender *sender, wf_bytes datagram, wf_bytes plain) {
    uint8_t out[WF_GROUP_PLAIN_LEN];
    static const uint8_t blank[WF_GROUP_PLAIN_LEN];
    size_t len = 0;
    wf_da_frame frame;
    memset(out, 0, sizeof out);
    wf_error error = wf_da_frame_parse(&frame, datagram);
    if (error == WF_OK) {
        error = wf_group_unseal(out, &len, keys, sender, &frame);
        CHECK(error == WF_OK ? wf_bytes_equal(wf_bytes_of(out, len), plain)
                             : len == 0 && memcmp(out, blank, sizeof out) == 0);
    }
    return error != WF_OK ? error : wf_group_verify(keys, sender, &frame);
}

static wf_error hears(const scene *s) {
    return open_with(&s->bob, &s->from_alice, wf_bytes_of(s->datagram, s->len), text_bytes(HELLO));
}

/* ---- the standard's text once more, for Alice's record number 0102 ---- */

static void expand(uint8_t *out, size_t len, wf_bytes salt, wf_bytes secret, const char *info) {
    uint8_t prk[WF_HASH_LEN];
    CHECK_OK(wf_hkdf_extract(prk, salt, secret));
    CHECK_OK(wf_hkdf_expand(out, len, prk, hex(info)));
}

static void write_claims(wf_writer *w, const wf_p256_key *key) {
    hex_write(w, "5851 a108a101a5 0102 0326 2001 21 5820");
    wf_write_bytes(w, key->public_key, 32);
    hex_write(w, "22 5820");
    wf_write_bytes(w, key->public_key + 32, 32);
}

/* [1, [null, 30, -7, null], kid, PIV, clear, gid, OSCORE_option, sender_cred, gm_cred] as a byte string */
static void write_external(wf_writer *w, const scene *s) {
    hex_write(w, "58d6 89 01 84f6181e26f6 412a 420102");
    hex_write(w, "4f 108212341a a1a2a3a40007 12 2a 0102");
    hex_write(w, "46 a1a2a3a40007  4b 3a 0102 06 a1a2a3a40007 2a");
    write_claims(w, &s->key[ALICE]);
    write_claims(w, &s->key[MANAGER]);
}

enum { CLEAR_LEN = 15, SEALED_LEN = 5 + WF_CCM_TAG_LEN };

static void countersign_hash(uint8_t hash[static WF_HASH_LEN], const scene *s) {
    uint8_t bytes[512];
    wf_writer w = wf_writer_of(bytes, sizeof bytes);
    hex_write(&w, "85 71 436f756e7465725369676e617475726530 40 40");
    write_external(&w, s);
    hex_write(&w, "55");
    wf_write_bytes(&w, s->datagram + CLEAR_LEN, SEALED_LEN);
    CHECK(!w.overflow);
    const wf_bytes whole = wf_bytes_of(bytes, w.len);
    CHECK_OK(wf_sha256(hash, &whole, 1));
}

/* Takes the keystream off the countersignature in the datagram, or puts it on. */
static void cross(scene *s) {
    uint8_t key[16], stream[64];
    expand(key, sizeof key, hex(SALT), hex(SECRET), "85 40 46a1a2a3a40007 181e 65 53454b6579 10");
    expand(stream, sizeof stream, hex("0102"), wf_bytes_of(key, sizeof key), "84 412a 46a1a2a3a40007 f5 1840");
    for (size_t i = 0; i < sizeof stream; i++) {
        s->datagram[s->len - sizeof stream + i] ^= stream[i];
    }
}

static uint8_t *signature_of(scene *s) {
    return s->datagram + s->len - WF_P256_SIGNATURE_LEN;
}

static void put_signature(scene *s, const uint8_t signature[static WF_P256_SIGNATURE_LEN]) {
    memcpy(signature_of(s), signature, WF_P256_SIGNATURE_LEN);
    cross(s);
}

static void keys_are_those_of_the_derivation(void) {
    scene *s = begin();
    uint8_t key[16], iv[13];
    expand(key, sizeof key, hex(SALT), hex(SECRET), "85 412a 46a1a2a3a40007 181e 63 4b6579 10");
    CHECK(memcmp(key, s->alice.send_key, sizeof key) == 0 && memcmp(key, s->from_alice.key, sizeof key) == 0);
    expand(key, sizeof key, hex(SALT), hex(SECRET), "85 40 46a1a2a3a40007 181e 65 53454b6579 10");
    CHECK(memcmp(key, s->alice.signature_key, sizeof key) == 0);
    expand(iv, sizeof iv, hex(SALT), hex(SECRET), "85 40 46a1a2a3a40007 181e 62 4956 0d");
    CHECK(memcmp(iv, s->alice.common_iv, sizeof iv) == 0 && memcmp(iv, s->bob.common_iv, sizeof iv) == 0);
}

static void ciphertext_is_that_of_the_nonce_and_the_associated_data(void) {
    scene *s = begin();
    static const uint8_t open_nonce[WF_CCM_NONCE_LEN] = {1, 0, 0, 0, 0, 0, 0, 0x2A, 0, 0, 0, 0x01, 0x02};
    uint8_t nonce[WF_CCM_NONCE_LEN], bytes[512], sealed[SEALED_LEN];
    wf_writer aad = wf_writer_of(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof nonce; i++) {
        nonce[i] = open_nonce[i] ^ s->alice.common_iv[i];
    }
    hex_write(&aad, "83 68 456e637279707430 40");
    write_external(&aad, s);
    CHECK_OK(
        wf_ccm_seal(sealed, s->alice.send_key, nonce, WF_CCM_TAG_LEN, wf_bytes_of(bytes, aad.len), text_bytes(HELLO)));
    CHECK(!aad.overflow && s->len == CLEAR_LEN + SEALED_LEN + WF_P256_SIGNATURE_LEN);
    CHECK(wf_bytes_equal(wf_bytes_of(s->datagram, CLEAR_LEN), hex("108212341a a1a2a3a40007 12 2a 0102")));
    CHECK(memcmp(s->datagram + CLEAR_LEN, sealed, sizeof sealed) == 0);
}

static void countersignature_is_over_its_structure_and_under_the_keystream(void) {
    scene *s = begin();
    uint8_t hash[WF_HASH_LEN];
    countersign_hash(hash, s);
    CHECK(wf_p256_verify(s->key[ALICE].public_key, hash, signature_of(s), WF_S_ANY) != WF_OK);
    cross(s);
    CHECK_OK(wf_p256_verify(s->key[ALICE].public_key, hash, signature_of(s), WF_S_LOW));
}

/* ---- what opens ---- */

static void a_member_hears_what_another_says(void) {
    static const uint64_t numbers[] = {0, 1, 0xFF, 0x100, 1u << 20, ((uint64_t)1 << 40) - 1};
    scene *s = begin();
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        say(s, wf_signer_of(&s->key[ALICE]), numbers[i], text_bytes(HELLO));
        wf_da_frame frame;
        CHECK_OK(wf_da_frame_parse(&frame, wf_bytes_of(s->datagram, s->len)));
        CHECK(frame.tid == 0x1234 && frame.piv == numbers[i] && wf_bytes_equal(frame.kid, hex("2a")));
        CHECK(wf_bytes_equal(frame.gid, hex(GID)));
        CHECK_OK(hears(s));
    }
}

static void a_record_takes_as_much_as_a_datagram_holds(void) {
    scene *s = begin();
    static const uint8_t plain[WF_GROUP_PLAIN_LEN + 1] = {1, 2, 3};
    say(s, wf_signer_of(&s->key[ALICE]), 7, wf_bytes_of(plain, WF_GROUP_PLAIN_LEN));
    CHECK(s->len == WF_DATAGRAM_LEN);
    wf_bytes datagram = wf_bytes_of(s->datagram, s->len);
    CHECK_OK(open_with(&s->bob, &s->from_alice, datagram, wf_bytes_of(plain, WF_GROUP_PLAIN_LEN)));
    uint8_t room[2 * WF_DATAGRAM_LEN];
    wf_writer w = wf_writer_of(room, sizeof room);
    wf_signer signer = wf_signer_of(&s->key[ALICE]);
    wf_bytes longer = wf_bytes_of(plain, WF_GROUP_PLAIN_LEN + 1),
             behind_a_long_head = wf_bytes_of(plain, longer.len - 1);
    CHECK(wf_group_seal(&w, &s->alice, signer, &s->drbg, 1, 7, longer) == WF_ERROR_ARGUMENT);
    CHECK(wf_group_seal(&w, &s->alice, signer, &s->drbg, 1, 0x100, behind_a_long_head) == WF_ERROR_ARGUMENT);
    CHECK(w.len == 0 && !w.overflow);
}

/* ---- what doesn't ---- */

static void every_byte_counts(void) {
    scene *s = begin();
    for (size_t i = 0; i < s->len; i++) {
        const uint8_t flip = (uint8_t)(1u << i % 8);
        s->datagram[i] ^= flip;
        wf_error error = hears(s);
        CHECK(error == WF_ERROR_FRAME || error == WF_ERROR_TAG || error == WF_ERROR_SIGNATURE);
        CHECK((error == WF_ERROR_SIGNATURE) == (i >= s->len - WF_P256_SIGNATURE_LEN));
        s->datagram[i] ^= flip;
    }
    CHECK_OK(hears(s));
}

static void a_cut_or_longer_record_is_refused(void) {
    scene *s = begin();
    const size_t len = s->len;
    for (s->len = 0; s->len < len; s->len++) {
        CHECK(hears(s) != WF_OK);
    }
    s->datagram[len] = 0;
    s->len = len + 1;
    CHECK(hears(s) == WF_ERROR_TAG);
    s->len = len;
    CHECK_OK(hears(s));
}

/* All that a member can do: it has every key of the group and knows every public key. */
static void a_member_that_signs_in_anothers_name_is_refused(void) {
    scene *s = begin();
    uint8_t hash[WF_HASH_LEN], signature[WF_P256_SIGNATURE_LEN];
    countersign_hash(hash, s);
    CHECK_OK(wf_p256_sign(signature, &s->key[MALLORY], hash, &s->drbg));
    put_signature(s, signature);
    CHECK(hears(s) == WF_ERROR_SIGNATURE);
    CHECK_OK(wf_p256_sign(signature, &s->key[ALICE], hash, &s->drbg));
    put_signature(s, signature);
    CHECK_OK(hears(s)); /* the forgery failed for the key alone */
    say(s, wf_signer_of(&s->key[MALLORY]), 0x0102, text_bytes(HELLO));
    CHECK(hears(s) == WF_ERROR_TAG); /* its own public key stands in the associated data */
}

static void the_larger_s_is_refused(void) {
    static const char n[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    scene *s = begin();
    uint8_t hash[WF_HASH_LEN];
    countersign_hash(hash, s);
    cross(s);
    uint8_t *low = signature_of(s) + WF_P256_SIGNATURE_LEN / 2;
    wf_bytes order = hex(n);
    for (size_t i = order.len, borrow = 0; i-- > 0;) {
        unsigned take = low[i] + (unsigned)borrow;
        borrow = order.at[i] < take;
        low[i] = (uint8_t)(order.at[i] - take);
    }
    CHECK_OK(wf_p256_verify(s->key[ALICE].public_key, hash, signature_of(s), WF_S_ANY));
    cross(s);
    CHECK(hears(s) == WF_ERROR_SIGNATURE);
}

static void a_record_of_another_epoch_or_group_is_refused(void) {
    scene *s = begin();
    wf_bytes datagram = wf_bytes_of(s->datagram, s->len);
    static const char *const gids[] = {"a1a2a3a40006", "a1a2a3a40008", "a1a2a3a50007"};
    for (size_t i = 0; i < sizeof gids / sizeof gids[0]; i++) {
        wf_group_keys keys;
        wf_group_sender sender;
        derive(&keys, s, gids[i], "0b0c");
        CHECK_OK(wf_group_sender_derive(&sender, &keys, hex("2a"), s->key[ALICE].public_key));
        CHECK(open_with(&keys, &sender, datagram, text_bytes(HELLO)) == WF_ERROR_TAG);
        CHECK(open_with(&keys, &s->from_alice, datagram, text_bytes(HELLO)) == WF_ERROR_TAG);
        memcpy(s->datagram + WF_DA_HEADER_LEN, hex(gids[i]).at, WF_DA_GID_LEN);
        CHECK(open_with(&keys, &sender, datagram, text_bytes(HELLO)) == WF_ERROR_TAG);
        CHECK(hears(s) == WF_ERROR_TAG);
        memcpy(s->datagram + WF_DA_HEADER_LEN, hex(GID).at, WF_DA_GID_LEN);
    }
    CHECK_OK(hears(s));
}

static void other_secrets_open_nothing(void) {
    static const char *const secrets[][2] = {{"ff02030405060708090a0b0c0d0e0f10", SALT}, {SECRET, "ff7ca92223786340"}};
    scene *s = begin();
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        wf_group_keys keys;
        wf_group_sender sender;
        CHECK_OK(wf_group_derive(&keys, hex(secrets[i][0]), hex(secrets[i][1]), hex(GID).at, hex("0b0c"),
                                 s->key[MANAGER].public_key));
        CHECK_OK(wf_group_sender_derive(&sender, &keys, hex("2a"), s->key[ALICE].public_key));
        CHECK(open_with(&keys, &sender, wf_bytes_of(s->datagram, s->len), text_bytes(HELLO)) == WF_ERROR_TAG);
    }
}

/* A group with the same secrets under another manager: the standard keeps the two apart by gm_cred. */
static void a_cloned_group_hears_nothing_of_the_first(void) {
    scene *s = begin();
    wf_group_keys clone;
    CHECK_OK(wf_group_derive(&clone, hex(SECRET), hex(SALT), hex(GID).at, hex("0b0c"), s->key[MALLORY].public_key));
    wf_bytes datagram = wf_bytes_of(s->datagram, s->len);
    CHECK(open_with(&clone, &s->from_alice, datagram, text_bytes(HELLO)) == WF_ERROR_TAG);
}

static void a_record_counts_for_its_sender_alone(void) {
    scene *s = begin();
    wf_bytes datagram = wf_bytes_of(s->datagram, s->len);
    static const char *const ids[] = {"2b", "002a", "2a00"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        wf_group_sender sender;
        CHECK_OK(wf_group_sender_derive(&sender, &s->bob, hex(ids[i]), s->key[ALICE].public_key));
        CHECK(open_with(&s->bob, &sender, datagram, text_bytes(HELLO)) == WF_ERROR_TAG);
    }
    wf_group_sender other_key;
    CHECK_OK(wf_group_sender_derive(&other_key, &s->bob, hex("2a"), s->key[MALLORY].public_key));
    CHECK(open_with(&s->bob, &other_key, datagram, text_bytes(HELLO)) == WF_ERROR_TAG);
}

static void frames_out_of_form_are_refused(void) {
    static const char *const heads[] = {
        "108212341a a1a2a3a40007 01 05",              /* no kid */
        "108212341a a1a2a3a40007 31 2a2b2c 05",       /* a kid of 3 */
        "108212341a a1a2a3a40007 10 2a",              /* no PIV */
        "108212341a a1a2a3a40007 16 2a 010203040506", /* a PIV of 6 */
        "108212341a a1a2a3a40007 12 2a 0005",         /* a PIV with a zero before it */
        "108112341a a1a2a3a40007 11 2a 05",           /* EHD2 of a clear message */
        "208212341a a1a2a3a40007 11 2a 05",           /* no ECHONET Lite */
    };
    uint8_t bytes[WF_DATAGRAM_LEN + 1] = {0};
    wf_da_frame frame;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        wf_writer w = wf_writer_of(bytes, sizeof bytes);
        hex_write(&w, heads[i]);
        CHECK(wf_da_frame_parse(&frame, wf_bytes_of(bytes, w.len + 81)) == WF_ERROR_FRAME);
    }
    wf_writer w = wf_writer_of(bytes, sizeof bytes);
    hex_write(&w, "108212341a a1a2a3a40007 11 2a 05");
    CHECK(wf_da_frame_parse(&frame, wf_bytes_of(bytes, w.len + 80)) == WF_ERROR_FRAME);
    CHECK_OK(wf_da_frame_parse(&frame, wf_bytes_of(bytes, w.len + 81)));
    CHECK(frame.piv == 5 && frame.clear.len == w.len && frame.payload.len == 17 && frame.signature.len == 64);
    CHECK_OK(wf_da_frame_parse(&frame, wf_bytes_of(bytes, WF_DATAGRAM_LEN)));
    CHECK(wf_da_frame_parse(&frame, wf_bytes_of(bytes, WF_DATAGRAM_LEN + 1)) == WF_ERROR_FRAME);
}

/* ---- what can't be made ---- */

static wf_error sign_nothing(void *context, uint8_t signature[static WF_P256_SIGNATURE_LEN],
                             const uint8_t hash[static WF_HASH_LEN], wf_drbg *drbg) {
    (void)context, (void)drbg;
    memcpy(signature, hash, WF_HASH_LEN);
    return WF_ERROR_TOKEN;
}

static void a_record_that_fails_leaves_no_byte_behind(void) {
    scene *s = begin();
    uint8_t room[256] = {0x77};
    static const uint8_t blank[256] = {0};
    wf_signer broken = {.sign = sign_nothing, .public_key = s->key[ALICE].public_key};
    wf_signer sound = wf_signer_of(&s->key[ALICE]);
    wf_writer w = wf_writer_of(room, sizeof room);
    wf_write_u8(&w, 0x77);
    CHECK(wf_group_seal(&w, &s->alice, broken, &s->drbg, 1, 5, text_bytes(HELLO)) == WF_ERROR_TOKEN);
    CHECK(wf_group_seal(&w, &s->alice, sound, &s->drbg, 1, 5, text_bytes("")) == WF_ERROR_ARGUMENT);
    CHECK(wf_group_seal(&w, &s->alice, sound, &s->drbg, 1, (uint64_t)1 << 40, text_bytes(HELLO)) ==
          WF_ERROR_KEYS_EXHAUSTED);
    CHECK(w.len == 1 && !w.overflow && memcmp(room + 1, blank, sizeof room - 1) == 0);
    for (size_t capacity = 0; capacity < s->len; capacity++) {
        w = wf_writer_of(room + 1, capacity);
        CHECK(wf_group_seal(&w, &s->alice, sound, &s->drbg, 1, 0x0102, text_bytes(HELLO)) == WF_ERROR_TOO_SMALL);
        CHECK(w.len == 0 && memcmp(room + 1, blank, sizeof room - 1) == 0);
    }
}

static void ids_and_public_keys_out_of_range_are_refused(void) {
    scene *s = begin();
    static const uint8_t nothing[sizeof(wf_group_keys)] = {0}, nowhere[WF_P256_PUBLIC_LEN] = {1};
    static const char *const ids[] = {"", "010203"};
    wf_group_keys keys;
    wf_group_sender sender;
    for (size_t i = 0; i < 2; i++) {
        CHECK(wf_group_derive(&keys, hex(SECRET), hex(SALT), hex(GID).at, hex(ids[i]), s->key[MANAGER].public_key) ==
              WF_ERROR_ARGUMENT);
        CHECK(memcmp(&keys, nothing, sizeof keys) == 0);
        CHECK(wf_group_sender_derive(&sender, &s->bob, hex(ids[i]), s->key[ALICE].public_key) == WF_ERROR_ARGUMENT);
    }
    CHECK(wf_group_sender_derive(&sender, &s->bob, hex("0b0c"), s->key[ALICE].public_key) == WF_ERROR_ARGUMENT);
    CHECK(wf_group_sender_derive(&sender, &s->bob, hex("2a"), nowhere) == WF_ERROR_POINT);
    CHECK(memcmp(&sender, nothing, sizeof sender) == 0);
}

static const check_case cases[] = {
    {"keys_are_those_of_the_derivation", keys_are_those_of_the_derivation},
    {"ciphertext_is_that_of_the_nonce_and_the_associated_data",
     ciphertext_is_that_of_the_nonce_and_the_associated_data},
    {"countersignature_is_over_its_structure_and_under_the_keystream",
     countersignature_is_over_its_structure_and_under_the_keystream},
    {"a_member_hears_what_another_says", a_member_hears_what_another_says},
    {"a_record_takes_as_much_as_a_datagram_holds", a_record_takes_as_much_as_a_datagram_holds},
    {"every_byte_counts", every_byte_counts},
    {"a_cut_or_longer_record_is_refused", a_cut_or_longer_record_is_refused},
    {"a_member_that_signs_in_anothers_name_is_refused", a_member_that_signs_in_anothers_name_is_refused},
    {"the_larger_s_is_refused", the_larger_s_is_refused},
    {"a_record_of_another_epoch_or_group_is_refused", a_record_of_another_epoch_or_group_is_refused},
    {"other_secrets_open_nothing", other_secrets_open_nothing},
    {"a_cloned_group_hears_nothing_of_the_first", a_cloned_group_hears_nothing_of_the_first},
    {"a_record_counts_for_its_sender_alone", a_record_counts_for_its_sender_alone},
    {"frames_out_of_form_are_refused", frames_out_of_form_are_refused},
    {"a_record_that_fails_leaves_no_byte_behind", a_record_that_fails_leaves_no_byte_behind},
    {"ids_and_public_keys_out_of_range_are_refused", ids_and_public_keys_out_of_range_are_refused},
};

CHECK_MAIN(cases)
