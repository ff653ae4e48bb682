/* SPDX-License-Identifier: MIT */
#include "move/tuner.h"

#include <assert.h>

enum {
    /* Chunks of each worker: the first shows what it costs to begin, and doesn't count. */
    TRIAL = 2,
    /* No more than this part of what is left is spent on a trial. */
    TRIAL_PART = 8,
    /* Chunks. */
    FIRST_SPAN = 64,
};

/* The weight of what was known before the newest chunk. */
static const double memory = 0.75;

/* How much better another way must be to be taken; how much better, for no further one to be tried
 * for the time being; how much worse it may be to be tried again. */
static const double margin = 0.8, enough = 0.5, hope = 2;

struct tuner tuner_begin(unsigned ways, unsigned jobs, unsigned long chunks)
{
    assert(ways <= TUNER_MAX_WAYS);
    jobs = jobs > 0 ? jobs : 1;
    return (struct tuner){.ways = ways,
                          .jobs = jobs,
                          .wanted = ways > 1 ? TRIAL * jobs : 0,
                          .left = chunks,
                          .span = FIRST_SPAN};
}

static void go_on_with(struct tuner *t, unsigned way)
{
    t->switches += way != t->best;
    t->way = t->best = way;
    t->slow = t->wanted = 0;
}

static bool is_slow(double cost)
{
    return cost > TUNER_SLOW;
}

/* The cheapest of the ways that were tried, apart from the best; t->ways: there is none. */
static unsigned runner_up(const struct tuner *t)
{
    unsigned found = t->ways;
    for (unsigned i = 0; i < t->ways; i++)
        if (i != t->best && t->cost[i] > 0 && (found == t->ways || t->cost[i] < t->cost[found]))
            found = i;
    return found;
}

/* --- trials --- */

static unsigned first_untried(const struct tuner *t)
{
    unsigned i = 0;
    while (i < t->ways && t->cost[i] > 0)
        i++;
    return i;
}

static bool is_worth_a_trial(const struct tuner *t)
{
    return t->left * TUNER_TRIAL_PART >= (unsigned long)TRIAL_PART * TRIAL * t->jobs;
}

static void try(struct tuner *t, unsigned way)
{
    t->way = way;
    t->wanted = TRIAL * t->jobs;
    t->cost[way] = 0;
}

/* Tries a way that has never been tried, or else the runner-up once more, after pauses that become
 * longer and longer. */
static void begin_trial(struct tuner *t)
{
    unsigned way = first_untried(t), other = runner_up(t);
    if (t->pause > 0 || !is_worth_a_trial(t))
        return;
    t->pause = t->span;
    t->span *= 2;
    if (way < t->ways)
        try(t, way);
    else if (other < t->ways && t->cost[other] < hope * t->cost[t->best])
        try(t, other);
}

static bool is_good_enough(const struct tuner *t)
{
    double cost = t->cost[t->way];
    return !is_slow(cost) || cost < enough * t->cost[t->best];
}

static void end_trial(struct tuner *t)
{
    unsigned untried = first_untried(t), other = runner_up(t);
    if (!is_good_enough(t) && untried < t->ways && is_worth_a_trial(t)) {
        try(t, untried);
        return;
    }
    bool better = other < t->ways && t->cost[other] < margin * t->cost[t->best];
    t->pause = is_slow(t->cost[t->way]) ? t->span : 0;
    go_on_with(t, better ? other : t->best);
}

/* The mean of those that count: what a page fault has brought in for one chunk, others get for
 * free. */
static void learn_on_trial(struct tuner *t, unsigned way, double cost)
{
    if (t->wanted <= t->jobs)
        t->cost[way] += cost / t->jobs;
    if (--t->wanted == 0)
        end_trial(t);
}

/* --- the normal course --- */

static void watch(struct tuner *t)
{
    unsigned other = runner_up(t);
    if (t->slow < t->jobs)
        return;
    if (other < t->ways && t->cost[other] < margin * t->cost[t->best])
        go_on_with(t, other);
    else
        begin_trial(t);
}

void tuner_learn(struct tuner *t, unsigned way, double cost)
{
    assert(way < t->ways);
    t->left -= t->left > 0;
    t->pause -= t->pause > 0;
    if (way != t->way) /* that chunk was begun before the last change */
        return;
    if (t->wanted > 0) {
        learn_on_trial(t, way, cost);
        return;
    }
    t->slow = is_slow(cost) ? t->slow + 1 : 0;
    t->cost[way] =
        t->slow == 1 || t->cost[way] == 0 ? cost : memory * t->cost[way] + (1 - memory) * cost;
    watch(t);
}

/* --- shared --- */

static void publish(struct tuning *t)
{
    atomic_store_explicit(&t->way, t->tuner.way, memory_order_relaxed);
    atomic_store_explicit(&t->on_trial, t->tuner.wanted > 0, memory_order_relaxed);
}

void tuning_begin(struct tuning *t, struct tuner tuner)
{
    t->tuner = tuner;
    t->workers = tuner.jobs;
    atomic_flag_clear(&t->busy);
    publish(t);
}

void tuning_learn(struct tuning *t, unsigned way, double cost)
{
    if (atomic_flag_test_and_set_explicit(&t->busy, memory_order_acquire))
        return;
    tuner_learn(&t->tuner, way, cost * t->tuner.jobs / t->workers);
    publish(t);
    atomic_flag_clear_explicit(&t->busy, memory_order_release);
}
