#include "da/group_record.h"

#include <string.h>

#include "da/oscore.h"
#include "edhoc/cbor.h"

enum {
    INFO_LEN = 32,
    OPTION_LEN = 16,
    EXTERNAL_LEN = 256,
    STRUCTURE_LEN = EXTERNAL_LEN + 32,
    SIMPLE_NULL = 22,
    COSE_ES256 = -7,
    OPTION_HAS_KID = 0x08,
    OPTION_HAS_GID = 0x10,
    OPTION_GROUP = 0x20
};

/* What makes one record's nonce, keystream and associated data. */
typedef struct place {
    const wf_group_keys *keys;
    wf_bytes kid, clear;
    const uint8_t *public_key; /* the sender's */
    uint64_t number;
    uint8_t piv[WF_DA_PIV_LEN]; /* the number's bytes */
    size_t piv_len;
} place;

static wf_bytes kid_view(const wf_kid *kid) {
    return wf_bytes_of(kid->bytes, kid->len);
}

static wf_bytes gid_view(const wf_group_keys *keys) {
    return wf_bytes_of(keys->gid, sizeof keys->gid);
}

static place place_of(const wf_group_keys *keys, const wf_kid *kid, uint64_t piv, const uint8_t *public_key) {
    place p = {.keys = keys, .kid = kid_view(kid), .public_key = public_key, .number = piv};
    p.piv_len = wf_da_piv_bytes(p.piv, piv);
    return p;
}

/* ---- keys ---- */

/* The id context is the gid; Group OSCORE 2.1.9 and 2.3 derive the same way. */
static wf_error derive_one(uint8_t *out, size_t len, const wf_group_keys *keys, wf_bytes id, const char *type) {
    const wf_bytes gid = gid_view(keys);
    return wf_oscore_derive(out, len, keys->prk, id, &gid, WF_RECORD_ALG, type);
}

static bool take_id(wf_kid *out, wf_bytes id) {
    if (id.len < 1 || id.len > WF_DA_KID_LEN) {
        return false;
    }
    memcpy(out->bytes, id.at, id.len);
    out->len = (uint8_t)id.len;
    return true;
}

wf_error wf_group_derive(wf_group_keys *keys, wf_bytes secret, wf_bytes salt, const uint8_t gid[static WF_DA_GID_LEN],
                         wf_bytes own_id, const uint8_t manager[static WF_P256_PUBLIC_LEN]) {
    const wf_bytes none = wf_bytes_of(NULL, 0);
    *keys = (wf_group_keys){0};
    memcpy(keys->gid, gid, WF_DA_GID_LEN);
    memcpy(keys->manager, manager, WF_P256_PUBLIC_LEN);
    wf_error error = take_id(&keys->own, own_id) ? wf_hkdf_extract(keys->prk, salt, secret) : WF_ERROR_ARGUMENT;
    if (error == WF_OK) {
        error = derive_one(keys->send_key, sizeof keys->send_key, keys, own_id, "Key");
    }
    if (error == WF_OK) {
        error = derive_one(keys->signature_key, sizeof keys->signature_key, keys, none, "SEKey");
    }
    if (error == WF_OK) {
        error = derive_one(keys->common_iv, sizeof keys->common_iv, keys, none, "IV");
    }
    if (error != WF_OK) {
        wf_wipe(keys, sizeof *keys);
    }
    return error;
}

wf_error wf_group_sender_derive(wf_group_sender *sender, const wf_group_keys *keys, wf_bytes id,
                                const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    *sender = (wf_group_sender){0};
    memcpy(sender->public_key, public_key, WF_P256_PUBLIC_LEN);
    bool usable = take_id(&sender->id, id) && !wf_bytes_equal(id, kid_view(&keys->own));
    wf_error error = usable ? wf_p256_check(public_key) : WF_ERROR_ARGUMENT;
    if (error == WF_OK) {
        error = derive_one(sender->key, sizeof sender->key, keys, id, "Key");
    }
    if (error != WF_OK) {
        wf_wipe(sender, sizeof *sender);
    }
    return error;
}

/* ---- the structures around one record ---- */

/* A public key as a CWT Claims Set: cnf (RFC 8747 3.2), COSE_Key of EC2 with ES256 on P-256 (RFC 9053 7.1.1). */
static void write_credential(wf_writer *w, const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    static const uint8_t head[] = {0xA1, 0x08, 0xA1, 0x01, 0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01};
    const size_t half = WF_P256_PUBLIC_LEN / 2, coordinate = 1 + 2 + half;
    wf_cbor_write_head(w, WF_CBOR_BSTR, sizeof head + 2 * coordinate);
    wf_write_bytes(w, head, sizeof head);
    wf_cbor_write_int(w, -2);
    wf_cbor_write_bstr(w, wf_bytes_of(public_key, half));
    wf_cbor_write_int(w, -3);
    wf_cbor_write_bstr(w, wf_bytes_of(public_key + half, half));
}

/* The OSCORE option that CoAP would carry (RFC 8613 6.1, Group OSCORE 4.1). */
static void write_option(wf_writer *w, const place *p) {
    uint8_t bytes[OPTION_LEN];
    wf_writer option = wf_writer_of(bytes, sizeof bytes);
    wf_write_u8(&option, (uint8_t)(OPTION_GROUP | OPTION_HAS_GID | OPTION_HAS_KID | p->piv_len));
    wf_write_bytes(&option, p->piv, p->piv_len);
    wf_write_u8(&option, WF_DA_GID_LEN);
    wf_write_view(&option, gid_view(p->keys));
    wf_write_view(&option, p->kid);
    wf_cbor_write_bstr(w, wf_bytes_of(bytes, option.len));
}

/* Group OSCORE 3.4, with the clear part as `options`. */
static wf_error make_external(uint8_t out[static EXTERNAL_LEN], wf_bytes *external, const place *p) {
    size_t len;
    wf_writer w = wf_writer_of(out, EXTERNAL_LEN);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 9);
    wf_cbor_write_int(&w, 1);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 4);
    wf_cbor_write_head(&w, WF_CBOR_SIMPLE, SIMPLE_NULL);
    wf_cbor_write_int(&w, WF_RECORD_ALG);
    wf_cbor_write_int(&w, COSE_ES256);
    wf_cbor_write_head(&w, WF_CBOR_SIMPLE, SIMPLE_NULL);
    wf_cbor_write_bstr(&w, p->kid);
    wf_cbor_write_bstr(&w, wf_bytes_of(p->piv, p->piv_len));
    wf_cbor_write_bstr(&w, p->clear);
    wf_cbor_write_bstr(&w, gid_view(p->keys));
    write_option(&w, p);
    write_credential(&w, p->public_key);
    write_credential(&w, p->keys->manager);
    wf_error error = wf_writer_finish(&w, &len);
    *external = wf_bytes_of(out, len);
    return error;
}

/* Enc_structure of COSE_Encrypt0 (RFC 9052 5.3) */
static wf_error make_aad(uint8_t out[static STRUCTURE_LEN], wf_bytes *aad, wf_bytes external) {
    size_t len;
    wf_writer w = wf_writer_of(out, STRUCTURE_LEN);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 3);
    wf_cbor_write_tstr(&w, "Encrypt0");
    wf_cbor_write_bstr(&w, wf_bytes_of(NULL, 0));
    wf_cbor_write_bstr(&w, external);
    wf_error error = wf_writer_finish(&w, &len);
    *aad = wf_bytes_of(out, len);
    return error;
}

/* SHA-256 of the Countersign_structure (RFC 9338 3.3) over ciphertext and tag. */
static wf_error hash_to_sign(uint8_t hash[static WF_HASH_LEN], wf_bytes external, wf_bytes sealed) {
    uint8_t before[STRUCTURE_LEN];
    size_t len;
    wf_writer w = wf_writer_of(before, sizeof before);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 5);
    wf_cbor_write_tstr(&w, "CounterSignature0");
    wf_cbor_write_bstr(&w, wf_bytes_of(NULL, 0));
    wf_cbor_write_bstr(&w, wf_bytes_of(NULL, 0));
    wf_cbor_write_bstr(&w, external);
    wf_cbor_write_head(&w, WF_CBOR_BSTR, sealed.len);
    wf_error error = wf_writer_finish(&w, &len);
    const wf_bytes parts[] = {wf_bytes_of(before, len), sealed};
    return error != WF_OK ? error : wf_sha256(hash, parts, 2);
}

/* Encrypts or decrypts a countersignature: HKDF(PIV, Signature Encryption Key, [id, gid, true, 64]), Group OSCORE 4.2.
 */
static wf_error cross_signature(uint8_t signature[static WF_P256_SIGNATURE_LEN], const place *p) {
    uint8_t info[INFO_LEN], prk[WF_HASH_LEN], stream[WF_P256_SIGNATURE_LEN];
    size_t info_len;
    wf_writer w = wf_writer_of(info, sizeof info);
    wf_cbor_write_head(&w, WF_CBOR_ARRAY, 4);
    wf_cbor_write_bstr(&w, p->kid);
    wf_cbor_write_bstr(&w, gid_view(p->keys));
    wf_cbor_write_head(&w, WF_CBOR_SIMPLE, WF_CBOR_TRUE);
    wf_cbor_write_int(&w, WF_P256_SIGNATURE_LEN);
    wf_error error = wf_writer_finish(&w, &info_len);
    if (error == WF_OK) {
        error = wf_hkdf_extract(prk, wf_bytes_of(p->piv, p->piv_len),
                                wf_bytes_of(p->keys->signature_key, sizeof p->keys->signature_key));
    }
    if (error == WF_OK) {
        error = wf_hkdf_expand(stream, sizeof stream, prk, wf_bytes_of(info, info_len));
    }
    for (size_t i = 0; error == WF_OK && i < sizeof stream; i++) {
        signature[i] ^= stream[i];
    }
    wf_wipe(prk, sizeof prk);
    wf_wipe(stream, sizeof stream);
    return error;
}

/* ---- records ---- */

static wf_error seal_at(uint8_t *sealed, const place *p, wf_signer signer, wf_drbg *drbg, wf_bytes plain) {
    uint8_t external_bytes[EXTERNAL_LEN], aad_bytes[STRUCTURE_LEN], nonce[WF_CCM_NONCE_LEN], hash[WF_HASH_LEN];
    wf_bytes external, aad;
    uint8_t *signature = sealed + plain.len + WF_CCM_TAG_LEN;
    wf_error error = make_external(external_bytes, &external, p);
    if (error == WF_OK) {
        error = make_aad(aad_bytes, &aad, external);
    }
    if (error == WF_OK) {
        wf_oscore_nonce(nonce, p->keys->common_iv, p->kid, p->number);
        error = wf_ccm_seal(sealed, p->keys->send_key, nonce, WF_CCM_TAG_LEN, aad, plain);
    }
    if (error == WF_OK) {
        error = hash_to_sign(hash, external, wf_bytes_of(sealed, plain.len + WF_CCM_TAG_LEN));
    }
    if (error == WF_OK) {
        error = wf_signer_sign(signature, signer, hash, drbg);
    }
    return error != WF_OK ? error : cross_signature(signature, p);
}

wf_error wf_group_seal(wf_writer *out, const wf_group_keys *keys, wf_signer signer, wf_drbg *drbg, uint16_t tid,
                       uint64_t piv, wf_bytes plain) {
    return signer.public_key != NULL ? wf_group_seal_as(out, keys, signer.public_key, signer, drbg, tid, piv, plain)
                                     : WF_ERROR_ARGUMENT;
}

wf_error wf_group_seal_as(wf_writer *out, const wf_group_keys *keys,
                          const uint8_t credential[static WF_P256_PUBLIC_LEN], wf_signer signer, wf_drbg *drbg,
                          uint16_t tid, uint64_t piv, wf_bytes plain) {
    const size_t start = out->len;
    if (piv >> WF_GROUP_PIV_BITS != 0) {
        return WF_ERROR_KEYS_EXHAUSTED;
    }
    if (plain.len == 0 || plain.len > WF_GROUP_PLAIN_LEN) {
        return WF_ERROR_ARGUMENT;
    }
    wf_error error = WF_OK;
    place p = place_of(keys, &keys->own, piv, credential);
    wf_da_write_header(out, tid, WF_DA_GROUP);
    wf_write_view(out, gid_view(keys));
    wf_da_write_record_head(out, p.kid, piv);
    p.clear = wf_bytes_of(out->start + start, out->len - start);
    size_t body_len = plain.len + WF_CCM_TAG_LEN + WF_P256_SIGNATURE_LEN;
    if (!out->overflow && p.clear.len + body_len > WF_DATAGRAM_LEN) {
        error = WF_ERROR_ARGUMENT;
    }
    uint8_t *sealed = error == WF_OK ? wf_write_space(out, body_len) : NULL;
    if (error == WF_OK) {
        error = sealed == NULL ? WF_ERROR_TOO_SMALL : seal_at(sealed, &p, signer, drbg, plain);
    }
    if (error != WF_OK) {
        wf_wipe(out->start + start, out->len - start);
        out->len = start;
    }
    return error;
}

static place place_of_frame(const wf_group_keys *keys, const wf_group_sender *sender, const wf_da_frame *frame) {
    place p = place_of(keys, &sender->id, frame->piv, sender->public_key);
    p.clear = frame->clear;
    return p;
}

wf_error wf_group_unseal(uint8_t out[static WF_GROUP_PLAIN_LEN], size_t *len, const wf_group_keys *keys,
                         const wf_group_sender *sender, const wf_da_frame *frame) {
    uint8_t external_bytes[EXTERNAL_LEN], aad_bytes[STRUCTURE_LEN], nonce[WF_CCM_NONCE_LEN];
    wf_bytes external, aad;
    const place p = place_of_frame(keys, sender, frame);
    *len = 0;
    wf_error error = make_external(external_bytes, &external, &p);
    if (error == WF_OK) {
        error = make_aad(aad_bytes, &aad, external);
    }
    if (error == WF_OK) {
        wf_oscore_nonce(nonce, keys->common_iv, p.kid, p.number);
        error = wf_ccm_open(out, sender->key, nonce, WF_CCM_TAG_LEN, aad, frame->payload);
    }
    if (error == WF_OK) {
        *len = frame->payload.len - WF_CCM_TAG_LEN;
    }
    return error;
}

wf_error wf_group_verify(const wf_group_keys *keys, const wf_group_sender *sender, const wf_da_frame *frame) {
    uint8_t external_bytes[EXTERNAL_LEN], signature[WF_P256_SIGNATURE_LEN], hash[WF_HASH_LEN];
    wf_bytes external;
    const place p = place_of_frame(keys, sender, frame);
    memcpy(signature, frame->signature.at, sizeof signature);
    wf_error error = make_external(external_bytes, &external, &p);
    if (error == WF_OK) {
        error = cross_signature(signature, &p);
    }
    if (error == WF_OK) {
        error = hash_to_sign(hash, external, frame->payload);
    }
    return error != WF_OK ? error : wf_p256_verify(p.public_key, hash, signature, WF_S_LOW);
}
