#include <string.h>
#include <warifu/setup_code.h>
#include <warifu/spki.h>

static const uint8_t slot_label[] = "warifu 1 code slot";
static const uint8_t initiator_label[] = "warifu 1 code initiator";
static const uint8_t responder_label[] = "warifu 1 code responder";

void wf_setup_code_wipe(wf_setup_code *code) {
    wf_wipe(code, sizeof *code);
}

wf_error wf_setup_code_make(wf_setup_code *out, const uint8_t public_key[static WF_P256_PUBLIC_LEN], wf_drbg *drbg) {
    memset(out, 0, sizeof *out);
    wf_error error = wf_p256_check(public_key);
    if (error == WF_OK) {
        error = wf_spki_fingerprint(out->spki_hash, public_key);
    }
    if (error == WF_OK) {
        error = wf_drbg_bytes(drbg, out->secret, sizeof out->secret);
    }
    if (error != WF_OK) {
        wf_setup_code_wipe(out);
    }
    return error;
}

wf_error wf_setup_code_check_key(const wf_setup_code *code, const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    uint8_t hash[WF_HASH_LEN];
    wf_error error = wf_spki_fingerprint(hash, public_key);
    if (error == WF_OK && !wf_equal_secret(hash, code->spki_hash, sizeof hash)) {
        error = WF_ERROR_WRONG_DEVICE;
    }
    return error;
}

/* The fingerprint is the salt, so that no key serves two devices even if their secrets were the same. */
static wf_error derive(uint8_t key[static WF_SETUP_CODE_KEY_LEN], const wf_setup_code *code, wf_bytes label) {
    uint8_t prk[WF_HASH_LEN];
    wf_error error = wf_hkdf_extract(prk, wf_bytes_of(code->spki_hash, sizeof code->spki_hash),
                                     wf_bytes_of(code->secret, sizeof code->secret));
    if (error == WF_OK) {
        error = wf_hkdf_expand(key, WF_SETUP_CODE_KEY_LEN, prk, label);
    }
    wf_wipe(prk, sizeof prk);
    return error;
}

wf_error wf_setup_code_slot_key(uint8_t key[static WF_SETUP_CODE_KEY_LEN], const wf_setup_code *code) {
    return derive(key, code, wf_bytes_of(slot_label, sizeof slot_label));
}

wf_error wf_setup_code_proof(uint8_t out[static WF_SETUP_CODE_PROOF_LEN], const wf_setup_code *code,
                             const uint8_t exporter[static WF_SETUP_CODE_EXPORTER_LEN], wf_setup_code_side side) {
    uint8_t key[WF_SETUP_CODE_KEY_LEN], mac[WF_HASH_LEN] = {0};
    const wf_bytes message = wf_bytes_of(exporter, WF_SETUP_CODE_EXPORTER_LEN);
    wf_error error = derive(key, code,
                            side == WF_SETUP_CODE_INITIATOR ? wf_bytes_of(initiator_label, sizeof initiator_label)
                                                            : wf_bytes_of(responder_label, sizeof responder_label));
    if (error == WF_OK) {
        error = wf_hmac_sha256(mac, wf_bytes_of(key, sizeof key), &message, 1);
    }
    memcpy(out, mac, WF_SETUP_CODE_PROOF_LEN);
    wf_wipe(key, sizeof key);
    wf_wipe(mac, sizeof mac);
    return error;
}

wf_error wf_setup_code_check_proof(wf_bytes proof, const wf_setup_code *code,
                                   const uint8_t exporter[static WF_SETUP_CODE_EXPORTER_LEN], wf_setup_code_side side) {
    uint8_t right[WF_SETUP_CODE_PROOF_LEN];
    wf_error error = wf_setup_code_proof(right, code, exporter, side);
    if (error == WF_OK && (proof.len != sizeof right || !wf_equal_secret(proof.at, right, sizeof right))) {
        error = WF_ERROR_WRONG_CODE;
    }
    wf_wipe(right, sizeof right);
    return error;
}
