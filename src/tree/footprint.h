/* SPDX-License-Identifier: MIT */
/* What copies read and write: which of many may be made side by side, and which must keep their
 * order, as if one were made after the other. That nobody changes it meanwhile isn't certain; then
 * the lock keeps two from writing into one file (see step_lock). */
#pragma once

#include "base/file_id.h"
#include "cli/operands.h"

#include <stdbool.h>
#include <sys/types.h>

/* What one copy would read and write, when it was looked at. */
struct footprint {
    struct file_id reads, writes; /* where the names lead; a new name stands for itself */
    off_t size;                   /* bytes to copy; 0 for what has no size */
    bool looked;                  /* else all of this is still to be found out */
    bool unknown; /* it can't be said what it reads or writes: others may change that */
    bool plain;   /* a small file goes to a new name, or to a file of one name, by no link */
    bool alone; /* of those compared, no other writes what it touches, or touches what it writes */
};

/* Does the directory that the file `path` is in take two names for one only if they are the same,
 * byte by byte? Where that isn't sure, what a new name of other than plain characters would be is
 * unknown. */
bool footprint_names_are_exact(const char *path);

/* Looks at a pair; one that was refused touches nothing. */
void footprint_look(const struct pair *pair, bool exact_names, struct footprint *footprint);

/* Sets `alone` of each of `count` footprints, none of which is unknown. Without memory for that,
 * none is. */
void footprints_compare(struct footprint *list, int count);
