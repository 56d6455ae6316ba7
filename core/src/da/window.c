#include "da/output.h"

wf_error wf_window_open(wf_window *window, wf_time now, uint32_t duration_ms, unsigned pairings) {
    if (duration_ms > WF_WINDOW_MAX_MS) {
        return WF_ERROR_ARGUMENT;
    }
    *window = (wf_window){.closes = now + (duration_ms != 0 ? duration_ms : WF_WINDOW_DEFAULT_MS),
                          .pairings = pairings != 0 ? pairings : 1};
    return WF_OK;
}

uint32_t wf_window_left(const wf_window *window, wf_time now) {
    return window->closes > now ? (uint32_t)(window->closes - now) : 0;
}

/* ---- on a device ---- */

wf_error wf_da_open_window(wf_da *da, wf_time now, uint32_t duration_ms, unsigned pairings) {
    wf_window window;
    if (da->role != WF_ROLE_DEVICE) {
        return WF_ERROR_STATE;
    }
    wf_error error = wf_window_open(&window, now, duration_ms, pairings);
    if (error == WF_OK) {
        error = wf_guard_open(&da->guard, now);
    }
    if (error == WF_OK) {
        da->window = window;
        wf_da_emit(da, &(wf_event){.kind = WF_EVENT_WINDOW_OPENED});
    }
    return error;
}

void wf_da_close_window(wf_da *da, wf_error reason) {
    if (da->window.closes != 0) {
        da->window = (wf_window){0};
        wf_da_emit(da, &(wf_event){.kind = WF_EVENT_WINDOW_CLOSED, .error = reason});
    }
}

wf_da_window wf_da_window_state(const wf_da *da, wf_time now) {
    uint32_t left = wf_window_left(&da->window, now);
    return (wf_da_window){.left_ms = left,
                          .pairings = left > 0 ? da->window.pairings : 0,
                          .failures = left > 0 ? da->window.failures : 0,
                          .opened_today = wf_guard_opened(&da->guard, now)};
}
