/* SPDX-License-Identifier: MIT */
/* pread and pwrite by every worker: serves whatever has a size. */
#include "engine/engine.h"

static int prepare(struct transfer *t)
{
    (void)t;
    return 0;
}

static void release(struct transfer *t)
{
    (void)t;
}

const struct engine engine_read_write = {
    .name = "read-write",
    .help = "pread and pwrite",
    .split = SPLIT_BLOCKS,
    .prepare = prepare,
    .copy = engine_copy_plainly,
    .release = release,
};
