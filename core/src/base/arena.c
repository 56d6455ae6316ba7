#include "base/arena.h"

#include <string.h>

void *wf_arena_take(wf_arena *arena, size_t size) {
    size_t at = arena->used;
    arena->used = at + ((size + 7) & ~(size_t)7);
    if (arena->start == NULL || arena->used > arena->capacity) {
        return NULL;
    }
    memset(arena->start + at, 0, size);
    return arena->start + at;
}
