/* What a Responder reads. The first byte says what the rest is: message_1, message_3, or the text sealed into one. A
 * step either goes on, or leaves nothing behind but its failure; nothing that is made up is ever accepted. */
#include <stdlib.h>
#include <string.h>

#include "edhoc/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t certificate[] = {1}, peer_certificate[] = {2};
static const wf_bytes chain = {certificate, sizeof certificate};
static const uint16_t known[] = {7};
static const wf_edhoc_config config = {
    .chain = &chain, .chain_len = 1, .send_as = WF_EDHOC_X5T, .ead_known = known, .ead_known_count = 1};

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

/* No view leaves what was read. */
static void must_lie_in(wf_bytes whole, const wf_edhoc_ead *ead) {
    must(ead->count <= WF_EDHOC_EAD_COUNT);
    for (size_t i = 0; i < ead->count; i++) {
        wf_bytes view = ead->items[i].value;
        must(!ead->items[i].critical || ead->items[i].label == 7);
        must(view.len == 0 || (view.at >= whole.at && (size_t)(view.at - whole.at) + view.len <= whole.len));
    }
}

static void read_1(wf_bytes message) {
    wf_edhoc run = {.state = WF_EDHOC_IDLE};
    wf_edhoc_ead ead;
    wf_error error = wf_edhoc_read_1(&run, &config, message, &ead);
    must(run.state == (error == WF_OK ? WF_EDHOC_READ_1 : WF_EDHOC_FAILED));
    if (error == WF_OK) {
        must_lie_in(message, &ead);
        must(wf_p256_check(run.peer) == WF_OK && run.peer_id.len <= WF_EDHOC_ID_LEN);
    }
}

static wf_edhoc run_after_2(void) {
    return (wf_edhoc){.state = WF_EDHOC_SENT_2, .suite = WF_EDHOC_SUITE_2, .config = &config};
}

static void read_sealed_3(wf_bytes text) {
    static uint8_t message[WF_EDHOC_MESSAGE_LEN];
    static const uint8_t public_key[WF_P256_PUBLIC_LEN];
    wf_edhoc run = run_after_2();
    wf_edhoc_credential peer;
    wf_edhoc_ead ead;
    wf_writer room = wf_edhoc_text_room(&run, wf_edhoc_tag_len(&run));
    wf_write_view(&room, text);
    run.text_len = room.len;
    wf_writer w = wf_writer_of(message, sizeof message);
    must(wf_edhoc_seal(&run, WF_EDHOC_K_3, &w) == WF_OK);
    wf_error error = wf_edhoc_read_3(&run, wf_bytes_of(message, w.len), &peer, &ead);
    must(error != WF_ERROR_TAG && run.state == (error == WF_OK ? WF_EDHOC_READ_3 : WF_EDHOC_FAILED));
    if (error == WF_OK) {
        must_lie_in(wf_bytes_of(run.text, run.text_len), &ead);
        must(peer.chain_len <= WF_EDHOC_CHAIN_LEN);
        wf_bytes named = peer.chain_len > 0 ? peer.chain[0] : wf_bytes_of(peer_certificate, 1);
        must(wf_edhoc_accept_3(&run, named, public_key) != WF_OK && run.state == WF_EDHOC_FAILED);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool started;
    if (size < 2 || size > WF_EDHOC_MESSAGE_LEN) {
        return 0;
    }
    if (!started) { /* its self-test costs more than all the rest */
        must(wf_crypto_start() == WF_OK);
        started = true;
    }
    wf_bytes rest = wf_bytes_of(data + 1, size - 1);
    wf_edhoc run = run_after_2();
    wf_edhoc_credential peer;
    wf_edhoc_ead ead;
    switch (data[0] % 3) {
    case 0:
        read_1(rest);
        break;
    case 1:
        must(wf_edhoc_read_3(&run, rest, &peer, &ead) != WF_OK && run.state == WF_EDHOC_FAILED);
        break;
    default:
        read_sealed_3(rest);
        break;
    }
    return 0;
}
