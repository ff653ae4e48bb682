/* SPDX-License-Identifier: MIT */
/*
 * The follower makes the checksum of a file while it is copied: a hash goes in order, from the
 * file's first byte to its last, so it can't be divided among workers. One process reads behind
 * them, as far as they have claimed, what they have brought into the page cache just before.
 */
#pragma once

#include "base/checksum.h"
#include "base/extent.h"
#include "base/failure.h"
#include "move/share.h"
#include "move/worker.h"

#include <stdbool.h>
#include <sys/types.h>

struct report_of_follower;

struct follower {
    int fd;     /* the source */
    off_t size; /* bytes of it; behind them, nothing is read */
    enum checksum_kind kind;
    const struct extents *extents; /* where the workers' row of data lies in the file; unused
                                      without workers */
    bool drop;                     /* let go of what was read */

    struct report_of_follower *report; /* in memory that it shares with its parent */
    pid_t pid;                         /* 0: there is no such process, or none any more */
};

/* Makes it ready; the fields above the gap are set. Returns 0 or -errno; follower_release must
 * follow in either case. */
int follower_prepare(struct follower *follower);

/* Has a process follow the workers of `share`, whose phase has begun; signals are blocked. If none
 * can be forked, follower_finish does it. */
void follower_start(struct follower *follower, const struct share *share);

/* A child has ended that is none of the workers. */
void follower_note_end(struct follower *follower, pid_t pid);

/* How much it has read so far: bytes. */
off_t follower_done(const struct follower *follower);

/* Waits for the end, all of the file having been copied, or reads it all in this process where no
 * other does. Returns as worker_run_all does; if ENDED_WELL, *sum is the checksum. */
struct ending follower_finish(struct follower *follower, struct ticker ticker,
                              struct checksum *sum);

/* Ends its process, if there is one, and frees what it has. All zeros is fine. */
void follower_release(struct follower *follower);

/* --- what comes in order anyway: a stream, or what one buffer holds --- */

/* Leaves a checksum that was made in a worker for follower_finish. */
void follower_leave(struct follower *follower, const struct checksum *sum);
