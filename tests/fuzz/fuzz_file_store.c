/* The bytes of a slot file, as they come and with a right CRC behind them: whatever parses is written as the same,
 * unless it is of version 1. */
#include "io/file_slot.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_bytes(wf_bytes bytes) {
    uint8_t out[WF_FILE_SLOT_LEN];
    size_t len;
    wf_file_slot slot;
    if (wf_file_slot_parse(&slot, bytes) != WF_OK || slot.is_old) {
        return;
    }
    wf_writer w = wf_writer_of(out, sizeof out);
    wf_file_slot_write(&w, &slot);
    if (wf_writer_finish(&w, &len) != WF_OK || !wf_bytes_equal(wf_bytes_of(out, len), bytes)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t bytes[WF_FILE_SLOT_LEN + 16];
    uint32_t crc = 0xFFFFFFFF;
    try_bytes(wf_bytes_of(data, size));
    if (size == 0 || size > sizeof bytes - 4) {
        return 0;
    }
    memcpy(bytes, data, size);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bool odd = ((crc ^ (uint32_t)(bytes[bit / 8] >> bit % 8)) & 1) != 0;
        crc = crc >> 1 ^ (odd ? 0xEDB88320 : 0);
    }
    wf_writer w = wf_writer_of(bytes + size, 4);
    wf_write_u32(&w, ~crc);
    try_bytes(wf_bytes_of(bytes, size + 4));
    return 0;
}
