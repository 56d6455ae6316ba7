/* What an Initiator reads. The first byte says what the rest is: message_2, its text, message_4, its text, or an error
 * message. A step either goes on with views that lie in the run, or leaves nothing behind but its failure. */
#include <stdlib.h>
#include <string.h>

#include "edhoc/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t certificate[] = {1}, peer_certificate[] = {2};
static const uint8_t scalar[WF_P256_PRIVATE_LEN] = {[31] = 5};

/* A run that has sent message_1. */
static wf_edhoc run_of(void) {
    static wf_edhoc sent;
    static wf_p256_key key;
    static const wf_bytes chain = {certificate, sizeof certificate};
    static wf_edhoc_config config = {.chain = &chain, .chain_len = 1, .send_as = WF_EDHOC_X5CHAIN};
    if (sent.state == WF_EDHOC_IDLE) {
        static uint8_t out[64];
        wf_writer w = wf_writer_of(out, sizeof out);
        wf_edhoc_id id = {{7}, 1};
        config.signer = wf_signer_of(&key);
        if (wf_crypto_start() != WF_OK || wf_p256_from_private(&key, scalar) != WF_OK ||
            wf_edhoc_compose_1(&sent, &config, WF_EDHOC_SUITE_3, &id, &key, NULL, &w) != WF_OK) {
            abort();
        }
        sent.state = WF_EDHOC_SENT_1;
    }
    return sent;
}

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

static void must_lie_in(const wf_edhoc *run, wf_bytes view) {
    must(view.len == 0 || (view.at >= run->text && view.len <= run->text_len &&
                           (size_t)(view.at - run->text) <= run->text_len - view.len));
}

static void must_be_right(const wf_edhoc *run, wf_error error, wf_edhoc_state next, const wf_edhoc_credential *peer,
                          const wf_edhoc_ead *ead) {
    static const wf_edhoc wiped = {.state = WF_EDHOC_FAILED};
    if (error != WF_OK) {
        must(run->state == WF_EDHOC_FAILED && memcmp(run->prk, wiped.prk, sizeof wiped.prk) == 0 &&
             memcmp(run->text, wiped.text, sizeof wiped.text) == 0);
        return;
    }
    must(run->state == next && ead->count <= WF_EDHOC_EAD_COUNT && peer->chain_len <= WF_EDHOC_CHAIN_LEN);
    for (size_t i = 0; i < ead->count; i++) {
        must(!ead->items[i].critical);
        must_lie_in(run, ead->items[i].value);
    }
    for (size_t i = 0; i < peer->chain_len; i++) {
        must_lie_in(run, peer->chain[i]);
    }
}

static void read_text_2(wf_edhoc *run, wf_bytes text, wf_edhoc_credential *peer, wf_edhoc_ead *ead) {
    static const uint8_t public_key[WF_P256_PUBLIC_LEN];
    memcpy(run->text, text.at, text.len);
    run->text_len = text.len;
    wf_error error = wf_edhoc_settle(run, wf_edhoc_text_read(run, WF_EDHOC_MAC_2, peer, ead), WF_EDHOC_READ_2);
    must_be_right(run, error, WF_EDHOC_READ_2, peer, ead);
    wf_bytes named = peer->chain_len > 0 ? peer->chain[0] : wf_bytes_of(peer_certificate, 1);
    must(wf_edhoc_accept_2(run, named, public_key) != WF_OK);
}

static void read_sealed_4(wf_edhoc *run, wf_bytes text, wf_edhoc_ead *ead) {
    static uint8_t message[WF_EDHOC_MESSAGE_LEN];
    wf_edhoc_credential none = {.chain_len = 0};
    wf_writer room = wf_edhoc_text_room(run, wf_edhoc_tag_len(run));
    wf_write_view(&room, text);
    run->text_len = room.len;
    wf_writer w = wf_writer_of(message, sizeof message);
    must(wf_edhoc_seal(run, WF_EDHOC_K_4, &w) == WF_OK);
    wf_error error = wf_edhoc_read_4(run, wf_bytes_of(message, w.len), ead);
    must(error != WF_ERROR_TAG);
    must_be_right(run, error, WF_EDHOC_DONE, &none, ead);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > WF_EDHOC_MESSAGE_LEN) {
        return 0;
    }
    wf_bytes rest = wf_bytes_of(data + 1, size - 1);
    wf_edhoc run = run_of();
    wf_edhoc_credential peer = {.chain_len = 0};
    wf_edhoc_ead ead;
    wf_edhoc_error_message told;
    switch (data[0] % 5) {
    case 0:
        must_be_right(&run, wf_edhoc_read_2(&run, rest, &peer, &ead), WF_EDHOC_READ_2, &peer, &ead);
        break;
    case 1:
        read_text_2(&run, rest, &peer, &ead);
        break;
    case 2:
        run.state = WF_EDHOC_SENT_3;
        must(wf_edhoc_read_4(&run, rest, &ead) != WF_OK && run.state == WF_EDHOC_FAILED);
        break;
    case 3:
        run.state = WF_EDHOC_SENT_3;
        read_sealed_4(&run, rest, &ead);
        break;
    default:
        must(wf_edhoc_read_error(&told, rest) == WF_OK ? told.code != 0 : told.code == 0);
        must(told.suites_len <= sizeof told.suites);
        break;
    }
    return 0;
}
