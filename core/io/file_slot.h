/* Inside core/io: the bytes of one slot file.
 *
 *     "WFS" 2 | id 2 | generation 8 | length 2 | data | CRC-32 (IEEE 802.3) of all before
 *
 * Stores of version 1 had "WFS" 1 | kind 1 | id ..., and wrote down with kind 0 and no data that an entry is erased.
 */
#ifndef WARIFU_FILE_SLOT_H
#define WARIFU_FILE_SLOT_H

#include <warifu/file_store.h>

typedef struct wf_file_slot {
    uint16_t id;
    uint64_t generation;
    wf_bytes data; /* empty only in an old one: erased */
    bool is_old;   /* of version 1 */
} wf_file_slot;

void wf_file_slot_write(wf_writer *out, const wf_file_slot *slot);

/* The data is a view into `bytes`. Errors: STORE_DAMAGED. */
WF_MUST_CHECK wf_error wf_file_slot_parse(wf_file_slot *out, wf_bytes bytes);

/* Makes the two slots of an entry alike again, after a power cut or damage to one of them. */
void wf_file_store_mend(wf_file_store *store, uint16_t id);

#endif
