/* message_4 beyond its slot: the slot may be another's by the time that a peer asks for it again. */
#ifndef WARIFU_DA_LAST_WORD_H
#define WARIFU_DA_LAST_WORD_H

#include "da/state.h"

void wf_last_word_keep(wf_da *da, const wf_slot *slot);
/* Sends it once more to whoever repeats the message_3 that it answered, from the same address. */
bool wf_last_word_repeat(wf_da *da, const wf_address *from, uint8_t connection_id, wf_bytes message_3);

#endif
