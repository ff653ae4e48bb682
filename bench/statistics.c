/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of_sorted(const double *sorted, size_t count)
{
    size_t middle = count / 2;
    return count % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

int statistics_summarize(const double *values, size_t count, struct summary *summary)
{
    if (count == 0)
        return -EINVAL;
    double *sorted = reallocarray(NULL, count, sizeof(*sorted));
    if (!sorted)
        return -ENOMEM;
    memcpy(sorted, values, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare);
    summary->minimum = sorted[0];
    summary->maximum = sorted[count - 1];
    summary->median = median_of_sorted(sorted, count);

    for (size_t i = 0; i < count; i++)
        sorted[i] = fabs(sorted[i] - summary->median);
    qsort(sorted, count, sizeof(*sorted), compare);
    summary->spread = median_of_sorted(sorted, count);
    free(sorted);
    return 0;
}

double statistics_throughput(uint64_t bytes, double seconds)
{
    return seconds > 0 ? (double)bytes / seconds : 0;
}

double statistics_ratio(double value, double reference)
{
    return reference != 0 ? value / reference : (double)NAN;
}

void statistics_shuffle(size_t *order, size_t count, struct prng *prng)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)prng_below(prng, i);
        size_t last = order[i - 1];
        order[i - 1] = order[j];
        order[j] = last;
    }
}
