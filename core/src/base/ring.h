/* A first-in first-out queue of byte strings of any length in one block. */
#ifndef WARIFU_BASE_RING_H
#define WARIFU_BASE_RING_H

#include <warifu/bytes.h>

typedef struct wf_ring {
    uint8_t *bytes;  /* aligned for uint64_t */
    size_t capacity; /* a multiple of 8 */
    size_t head;     /* of the oldest entry */
    size_t used;
} wf_ring;

/* `len` bytes at the end of the queue to fill in (aligned for uint64_t), or NULL when they do not fit. */
uint8_t *wf_ring_push(wf_ring *ring, size_t len);
/* The oldest entry; `at` is NULL when there is none. */
wf_bytes wf_ring_front(wf_ring *ring);
void wf_ring_pop(wf_ring *ring);

#endif
