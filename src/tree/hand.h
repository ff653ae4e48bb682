/* SPDX-License-Identifier: MIT */
/* One process of the crew: what it works with, what it shares with the others, what it has open. */
#pragma once

#include "cli/objects.h"
#include "cli/options.h"
#include "cli/progress.h"
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
    _Atomic long long kept;    /* those of them that an earlier run had copied */
    _Atomic long long skipped; /* bytes of skipped files */
    _Atomic unsigned jobs;     /* the most processes that a crew had */
    _Atomic bool mute;         /* standard output takes no more */
    _Atomic bool interrupted;  /* by a signal that one of them already knows of */
    _Atomic bool failed;       /* something wasn't copied, and that was reported */
};

/* What a process is doing, for whoever must clean up if it is killed. */
struct doing {
    struct task *task;     /* or NULL */
    struct folder *folder; /* that it has begun and is filling, or NULL */
    struct folder *ending; /* in which nothing is pending any more, or NULL */
    bool flushing;         /* a whole new directory is being written to the disk */
};

struct envoy;

struct hand {
    const struct options *options;
    struct queue *queue;
    struct tally *tally;
    struct headway *headway; /* how far all of them are */
    struct twins *twins;
    struct progress *progress; /* shows that; NULL: another process does */
    struct envoy
        *envoy;   /* speaks with other nodes; NULL: there are none, or another process does */
    char *said;   /* --json: the sentences about the entry that it is working on; allocated, NULL:
                     none */
    bool failing; /* one of them says that it wasn't copied */
    struct openings openings;
    struct doing *doing; /* of a process of a crew: in memory that all see; NULL: nobody looks */
    const struct doing *others; /* of each process that this one is the parent of */
    const char *operand;        /* that is copied just now, unless a task is; or NULL */
    char *buffer;               /* HAND_BUFFER bytes */
    mode_t mask;                /* umask(2) */
    uid_t uid;                  /* the user whose new files are */
    gid_t gid;
    unsigned crew;        /* processes that this one is the parent of */
    bool alone;           /* no other process works at the tree: it has all CPUs */
    bool deserted;        /* a node that should have taken part doesn't, or no longer does */
    bool refuses_reflink; /* the last pair of file systems did */
    dev_t refusing[2];
};

enum { HAND_BUFFER = 128 << 10 };

/* A process that is alone, for a copy of `count` sources, of which `src` is the first, to `dst`;
 * everything that it will share with others is made. hand_release must follow either way. Returns
 * false without memory. */
bool hand_init(struct hand *hand, const struct options *options, const char *src, unsigned count,
               const char *dst);
void hand_release(struct hand *hand);

enum { HAND_OUT, HAND_ERR };

/* Prints whole lines for another process. */
void hand_print(struct hand *hand, int stream, const char *line, size_t len);

/* Do other nodes copy the tree, too? */
bool hand_has_partners(const struct hand *hand);

/* Prints "mpcp: " and the format, in which each %s is a name, to be quoted, and what the errno
 * `err` means; 0: nothing. The copy has failed then. */
void hand_fail(struct hand *hand, int err, const char *format, ...);

/* The same with the destination's path of a directory. Returns false. */
bool hand_fail_folder(struct hand *hand, const struct folder *folder, int err, const char *format);

/* The same with a whole sentence, about an entry that was copied and lacks something. */
void hand_lack(struct hand *hand, const char *sentence);

/* The same with one that was already printed. */
void hand_note(struct hand *hand, const char *sentence);

/* More entries, and bytes of files, were found. */
void hand_find(struct hand *hand, long long entries, off_t bytes);

/* Bytes of an entry that weren't counted before. */
struct rest {
    off_t done;    /* as done with */
    off_t unmoved; /* as those of all its bytes that weren't copied */
};

/* An entry is done with: counts it, and prints its outcome with --json. `result` has no error: that
 * is what was said since the last entry. */
void hand_conclude(struct hand *hand, enum kind kind, const char *src, const char *dst,
                   struct copy_result *result, struct rest rest);

/* It begins, or has ended, to wait for the disk to take all that is in a directory: for that no
 * figures can be had. */
void hand_flush(struct hand *hand, bool begins);

/* What progress has to tell in the end. */
void hand_count(struct hand *hand);

/* Draws progress if it is time to. */
void hand_show(struct hand *hand);
