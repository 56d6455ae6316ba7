#include "sim/queue.h"
#include <stdlib.h>

bool wf_sim_queue_reserve(wf_sim_queue *queue, size_t capacity) {
    if (capacity <= queue->capacity) {
        return true;
    }
    size_t grown = capacity > queue->capacity * 2 ? capacity : queue->capacity * 2;
    wf_sim_item **items = realloc(queue->items, grown * sizeof(wf_sim_item *));
    if (items == NULL) {
        return false;
    }
    queue->items = items;
    queue->capacity = grown;
    return true;
}

static bool is_sooner(const wf_sim_item *a, const wf_sim_item *b) {
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void settle_at(wf_sim_queue *queue, wf_sim_item *item, size_t place) {
    queue->items[place - 1] = item;
    item->place = place;
}

/* Finds the place of `item` from the free place on, upwards and then downwards. */
static void sift(wf_sim_queue *queue, wf_sim_item *item, size_t place) {
    while (place > 1 && is_sooner(item, queue->items[place / 2 - 1])) {
        settle_at(queue, queue->items[place / 2 - 1], place);
        place /= 2;
    }
    for (size_t child = place * 2; child <= queue->count; child = place * 2) {
        if (child < queue->count && is_sooner(queue->items[child], queue->items[child - 1])) {
            child++;
        }
        if (!is_sooner(queue->items[child - 1], item)) {
            break;
        }
        settle_at(queue, queue->items[child - 1], place);
        place = child;
    }
    settle_at(queue, item, place);
}

void wf_sim_queue_put(wf_sim_queue *queue, wf_sim_item *item, uint64_t at) {
    size_t place = item->place != 0 ? item->place : ++queue->count;
    item->at = at;
    item->order = queue->orders++;
    sift(queue, item, place);
}

void wf_sim_queue_remove(wf_sim_queue *queue, wf_sim_item *item) {
    if (item->place == 0) {
        return;
    }
    wf_sim_item *last = queue->items[--queue->count];
    if (last != item) {
        sift(queue, last, item->place);
    }
    item->place = 0;
}

wf_sim_item *wf_sim_queue_first(const wf_sim_queue *queue) {
    return queue->count > 0 ? queue->items[0] : NULL;
}
