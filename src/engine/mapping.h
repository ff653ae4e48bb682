/* SPDX-License-Identifier: MIT */
/* A whole file mapped, of which no more than a window stays resident: for the engines that map. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct mapping {
    char *addr;           /* NULL until opened */
    off_t size;           /* bytes of the file */
    off_t used, used_end; /* what this process has touched and not yet released */
};

/* Maps `size` bytes of the source for reading. Returns 0 or -errno. */
int mapping_open_source(struct mapping *m, int fd, off_t size);

/*
 * Maps the destination for writing (and reading: a store into a page that is partly overwritten
 * needs the rest of it). A fault may then bring in 2 MiB at once; not where holes are to stay, for
 * these would be filled. Returns 0 or -errno.
 */
int mapping_open_destination(struct mapping *m, int fd, off_t size, bool sparse);

/*
 * Says that [off, end) has been used and won't be again. Windows that lie before it are unmapped,
 * so that resident memory and page tables stay small; whole windows only, because unmapping a part
 * of a large page of the destination costs ten times as much as copying it (bench/RESULTS.md).
 */
void mapping_used(struct mapping *m, off_t off, off_t end);

/* Unmaps it. Safe at any time. */
void mapping_close(struct mapping *m);
