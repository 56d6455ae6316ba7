#include "da/last_word.h"

#include <string.h>

#include "da/output.h"

void wf_last_word_keep(wf_da *da, const wf_slot *slot) {
    wf_last_word *word = &da->last_words[da->next_last_word++ % WF_LAST_WORDS];
    if (slot->answer_len > sizeof word->datagram) {
        return;
    }
    *word = (wf_last_word){.session = slot->session,
                           .serial = da->sessions.entries[slot->session].serial,
                           .address = slot->address,
                           .len = slot->answer_len};
    memcpy(word->asked, slot->asked, sizeof word->asked);
    memcpy(word->datagram, slot->answer, slot->answer_len);
}

bool wf_last_word_repeat(wf_da *da, const wf_address *from, uint8_t connection_id, wf_bytes message_3) {
    uint8_t hash[WF_HASH_LEN];
    uint32_t session = wf_session_by_kid(&da->sessions, wf_bytes_of(&connection_id, 1));
    for (unsigned i = 0; session != WF_NO_SESSION && i < WF_LAST_WORDS; i++) {
        wf_last_word *word = &da->last_words[i];
        if (word->session == session && word->serial == da->sessions.entries[session].serial &&
            wf_address_equal(&word->address, from) && wf_sha256(hash, &message_3, 1) == WF_OK &&
            memcmp(hash, word->asked, sizeof hash) == 0) {
            wf_writer w = {word->datagram, sizeof word->datagram, word->len, false};
            wf_da_transmit(da, from, &w, wf_bytes_of(NULL, 0));
            return true;
        }
    }
    return false;
}
