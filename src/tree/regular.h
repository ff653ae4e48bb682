/* SPDX-License-Identifier: MIT */
/* Regular files: small ones in few system calls, others with all that copy_file can do. */
#pragma once

#include "tree/entry.h"

enum {
    REGULAR_LARGE =
        8 << 20, /* bytes: a file of a tree that is this large or larger is a task of its own */
    REGULAR_HUGE = 256 << 20, /* and from here on it is one for all CPUs together */
};

/* Copies one, or what is read as if it were one. Returns false if it wasn't copied, which has been
 * reported. */
bool regular_copy(struct entry *e);

/* Makes the checksum of an existing copy. Returns false if it couldn't be read, which has been
 * reported. */
bool regular_sum(struct entry *e);

/* Gives an existing file the source's attributes. Returns false if it couldn't be opened, which has
 * been reported. */
bool regular_refresh(struct entry *e);
