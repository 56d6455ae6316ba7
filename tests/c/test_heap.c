/* Nothing on the way of a protected request asks for memory: malloc and its kin are this program's own here. Under
 * AddressSanitizer, which has a malloc of its own, the case is skipped. */
#include "world.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif
#if !defined(__GLIBC__) || defined(SANITIZED)
#define FOREIGN_MALLOC
#endif

enum { CONTROLLER, DEVICE, GETS = 10000 };

static long asked;

#ifndef FOREIGN_MALLOC
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);

void *malloc(size_t size) {
    asked++;
    return __libc_malloc(size);
}

void *calloc(size_t nmemb, size_t size) {
    asked++;
    return __libc_calloc(nmemb, size);
}

void *realloc(void *ptr, size_t size) {
    asked++;
    return __libc_realloc(ptr, size);
}
#endif

static void ten_thousand_protected_gets_and_sets_ask_for_no_memory(void) {
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    if (asked < 10) { /* public-key work asks for much: it is counted, then */
        CHECK_SKIP("malloc is not ours to replace in this build");
    }
    asked = 0;
    for (unsigned i = 0; i < GETS; i++) {
        const uint8_t degrees = (uint8_t)(i % 50);
        w->nodes[CONTROLLER].event_count = w->nodes[DEVICE].event_count = w->log_count = 0;
        wf_request_id get = world_ask(w, CONTROLLER, DEVICE, WF_ESV_GET, 0xB3, wf_bytes_of(NULL, 0));
        wf_request_id set = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
        world_settle(w);
        CHECK_OK(world_outcome(w, CONTROLLER, get)->error);
        CHECK_OK(world_outcome(w, CONTROLLER, set)->error);
        w->now += 10;
    }
    CHECK(asked == 0);
    world_end(w);
}

static const check_case cases[] = {
    {"ten_thousand_protected_gets_and_sets_ask_for_no_memory", ten_thousand_protected_gets_and_sets_ask_for_no_memory},
};

CHECK_MAIN(cases)
