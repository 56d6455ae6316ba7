/* One block of memory, given out from the front, never taken back. With `start` NULL it only counts, so that one layout
 * function serves for measuring and for laying out. */
#ifndef WARIFU_BASE_ARENA_H
#define WARIFU_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct wf_arena {
    uint8_t *start;
    size_t capacity;
    size_t used;
} wf_arena;

/* Zeroed memory aligned for uint64_t; NULL when counting or when the block is too small (`used` grows all the same). */
void *wf_arena_take(wf_arena *arena, size_t size);

#endif
