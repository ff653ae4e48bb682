/* SPDX-License-Identifier: MIT */
/* Pure arithmetic: how a file's bytes are divided among workers. */
#pragma once

#include <sys/types.h>

/* The contiguous byte range given to one worker. */
struct block {
    off_t off;
    off_t len;
};

/* The step inside a block: what a worker claims, copies and counts at once. */
struct chunk {
    off_t off;
    size_t len;
};

/* Blocks at least this long start and end on huge page boundaries (bytes). */
enum { BLOCK_HUGE_PAGE = 2 << 20 };

/* Into how many blocks of at least one page `size` bytes can be divided, at most `wanted`; at least
 * 1. */
unsigned block_count(off_t size, unsigned wanted, size_t page);

/*
 * Block number `index` of `count` that together cover [0, size) without gap or overlap. All have
 * the same length, a multiple of `page` (of 2 MiB where the blocks are so large that this shortens
 * them by no more than 1/8); the last one also carries the remainder. index < count.
 */
struct block block_at(off_t size, unsigned count, unsigned index, size_t page);
