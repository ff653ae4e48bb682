/* SPDX-License-Identifier: MIT */
/* What a sample of times says. Pure: knows nothing of copying. */
#pragma once

#include "prng.h"

#include <stddef.h>
#include <stdint.h>

/* All in the unit of the sample. */
struct summary {
    double minimum, median, maximum;
    /* The median absolute deviation: the median of the distances from the median. Half of all
     * values lie no further away than that, and a few disturbed runs, however bad, hardly change
     * it. */
    double spread;
};

/*
 * Summarizes `count` values, in any order; they are left as they are. The median of an even number
 * of values is the mean of the middle two. Returns 0, or -EINVAL for no values, or -ENOMEM.
 */
int statistics_summarize(const double *values, size_t count, struct summary *summary);

/* Bytes per second; 0 if no time has passed. */
double statistics_throughput(uint64_t bytes, double seconds);

/* value / reference: for times, below 1 is faster than the reference. NAN where reference is 0. */
double statistics_ratio(double value, double reference);

/* Puts the numbers 0 to count - 1 into `order`, each order equally likely (Fisher and Yates). */
void statistics_shuffle(size_t *order, size_t count, struct prng *prng);
