/* SPDX-License-Identifier: MIT */
/* One process of the crew: what it works by, what it shares with the others, what it has open. */
#pragma once

#include "cli/options.h"
#include "tree/folder.h"
#include "tree/queue.h"
#include "tree/twins.h"

#include <stdatomic.h>
#include <stdbool.h>

/* What all of them have done, counted in memory that they share. */
struct tally {
    _Atomic long long entries, bytes; /* copied, or skipped */
    _Atomic bool mute;                /* standard output takes no more */
    _Atomic bool interrupted;         /* by a signal that one of them knows of already */
    _Atomic bool failed;              /* something wasn't copied, and that was said */
};

/* What a process is at, for who must look after it if it is killed. */
struct doing {
    struct task *task;     /* or NULL */
    struct folder *folder; /* that it has begun and is filling, or NULL */
};

struct hand {
    const struct options *options;
    struct queue *queue;
    struct tally *tally;
    struct twins *twins;
    struct openings openings;
    struct doing *doing; /* in memory that all see; NULL: nobody would look */
    char *buffer;        /* HAND_BUFFER bytes */
    mode_t mask;         /* umask(2) */
    uid_t uid;           /* whose new files are */
    gid_t gid;
    bool alone;           /* no other process works at the tree: all CPUs are its own */
    bool refuses_reflink; /* the last pair of file systems did */
    dev_t refusing[2];
};

enum { HAND_BUFFER = 128 << 10 };

/* Prints "mpcp: " and the format, in which each %s is a name, to be quoted, and what errno `err`
 * means; 0: nothing. The copy has failed then. */
void hand_fail(struct hand *hand, int err, const char *format, ...);
