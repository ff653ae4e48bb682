/* SPDX-License-Identifier: MIT */
#include "cli/estimate.h"
#include "support.h"

#include <math.h>

/* How far copies were, in MiB, every fifth of a second, as --status told it: of 6 GiB by one worker
 * on a machine where others were at work, into memory first, and then as fast as the disk takes it;
 */
static const unsigned slowing[] = {
    20,   40,   74,   96,   152,  324,  398,  508,  508,  588,  692,  818,  916,  1110, 1208,
    1296, 1328, 1328, 1354, 1384, 1426, 1426, 1484, 1520, 1552, 1590, 1624, 1640, 1666, 1744,
    1766, 1800, 1854, 1896, 1942, 1992, 2032, 2056, 2072, 2094, 2136, 2168, 2208, 2248, 2294,
    2328, 2360, 2392, 2392, 2464, 2520, 2568, 2624, 2664, 2664, 2816, 2816, 2872, 2912, 2960,
    3014, 3040, 3072, 3072, 3120, 3168, 3202, 3248, 3280, 3292, 3322, 3364, 3408, 3408, 3432,
    3472, 3508, 3544, 3600, 3690, 3736, 3784, 3822, 3848, 3880, 3920, 3966, 4000, 4032, 4072,
    4104, 4126, 4162, 4208, 4248, 4280, 4328, 4384, 4432, 4432, 4480, 4550, 4600, 4656, 4712,
    4800, 4856, 4896, 4896, 4938, 4992, 5040, 5096, 5152, 5208, 5256, 5296, 5344, 5392, 5432,
    5456, 5496, 5536, 5580, 5608, 5608, 5632, 5736, 5736, 5792, 5816, 5922, 5992, 6040, 6080};

/* and with --verify, with two stalls of more than a second. */
static const unsigned stalling[] = {
    114,  246,  388,  522,  608,  682,  798,  950,  1072, 1180, 1274, 1388, 1480, 1544,
    1610, 1686, 1782, 1872, 1968, 2112, 2270, 2396, 2528, 2686, 2840, 2974, 2974, 3192,
    3274, 3326, 3378, 3432, 3576, 3706, 3812, 3924, 4058, 4186, 4314, 4418, 4518, 4518,
    4518, 4518, 4518, 4518, 4518, 4518, 4518, 4646, 4762, 4884, 4992, 4992, 5136, 5228,
    5336, 5426, 5490, 5490, 5490, 5490, 5490, 5490, 5600, 5682, 5794, 5910, 6016, 6098};

enum { MIB = 1 << 20, ALL = 6144, LEARNING = 25 };

static const double interval = 0.2;

/* --- how much what is told may jump --- */

struct ride {
    double
        worst; /* the largest rise or fall, beyond the time that passed, by what was told before */
    unsigned rises;
    double told[256];
    size_t count;
};

static void note(struct ride *ride, double told)
{
    double before = ride->count ? ride->told[ride->count - 1] : -1;
    ride->told[ride->count++] = told;
    if (before < 10 || told < 0) /* by the second, one is much of little */
        return;
    ride->rises += told > before;
    double jump = fabs(told - (before - interval)) / before;
    ride->worst = jump > ride->worst ? jump : ride->worst;
}

/* A copy that goes like this, of `size` MiB. In its first seconds it is still learnt how fast it
 * is. */
static struct ride ride_on(const unsigned *mib, size_t count, unsigned size)
{
    struct ride ride = {0};
    struct estimate e;
    estimate_begin(&e, 100, 0);
    for (size_t i = 0; i < count; i++) {
        estimate_note(&e, 100 + interval * (double)(i + 1), (off_t)mib[i] * MIB, (off_t)size * MIB);
        if (i >= LEARNING)
            note(&ride, e.told);
    }
    return ride;
}

static void make_steady(unsigned *mib, size_t count, unsigned each)
{
    for (size_t i = 0; i < count; i++)
        mib[i] = each * (unsigned)(i + 1);
}

Test(estimate, what_was_recorded_jumps_by_less_than_a_tenth)
{
    struct ride ride = ride_on(slowing, LENGTH(slowing), ALL);
    cr_assert_lt(ride.worst, 0.1, "%f", ride.worst);
    cr_assert_eq(ride.rises, 0, "%u", ride.rises);
    ride = ride_on(stalling, LENGTH(stalling), ALL);
    cr_assert_lt(ride.worst, 0.1, "%f", ride.worst);
    cr_assert_eq(ride.rises, 0, "%u", ride.rises);
}

/* What the last fifth of a second alone would say. */
Test(estimate, without_smoothing_it_would_jump_far)
{
    double worst = 0, before = 0;
    for (size_t i = 5; i < LENGTH(slowing); i++) {
        double rate = (slowing[i] - slowing[i - 1]) / interval;
        double left = (ALL - slowing[i]) / rate, jump = fabs(left - before) / before;
        worst = i > 5 && jump > worst ? jump : worst;
        before = left;
    }
    cr_assert_geq(worst, 1, "these rates are no test: %f", worst);
}

/* From a third on by less than half of what was left. */
Test(estimate, what_was_recorded_is_told_about_right)
{
    struct ride ride = ride_on(slowing, LENGTH(slowing), ALL);
    for (size_t i = LENGTH(slowing) / 3 - LEARNING; i < ride.count; i++) {
        double left = interval * (double)(ride.count - i);
        cr_assert_lt(fabs(ride.told[i] - left), 1.5 + left / 2, "%f of %f", ride.told[i], left);
    }
}

Test(estimate, at_a_steady_rate_it_runs_down_evenly_to_nothing)
{
    unsigned mib[200];
    make_steady(mib, LENGTH(mib), 20);
    struct ride ride = ride_on(mib, LENGTH(mib), 4000);
    cr_assert_eq(ride.rises, 0);
    for (size_t i = 0; i < ride.count; i++) {
        double left = interval * (double)(ride.count - 1 - i);
        cr_assert_leq(fabs(ride.told[i] - left), 1, "%f of %f", ride.told[i], left);
    }
    cr_assert_eq(ride.told[ride.count - 1], 0);
}

Test(estimate, what_comes_every_two_seconds_does_not_make_it_swing)
{
    unsigned mib[200];
    for (size_t i = 0; i < LENGTH(mib); i++)
        mib[i] = 200 * (unsigned)(i / 10 + 1);
    struct ride ride = ride_on(mib, LENGTH(mib), 8000);
    cr_assert_leq(ride.rises, 1, "%u", ride.rises);
    cr_assert_lt(ride.worst, 0.1, "%f", ride.worst);
}

Test(estimate, a_long_time_is_told_in_steps)
{
    unsigned mib[200];
    make_steady(mib, LENGTH(mib), 2);
    struct ride ride = ride_on(mib, LENGTH(mib), 100000); /* nearly three hours */
    for (size_t i = 0; i < ride.count; i++) {
        cr_assert_eq((long long)ride.told[i] % 300, 0, "%f", ride.told[i]);
        cr_assert(i == 0 || ride.told[i] == ride.told[0]);
    }
}

/* --- what is not known --- */

static struct estimate after_steps(unsigned count, off_t each, off_t size)
{
    struct estimate e;
    estimate_begin(&e, 0, 0);
    for (unsigned i = 1; i <= count; i++)
        estimate_note(&e, i, i * each, size);
    return e;
}

Test(estimate, without_a_size_only_the_rate_is_known)
{
    struct estimate e = after_steps(10, MIB, -1);
    cr_assert_float_eq(e.rate, MIB, 1);
    cr_assert_lt(e.told, 0);
}

Test(estimate, at_first_nothing_is_known)
{
    struct estimate e = after_steps(0, 0, MIB);
    cr_assert_lt(e.told, 0);
    e = after_steps(3, 0, MIB);
    cr_assert_lt(e.told, 0);
}

Test(estimate, more_done_than_there_is_leaves_nothing_to_tell)
{
    struct estimate e = after_steps(3, MIB, 2 * MIB);
    cr_assert_lt(e.told, 0);
}

Test(estimate, what_stands_still_for_long_has_no_time_left_until_it_goes_on)
{
    struct estimate e = after_steps(10, MIB, 100 * MIB);
    for (int i = 11; i <= 15; i++)
        estimate_note(&e, i, 10 * MIB, 100 * MIB);
    cr_assert_gt(e.told, 0, "five seconds are no reason to give up");
    for (int i = 16; i <= 25; i++)
        estimate_note(&e, i, 10 * MIB, 100 * MIB);
    cr_assert_lt(e.told, 0);
    estimate_note(&e, 26, 11 * MIB, 100 * MIB);
    cr_assert_gt(e.told, 0);
}

Test(estimate, no_time_that_has_passed_tells_nothing)
{
    struct estimate e = after_steps(3, MIB, 10 * MIB), same = e;
    estimate_note(&e, 3, 9 * MIB, 10 * MIB);
    cr_assert_eq(memcmp(&e, &same, sizeof(e)), 0);
}

Test(estimate, a_pause_is_no_slow_rate_but_takes_its_time)
{
    struct estimate e = after_steps(10, MIB, 100 * MIB);
    double pace = e.pace;
    estimate_pause(&e, 20);
    estimate_note(&e, 21, 11 * MIB, 100 * MIB);
    cr_assert_float_eq(e.rate, MIB, MIB / 100.0);
    cr_assert_lt(e.pace, 0.8 * pace);
}

/* --- in words --- */

Test(estimate, times_are_spelt_as_long_as_they_are_worth)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "0:00"},        {7, "0:07"},          {595, "9:55"},         {600, "10 min"},
        {3540, "59 min"},   {3600, "1 h 00 min"}, {11100, "3 h 05 min"}, {86400, "24 h 00 min"},
        {345600, "4 days"}, {-1, "-:--"},         {NAN, "-:--"},         {INFINITY, "-:--"},
        {1e9, "-:--"},      {3599, "1 h 00 min"},
    };
    char text[SIZE_TEXT];
    for (size_t i = 0; i < LENGTH(cases); i++)
        cr_assert_str_eq(estimate_spell(cases[i].seconds, text), cases[i].text, "%f: %s",
                         cases[i].seconds, text);
}
