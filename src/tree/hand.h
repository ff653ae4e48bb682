/* SPDX-License-Identifier: MIT */
/* One process of the crew: what it works by, what it shares with the others, what it has open. */
#pragma once

#include "cli/options.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "move/headway.h"
#include "tree/folder.h"
#include "tree/queue.h"
#include "tree/twins.h"

#include <stdatomic.h>
#include <stdbool.h>

/* What all of them have done, counted in memory that they share. */
struct tally {
    _Atomic long long outcomes[OUTCOME_COUNT], kinds[KIND_COUNT]; /* entries of each */
    _Atomic long long bytes;                                      /* that were copied */
    _Atomic unsigned jobs;    /* the most processes that a crew had */
    _Atomic bool mute;        /* standard output takes no more */
    _Atomic bool interrupted; /* by a signal that one of them knows of already */
    _Atomic bool failed;      /* something wasn't copied, and that was said */
};

/* What a process is at, for who must look after it if it is killed. */
struct doing {
    struct task *task;     /* or NULL */
    struct folder *folder; /* that it has begun and is filling, or NULL */
    struct folder *ending; /* in which nothing is pending any more, or NULL */
};

struct hand {
    const struct options *options;
    struct queue *queue;
    struct tally *tally;
    struct headway *headway; /* how far all of them are */
    struct twins *twins;
    struct progress *progress; /* shows that; NULL: another process does */
    char *said;   /* --json: the sentences on the entry that it is at; allocated, NULL: none */
    bool failing; /* one of them says that it wasn't copied */
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

/* The same with the destination's path of a directory. Returns false. */
bool hand_fail_folder(struct hand *hand, const struct folder *folder, int err, const char *format);

/* The same with a sentence that is whole; of an entry that was copied and lacks something. */
void hand_lack(struct hand *hand, const char *sentence);

/* The same with one that was printed already. */
void hand_note(struct hand *hand, const char *sentence);

/* More entries, and bytes of files, were found. */
void hand_find(struct hand *hand, long long entries, off_t bytes);

/* An entry is done with: counts it, and tells what has come of it with --json. `result` has no
 * error: that is what was said since the last one. `rest`: bytes that weren't counted as done. */
void hand_conclude(struct hand *hand, enum kind kind, const char *src, const char *dst,
                   struct copy_result *result, off_t rest);

/* Draws progress if it is time to. */
void hand_show(struct hand *hand);
