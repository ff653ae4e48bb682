/* SPDX-License-Identifier: MIT */
/* Moves nothing: what is left is the cost of the frame. For the bench alone, never for a user. */
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
