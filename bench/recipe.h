/* SPDX-License-Identifier: MIT */
/* The trees that the bench makes itself. */
#pragma once

#include "prng.h"
#include "trouble.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct recipe {
    const char *name, *help;
    uint64_t directories; /* below the root, nested; files are dealt out among them. 0: all files
                             lie in the root */
    uint64_t files;
    uint64_t smallest, largest; /* bytes of these files */
    bool links;                 /* some are hard links of others, and there are symbolic links */
    uint64_t large_files, large_size; /* in addition, in the root */
};

/* Ended by a NULL name. */
extern const struct recipe recipes[];

/* The recipe of that name, or NULL. */
const struct recipe *recipe_find(const char *name);

/* "small, flat, mixed", for messages. */
enum { RECIPE_NAMES = 64 };
const char *recipe_names(char buf[RECIPE_NAMES]);

/* The same tree with `scale` times as many directories and files, and large files of `scale` times
 * their size; of anything, at least one stays. Pure. */
struct recipe recipe_scale(const struct recipe *recipe, double scale);

/* How many bytes it takes on a file system, at most. Pure. */
uint64_t recipe_room(const struct recipe *recipe);

/* Writes "/d1/d12" to buf, the path below the root of the directory that file `number` lies in.
 * Pure. */
const char *recipe_directory(const struct recipe *recipe, uint64_t number, char buf[PATH_MAX]);

/* The size of the next file: between the smallest and the largest, each power of two equally
 * likely. Pure. */
uint64_t recipe_size(const struct recipe *recipe, struct prng *prng);

/* Makes it at `path`, where nothing is. Names and sizes are the same each time, bytes are random.
 * It isn't necessarily on the disk yet. Returns 0, or -errno with the trouble said. */
int recipe_make(const struct recipe *recipe, const char *path, struct trouble *trouble);
