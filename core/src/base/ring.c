#include "base/ring.h"

#include <string.h>

/* Before each entry stands its length; SKIP says that the rest of the block is unused and the queue goes on at 0. */
enum { HEAD_LEN = 8 };
#define SKIP UINT64_MAX

static size_t rounded(size_t len) {
    return HEAD_LEN + ((len + 7) & ~(size_t)7);
}

static void write_head(wf_ring *ring, size_t at, uint64_t value) {
    memcpy(ring->bytes + at, &value, sizeof value);
}

static uint64_t read_head(const wf_ring *ring) {
    uint64_t value;
    memcpy(&value, ring->bytes + ring->head, sizeof value);
    return value;
}

uint8_t *wf_ring_push(wf_ring *ring, size_t len) {
    if (len > ring->capacity || rounded(len) > ring->capacity - ring->used) {
        return NULL;
    }
    size_t need = rounded(len);
    if (ring->used == 0) {
        ring->head = 0;
    }
    size_t tail = ring->head + ring->used;
    if (tail >= ring->capacity) {
        tail -= ring->capacity;
    } else if (need > ring->capacity - tail) {
        size_t rest = ring->capacity - tail;
        if (need > ring->capacity - ring->used - rest) {
            return NULL;
        }
        write_head(ring, tail, SKIP);
        ring->used += rest;
        tail = 0;
    }
    write_head(ring, tail, len);
    ring->used += need;
    return ring->bytes + tail + HEAD_LEN;
}

static void drop_front(wf_ring *ring, size_t len) {
    ring->head += len;
    ring->used -= len;
    if (ring->head >= ring->capacity) {
        ring->head -= ring->capacity;
    }
}

wf_bytes wf_ring_front(wf_ring *ring) {
    if (ring->used > 0 && read_head(ring) == SKIP) {
        drop_front(ring, ring->capacity - ring->head);
    }
    if (ring->used == 0) {
        return wf_bytes_of(NULL, 0);
    }
    return wf_bytes_of(ring->bytes + ring->head + HEAD_LEN, (size_t)read_head(ring));
}

void wf_ring_pop(wf_ring *ring) {
    wf_bytes front = wf_ring_front(ring);
    if (front.at != NULL) {
        drop_front(ring, rounded(front.len));
    }
}
