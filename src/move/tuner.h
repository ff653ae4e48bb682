/* SPDX-License-Identifier: MIT */
/*
 * Finds out while copying which way to move bytes is the best one here. No table knows the user's
 * memory and storage: free memory may have gone back to the host of a virtual machine, which makes
 * each new page cost ten times as much, a disk may answer late, a lock may let only one worker in.
 *
 * The copy begins with the way that the plan thinks best. As long as that goes well, nothing else
 * is tried, so nothing is lost. When it is slow, chunks are given to the other ways, too, each is
 * timed, and the best goes on. It is watched: what becomes worse than another way was gives way to
 * that one, and now and then the runner-up is tried again.
 *
 * What finds out is pure: what was measured is handed in.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

enum {
    TUNER_MAX_WAYS = 4,
    /* On trial a chunk should be this part of others, so that what is bad costs little. */
    TUNER_TRIAL_PART = 4,
};

struct tuner {
    unsigned ways;       /* how many there are; with fewer than two there is nothing to find out */
    unsigned jobs;       /* workers: as many chunks are under way at a time */
    unsigned long left;  /* chunks of the copy that nobody has told the cost of */
    unsigned way;        /* that the next chunk takes */
    unsigned best;       /* so far: where a trial returns to */
    unsigned slow;       /* how many chunks in a row were slow */
    unsigned wanted;     /* on trial: how many chunks more are to be timed; 0: no trial */
    unsigned switches;   /* how often the best was another one than before */
    unsigned long pause; /* chunks until the next trial may begin */
    unsigned long span;  /* how long the pause after that will be */
    double cost[TUNER_MAX_WAYS]; /* of each way: ns a byte, for one worker; 0: never tried */
};

/* Nanoseconds a byte from which on a worker is slow. Memory alone lets it move several times as
 * much, so what it waits for is worth looking at. */
#define TUNER_SLOW 1.0

/* A copy of `chunks` chunks by `jobs` workers, which may be moved in `ways` ways (at most
 * TUNER_MAX_WAYS), the one that is thought best first. */
struct tuner tuner_begin(unsigned ways, unsigned jobs, unsigned long chunks);

/* Tells that a chunk which took `way` has cost a worker `cost` nanoseconds a byte, while as many
 * others were at work as there are. Afterwards `tuner->way` may be another one. */
void tuner_learn(struct tuner *tuner, unsigned way, double cost);

/* A tuner in memory that the workers share. */
struct tuning {
    _Atomic unsigned way;     /* that the next chunk takes */
    _Atomic bool on_trial;    /* it should be a short one */
    atomic_flag busy;         /* somebody is telling the tuner something */
    _Atomic unsigned workers; /* that are at work now; whoever has more come or leave says so */
    struct tuner tuner;       /* for him alone */
};

/* Begins with what `tuner` is; nobody else may use it yet. */
void tuning_begin(struct tuning *tuning, struct tuner tuner);

/* As tuner_learn does, but of a worker among as many as there are now: each of more takes longer.
 * Never waits: what two tell at once is heard from one of them. */
void tuning_learn(struct tuning *tuning, unsigned way, double cost);
