/* SPDX-License-Identifier: MIT */
/* What copies read and write: which of many may be made side by side, and which must keep their
 * order, as if one were made after the other. Nothing guarantees that nobody changes it meanwhile;
 * in that case the lock keeps two from writing into one file (see step_lock). */
#pragma once

#include "base/file_id.h"
#include "cli/operands.h"

#include <stdbool.h>
#include <sys/types.h>

/* What one copy would read and write, when it was looked at. */
struct footprint {
    struct file_id reads, writes; /* where the names lead; a new name stands for itself */
    off_t size;                   /* bytes to copy; 0 for what has no size */
    bool looked;                  /* otherwise all of this is still to be found out */
    bool unknown; /* what it reads or writes can't be told: others may change that */
    bool plain;   /* a small file that goes to a new name, or to a file with one name, not through a
                     link */
    bool alone; /* of those compared, no other writes what it touches, or touches what it writes */
};

/* In the directory of the file `path`, are two names taken for the same only if they are, byte by
 * byte? Where that isn't certain, it is unknown what a new name with other than plain characters
 * would be. */
bool footprint_names_are_exact(const char *path);

/* Looks at a pair; one that was refused touches nothing. */
void footprint_look(const struct pair *pair, bool exact_names, struct footprint *footprint);

/* Sets `alone` of each of `count` footprints, none of which is unknown. Without memory for that,
 * none is alone. */
void footprints_compare(struct footprint *list, int count);
