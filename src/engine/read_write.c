/* SPDX-License-Identifier: MIT */
/* pread and pwrite by every worker: serves whatever has a size. */
#include "engine/engine.h"

const struct engine engine_read_write = {
    .name = "read-write",
    .split = SPLIT_BLOCKS,
    .buffer_len = 32 << 10,
    .sees = true,
    .copy = engine_copy_plainly,
};
