/* Where a Cortex-M4 begins: the two words it reads first, and what it does then. */
#include <stddef.h>
#include <stdint.h>

enum { STACK = 8192 };

void board_reset(void);
int main(void);

uint64_t board_stack[STACK];

__attribute__((section(".vectors"), used)) static const struct {
    uint64_t *stack;
    void (*reset)(void);
} vectors = {board_stack + STACK, board_reset};

void board_reset(void) {
    (void)main();
    for (;;) {
    }
}
