/* SPDX-License-Identifier: MIT */
/*
 * How many workers a copy should have, found out by adding more: as long as they mostly wait, for a
 * disk or a network that takes its time to answer, more of them may move that much more. Pure: what
 * was measured is handed in.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct crew {
    unsigned workers; /* that are to be at work now */
    unsigned fewer;   /* how many there were before the last change */
    unsigned most;    /* more are never wanted */
    unsigned cpus;    /* that may be used */
    double rate;      /* bytes per second with `fewer`; 0: not measured */
    double time;      /* when the current measurement began: seconds */
    off_t done;       /* bytes that had been moved then */
    double busy;      /* CPU seconds that workers had used then */
    bool settled;     /* the best number is known */
};

/* A copy that begins at `time` with so many workers. */
struct crew crew_begin(unsigned workers, unsigned most, unsigned cpus, double time);

/* Is told now and then how much has been moved so far, and how much CPU time all workers took for
 * it. Afterwards `crew->workers` may be larger, or as small again as it was before. */
void crew_learn(struct crew *crew, double time, off_t done, double busy);
