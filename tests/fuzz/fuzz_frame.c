/* Frames: whatever parses is written again as the same bytes, less those after the last property. */
#include <stdlib.h>
#include <string.h>
#include <warifu/frame.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_list(wf_frame_writer *w, const wf_property_list *list) {
    wf_property property;
    unsigned count = 0;
    for (size_t at = 0; wf_property_next(list, &at, &property); count++) {
        if (!wf_frame_property(w, property.epc, property.edt)) {
            abort();
        }
    }
    if (count != list->count) {
        abort();
    }
}

static void check_same(const wf_writer *out, wf_bytes trailing, const uint8_t *data, size_t size) {
    if (out->overflow || out->len + trailing.len != size || memcmp(out->start, data, out->len) != 0) {
        abort();
    }
}

static void write_lists(wf_frame_writer *w, const wf_frame *frame) {
    write_list(w, &frame->list);
    if (wf_esv_has_two_lists(frame->esv)) {
        wf_frame_gets(w);
        write_list(w, &frame->gets);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t again[1 << 17];
    wf_frame frame;
    if (size > sizeof again) {
        return 0;
    }
    wf_writer out = wf_writer_of(again, sizeof again);
    if (wf_frame_parse(&frame, wf_bytes_of(data, size)) == WF_OK) {
        if (frame.ehd2 == WF_EHD2_ARBITRARY) {
            wf_frame_arbitrary(&out, frame.tid, frame.arbitrary);
        } else {
            wf_frame_writer w = wf_frame_begin(&out, frame.tid, frame.seoj, frame.deoj, frame.esv);
            write_lists(&w, &frame);
        }
        check_same(&out, frame.trailing, data, size);
    }
    out = wf_writer_of(again, sizeof again);
    if (wf_edata_parse(&frame, wf_bytes_of(data, size)) == WF_OK) {
        wf_frame_writer w = wf_edata_begin(&out, frame.seoj, frame.deoj, frame.esv);
        write_lists(&w, &frame);
        check_same(&out, frame.trailing, data, size);
    }
    return 0;
}
