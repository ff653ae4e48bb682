/* SPDX-License-Identifier: MIT */
/*
 * What parent and workers of one copy share: one slot per worker, in memory that all of them see.
 * Workers claim chunks and count finished bytes in it with atomic operations; the parent only
 * reads. Nothing here blocks.
 *
 * That memory is a memfd, if there can be one, so that an unrelated process can look at it, too:
 * see sighting.h. Whoever changes its layout changes SHARE_VERSION.
 */
#pragma once

#include "base/block.h"
#include "base/failure.h"
#include "base/io.h"
#include "move/pace.h"
#include "move/tuner.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What a copy is doing. */
enum phase { PHASE_COPYING, PHASE_FLUSHING, PHASE_VERIFYING };

/* One worker's cache line, so that counting in one never slows the others. */
struct slot {
    _Alignas(64) _Atomic off_t next; /* first byte of the block that nobody has claimed yet */
    off_t end;                       /* first byte after the block */
    _Atomic off_t done;              /* bytes that this worker has finished, in whatever block */
    _Atomic off_t kept;              /* those of them that an earlier run had copied */
    pid_t pid; /* written by the parent: the worker's pid, 0 before and after its life */
    struct failure failure; /* written by its worker before it exits with a failure */
};

#define SHARE_MAGIC  "mpcpcopy"
#define SHARE_MEMORY "mpcp-share" /* the name of the memfd */
enum { SHARE_VERSION = 4, SHARE_ENGINE = 16, SHARE_NODE = 64 };

struct share {
    char magic[8]; /* SHARE_MAGIC, without a NUL */
    uint32_t version;
    uint32_t count;                             /* of slots */
    pid_t pid;                                  /* of the parent */
    _Atomic enum phase phase;                   /* slots count for this one */
    _Atomic off_t size;                         /* bytes of it; -1: not known */
    double start;                               /* of the phase: seconds on the monotonic clock */
    char engines[TUNER_MAX_WAYS][SHARE_ENGINE]; /* of the ways to move bytes, see tuning.way */
    char src[PATH_MAX], dst[PATH_MAX];          /* as the user wrote them */
    uint32_t node, nodes;    /* which of several that make it, from 0 on; fewer than 2: alone */
    char leader[SHARE_NODE]; /* the name of node 0 */
    _Atomic off_t elsewhere; /* bytes that other nodes have finished, as far as is known here */

    unsigned blocks;         /* how many slots begin with one: as many as there are workers then */
    _Atomic unsigned active; /* workers of slots from this one on take no further chunk */
    int fd;                  /* the memfd; -1: none */
    bool mapped;             /* shared; else it is memory of the C library */
    struct pace pace;        /* no limit unless one is set */
    struct tuning tuning;
    struct slot slots[];
};

/* A share of `count` slots, `blocks` of which get one each in every phase. If it isn't `visible`,
 * only this process sees it, which gets it sooner: for small files without workers. NULL and errno
 * when there is no memory. */
struct share *share_create(unsigned count, unsigned blocks, bool visible);

/* Releases it; NULL is fine. */
void share_destroy(struct share *share);

/* Begins a phase over `size` bytes (-1: not known), divided into as many blocks as there are: see
 * block_at, with `unit` as its `page`. All slots are active. No worker may be alive. */
void share_begin(struct share *share, enum phase phase, off_t size, size_t unit);

/*
 * Claims the next chunk of at most `len` bytes for the worker of slot `self`: of its own block
 * while that lasts, then of the block with the most left, so that one slow worker doesn't hold up
 * the copy. Returns false when every byte is claimed.
 */
bool share_claim(struct share *share, unsigned self, size_t len, struct chunk *chunk);

/* Where in the phase's bytes the first begins that nobody has claimed; its size: there is none. */
off_t share_front(const struct share *share);

/* Bytes of the phase finished by all workers together. */
off_t share_done(const struct share *share);

/* Those of them that an earlier run had copied, and that were only checked. */
off_t share_kept(const struct share *share);
