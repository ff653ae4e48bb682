/* SPDX-License-Identifier: MIT */
/*
 * What happens to each chunk that a worker has claimed: its bytes are found in the file, zeros are
 * left out if they shall become holes, the engine moves the rest, and the rate limit and the page
 * cache get their due. Each worker has its own copy of the mover, made by fork.
 */
#pragma once

#include "cache.h"
#include "engine/engine.h"
#include "extent.h"
#include "pace.h"

#include <stdbool.h>

struct mover {
    struct transfer *transfer;
    const struct extents *extents; /* unused by streams */
    struct pace *pace;             /* shared by all workers */
    bool skip_zeros;               /* zeros become holes: the destination has nothing there yet */
    bool start_writing;            /* write back behind the copy */
    bool drop_src, drop_dst;       /* let go of what was copied */

    struct cache_wake wake;
    char *zeros_buffer; /* allocated when needed */
};

/* Moves `len` bytes of the row of data that the extents make, from data_off on. Returns 0, or
 * -errno with transfer->failure set. */
int mover_move(struct mover *mover, off_t data_off, size_t len);

/* Moves up to `len` bytes of a stream that stands at `off`: returns how many, 0 at its end, or
 * -errno. */
ssize_t mover_move_stream(struct mover *mover, off_t off, size_t len);

/* Frees what it has allocated; a worker's goes with the worker. */
void mover_release(struct mover *mover);
