/* The pairing window of a device: opened by a local act, on the monotonic clock, closed by success or by time. */
#ifndef WARIFU_DA_WINDOW_H
#define WARIFU_DA_WINDOW_H

#include <warifu/event.h>

enum { WF_WINDOW_DEFAULT_MS = 180000, WF_WINDOW_MAX_MS = 900000 };

typedef struct wf_window {
    wf_time closes; /* 0: closed */
} wf_window;

/* 0 ms means the default. Errors: ARGUMENT (longer than the maximum). */
WF_MUST_CHECK wf_error wf_window_open(wf_window *window, wf_time now, uint32_t duration_ms);
uint32_t wf_window_left(const wf_window *window, wf_time now); /* milliseconds; 0: closed */

#endif
