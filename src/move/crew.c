/* SPDX-License-Identifier: MIT */
#include "move/crew.h"
#include "base/arithmetic.h"

/* Four times as many: if it only doubled, a copy would be over before there are enough. */
enum { GROWTH = 4 };

/* Seconds. In less time, a few chunks more or fewer would look like a difference. */
static const double interval = 0.09;

/* By how much they must increase the rate. */
static const double gain = 1.15;

/* Workers that use less than this part of the CPU time available are said to wait. */
static const double waiting = 0.5;

struct crew crew_begin(unsigned workers, unsigned most, unsigned cpus, double time)
{
    return (struct crew){.workers = workers,
                         .fewer = workers,
                         .most = most,
                         .cpus = cpus > 0 ? cpus : 1,
                         .time = time,
                         .settled = workers == 0 || workers >= most};
}

static void try_more(struct crew *c, double rate)
{
    c->rate = rate;
    c->fewer = c->workers;
    c->workers = min_unsigned(GROWTH * c->workers, c->most);
}

static void settle(struct crew *c, unsigned workers)
{
    c->workers = workers;
    c->settled = true;
}

void crew_learn(struct crew *c, double time, off_t done, double busy)
{
    double passed = time - c->time;
    if (c->settled || passed < interval)
        return;
    double rate = (double)(done - c->done) / passed;
    bool waits = busy - c->busy < waiting * passed * c->cpus;
    bool helped = c->rate == 0 || rate > gain * c->rate;
    if (!helped)
        settle(c, c->fewer);
    else if (!waits || c->workers == c->most)
        settle(c, c->workers);
    else
        try_more(c, rate);
    c->time = time;
    c->done = done;
    c->busy = busy;
}
