#include <string.h>
#include <warifu/bytes.h>

void wf_wipe(void *at, size_t len) {
    if (len > 0) {
        memset(at, 0, len);
        __asm__ __volatile__("" : : "r"(at) : "memory");
    }
}

bool wf_equal_secret(const uint8_t *a, const uint8_t *b, size_t len) {
    volatile uint8_t difference = 0;
    for (size_t i = 0; i < len; i++) {
        difference = (uint8_t)(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}
