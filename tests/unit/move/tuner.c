/* SPDX-License-Identifier: MIT */
/* The tuner on made-up machines: each says what a chunk costs, and workers that take chunks one
 * after the other find out how long a copy takes. */
#include "move/tuner.h"

#include <criterion/criterion.h>

enum { MAX_JOBS = 16, FAST = 0, OTHER = 1, THIRD = 2 };

/* Copies under way at one moment, as far as they decide what a chunk costs. */
struct moment {
    unsigned chunk; /* counted from 0, as they are begun */
    unsigned jobs;
    unsigned same; /* workers that use the same way, this one included */
    double part;   /* how much of the copy is done: 0 to 1 */
};

/* Nanoseconds per byte. */
typedef double cost_of(unsigned way, const struct moment *m);

struct run {
    double time;
    unsigned used[TUNER_MAX_WAYS]; /* chunks */
    struct tuner tuner;
};

static unsigned soonest(const double *ends, unsigned jobs)
{
    unsigned found = 0;
    for (unsigned i = 1; i < jobs; i++)
        if (ends[i] < ends[found])
            found = i;
    return found;
}

static unsigned count_same(const unsigned *ways, unsigned jobs, unsigned way)
{
    unsigned same = 0;
    for (unsigned i = 0; i < jobs; i++)
        same += ways[i] == way;
    return same;
}

/* A copy of `chunks` chunks; if `ways` is 1, `first` is always used. */
static struct run simulate(cost_of *cost, unsigned ways, unsigned first, unsigned jobs,
                           unsigned chunks)
{
    struct run run = {.tuner = tuner_begin(ways, jobs, chunks)};
    double ends[MAX_JOBS] = {0}, costs[MAX_JOBS];
    unsigned taken[MAX_JOBS];
    for (unsigned i = 0; i < jobs; i++)
        taken[i] = TUNER_MAX_WAYS;
    for (unsigned k = 0; k < chunks + jobs; k++) {
        unsigned self = soonest(ends, jobs);
        if (taken[self] < TUNER_MAX_WAYS)
            tuner_learn(&run.tuner, ways > 1 ? taken[self] : 0, costs[self]);
        if (ends[self] > run.time)
            run.time = ends[self];
        if (k >= chunks) {
            ends[self] = 1e9;
            continue;
        }
        taken[self] = ways > 1 ? run.tuner.way : first;
        bool trial = ways > 1 && run.tuner.wanted > 0;
        const struct moment m = {k, jobs, count_same(taken, jobs, taken[self]), (double)k / chunks};
        costs[self] = cost(taken[self], &m);
        ends[self] += trial ? costs[self] / TUNER_TRIAL_PART : costs[self];
        run.used[taken[self]]++;
    }
    return run;
}

/* The time of a copy with the tuner, divided by that with the best way alone. */
static double regret(cost_of *cost, unsigned ways, unsigned jobs, unsigned chunks)
{
    double best = 1e9;
    for (unsigned i = 0; i < ways; i++) {
        double time = simulate(cost, 1, i, jobs, chunks).time;
        best = time < best ? time : best;
    }
    return simulate(cost, ways, 0, jobs, chunks).time / best;
}

/* --- machines --- */

static double as_forecast(unsigned way, const struct moment *m)
{
    static const double costs[] = {0.3, 0.4, 2, 9};
    (void)m;
    return costs[way];
}

/* Only one worker can write at a time, except those that write through a mapping. */
static double inode_lock(unsigned way, const struct moment *m)
{
    return way == FAST ? 0.15 + 0.15 * m->same : 0.45;
}

/* The free memory is used up after a third; then each page comes from the host. */
static double idle_memory(unsigned way, const struct moment *m)
{
    static const double costs[] = {6, 1.4, 4, 3};
    return way == FAST && m->part < 0.3 ? 0.4 : costs[way];
}

static double slow_disk(unsigned way, const struct moment *m)
{
    static const double costs[] = {60, 5, 60, 70};
    (void)m;
    return costs[way];
}

/* Now and then nobody can go on, whatever they do. */
static double throttled(unsigned way, const struct moment *m)
{
    return as_forecast(way, m) * (m->chunk / 20 % 2 ? 5 : 1);
}

static double changes_its_mind(unsigned way, const struct moment *m)
{
    static const double before[] = {3, 8, 9, 9}, after[] = {30, 4, 9, 9};
    return m->part < 0.5 ? before[way] : after[way];
}

/* --- what is expected --- */

Test(tuner, tries_nothing_as_long_as_all_goes_well)
{
    struct run run = simulate(as_forecast, 3, 0, 2, 512);
    cr_assert_eq(run.used[FAST], 512);
    cr_assert_eq(run.tuner.switches, 0);
}

Test(tuner, finds_what_needs_no_lock_where_one_lets_only_one_in)
{
    struct run run = simulate(inode_lock, 2, 0, 16, 2048);
    cr_assert_eq(run.tuner.best, OTHER);
    cr_assert_lt(regret(inode_lock, 2, 16, 2048), 1.1);
    cr_assert_eq(simulate(inode_lock, 2, 0, 2, 2048).used[OTHER], 0, "two have room there");
}

Test(tuner, leaves_what_becomes_slow_when_memory_is_used_up)
{
    cr_assert_eq(simulate(idle_memory, 4, 0, 2, 512).tuner.best, OTHER);
    cr_assert_lt(regret(idle_memory, 4, 2, 512), 1.02);
}

Test(tuner, finds_the_way_that_a_slow_disk_likes)
{
    cr_assert_lt(regret(slow_disk, 2, 4, 128), 1.8);
    cr_assert_lt(regret(slow_disk, 2, 4, 1024), 1.15);
}

Test(tuner, costs_little_where_all_become_slow_together)
{
    cr_assert_lt(regret(throttled, 4, 2, 2048), 1.06);
    cr_assert_eq(simulate(throttled, 4, 0, 2, 2048).tuner.best, FAST);
}

Test(tuner, follows_a_disk_that_changes_its_mind)
{
    cr_assert_lt(regret(changes_its_mind, 3, 4, 1024), 0.7, "no single way is as good as both");
}

Test(tuner, does_not_try_where_little_is_left)
{
    cr_assert_eq(simulate(slow_disk, 2, 0, 4, 16).used[OTHER], 0);
}

Test(tuner, believes_no_single_chunk)
{
    struct tuner t = tuner_begin(2, 2, 1000);
    for (int i = 0; i < 10; i++)
        tuner_learn(&t, 0, 0.3);
    tuner_learn(&t, 0, 50);
    tuner_learn(&t, 0, 0.3);
    cr_assert_eq(t.way, 0);
    cr_assert_eq(t.wanted, 0);
}

Test(tuner, chunks_begun_before_a_change_say_nothing_about_it)
{
    struct tuner t = tuner_begin(2, 1, 1000);
    tuner_learn(&t, 0, 50);
    tuner_learn(&t, 0, 50);
    cr_assert_eq(t.way, 1);
    tuner_learn(&t, 0, 0.1);
    cr_assert_eq(t.way, 1);
    cr_assert_eq(t.cost[1], 0);
}

Test(tuner, more_workers_make_no_way_worse)
{
    struct tuning t;
    tuning_begin(&t, tuner_begin(2, 4, 1000));
    for (int i = 0; i < 8; i++)
        tuning_learn(&t, 0, 3);
    for (int i = 0; i < 8; i++)
        tuning_learn(&t, 1, 7);
    cr_assert_eq(t.way, 0);
    t.workers = 16;
    for (int i = 0; i < 100; i++)
        tuning_learn(&t, 0, 12);
    cr_assert_eq(t.way, 0, "each of four times as many may take four times as long");
    cr_assert_eq(t.tuner.switches, 0);
}

Test(tuner, with_one_way_there_is_nothing_to_find_out)
{
    struct tuner t = tuner_begin(1, 1, 1000);
    for (int i = 0; i < 100; i++)
        tuner_learn(&t, 0, 50);
    cr_assert_eq(t.way, 0);
    cr_assert_eq(t.switches, 0);
}
