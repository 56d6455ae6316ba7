#include "da/window.h"

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
