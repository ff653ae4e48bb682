/* SPDX-License-Identifier: MIT */
/*
 * Finds the copies that other processes are making, by what /proc shows of them. These may belong
 * to another user, and may claim anything: what is impossible is left out here, once and for all.
 */
#pragma once

#include "move/headway.h"
#include "move/share.h"

#include <stdbool.h>

struct sighted_worker {
    unsigned number; /* counted from 1 */
    pid_t pid;       /* as its parent knows it: in a container, it differs from the one seen here */
    off_t done;      /* bytes */
};

/* What a process says of its copy. It is possible; whether it is true, only that process knows. */
struct sighted_copy {
    enum phase phase;
    off_t done;                        /* bytes of the phase, 0 or more, by all nodes */
    off_t here;                        /* and by this one alone */
    unsigned node, nodes;              /* which of how many, counted from 0; 1: it is alone */
    char leader[SHARE_NODE];           /* the name of node 0: any bytes */
    off_t kept;                        /* those of this one that an earlier run had copied */
    off_t size;                        /* no less than what is done; or -1: not known */
    double elapsed;                    /* seconds since the phase began, 0 or more */
    char engine[SHARE_ENGINE];         /* lower-case letters, digits and hyphens */
    char src[PATH_MAX], dst[PATH_MAX]; /* any bytes */
    unsigned count;
    struct sighted_worker workers[]; /* those at work; what earlier ones have done is in `done` */
};

/* What a process says of its copy of a tree; here, too, all that is certain is that it is
 * possible. */
struct sighted_tree {
    bool counting;                     /* more may be found */
    int64_t entries, found;            /* done with, 0 or more; no less than that */
    off_t done, size;                  /* bytes: 0 or more; no less than that */
    off_t unmoved;                     /* those done that it didn't copy: no more than these */
    double elapsed;                    /* seconds, 0 or more */
    unsigned jobs;                     /* processes that copy */
    unsigned more;                     /* sources, not counting the first */
    char src[PATH_MAX], dst[PATH_MAX]; /* any bytes */
};

/* One process that is copying, at the moment it was looked at. */
struct sighting {
    pid_t pid;
    bool stopped; /* by a signal */
    char *dir;    /* its working directory, from which its names count; NULL: not known */
    struct sighted_tree *tree; /* NULL: it copies none */
    struct sighted_copy *copy; /* of one file, which may be one of the tree; NULL: nothing is known
                                  (yet) */
};

struct sightings {
    struct sighting *list; /* in ascending order of pid */
    int count;
    int foreign; /* how many more there seem to be, of other users */
};

/* Finds those of this user; or that of process `only`, whosever it is, if that isn't 0: it counts
 * as foreign if it can't be looked into. Returns 0 or -errno; sightings_release must follow. */
int sightings_find(struct sightings *all, pid_t only);
void sightings_release(struct sightings *all);

/* Reads the bytes of a share, aligned as one, at the moment `now` of the monotonic clock. Returns
 * allocated memory; NULL if they aren't a share of this version, of a copy that has begun, or if
 * any of it is impossible. */
struct sighted_copy *sighting_read(const void *bytes, size_t len, double now);

/* The same for those of a struct headway. */
struct sighted_tree *sighting_read_tree(const void *bytes, size_t len, double now);
