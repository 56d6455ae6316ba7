#include "da/hello.h"

#include "da/output.h"

/* An answer is no longer than its question; there are 20 a second in the long run, and 10 at once. */
enum { PAUSE_MS = 50, SAVED_MS = 500 };

void wf_da_hello(wf_da *da, const wf_address *to) {
    uint8_t datagram[WF_DA_HEADER_LEN + WF_DA_HELLO_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    static const uint8_t padding[WF_DA_HELLO_LEN] = {0};
    wf_da_write_header(&w, (*da->next_tid)++, WF_DA_HELLO);
    wf_write_bytes(&w, padding, sizeof padding);
    wf_da_transmit(da, to, &w, wf_bytes_of(NULL, 0));
}

static void answer(wf_da *da, wf_time now, const wf_address *from, uint16_t tid) {
    wf_time paid = (da->hello_paid > now ? da->hello_paid : now) + PAUSE_MS;
    if (paid > now + SAVED_MS) {
        return;
    }
    da->hello_paid = paid;
    uint32_t left = wf_window_left(&da->window, now);
    wf_hello hello = {.is_device = da->role == WF_ROLE_DEVICE,
                      .is_controller = da->role == WF_ROLE_CONTROLLER,
                      .window_open = left > 0,
                      .has_pairings = wf_pairing_count(&da->pairings, WF_PAIRING_FINAL) > 0,
                      .demands_code = da->has_code,
                      .demands_root = da->role == WF_ROLE_DEVICE && !da->code_alone,
                      .takes_suite_2 = true,
                      .takes_suite_3 = true,
                      .window_seconds = (uint16_t)((left + 999) / 1000)};
    uint8_t datagram[WF_DA_HEADER_LEN + WF_DA_HELLO_LEN];
    wf_writer w = wf_writer_of(datagram, sizeof datagram);
    wf_da_write_header(&w, tid, WF_DA_HELLO_ANSWER);
    wf_da_write_hello(&w, &hello);
    wf_da_transmit(da, from, &w, wf_bytes_of(NULL, 0));
}

void wf_hello_frame(wf_da *da, wf_time now, const wf_address *from, const wf_da_frame *frame) {
    if (frame->type == WF_DA_HELLO) {
        answer(da, now, from, frame->tid);
        return;
    }
    for (uint32_t i = 0; i < da->run_count; i++) {
        wf_run *run = &da->runs[i];
        if (run->state != WF_RUN_FREE && wf_address_same_host(&run->address, from)) {
            run->heard_da = true;
            run->window_seen_open |= frame->hello.window_open;
            run->window_seen_closed |= !frame->hello.window_open;
        }
    }
    wf_da_emit(da, &(wf_event){.kind = WF_EVENT_FOUND, .from = *from, .tid = frame->tid, .hello = frame->hello});
}
