/* SPDX-License-Identifier: MIT */
/* Regular files: small ones in few system calls, others by all that copy_file can do. */
#pragma once

#include "tree/entry.h"

enum {
    REGULAR_LARGE = 8 << 20,  /* bytes: from here on a file of a tree is a task of its own */
    REGULAR_HUGE = 256 << 20, /* and from here on one for all CPUs together */
};

/* Copies one, or what is read as if it were one. Returns false if it wasn't, which has been said.
 */
bool regular_copy(struct entry *e);

/* Gives one that stays the source's attributes. Returns false if it couldn't be opened, which has
 * been said. */
bool regular_refresh(struct entry *e);
