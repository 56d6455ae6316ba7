/* The pairing window of a device: opened by a local act, on the monotonic clock; it closes with the pairings that it
 * was opened for, by time, or after wrong proofs. Nothing from the network opens it or keeps it open. */
#ifndef WARIFU_DA_WINDOW_H
#define WARIFU_DA_WINDOW_H

#include <warifu/event.h>

enum { WF_WINDOW_DEFAULT_MS = 180000, WF_WINDOW_MAX_MS = 900000, WF_WINDOW_FAILURES = 5 };

typedef struct wf_window {
    wf_time closes;    /* 0: closed */
    unsigned pairings; /* it still takes */
    unsigned failures; /* wrong proofs seen */
} wf_window;

/* 0 ms means the default, 0 pairings one. Errors: ARGUMENT (longer than the maximum). */
WF_MUST_CHECK wf_error wf_window_open(wf_window *window, wf_time now, uint32_t duration_ms, unsigned pairings);
uint32_t wf_window_left(const wf_window *window, wf_time now); /* milliseconds; 0: closed */

#endif
