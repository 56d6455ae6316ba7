/* Memory, tables and counters: nothing grows, and what is counted here is what was counted there. */
#include "soak.h"

#include <malloc.h>
#include <unistd.h>

enum { HEAP_MAY_GROW = 512 * 1024, RESIDENT_MAY_GROW = 32 * 1024 * 1024 };

static size_t resident(void) {
    unsigned long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%lu %lu", &size, &pages) != 2) {
            pages = 0;
        }
        (void)fclose(file);
    }
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t block_of(const soak *s, const soak_life *life) {
    return wf_sim_engine(s->home->sim, life->node->host) != NULL ? wf_engine_size(&life->node->node.config) : 0;
}

soak_memory soak_measure(const soak *s) {
    const struct mallinfo2 heap = mallinfo2();
    size_t blocks = block_of(s, &s->controller);
    for (unsigned i = 0; i < s->count; i++) {
        blocks += block_of(s, &s->devices[i].life);
    }
    size_t all = heap.uordblks + heap.hblkhd;
    return (soak_memory){.heap = all > blocks ? all - blocks : 0, .resident = resident()};
}

void soak_check_memory(soak *s, soak_memory first, soak_memory now) {
    if (now.heap > first.heap + HEAP_MAY_GROW) {
        soak_break(s, "the heap grew from %zu to %zu KB", first.heap / 1024, now.heap / 1024);
    }
    if (now.resident > first.resident + RESIDENT_MAY_GROW) {
        soak_break(s, "the process grew from %zu to %zu KB", first.resident / 1024, now.resident / 1024);
    }
}

void soak_check_tables(soak *s) {
    const wf_engine *engine = wf_sim_engine(s->home->sim, s->controller.node->host);
    unsigned under_way = 0;
    for (unsigned i = 0; engine != NULL && i < engine->pending_count; i++) {
        under_way += engine->pending[i].state != WF_PENDING_FREE;
    }
    if (engine != NULL && soak_is_on(&s->controller) && under_way != s->open_count) {
        soak_break(s, "the controller has %u requests under way, of %u that are open", under_way, s->open_count);
    }
}

void soak_check_counters(soak *s, const soak_life *life) {
    const wf_engine *engine = wf_sim_engine(s->home->sim, life->node->host);
    if (engine == NULL || !soak_is_on(life)) {
        return;
    }
    const wf_counters *c = wf_engine_counters(engine);
    if (c->received != life->delivered || c->sent != life->sent) {
        soak_break(s, "host %u counted %llu received and %llu sent; the network, %llu and %llu", life->node->host.value,
                   (unsigned long long)c->received, (unsigned long long)c->sent, (unsigned long long)life->delivered,
                   (unsigned long long)life->sent);
    }
    s->queue_full += c->queue_full;
}
