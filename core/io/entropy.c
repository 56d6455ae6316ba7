#define _GNU_SOURCE 1
#include <errno.h>
#include <sys/random.h>
#include <warifu/entropy.h>

/* Longer requests may come back short when a signal arrives (getrandom(2)). */
enum { CHUNK = 256 };

static wf_error fill(void *context, uint8_t *out, size_t len) {
    (void)context;
    size_t done = 0;
    while (done < len) {
        size_t want = len - done < CHUNK ? len - done : CHUNK;
        ssize_t got = getrandom(out + done, want, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            wf_wipe(out, len);
            return WF_ERROR_ENTROPY;
        }
        done += (size_t)got;
    }
    return WF_OK;
}

wf_entropy wf_entropy_system(void) {
    return (wf_entropy){.fill = fill, .context = NULL};
}
