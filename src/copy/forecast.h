/* SPDX-License-Identifier: MIT */
/*
 * What each engine is expected to take, from what was measured with one and two workers: costs, not
 * habits, so that they say something about machines with more CPUs, too. Pure.
 *
 * Of the time that moving takes, a part is needed by one worker at a time, as under the inode lock
 * of a file that is written to, or by a disk; the rest is divided among the workers.
 */
#pragma once

#include "engine/engine.h"

#include <stddef.h>

/* Where the bytes come from and have to get to. */
enum route {
    ROUTE_WARM,    /* from the page cache */
    ROUTE_BRIEF,   /* the same, and over before much can be found out: see move/tuner.h */
    ROUTE_COLD,    /* from the disk */
    ROUTE_TO_DISK, /* from wherever, to the disk */
    ROUTES,
};

/* What moving a GiB on one file system takes: ms on the machine of bench/RESULTS.md, as printed by
 * mpcp-bench --costs. Briefly and cold it was measured after a pause, with memory that may first
 * have to be had from the host; what is warm and large finds that out by itself. */
struct cost {
    const char *fs; /* the destination's; "": any that wasn't measured */
    enum route route;
    const struct engine *engine;
    double serial, parallel;
};

struct forecast {
    const struct engine *engine;
    unsigned workers; /* with which it was made */
    double time;      /* ms a GiB */
    double serial;    /* the part of that only one worker can do at a time */
};

enum { FORECAST_MAX = 8 };

/* Does this route wait for a disk, so that more workers than CPUs are of use? */
bool forecast_waits(enum route route);

/* The time by `workers` workers. */
double forecast_time(const struct cost *cost, unsigned workers);

/* How many workers, up to `most`, still make it noticeably shorter. */
unsigned forecast_workers(const struct cost *cost, unsigned most);

/* The engines that were measured on that file system and route, by up to `most` workers each, in
 * the order in which they are to be tried should the best prove slow. Returns how many there are, 1
 * or more. */
size_t forecast_all(const char *fs, enum route route, unsigned most,
                    struct forecast forecasts[FORECAST_MAX]);

/* Was anything measured on that file system? */
bool forecast_knows(const char *fs);

/* Which of `count` is best: the quickest, or, of those that take up to 15 % more, the one with the
 * least serial part. One that maps only if it is several times quicker than those that don't. */
size_t forecast_best(const struct forecast *forecasts, size_t count);
