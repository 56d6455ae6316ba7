/* Numbers that look random and come from a seed alone; nothing for secrets. */
#ifndef WARIFU_SIM_RANDOM_H
#define WARIFU_SIM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct wf_sim_random {
    uint64_t state;
} wf_sim_random;

/* Streams of one seed have nothing to do with each other. */
wf_sim_random wf_sim_random_of(uint64_t seed, uint64_t stream);
uint64_t wf_sim_random_next(wf_sim_random *random);
uint64_t wf_sim_random_below(wf_sim_random *random, uint64_t end); /* 0 to end - 1 */
bool wf_sim_random_happens(wf_sim_random *random, uint32_t rate);  /* of a million */
void wf_sim_random_fill(wf_sim_random *random, uint8_t *out, size_t len);

#endif
