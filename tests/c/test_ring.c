#include "base/arena.h"
#include "base/ring.h"
#include "check.h"

static uint64_t block[32];

static wf_ring fresh(void) {
    return (wf_ring){(uint8_t *)block, sizeof block, 0, 0};
}

static void entries_come_out_in_order_whatever_their_lengths(void) {
    wf_ring ring = fresh();
    unsigned in = 0, out = 0, seed = 1;
    for (unsigned step = 0; step < 20000; step++) {
        seed = seed * 1103515245u + 12345u;
        size_t len = 1 + (seed >> 16) % 60;
        uint8_t *space = (seed >> 8) % 3 != 0 ? wf_ring_push(&ring, len) : NULL;
        if (space != NULL) {
            memset(space, (int)(in & 0xFF), len);
            in++;
        } else if (out < in) {
            wf_bytes front = wf_ring_front(&ring);
            CHECK(front.at != NULL && front.len > 0);
            for (size_t i = 0; i < front.len; i++) {
                CHECK(front.at[i] == (out & 0xFF));
            }
            wf_ring_pop(&ring);
            out++;
        }
    }
    CHECK(out > 4000);
    for (; out < in; out++) {
        CHECK(wf_ring_front(&ring).at[0] == (out & 0xFF));
        wf_ring_pop(&ring);
    }
    CHECK(wf_ring_front(&ring).at == NULL);
    wf_ring_pop(&ring);
}

static void an_entry_that_does_not_fit_changes_nothing(void) {
    wf_ring ring = fresh();
    CHECK(wf_ring_push(&ring, sizeof block) == NULL);
    CHECK(wf_ring_push(&ring, SIZE_MAX) == NULL);
    CHECK(wf_ring_push(&ring, sizeof block - 8) != NULL);
    CHECK(wf_ring_push(&ring, 0) == NULL);
    CHECK(wf_ring_front(&ring).len == sizeof block - 8);
}

static void an_arena_counts_without_memory_what_it_gives_with_it(void) {
    wf_arena counting = {NULL, 0, 0};
    CHECK(wf_arena_take(&counting, 3) == NULL);
    CHECK(wf_arena_take(&counting, 9) == NULL);
    wf_arena real = {(uint8_t *)block, counting.used, 0};
    CHECK(wf_arena_take(&real, 3) != NULL);
    CHECK(wf_arena_take(&real, 9) != NULL);
    CHECK(real.used == counting.used);
    CHECK(wf_arena_take(&real, 1) == NULL);
}

static const check_case cases[] = {
    {"entries_come_out_in_order_whatever_their_lengths", entries_come_out_in_order_whatever_their_lengths},
    {"an_entry_that_does_not_fit_changes_nothing", an_entry_that_does_not_fit_changes_nothing},
    {"an_arena_counts_without_memory_what_it_gives_with_it", an_arena_counts_without_memory_what_it_gives_with_it},
};

CHECK_MAIN(cases)
