/* SPDX-License-Identifier: MIT */
/*
 * Ranges that somebody else decides on: where several nodes make one copy, the workers of each
 * claim their chunks from what it was granted, not from blocks of their own.
 *
 * It lies in memory that the workers share with the speaker, the one process that gives. Nothing in
 * it blocks, and nobody depends on another process being alive: a claim is one compare-and-swap.
 */
#pragma once

#include "base/block.h"
#include "move/record.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

enum { GRANTS_ROOM = 4 }; /* that are begun or still to be begun */

/* What was given lies end to end, as a row of the node's own: offsets in that row are positions. */
struct granted {
    _Atomic off_t position; /* where it begins */
    _Atomic off_t off;      /* the same place in the row of data, see extent.h */
};

struct grants {
    _Alignas(64) _Atomic off_t next;  /* first position that nobody has claimed */
    _Alignas(64) _Atomic off_t given; /* first position after all that was given */
    _Atomic unsigned count;           /* how many were given */
    struct granted ring[GRANTS_ROOM];
    _Atomic bool last;       /* there will be no more */
    _Atomic bool called_off; /* the copy has failed elsewhere: no chunk may be begun */
    _Atomic off_t elsewhere; /* bytes that other nodes have finished, as far as is known */
    _Atomic off_t done;      /* bytes that this one has, as its parent of workers has counted */
    _Atomic unsigned jobs;   /* workers that it has */
    _Atomic unsigned sync_wanted, synced; /* how often what is copied was to be written to the disk,
                                             and of the latest that was */
    struct records *records; /* what nodes know of the chunks; on the leading one of all of them.
                                NULL: nobody wants to know */
};

/* Such memory, with records if they are wanted, to be inherited by fork; NULL and errno if there is
 * none. */
struct grants *grants_create(bool records);
void grants_destroy(struct grants *grants);

/* Begins a copy. No worker may be alive. */
void grants_begin(struct grants *grants);

/* May one more range be given? Only the speaker asks, and gives. */
bool grants_have_room(const struct grants *grants);
void grants_give(struct grants *grants, off_t off, off_t len);

/* How many bytes were given and not yet claimed. */
off_t grants_left(const struct grants *grants);

/* What a claim has found. */
enum claim { CLAIM_ENDED, CLAIM_MADE, CLAIM_LATER };

/* Claims the next chunk, of at most `len` bytes, if there is one now. */
enum claim grants_try(struct grants *grants, size_t len, struct chunk *chunk);

/* The same, but waits for one as long as it takes; `pause` is called once per nap. Returns false
 * when there will be none, or a signal asks to stop. */
bool grants_claim(struct grants *grants, size_t len, struct chunk *chunk, void (*pause)(void *arg),
                  void *arg);
