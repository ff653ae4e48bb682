/* SPDX-License-Identifier: MIT */
/* Fast pseudorandom numbers (xoshiro256++): for order and for bytes that do not compress, not for
 * secrets. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct prng {
    uint64_t state[4];
};

/* The same seed gives the same numbers on every machine. Any seed is good, even 0. */
void prng_seed(struct prng *prng, uint64_t seed);

uint64_t prng_next(struct prng *prng);

/* A number in [0, bound), each equally likely. bound > 0. */
uint64_t prng_below(struct prng *prng, uint64_t bound);

void prng_fill(struct prng *prng, void *buf, size_t len);

/* A seed that no earlier run had, from the kernel. */
uint64_t prng_fresh_seed(void);
