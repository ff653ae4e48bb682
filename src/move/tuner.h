/* SPDX-License-Identifier: MIT */
/*
 * Finds out while copying which way to move bytes is the best one here. No table knows the user's
 * memory and storage: free memory may have gone back to the host of a virtual machine, which makes
 * each new page cost ten times as much; a disk may answer late; a lock may let only one worker in.
 *
 * The copy begins with the way that the plan thinks best. As long as that goes well, nothing else
 * is tried, so nothing is lost. When it is slow, chunks are given to the other ways, too, each is
 * timed, and the best goes on. It is watched: when it becomes worse than another way was, that one
 * takes over, and now and then the runner-up is tried again.
 *
 * Deciding is pure: what was measured is handed in.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

enum {
    TUNER_MAX_WAYS = 4,
    /* On trial a chunk should be this part of the usual length, so that a bad way costs little. */
    TUNER_TRIAL_PART = 4,
};

struct tuner {
    unsigned ways;       /* how many there are; with fewer than two there is nothing to find out */
    unsigned jobs;       /* workers: that many chunks are under way at a time */
    unsigned long left;  /* chunks of the copy whose cost nobody has reported yet */
    unsigned way;        /* the way that the next chunk takes */
    unsigned best;       /* the best so far, which a trial returns to */
    unsigned slow;       /* how many chunks in a row were slow */
    unsigned wanted;     /* on trial: how many more chunks are to be timed; 0: no trial */
    unsigned switches;   /* how often the best was another one than before */
    unsigned long pause; /* chunks until the next trial may begin */
    unsigned long span;  /* how long the pause after that will be */
    double cost[TUNER_MAX_WAYS]; /* of each way: ns per byte, for one worker; 0: never tried */
};

/* Nanoseconds per byte from which on a worker is slow. Memory alone lets it move several times as
 * much, so what it waits for is worth looking at. */
#define TUNER_SLOW 1.0

/* A copy of `chunks` chunks by `jobs` workers, which can be moved in `ways` ways (at most
 * TUNER_MAX_WAYS), the one that is thought best first. */
struct tuner tuner_begin(unsigned ways, unsigned jobs, unsigned long chunks);

/* Reports that a chunk which took `way` has cost a worker `cost` nanoseconds per byte, while all
 * other workers were at work. Afterwards `tuner->way` may be another one. */
void tuner_learn(struct tuner *tuner, unsigned way, double cost);

/* A tuner in memory that the workers share. */
struct tuning {
    _Atomic unsigned way;     /* the way that the next chunk takes */
    _Atomic bool on_trial;    /* it should be a short one */
    atomic_flag busy;         /* somebody is reporting to the tuner */
    _Atomic unsigned workers; /* workers at work now; set by whoever adds or removes some */
    struct tuner tuner;       /* for the one who reports */
};

/* Begins as a copy of `tuner`; nobody else may use it yet. */
void tuning_begin(struct tuning *tuning, struct tuner tuner);

/* As tuner_learn, but of a worker among as many as there are now: the more there are, the longer
 * each takes. Never waits: of two reports at the same time, one is dropped. */
void tuning_learn(struct tuning *tuning, unsigned way, double cost);
