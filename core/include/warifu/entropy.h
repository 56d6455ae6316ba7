/* The host's random source as the core takes it: getrandom(2), and nothing behind it. */
#ifndef WARIFU_ENTROPY_H
#define WARIFU_ENTROPY_H

#include <warifu/crypto.h>

WF_C_BEGIN

/* Blocks until the kernel's generator is seeded (early boot only). `fill` gives all bytes or ENTROPY; after a failure
 * `out` is wiped, so that nobody goes on with half of it. It holds no state. */
wf_entropy wf_entropy_system(void);

WF_C_END

#endif
