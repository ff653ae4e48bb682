/* SPDX-License-Identifier: MIT */
/* Every entry of a tree, visited in little memory: what this program has resident counts as the
 * peak of the commands that it starts. */
#pragma once

#include "trouble.h"

#include <sys/stat.h>

/* Where a walk is. */
struct place {
    const char *path;      /* as it can be opened; a symbolic link is not followed */
    const char *below;     /* its end, below the root: "" for the root itself, or "/usr/bin" */
    const struct stat *st; /* the entry's own, as it was before it was visited */
};

/* Returns 0, or -errno with the trouble said, which ends the walk. */
typedef int walk_visit(const struct place *place, void *argument, struct trouble *trouble);

/*
 * Calls enter for each entry, the root first, each directory before what it contains; and leave for
 * each directory, after what it contains. NULL: don't. In a directory the order is the file
 * system's. Entries may be removed by the visit. Returns 0, or -errno with the trouble said.
 */
int walk(const char *root, walk_visit *enter, walk_visit *leave, void *argument,
         struct trouble *trouble);

/* Removes the entry, whatever it is, with all that it contains. The same. */
int walk_remove(const char *root, struct trouble *trouble);
