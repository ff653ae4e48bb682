/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "support.h"

TestSuite(clock, .timeout = 60);

static const struct timespec early = {5, 999999999}, late = {6, 0}, latest = {6, 1};

Test(clock, seconds_count_before_nanoseconds)
{
    cr_assert(clock_is_later(late, early));
    cr_assert(clock_is_later(latest, late));
    cr_assert_not(clock_is_later(early, late));
    cr_assert_not(clock_is_later(late, latest));
    cr_assert_not(clock_is_later(late, late));
}

Test(clock, the_same_is_so_to_the_nanosecond)
{
    cr_assert(clock_is_same(late, late));
    cr_assert_not(clock_is_same(late, latest));
    cr_assert_not(clock_is_same(late, (struct timespec){5, 0}));
}

Test(clock, it_is_never_set_back)
{
    double before = clock_seconds();
    cr_assert_leq(before, clock_seconds());
}
