/* SPDX-License-Identifier: MIT */
/*
 * The plan: the immutable decision for one copy, and why it was taken. Pure: everything it depends
 * on is handed in, so that tests need no files.
 */
#pragma once

#include "engine/engine.h"
#include "inspect.h"

#include <stdbool.h>

enum {
    /* More workers than any machine this was measured on pays for. */
    PLAN_MAX_JOBS = 1024,
    /* Bytes. A fork takes as long as copying some 2 MiB, so a block must be larger
       (bench/RESULTS.md). */
    PLAN_MIN_BLOCK = 4 << 20,
    PLAN_DEFAULT_CHUNK = 2 << 20,
};

/* What the user may ask for; 0 and NULL leave it to the plan. */
struct wishes {
    const struct engine *engine;
    unsigned jobs;
    size_t chunk_len;
    bool in_place;
};

struct plan {
    off_t size; /* -1: not known before the end of file */
    const struct engine *engine;
    bool engine_only;       /* asked for by name: no fallback */
    unsigned jobs;          /* workers to fork; 0: the parent copies */
    unsigned blocks;        /* at least 1 */
    size_t page, chunk_len; /* bytes; chunk_len is a multiple of page */
    bool in_place;          /* else staged and published */
    bool allocate;          /* reserve space before writing */

    /* The reasons, each the end of a sentence. */
    const char *engine_why, *jobs_why, *placement_why;
};

/* Decides. `cpus` is how many CPUs may be used, `page` the page size in bytes. */
struct plan plan_make(const struct source *src, const struct destination *dst,
                      const struct wishes *wishes, unsigned cpus, size_t page);
