/* SPDX-License-Identifier: MIT */
/* Moves nothing: for the bench, which measures the cost of the frame with it, and for data that the
 * files share and that is only to be hashed. */
#include "engine/engine.h"

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    (void)t;
    return (ssize_t)chunk.len;
}

const struct engine engine_null = {
    .name = "null",
    .split = SPLIT_BLOCKS,
    .copy = copy,
};
