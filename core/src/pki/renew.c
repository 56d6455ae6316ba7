#include "pki/name.h"
#include <string.h>

enum { SUBJECT_LEN = 128 };

/* Would the order's subject be the old one? */
static bool is_same_subject(const wf_certificate_order *order, wf_bytes subject) {
    uint8_t room[SUBJECT_LEN];
    wf_writer w = wf_writer_of(room, sizeof room);
    wf_name_write(&w, order->common_name, order->number);
    return !w.overflow && wf_bytes_equal(wf_bytes_of(room, w.len), subject);
}

wf_error wf_certificate_reorder(wf_certificate_order *out, char name[static WF_NAME_LEN + 1],
                                const wf_certificate *old) {
    wf_bytes common = wf_name_common(old->subject);
    *out = (wf_certificate_order){.is_ca = old->is_ca,
                                  .path_len = old->path_len,
                                  .role = old->role,
                                  .number = old->has_number ? old->number : NULL,
                                  .public_key = old->public_key};
    memset(name, 0, WF_NAME_LEN + 1);
    if (common.len > 0 && common.len <= WF_NAME_LEN) {
        memcpy(name, common.at, common.len);
        out->common_name = name;
    }
    return is_same_subject(out, old->subject) ? WF_OK : WF_ERROR_CERTIFICATE;
}
