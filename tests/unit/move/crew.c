/* SPDX-License-Identifier: MIT */
/* A crew on made-up storage: how much it moves depends on how many are at work. */
#include "move/crew.h"

#include <criterion/criterion.h>

enum { CPUS = 2, MOST = 16, TICKS = 40 };

/* Bytes per second with so many workers. */
typedef double rate_by(unsigned workers);

static struct crew after(rate_by *rate, unsigned workers, double busy_part)
{
    struct crew crew = crew_begin(workers, MOST, CPUS, 0);
    double done = 0, busy = 0;
    for (int i = 1; i <= TICKS; i++) {
        done += 0.1 * rate(crew.workers);
        busy += 0.1 * busy_part * CPUS;
        crew_learn(&crew, 0.1 * i, (off_t)done, busy);
    }
    return crew;
}

static double answers_late(unsigned workers)
{
    return 200e6 * workers;
}

static double answers_eight(unsigned workers)
{
    return 100e6 * (workers < 8 ? workers : 8);
}

static double answers_two(unsigned workers)
{
    return 100e6 * (workers < 2 ? workers : 2);
}

static double has_one_head(unsigned workers)
{
    return 150e6 / workers;
}

static double stands_still(unsigned workers)
{
    (void)workers;
    return 0;
}

Test(crew, grows_while_that_helps)
{
    cr_assert_eq(after(answers_late, 4, 0.1).workers, MOST);
    cr_assert_eq(after(answers_eight, 1, 0.1).workers, MOST);
    cr_assert_eq(after(answers_two, 1, 0.1).workers, 4);
}

Test(crew, those_that_do_not_help_go_home)
{
    cr_assert_eq(after(has_one_head, 4, 0.1).workers, 4);
}

Test(crew, who_works_is_not_helped_by_more)
{
    cr_assert_eq(after(answers_late, 4, 0.9).workers, 4);
}

Test(crew, is_never_larger_than_it_may_be)
{
    cr_assert_eq(after(answers_late, 3, 0).workers, MOST);
    cr_assert_eq(after(answers_late, MOST, 0).workers, MOST);
    cr_assert_eq(after(answers_late, 2 * MOST, 0).workers, 2 * MOST, "asked for");
}

Test(crew, a_copy_without_workers_has_none)
{
    cr_assert_eq(after(answers_late, 0, 0).workers, 0);
}

Test(crew, nobody_is_sent_home_for_a_storage_that_stands_still)
{
    struct crew crew = after(stands_still, 4, 0);
    cr_assert_geq(crew.workers, 4);
}
