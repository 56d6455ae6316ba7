/* DA frames: the views of whatever parses, put together again, are the datagram; a hello's reserved bits and a WAKE's
 * padding are lost. */
#include <stdlib.h>
#include <string.h>
#include <warifu/wire.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_message_1(wf_writer *w, const wf_da_frame *f) {
    bool covers_nothing = (f->flags & WF_DA_TAG_COVERS_WAKE) != 0 && f->tag.len == 0;
    if (f->cookie.len != (f->flags & WF_DA_HAS_COOKIE ? WF_DA_COOKIE_LEN : 0u) ||
        f->tag.len != (f->flags & WF_DA_HAS_TAG ? WF_DA_TAG_LEN : 0u) || covers_nothing) {
        abort();
    }
    wf_write_u8(w, f->flags);
    wf_write_view(w, f->cookie);
    wf_write_view(w, f->tag);
}

static void write_body(wf_writer *w, const wf_da_frame *f) {
    switch (f->type) {
    case WF_DA_MESSAGE_1:
        write_message_1(w, f);
        break;
    case WF_DA_RETRY:
        wf_write_view(w, f->cookie);
        break;
    case WF_DA_MESSAGE_3:
        wf_write_u8(w, f->connection_id);
        break;
    case WF_DA_REQUEST:
    case WF_DA_ANSWER:
        wf_da_write_record_head(w, f->kid, f->piv);
        if (f->clear.len != w->len || f->payload.len <= WF_CCM_TAG_LEN) {
            abort();
        }
        break;
    case WF_DA_GROUP:
        wf_write_view(w, f->gid);
        wf_da_write_record_head(w, f->kid, f->piv);
        if (f->clear.len != w->len || f->payload.len <= WF_CCM_TAG_LEN || f->signature.len != WF_P256_SIGNATURE_LEN) {
            abort();
        }
        break;
    case WF_DA_WAKE:
        wf_write_view(w, f->hint);
        wf_write_view(w, f->nonce);
        wf_write_view(w, f->tag);
        break;
    default:
        break;
    }
    wf_write_view(w, f->payload);
    wf_write_view(w, f->signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t again[1 << 17];
    wf_da_frame f;
    wf_writer w = wf_writer_of(again, sizeof again);
    if (size > sizeof again || wf_da_frame_parse(&f, wf_bytes_of(data, size)) != WF_OK) {
        return 0;
    }
    wf_da_write_header(&w, f.tid, (wf_da_type)f.type);
    if (f.type == WF_DA_HELLO || f.type == WF_DA_HELLO_ANSWER) {
        if (size != WF_DA_HEADER_LEN + WF_DA_HELLO_LEN || memcmp(again, data, w.len) != 0) {
            abort();
        }
        return 0;
    }
    write_body(&w, &f);
    size_t padding = f.type == WF_DA_WAKE ? WF_DA_WAKE_PADDING : 0;
    if (w.overflow || w.len + padding != size || memcmp(again, data, w.len) != 0) {
        abort();
    }
    return 0;
}
