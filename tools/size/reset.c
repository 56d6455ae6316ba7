/* Where a Cortex-M4 begins: the two words it reads first, and what it does then. */
#include <stdint.h>

void board_reset(void);
int main(void);

static uint64_t stack[8192];

__attribute__((section(".vectors"), used)) static const struct {
    uint64_t *stack;
    void (*reset)(void);
} vectors = {stack + 8192, board_reset};

void board_reset(void) {
    (void)main();
    for (;;) {
    }
}
