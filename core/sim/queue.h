/* What will happen, soonest first; at one moment in the order in which it was put in. A binary heap of items that know
 * their place, so that each can be moved or taken out. */
#ifndef WARIFU_SIM_QUEUE_H
#define WARIFU_SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first member of what is queued. */
typedef struct wf_sim_item {
    uint64_t at;
    uint64_t order;
    size_t place; /* in the heap, from 1; 0: not in it */
} wf_sim_item;

typedef struct wf_sim_queue {
    wf_sim_item **items;
    size_t count, capacity;
    uint64_t orders;
} wf_sim_queue;

bool wf_sim_queue_reserve(wf_sim_queue *queue, size_t capacity); /* false: no memory */
/* Puts it in, or moves it. There must be room. */
void wf_sim_queue_put(wf_sim_queue *queue, wf_sim_item *item, uint64_t at);
void wf_sim_queue_remove(wf_sim_queue *queue, wf_sim_item *item); /* also one that is not in it */
wf_sim_item *wf_sim_queue_first(const wf_sim_queue *queue);       /* NULL: it is empty */

#endif
