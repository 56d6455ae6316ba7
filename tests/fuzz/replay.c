/* Runs a harness without a fuzzer, the same way every time: `fuzz_X LAST [FILE]...`.
 *
 * Each FILE goes in whole, cut at every length and mutated; then come random bytes. The input under way is kept in the
 * file LAST, so that after a crash `fuzz_X /dev/null LAST` begins with it.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_INPUT = 8192, MUTATIONS = 300, EDITS = 4, RANDOM_INPUTS = 3000, RANDOM_LEN = 400 };

static int last = -1;

static size_t random_below(size_t limit) {
    static uint64_t state = 0x9E3779B97F4A7C15;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return limit == 0 ? 0 : (size_t)(state >> 16) % limit;
}

/* A heap copy of the exact size lets AddressSanitizer see the first byte too many. */
static void run(const uint8_t *data, size_t size) {
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL || pwrite(last, data, size, 0) != (ssize_t)size) {
        perror("fuzz replay");
        exit(1);
    }
    (void)!ftruncate(last, (off_t)size);
    memcpy(exact, data, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static size_t mutate(uint8_t *data, size_t size) {
    static const uint8_t edges[] = {0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0xFE, 0xFF};
    size_t at = random_below(size), run_length = random_below(8) + 1;
    switch (random_below(5)) {
    case 0:
        data[at] = (uint8_t)(data[at] ^ 1u << random_below(8));
        return size;
    case 1:
        data[at] = edges[random_below(sizeof edges)];
        return size;
    case 2:
        data[at] = (uint8_t)(data[at] + random_below(33) - 16);
        return size;
    case 3: /* leave some bytes out */
        run_length = run_length < size - at ? run_length : size - at;
        memmove(data + at, data + at + run_length, size - at - run_length);
        return size - run_length;
    default: /* repeat some bytes */
        run_length = run_length < size - at ? run_length : size - at;
        if (size + run_length > MAX_INPUT) {
            return size;
        }
        memmove(data + at + run_length, data + at, size - at);
        return size + run_length;
    }
}

static void run_file(const char *path) {
    uint8_t whole[MAX_INPUT], changed[MAX_INPUT];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = fread(whole, 1, sizeof whole, file);
    fclose(file);
    for (size_t cut = size + 1; cut-- > 0;) {
        run(whole, cut);
    }
    for (int i = 0; i < MUTATIONS; i++) {
        size_t changed_size = size;
        memcpy(changed, whole, size);
        for (size_t edits = random_below(EDITS) + 1; edits > 0 && changed_size > 0; edits--) {
            changed_size = mutate(changed, changed_size);
        }
        run(changed, changed_size);
    }
}

int main(int argc, char **argv) {
    uint8_t noise[RANDOM_LEN];
    last = argc > 1 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (last < 0) {
        perror(argc > 1 ? argv[1] : "usage: fuzz_X LAST [FILE]...");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        run_file(argv[i]);
    }
    for (int i = 0; i < RANDOM_INPUTS; i++) {
        size_t size = random_below(sizeof noise);
        for (size_t at = 0; at < size; at++) {
            noise[at] = (uint8_t)random_below(256);
        }
        run(noise, size);
    }
    return 0;
}
