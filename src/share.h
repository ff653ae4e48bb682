/* SPDX-License-Identifier: MIT */
/*
 * The shared page: one slot a worker in memory that parent and workers all see. Workers claim
 * chunks and count finished bytes in it with atomic operations; the parent only reads. Nothing here
 * blocks.
 */
#pragma once

#include "block.h"
#include "io.h"
#include "pace.h"

#include <stdatomic.h>
#include <stdbool.h>

/* One worker's cache line, so that counting in one never slows the others. */
struct slot {
    _Alignas(64) _Atomic off_t next; /* first byte of the block that nobody has claimed yet */
    off_t end;                       /* first byte behind the block */
    _Atomic off_t done;              /* bytes that this worker has finished, in whatever block */
    struct failure failure;          /* written by its worker before it exits with a failure */
    pid_t pid; /* written by the parent: the worker, 0 before and after its life */
};

struct share {
    unsigned count;
    bool shared;      /* mapped, and seen by the workers; else of the C library */
    struct pace pace; /* no limit unless one is set */
    struct slot slots[];
};

/* A share of `count` blocks covering [0, size), see block_at. With `jobs` of 0 there will be no
 * workers, and it is ordinary memory, which a small file's copy gets sooner. NULL and errno when
 * there is no memory. */
struct share *share_create(off_t size, unsigned count, unsigned jobs, size_t page);

/* Releases it; NULL is fine. */
void share_destroy(struct share *share);

/*
 * Claims the next chunk of at most `len` bytes for the worker of slot `self`: of its own block
 * while that lasts, then of the block with the most left, so that one slow worker doesn't hold up
 * the copy. Returns false when every byte is claimed.
 */
bool share_claim(struct share *share, unsigned self, size_t len, struct chunk *chunk);

/* Bytes finished by all workers together. */
off_t share_done(const struct share *share);
