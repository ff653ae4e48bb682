/* SPDX-License-Identifier: MIT */
/* pread and pwrite by every worker: works for anything that has a size. */
#include "engine/engine.h"

const struct engine engine_read_write = {
    .name = "read-write",
    .moves = "pread and pwrite",
    .chosen = "for small files, and on few CPUs",
    .split = SPLIT_BLOCKS,
    .buffer_len = 32 << 10,
    .sees = true,
    .copy = engine_copy_plainly,
};
