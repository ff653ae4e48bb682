/* SPDX-License-Identifier: MIT */
/* Forks the workers of one copy, watches over them, reaps them, and says how they ended. */
#pragma once

#include "base/failure.h"
#include "move/grants.h"
#include "move/share.h"

#include <sys/types.h>

/* What the parent calls while it waits, about 10 times a second, and whenever it has copied
 * something itself. */
struct ticker {
    void (*tick)(void *arg);
    void *arg;
};

/* Through this, whoever works reports progress. */
struct meter {
    struct slot *slot;
    struct ticker ticker; /* does nothing in a worker: the parent has its own */
};

/* Counts `bytes` as done; 0: it is only waiting, and the parent may have something to report. */
void meter_count(const struct meter *meter, size_t bytes);

/* The same for bytes that an earlier run had copied. */
void meter_count_kept(const struct meter *meter, size_t bytes);

struct follower;

/* What the workers do: something with every chunk that one of them has claimed. Each has its own
 * copy of all this, made by fork. */
struct work {
    /* Does it with `len` bytes from `off` on, and counts them as they are done. Returns how many
     * were done: all of them; with in_order any number up to that, and 0 at the end; or -errno,
     * with *failure set. */
    ssize_t (*step)(void *arg, off_t off, size_t len, const struct meter *meter);
    void *arg;
    const struct failure *failure;
    size_t chunk_len; /* no chunk is longer */
    const struct tuning
        *tuning; /* while it is on trial, chunks have trial_len; NULL: there are none */
    size_t trial_len;
    unsigned
        most_jobs; /* if workers only wait, there may be up to so many, but no more than slots */
    unsigned cpus; /* that may be used */
    bool in_order; /* it has no size, and is done from 0 on by the only worker */
    struct grants *grants; /* what is granted is done instead of blocks; NULL: there are none */
    struct follower
        *follower; /* is started beside them, and may outlive them; NULL: there is none */
};

enum ending_kind {
    ENDED_WELL,
    ENDED_FAILED,      /* a step failed: see failure */
    ENDED_KILLED,      /* a worker was killed by a signal: see worker, pid, signal */
    ENDED_LOST,        /* a worker exited without a result: see worker, pid, status */
    ENDED_INTERRUPTED, /* this program was asked to stop: see signals_fatal() */
    ENDED_CALLED_OFF,  /* it has failed on another node: see work.grants */
};

struct ending {
    enum ending_kind kind;
    struct failure failure;
    unsigned worker; /* counted from 1 */
    pid_t pid;
    int signal;
    int status;      /* as given to exit(3) */
    unsigned forked; /* how many workers there were at first; 0: the parent itself copied */
    unsigned last;   /* how many there were in the end */
};

/*
 * Has the phase that `share` has begun worked through by `jobs` forked workers (at most one per
 * slot), by more if these only wait and more turn out to be quicker (see crew.h), or by this
 * process when jobs is 0 or no process can be forked; by fewer when only some can. Returns when the
 * last worker is reaped. The first failure ends all the others at once.
 */
struct ending worker_run_all(const struct work *work, struct share *share, unsigned jobs,
                             struct ticker ticker);
