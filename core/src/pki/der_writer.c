#include "pki/der.h"
#include <string.h>

size_t wf_der_begin(wf_writer *w, uint8_t tag) {
    wf_write_u8(w, tag);
    wf_write_u8(w, 0);
    return w->len;
}

void wf_der_end(wf_writer *w, size_t mark) {
    if (w->overflow) {
        return;
    }
    size_t len = w->len - mark;
    if (len > WF_DER_WRITTEN_LEN) {
        w->overflow = true;
        return;
    }
    size_t more = len < 0x80 ? 0 : len < 0x100 ? 1 : len < 0x10000 ? 2 : 3;
    if (more > 0 && wf_write_space(w, more) == NULL) {
        return;
    }
    uint8_t *length = w->start + mark - 1;
    if (more > 0) {
        memmove(length + 1 + more, length + 1, len);
        *length++ = (uint8_t)(0x80 | more);
    }
    for (; more > 1; more--) {
        *length++ = (uint8_t)(len >> 8 * (more - 1));
    }
    *length = (uint8_t)len;
}

void wf_der_write(wf_writer *w, uint8_t tag, wf_bytes contents) {
    size_t mark = wf_der_begin(w, tag);
    wf_write_view(w, contents);
    wf_der_end(w, mark);
}

void wf_der_write_unsigned(wf_writer *w, wf_bytes magnitude) {
    while (magnitude.len > 0 && magnitude.at[0] == 0) {
        magnitude.at++;
        magnitude.len--;
    }
    size_t mark = wf_der_begin(w, WF_DER_INTEGER);
    if (magnitude.len == 0 || magnitude.at[0] >= 0x80) {
        wf_write_u8(w, 0);
    }
    wf_write_view(w, magnitude);
    wf_der_end(w, mark);
}

void wf_der_write_boolean(wf_writer *w, bool value) {
    const uint8_t octet = value ? 0xFF : 0x00;
    wf_der_write(w, WF_DER_BOOLEAN, wf_bytes_of(&octet, 1));
}
