/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct summary summarize(const double *values, size_t count)
{
    struct summary summary;
    cr_assert_eq(statistics_summarize(values, count, &summary), 0);
    return summary;
}

Test(statistics, median_of_an_odd_number_is_the_middle_value)
{
    const double values[] = {9, 1, 5};
    struct summary s = summarize(values, 3);
    cr_expect_eq(s.minimum, 1);
    cr_expect_eq(s.median, 5);
    cr_expect_eq(s.maximum, 9);
}

Test(statistics, median_of_an_even_number_is_the_mean_of_the_middle_two)
{
    const double values[] = {4, 1, 10, 2};
    cr_expect_eq(summarize(values, 4).median, 3);
}

Test(statistics, a_single_value_is_everything_but_spread)
{
    const double value = 0.25;
    struct summary s = summarize(&value, 1);
    cr_expect_eq(s.minimum, 0.25);
    cr_expect_eq(s.median, 0.25);
    cr_expect_eq(s.maximum, 0.25);
    cr_expect_eq(s.spread, 0);
}

Test(statistics, no_values_are_refused)
{
    struct summary s;
    cr_expect_eq(statistics_summarize(NULL, 0, &s), -EINVAL);
}

Test(statistics, the_sample_is_left_as_it_is)
{
    const double before[] = {3, 1, 2, 8, 5};
    double values[5];
    memcpy(values, before, sizeof(values));
    summarize(values, 5);
    cr_expect_arr_eq(values, before, sizeof(values));
}

Test(statistics, order_does_not_matter)
{
    const double up[] = {1, 2, 3, 4, 50}, mixed[] = {50, 3, 1, 4, 2};
    struct summary a = summarize(up, 5), b = summarize(mixed, 5);
    cr_expect_eq(a.median, b.median);
    cr_expect_eq(a.spread, b.spread);
}

Test(statistics, spread_is_the_median_distance_from_the_median)
{
    const double values[] = {1, 1, 2, 2, 4, 6, 9}; /* distances from 2: 1 1 0 0 2 4 7 */
    cr_expect_eq(summarize(values, 7).spread, 1);
}

Test(statistics, one_wild_value_does_not_change_spread)
{
    const double calm[] = {10, 11, 12, 13, 14}, wild[] = {10, 11, 12, 13, 1e9};
    cr_expect_eq(summarize(calm, 5).spread, 1);
    cr_expect_eq(summarize(wild, 5).spread, 1);
}

Test(statistics, equal_values_have_no_spread)
{
    const double values[] = {7, 7, 7, 7};
    cr_expect_eq(summarize(values, 4).spread, 0);
}

Test(statistics, throughput)
{
    cr_expect_eq(statistics_throughput(3000000000, 2), 1.5e9);
    cr_expect_eq(statistics_throughput(0, 2), 0);
    cr_expect_eq(statistics_throughput(4096, 0), 0);
}

Test(statistics, ratio_below_1_is_faster_than_the_reference)
{
    cr_expect_eq(statistics_ratio(1, 4), 0.25);
    cr_expect_eq(statistics_ratio(4, 1), 4);
    cr_expect_eq(statistics_ratio(3, 3), 1);
    cr_expect(isnan(statistics_ratio(1, 0)));
}

enum { SHUFFLED = 100 };

static void shuffle(size_t order[SHUFFLED], uint64_t seed)
{
    struct prng prng;
    prng_seed(&prng, seed);
    statistics_shuffle(order, SHUFFLED, &prng);
}

Test(statistics, shuffle_has_each_number_once)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        size_t order[SHUFFLED];
        bool seen[SHUFFLED] = {false};
        shuffle(order, seed);
        for (int i = 0; i < SHUFFLED; i++) {
            cr_assert_lt(order[i], SHUFFLED);
            cr_assert_not(seen[order[i]], "%zu twice with seed %d", order[i], (int)seed);
            seen[order[i]] = true;
        }
    }
}

Test(statistics, shuffle_is_determined_by_the_seed)
{
    size_t a[SHUFFLED], again[SHUFFLED], other[SHUFFLED];
    shuffle(a, 42);
    shuffle(again, 42);
    shuffle(other, 43);
    cr_expect_arr_eq(a, again, sizeof(a));
    cr_expect_arr_neq(a, other, sizeof(a));
}

Test(statistics, shuffles_of_one_generator_differ)
{
    struct prng prng;
    size_t first[SHUFFLED], second[SHUFFLED];
    prng_seed(&prng, 1);
    statistics_shuffle(first, SHUFFLED, &prng);
    statistics_shuffle(second, SHUFFLED, &prng);
    cr_expect_arr_neq(first, second, sizeof(first));
}

Test(statistics, shuffle_prefers_no_order)
{
    enum { TRIES = 60000, ORDERS = 6 };
    struct prng prng;
    int seen[3][3] = {{0}}; /* by the first and second number; the third follows */
    prng_seed(&prng, 7);
    for (int i = 0; i < TRIES; i++) {
        size_t order[3];
        statistics_shuffle(order, 3, &prng);
        seen[order[0]][order[1]]++;
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            if (i != j) /* ten standard deviations, which the fixed seed keeps from ever failing */
                cr_expect_lt(abs(seen[i][j] - TRIES / ORDERS), 900);
        }
    }
}

Test(statistics, shuffle_of_none_and_one)
{
    struct prng prng;
    size_t order[1] = {99};
    prng_seed(&prng, 0);
    statistics_shuffle(order, 0, &prng);
    cr_expect_eq(order[0], 99);
    statistics_shuffle(order, 1, &prng);
    cr_expect_eq(order[0], 0);
}
