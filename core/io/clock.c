#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include <warifu/clock.h>

#ifdef CLOCK_BOOTTIME
#define STEADY_CLOCK CLOCK_BOOTTIME
#else
#define STEADY_CLOCK CLOCK_MONOTONIC
#endif

wf_error wf_clock_monotonic(uint64_t *milliseconds) {
    struct timespec now;
    *milliseconds = 0;
    if (clock_gettime(STEADY_CLOCK, &now) != 0) {
        return WF_ERROR_STATE;
    }
    *milliseconds = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    return WF_OK;
}

wf_error wf_clock_wall(int64_t *seconds) {
    struct timespec now;
    *seconds = 0;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return WF_ERROR_STATE;
    }
    *seconds = (int64_t)now.tv_sec;
    return WF_OK;
}
