/* What a pairing, and a protected Set after it, take of the stack and of the heap: one line each of a name and bytes.
 * Two engines talk on one board, and the frames of who carries their datagrams are counted too, so a device takes less.
 */
#include "../../tests/c/world.h"

#include <malloc.h>

enum { CONTROLLER, DEVICE, MARGIN = 64 };
#define UNTOUCHED 0xA5A5A5A5A5A5A5A5u

extern uint64_t board_stack[];
extern char end[]; /* of what the linker laid out */

void initialise_monitor_handles(void); /* semihosting, of newlib's rdimon */
void *_sbrk(int more);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void __real_free(void *at);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);
void __wrap_free(void *at);

static size_t used, peak;

/* newlib's own looks for the stack above the heap; here it is below. */
void *_sbrk(int more) {
    static char *top = end;
    char *old = top;
    top += more;
    return old;
}

static void *taken(void *at) {
    used += at != NULL ? malloc_usable_size(at) : 0;
    peak = used > peak ? used : peak;
    return at;
}

static void given_back(void *at) {
    used -= at != NULL ? malloc_usable_size(at) : 0;
}

void *__wrap_malloc(size_t size) {
    return taken(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size) {
    return taken(__real_calloc(count, size));
}

void *__wrap_realloc(void *at, size_t size) {
    given_back(at);
    return taken(__real_realloc(at, size));
}

void __wrap_free(void *at) {
    given_back(at);
    __real_free(at);
}

static void paint_stack(void) {
    const uint64_t *here = __builtin_frame_address(0);
    for (uint64_t *at = board_stack; at < here - MARGIN; at++) {
        *at = UNTOUCHED;
    }
}

static size_t stack_below(const uint64_t *frame) {
    const uint64_t *at = board_stack;
    while (*at == UNTOUCHED) {
        at++;
    }
    return (size_t)(frame - at) * sizeof *at;
}

int main(void) {
    const uint64_t *frame = __builtin_frame_address(0);
    const uint8_t degrees = 21;
    initialise_monitor_handles();
    world *w = world_new();
    world_add(w, CONTROLLER, WF_ROLE_CONTROLLER);
    world_add(w, DEVICE, WF_ROLE_DEVICE);
    size_t before = peak = used;
    paint_stack();
    CHECK_OK(wf_engine_open_window(w->nodes[DEVICE].engine, w->now, 0, 1));
    CHECK_OK(world_pair(w, CONTROLLER, DEVICE));
    printf("stack, in a pairing %u\n", (unsigned)stack_below(frame));
    printf("heap for big numbers, in a pairing %u\n", (unsigned)(peak - before));
    paint_stack();
    wf_request_id set = world_ask(w, CONTROLLER, DEVICE, WF_ESV_SETC, 0xB3, wf_bytes_of(&degrees, 1));
    world_settle(w);
    CHECK_OK(world_outcome(w, CONTROLLER, set)->error);
    printf("stack, in a protected Set %u\n", (unsigned)stack_below(frame));
    exit(0);
}
