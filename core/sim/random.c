/* A counter with the golden ratio as its step, scrambled by two rounds of multiply and shift (Steele, Lea, Flood:
 * "Fast splittable pseudorandom number generators", 2014). */
#include "sim/random.h"

static uint64_t scramble(uint64_t z) {
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

wf_sim_random wf_sim_random_of(uint64_t seed, uint64_t stream) {
    return (wf_sim_random){scramble(scramble(seed + 1) ^ (stream + 1) * 0x9E3779B97F4A7C15u)};
}

uint64_t wf_sim_random_next(wf_sim_random *random) {
    random->state += 0x9E3779B97F4A7C15u;
    return scramble(random->state);
}

/* The remainder favours small numbers by less than end / 2^64. */
uint64_t wf_sim_random_below(wf_sim_random *random, uint64_t end) {
    uint64_t drawn = wf_sim_random_next(random);
    return end == 0 ? 0 : drawn % end;
}

bool wf_sim_random_happens(wf_sim_random *random, uint32_t rate) {
    return wf_sim_random_below(random, 1000000) < rate;
}

void wf_sim_random_fill(wf_sim_random *random, uint8_t *out, size_t len) {
    uint64_t drawn = 0;
    for (size_t i = 0; i < len; i++) {
        drawn = i % 8 == 0 ? wf_sim_random_next(random) : drawn >> 8;
        out[i] = (uint8_t)drawn;
    }
}
