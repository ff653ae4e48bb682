/* SPDX-License-Identifier: MIT */
#include "prng.h"

#include <assert.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

/* splitmix64 spreads the seed, so that the state is never all zeros and near seeds share nothing.
 */
void prng_seed(struct prng *prng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15;
        uint64_t z = seed;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        prng->state[i] = z ^ z >> 31;
    }
}

uint64_t prng_next(struct prng *prng)
{
    uint64_t *s = prng->state;
    uint64_t result = rotate(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t prng_below(struct prng *prng, uint64_t bound)
{
    assert(bound > 0);
    /* What lies above the last full multiple of bound would make small numbers likelier. */
    uint64_t excess = (UINT64_MAX % bound + 1) % bound;
    uint64_t value;
    do
        value = prng_next(prng);
    while (value > UINT64_MAX - excess);
    return value % bound;
}

void prng_fill(struct prng *prng, void *buf, size_t len)
{
    char *to = buf;
    while (len > 0) {
        uint64_t value = prng_next(prng);
        size_t n = len < sizeof(value) ? len : sizeof(value);
        memcpy(to, &value, n);
        to += n;
        len -= n;
    }
}

uint64_t prng_fresh_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == (ssize_t)sizeof(seed))
        return seed;
    struct timespec now; /* before the kernel has any randomness, the time of day has to do */
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec ^ (uint64_t)now.tv_nsec << 34;
}
