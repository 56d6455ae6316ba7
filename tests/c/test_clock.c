#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <time.h>
#include <warifu/clock.h>
#include <warifu/entropy.h>

static void the_monotonic_clock_counts_milliseconds(void) {
    uint64_t before, after;
    struct timespec pause = {.tv_nsec = 30 * 1000 * 1000};
    CHECK_OK(wf_clock_monotonic(&before));
    CHECK(nanosleep(&pause, NULL) == 0);
    CHECK_OK(wf_clock_monotonic(&after));
    CHECK(after - before >= 29 && after - before < 10000);
}

static void the_wall_clock_counts_seconds_since_1970(void) {
    int64_t seconds;
    CHECK_OK(wf_clock_wall(&seconds));
    int64_t now = (int64_t)time(NULL);
    CHECK(now - seconds >= 0 && now - seconds <= 2);
}

static void entropy_fills_all_of_it_and_differs_each_time(void) {
    static uint8_t a[1000], b[1000];
    wf_entropy entropy = wf_entropy_system();
    CHECK_OK(entropy.fill(entropy.context, a, sizeof a));
    CHECK_OK(entropy.fill(entropy.context, b, sizeof b));
    for (size_t i = 0; i + 8 <= sizeof a; i += 8) {
        static const uint8_t zeros[8];
        CHECK(memcmp(a + i, zeros, 8) != 0);
        CHECK(memcmp(a + i, b + i, 8) != 0);
    }
    CHECK_OK(entropy.fill(entropy.context, a, 0));
}

static const check_case cases[] = {
    {"the_monotonic_clock_counts_milliseconds", the_monotonic_clock_counts_milliseconds},
    {"the_wall_clock_counts_seconds_since_1970", the_wall_clock_counts_seconds_since_1970},
    {"entropy_fills_all_of_it_and_differs_each_time", entropy_fills_all_of_it_and_differs_each_time},
};

CHECK_MAIN(cases)
