/* SPDX-License-Identifier: MIT */
/* A hidden directory of the bench's own, in the directory to be measured, with two names in it. */
#pragma once

#include "trouble.h"

#include <limits.h>
#include <stdint.h>

struct workspace {
    char dir[PATH_MAX - 32]; /* empty until made */
    char src[PATH_MAX];
    char dst[PATH_MAX];
};

/* Makes it under `parent`; all paths are absolute. Returns 0, or -errno with the trouble said. */
int workspace_make(struct workspace *workspace, const char *parent, struct trouble *trouble);

/* -ENOSPC, with the trouble said, if `bytes` more do not fit. */
int workspace_require(const struct workspace *workspace, uint64_t bytes, struct trouble *trouble);

/* Removes everything in it except the source. */
int workspace_clear(const struct workspace *workspace, struct trouble *trouble);

/* Removes the source, too. */
int workspace_empty(const struct workspace *workspace, struct trouble *trouble);

/* Waits until the file system has made the last removals durable: otherwise their journal entries,
 * and the discards that some mounts send with them, would fall into the next copy. */
int workspace_settle(const struct workspace *workspace, struct trouble *trouble);

/* Removes all of it, even if it was never made, or only in part. */
void workspace_remove(struct workspace *workspace);
