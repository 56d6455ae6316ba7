#include "pki/public_key.h"
#include "pki/profile.h"
#include <string.h>
#include <warifu/spki.h>

enum { POINT_LEN = 1 + WF_P256_PUBLIC_LEN, UNCOMPRESSED = 0x04 };

void wf_public_key_read(uint8_t out[static WF_P256_PUBLIC_LEN], wf_reader *outer) {
    wf_reader r = wf_der_enter(outer, WF_DER_SEQUENCE);
    if (!wf_der_read_is(&r, wf_algorithm_p256())) {
        wf_reader_fail(&r);
    }
    wf_bytes point = wf_der_read_octet_aligned(&r);
    if (point.len == POINT_LEN && point.at[0] == UNCOMPRESSED) {
        memcpy(out, point.at + 1, WF_P256_PUBLIC_LEN);
    } else {
        wf_reader_fail(&r);
    }
    wf_der_leave(outer, &r);
}

void wf_public_key_write(wf_writer *w, const uint8_t public_key[static WF_P256_PUBLIC_LEN]) {
    uint8_t *space = wf_write_space(w, WF_SPKI_LEN);
    if (space != NULL) {
        wf_spki_write(space, public_key);
    }
}
