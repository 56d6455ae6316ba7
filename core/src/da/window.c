#include "da/output.h"

wf_error wf_window_open(wf_window *window, wf_time now, uint32_t duration_ms) {
    if (duration_ms > WF_WINDOW_MAX_MS) {
        return WF_ERROR_ARGUMENT;
    }
    window->closes = now + (duration_ms != 0 ? duration_ms : WF_WINDOW_DEFAULT_MS);
    return WF_OK;
}

uint32_t wf_window_left(const wf_window *window, wf_time now) {
    return window->closes > now ? (uint32_t)(window->closes - now) : 0;
}

/* ---- on a device ---- */

wf_error wf_da_open_window(wf_da *da, wf_time now, uint32_t duration_ms) {
    if (da->role != WF_ROLE_DEVICE) {
        return WF_ERROR_STATE;
    }
    wf_error error = wf_window_open(&da->window, now, duration_ms);
    if (error == WF_OK) {
        wf_da_emit(da, &(wf_event){.kind = WF_EVENT_WINDOW_OPENED});
    }
    return error;
}

void wf_da_close_window(wf_da *da, wf_error reason) {
    if (da->window.closes != 0) {
        da->window.closes = 0;
        wf_da_emit(da, &(wf_event){.kind = WF_EVENT_WINDOW_CLOSED, .error = reason});
    }
}

uint32_t wf_da_window_left(const wf_da *da, wf_time now) {
    return wf_window_left(&da->window, now);
}
