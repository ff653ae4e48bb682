/* SPDX-License-Identifier: MIT */
/*
 * How far the copy of a tree is, counted by all its processes with atomic operations in memory that
 * they share, and that other programs may look at, like struct share. Whoever changes its layout
 * changes HEADWAY_VERSION.
 */
#pragma once

#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>

#define HEADWAY_MAGIC  "mpcptree"
#define HEADWAY_MEMORY "mpcp-tree" /* the name of the memfd */
enum { HEADWAY_VERSION = 2 };

struct headway {
    char magic[8]; /* HEADWAY_MAGIC, without a NUL */
    uint32_t version;
    uint32_t sources;                  /* operands */
    double start;                      /* seconds on the monotonic clock */
    _Atomic uint32_t jobs;             /* processes that copy */
    _Atomic uint32_t unfinished;       /* directories and operands that may have more entries than
                                          were found; 0: all are found */
    _Atomic int64_t entries, found;    /* done with, whatever has come of them; of those found */
    _Atomic int64_t bytes, size;       /* of files: of those done with, and of all found */
    _Atomic int64_t unmoved;           /* those of `bytes` that this run didn't copy: of what was
                                          skipped or failed, or what an earlier run had copied */
    char src[PATH_MAX], dst[PATH_MAX]; /* the first source; what all are copied to */
    int fd;                            /* the memfd; -1: none */
};

/* Everything is 0 at first, except for one job, and the operands, which are unfinished. Names that
 * are too long are cut. NULL: no memory. */
struct headway *headway_create(const char *src, unsigned sources, const char *dst);

/* Releases it; NULL is fine. */
void headway_destroy(struct headway *headway);

/* For a process whose parent alone is to be seen. */
void headway_hide(struct headway *headway);
