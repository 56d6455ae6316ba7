/* Inside core/io: the bytes of one slot file.
 *
 *     "WFS" 1 | kind 1 | id 2 | generation 8 | length 2 | data | CRC-32 (IEEE 802.3) of all before
 */
#ifndef WARIFU_FILE_SLOT_H
#define WARIFU_FILE_SLOT_H

#include <warifu/file_store.h>

typedef enum wf_slot_kind { WF_SLOT_TOMBSTONE = 0, WF_SLOT_ENTRY = 1 } wf_slot_kind;

typedef struct wf_file_slot {
    wf_slot_kind kind;
    uint16_t id;
    uint64_t generation;
    wf_bytes data; /* empty for a tombstone, never for an entry */
} wf_file_slot;

void wf_file_slot_write(wf_writer *out, const wf_file_slot *slot);

/* The data is a view into `bytes`. Errors: STORE_DAMAGED. */
WF_MUST_CHECK wf_error wf_file_slot_parse(wf_file_slot *out, wf_bytes bytes);

#endif
