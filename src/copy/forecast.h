/* SPDX-License-Identifier: MIT */
/*
 * How long each engine is expected to take, from what was measured with one and two workers: costs,
 * not habits, so that they say something about machines with more CPUs, too. Pure.
 *
 * A part of the time that moving takes is needed by one worker at a time, for example under the
 * inode lock of a file that is written to, or by a disk; the rest is divided among the workers.
 */
#pragma once

#include "engine/engine.h"

#include <stddef.h>

/* Where the bytes come from and where they have to go. */
enum route {
    ROUTE_WARM,    /* from the page cache */
    ROUTE_BRIEF,   /* the same, but finished before much can be found out: see move/tuner.h */
    ROUTE_COLD,    /* from the disk */
    ROUTE_TO_DISK, /* from anywhere, to the disk */
    ROUTES,
};

/* How long moving a GiB takes on one file system: ms on the machine of bench/RESULTS.md, as printed
 * by mpcp-bench --costs. Brief and cold copies were measured after a pause, with memory that may
 * first have to be had from the host; a large one of a warm source finds that out by itself. */
struct cost {
    const char *fs; /* the destination's; "": any that wasn't measured */
    enum route route;
    const struct engine *engine;
    double serial, parallel;
};

struct forecast {
    const struct engine *engine;
    unsigned workers; /* the one it was made for */
    double time;      /* ms per GiB */
    double serial;    /* the part of it that only one worker can do at a time */
};

enum { FORECAST_MAX = 8 };

/* Does this route wait for a disk, so that more workers than CPUs are of use? */
bool forecast_waits(enum route route);

/* The time with `workers` workers. */
double forecast_time(const struct cost *cost, unsigned workers);

/* How many workers, up to `most`, still make it noticeably shorter. */
unsigned forecast_workers(const struct cost *cost, unsigned most);

/* The engines that were measured on that file system and route, each with up to `most` workers, in
 * the order in which they are to be tried if the best proves slow. Returns how many there are, 1 or
 * more. */
size_t forecast_all(const char *fs, enum route route, unsigned most,
                    struct forecast forecasts[FORECAST_MAX]);

/* Was anything measured on that file system? */
bool forecast_knows(const char *fs);

/* Which of `count` is best: the quickest, or, of those that take up to 15 % more, the one with the
 * smallest serial part. One that maps only if it is several times quicker than those that don't. */
size_t forecast_best(const struct forecast *forecasts, size_t count);
