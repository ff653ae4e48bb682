/* SPDX-License-Identifier: MIT */
/* Every entry of a tree, visited in little memory: what this program has resident counts towards
 * the peak of the commands that it starts. */
#pragma once

#include "trouble.h"

#include <sys/stat.h>

/* Where a walk is. */
struct place {
    const char *path;      /* in a form that can be opened; a symbolic link is not followed */
    const char *below;     /* its end, below the root: "" for the root itself, or "/usr/bin" */
    const struct stat *st; /* the entry's own, as it was before the visit */
};

/* Returns 0, or -errno with the trouble said, which ends the walk. */
typedef int walk_visit(const struct place *place, void *argument, struct trouble *trouble);

/*
 * Calls enter for each entry, the root first, each directory before what it contains; and leave for
 * each directory, after what it contains. Either may be NULL. Within a directory the order is the
 * file system's. The visit may remove entries. Returns 0, or -errno with the trouble said.
 */
int walk(const char *root, walk_visit *enter, walk_visit *leave, void *argument,
         struct trouble *trouble);

/* Removes the entry, whatever it is, with everything that it contains. Returns the same. */
int walk_remove(const char *root, struct trouble *trouble);
