/* Frames for pytest: reads a datagram in hex from each line, answers with its meaning in the notation of
 * tests/vectors/frames.txt, a bar, and the hex of the frame written again from what was parsed. */
#include "hex.h"
#include <warifu/frame.h>

enum { LINE_LEN = 16384 };

static void print_value(wf_bytes value) {
    hex_print(stdout, value);
    fputs(value.len == 0 ? "-" : "", stdout);
}

static void print_list(const char *title, const wf_property_list *list) {
    wf_property property;
    printf("%s=%u", title, list->count);
    for (size_t at = 0; wf_property_next(list, &at, &property);) {
        printf(" %02X=", property.epc);
        print_value(property.edt);
    }
}

static void print_meaning(const wf_frame *frame) {
    printf("TID=%04x ", frame->tid);
    if (frame->ehd2 == WF_EHD2_ARBITRARY) {
        fputs("arbitrary ", stdout);
        print_value(frame->arbitrary);
        return;
    }
    printf("%06x>%06x %s ", (unsigned)frame->seoj, (unsigned)frame->deoj, wf_esv_name(frame->esv));
    print_list("OPC", &frame->list);
    if (wf_esv_has_two_lists(frame->esv)) {
        fputs(" / ", stdout);
        print_list("OPCGet", &frame->gets);
    }
}

static void write_list(wf_frame_writer *out, const wf_property_list *list) {
    wf_property property;
    for (size_t at = 0; wf_property_next(list, &at, &property);) {
        if (!wf_frame_property(out, property.epc, property.edt)) {
            out->out->overflow = true;
        }
    }
}

static void write_again(wf_writer *out, const wf_frame *frame) {
    if (frame->ehd2 == WF_EHD2_ARBITRARY) {
        wf_frame_arbitrary(out, frame->tid, frame->arbitrary);
        return;
    }
    wf_frame_writer w = wf_frame_begin(out, frame->tid, frame->seoj, frame->deoj, frame->esv);
    write_list(&w, &frame->list);
    if (wf_esv_has_two_lists(frame->esv)) {
        wf_frame_gets(&w);
        write_list(&w, &frame->gets);
    }
}

static void answer(const char *line) {
    static uint8_t datagram[LINE_LEN / 2], again[LINE_LEN / 2];
    wf_frame frame;
    size_t len;
    if (wf_frame_parse(&frame, hex_bytes(datagram, sizeof datagram, line)) != WF_OK) {
        puts("does not parse");
        return;
    }
    wf_writer out = wf_writer_of(again, sizeof again);
    write_again(&out, &frame);
    if (wf_writer_finish(&out, &len) != WF_OK) {
        puts("does not fit");
        return;
    }
    print_meaning(&frame);
    fputs(" | ", stdout);
    hex_print(stdout, wf_bytes_of(again, len));
    putchar('\n');
}

int main(void) {
    static char line[LINE_LEN];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        answer(line);
        fflush(stdout);
    }
    return 0;
}
