/* SPDX-License-Identifier: MIT */
/* A tree that is copied: in the page cache or not, and compared with its copies. */
#pragma once

#include "trouble.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is in a tree, including its root. */
struct census {
    uint64_t files; /* regular ones, counting every name that they have */
    uint64_t directories;
    uint64_t others; /* symbolic links, devices, pipes, sockets */
    uint64_t bytes;  /* of the regular files */
};

/* In how many entries a copy whose names and contents are right lacks what cp -a promises. */
struct shortfall {
    uint64_t modes, owners;
    uint64_t times; /* of modification, by more than a second */
    uint64_t nanoseconds;
    uint64_t links; /* one file with several names became several files */
};

/* All return 0, or -errno with the trouble said; -EINTR when a signal asks this process to end. */

int tree_count(const char *path, struct census *census, struct trouble *trouble);

/* Waits until all that the file system of `path` has to write is on the medium. */
int tree_settle(const char *path, struct trouble *trouble);

/* Brings all names, attributes and bytes into memory. */
int tree_warm(const char *path, struct trouble *trouble);

/* Asks the kernel to drop all files from the page cache; *resident is how many bytes stayed anyway.
 * Names and attributes stay in its other caches. */
int tree_evict(const char *path, uint64_t *resident, struct trouble *trouble);

/* -EIO if the tree at dst, which `method` made, does not have as much of everything. */
int tree_check_census(const char *dst, const struct census *census, const char *method,
                      struct trouble *trouble);

/* -EIO, and which, if an entry of src is missing in dst, is of another kind or has other contents.
 * Otherwise fills in *shortfall. tree_check_census finds what dst has in addition. */
int tree_compare(const char *src, const char *dst, const char *method, struct shortfall *shortfall,
                 struct trouble *trouble);

/* "times of 3 entries, links of 1" to buf; "" if nothing is lacking. Pure. */
const char *shortfall_text(const struct shortfall *shortfall, char *buf, size_t size);
