/* SPDX-License-Identifier: MIT */
/* Pure: which node has what of a row of data, and so which others may verify it. */
#pragma once

#include "cluster/cursor.h"

#include <stdbool.h>

/* A run that one node has. */
struct stretch {
    off_t off, len;
    size_t next; /* index of the same node's next one; LEDGER_NONE: this is the last */
};

#define LEDGER_NONE ((size_t)-1)

struct holding {
    size_t first, last; /* of its stretches */
    off_t bytes;        /* of all of them */
};

struct ledger {
    unsigned nodes;
    struct stretch *list; /* allocated */
    size_t count, room;
    struct holding *holdings; /* one per node; allocated */
};

/* Returns 0 or -ENOMEM; ledger_release must follow either way. */
int ledger_init(struct ledger *ledger, unsigned nodes);
void ledger_release(struct ledger *ledger);

/* Nobody has anything any more. */
void ledger_clear(struct ledger *ledger);

/* `node` has that, too, which nobody has yet. Returns 0 or -ENOMEM. */
int ledger_note(struct ledger *ledger, unsigned node, off_t off, off_t len);

/*
 * Takes out what `node` is to verify: at most `most` bytes, in multiples of `unit` except at the
 * end, of what another node has: the one with the most left, so that all reach the end together.
 * len 0: the others have nothing more.
 */
struct grant ledger_take(struct ledger *ledger, unsigned node, off_t most, off_t unit);
