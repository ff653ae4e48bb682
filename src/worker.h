/* SPDX-License-Identifier: MIT */
/* Forks the workers of one copy, watches over them, reaps them, and says how they ended. */
#pragma once

#include "mover.h"
#include "share.h"

#include <sys/types.h>

enum ending_kind {
    ENDED_WELL,
    ENDED_FAILED,      /* moving bytes failed: see failure */
    ENDED_KILLED,      /* a worker was killed by a signal: see worker, pid, signal */
    ENDED_LOST,        /* a worker exited without a result: see worker, pid, status */
    ENDED_INTERRUPTED, /* this program was asked to stop: see signals_fatal() */
};

struct ending {
    enum ending_kind kind;
    struct failure failure;
    unsigned worker; /* counted from 1 */
    pid_t pid;
    int signal;
    int status;      /* as given to exit(3) */
    unsigned forked; /* how many workers there were; 0: the parent itself copied */
};

/* What the parent calls while it waits, about 10 times a second, and after every chunk it copies
 * itself. */
struct ticker {
    void (*tick)(void *arg);
    void *arg;
};

/*
 * Has everything that `share` describes moved by `mover`, whose engine is prepared, in `jobs`
 * forked workers (at most one a slot), or in this process when jobs is 0 or no process can be
 * forked; with fewer when only some can. Returns when the last worker is reaped. The first failure
 * ends all the others at once.
 */
struct ending worker_run_all(struct mover *mover, struct share *share, unsigned jobs,
                             struct ticker ticker);
