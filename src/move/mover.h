/* SPDX-License-Identifier: MIT */
/*
 * The work of the workers: what happens to each chunk that one of them has claimed. What an earlier
 * run copied is kept. Otherwise its bytes are found in the file, zeros are left out if they are to
 * become holes, the engine moves the rest, all of it is hashed if somebody wants to know, and the
 * rate limit and the page cache get their due.
 */
#pragma once

#include "base/cache.h"
#include "base/extent.h"
#include "engine/engine.h"
#include "move/digest.h"
#include "move/follower.h"
#include "move/journal.h"
#include "move/pace.h"
#include "move/record.h"
#include "move/tuner.h"
#include "move/worker.h"

#include <stdbool.h>

struct mover {
    struct transfer *ways; /* to move the bytes; their engines are prepared */
    unsigned way_count;    /* at least 1: the first is the one to begin with */
    struct tuning *tuning; /* says which, shared by all workers; unused if there is only one */
    const struct extents *extents; /* unused by streams */
    struct pace *pace;             /* shared by all workers */
    struct records *records;       /* hashes go there; NULL: nobody wants them */
    const struct journal
        *journal;       /* and there, as soon as a chunk is copied; NULL: there is none */
    bool skip_zeros;    /* zeros become holes: the destination has nothing there yet */
    bool used;          /* the destination may have something there, from an earlier run */
    int medium;         /* and is read through this, as the disk has it; unused without claims */
    bool start_writing; /* write back behind the copy */
    bool drop_src, drop_dst;   /* drop what was copied from the page cache */
    struct follower *follower; /* makes the checksum, or is left that of a stream; NULL: nobody
                                  wants one */

    struct transfer *transfer; /* the way that the current chunk takes */
    struct failure failure;    /* of the chunk that couldn't be moved */
    size_t piece;              /* bytes that are moved before they are counted and waited for */
    size_t owed;               /* how many of them are yet to be counted */
    const struct meter *meter; /* of the process that moves them */
    struct cache_wake wake;
    struct digester digester;
    struct summer summer; /* of a stream */
    char *zeros_buffer;   /* allocated when needed */
};

/* Makes it ready, before any worker is forked. Returns 0 or -ENOMEM; mover_release must follow. */
int mover_prepare(struct mover *mover);

/* The work to hand to worker_run_all; `mover` must outlive it. */
struct work mover_work(struct mover *mover);

/* Frees what it has allocated; a worker's goes with the worker. */
void mover_release(struct mover *mover);
