/* SPDX-License-Identifier: MIT */
/*
 * The plan: the immutable decision for one copy, and why it was taken. Pure: everything it depends
 * on is handed in, so that tests need no files.
 */
#pragma once

#include "base/checksum.h"
#include "base/facts.h"
#include "copy/forecast.h"
#include "copy/inspect.h"
#include "engine/engine.h"
#include "move/tuner.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    /* More workers than are worthwhile on any machine where this was measured. */
    PLAN_MAX_JOBS = 1024,
    /* Bytes. A fork takes as long as copying some 2 MiB, so a block must be larger
       (bench/RESULTS.md). */
    PLAN_MIN_BLOCK = 4 << 20,
    PLAN_DEFAULT_CHUNK = 2 << 20,
    /* Bytes. From here on large buffers are worthwhile (bench/RESULTS.md). */
    PLAN_LARGE = 128 << 20,
    PLAN_LARGE_BUFFER = 256 << 10, /* bytes */
    /* Workers that keep a disk busy, if there are fewer CPUs (bench/RESULTS.md). */
    PLAN_DISK_JOBS = 4,
    /* If these only wait, more are tried, up to this many. */
    PLAN_MOST_DISK_JOBS = 16,
    /* A copy larger than this part of the available memory goes past the page cache. */
    PLAN_MEMORY_PART = 3,
    /* Chunks of a file for each node: with fewer, having others join in isn't worthwhile. */
    PLAN_NODE_CHUNKS = 4,
    PLAN_MAX_ENGINES =
        TUNER_MAX_WAYS + 2, /* a server that copies by itself, and what always works */
};

/* For what can be left to the plan, or be forced either way. */
enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

enum cache { CACHE_AUTO, CACHE_KEEP, CACHE_DROP };

/* Whether source and destination should share their extents, so that nothing is moved. */
enum reflink { REFLINK_NO, REFLINK_TRY, REFLINK_MUST };

/* What is done about room before anything is written. */
enum reserve {
    RESERVE_NOTHING,
    RESERVE_LOOK,     /* see whether there is enough */
    RESERVE_ALLOCATE, /* and take it */
};

/* What becomes of runs of zeros. */
enum holes {
    HOLES_KEEP, /* the source's holes are holes in the destination */
    HOLES_MAKE, /* and so are its zeros */
    HOLES_FILL, /* every byte is written */
};

/* What the user may ask for; 0 and NULL leave it to the plan. */
struct wishes {
    const struct engine *engine;
    unsigned jobs;
    size_t chunk_len, buffer_len;
    uint64_t rate; /* bytes per second, all workers together */
    enum when reflink, sparse;
    enum cache cache;
    bool in_place;
    bool sync;                   /* the copy must reach the disk */
    bool verify;                 /* and is read back from there */
    bool resume;                 /* what an earlier run has copied is kept */
    enum checksum_kind checksum; /* is made of what is copied */
    bool alone;                  /* in this process, because others are busy with other files */
    unsigned nodes;              /* how many could make the copy together; 0 means 1 */
};

struct plan {
    off_t size; /* -1: not known before the end of file */
    off_t data; /* bytes to move: size less the holes that are kept */
    enum reflink reflink;
    struct candidate engines[PLAN_MAX_ENGINES + 1]; /* to be tried in this order; then none */
    unsigned ways; /* how many of the engines may take turns, until the best is found: 1 or more */
    unsigned jobs; /* workers to fork; 0: the parent copies */
    unsigned most_jobs;     /* there may be up to this many, if that helps */
    unsigned blocks;        /* at least 1 */
    unsigned nodes;         /* that make the copy: 1, or all there are */
    size_t page, chunk_len; /* bytes; chunk_len is a multiple of page */
    uint64_t rate;          /* bytes per second; 0: no limit */
    bool network;           /* source or destination is on a network file system */
    enum holes holes;
    bool in_place; /* else staged and published */
    enum reserve reserve;
    bool start_writing;      /* write back behind the copy */
    bool drop_src, drop_dst; /* keep them out of the page cache */

    /* The reasons, each the end of a sentence. */
    const char *reflink_why, *reserve_why, *jobs_why, *placement_why, *holes_why, *cache_why,
        *nodes_why;
};

/* Why the destination must be written in place, the end of a sentence; NULL: it can be staged.
 * `asked` is the user's wish. */
const char *plan_in_place_why(const struct destination *dst, bool asked);

/* Will there be holes in the copy? */
bool plan_leaves_holes(const struct plan *plan);

/* Decides. `data` is how many bytes of the source aren't holes. */
struct plan plan_make(const struct source *src, const struct destination *dst,
                      const struct wishes *wishes, const struct facts *facts, off_t data);
