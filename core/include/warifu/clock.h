/* The two clocks of the host. */
#ifndef WARIFU_CLOCK_H
#define WARIFU_CLOCK_H

#include <stdint.h>
#include <warifu/error.h>

WF_C_BEGIN

/* Milliseconds that never go back: the engine's `now`. Where the system has CLOCK_BOOTTIME it counts the time asleep
 * too, so that a pairing window or a session's age does not stop with the lid. Two processes on one machine see the
 * same count; it begins anew at boot. Errors: STATE when the system has no such clock. */
WF_MUST_CHECK wf_error wf_clock_monotonic(uint64_t *milliseconds);

/* Seconds since 1970-01-01T00:00:00Z, as the machine believes. Errors: STATE. */
WF_MUST_CHECK wf_error wf_clock_wall(int64_t *seconds);

WF_C_END

#endif
