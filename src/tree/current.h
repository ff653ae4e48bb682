/* SPDX-License-Identifier: MIT */
/* What is being copied at the moment, for those who look on. */
#pragma once

#include "tree/hand.h"

/* The source's path of what this process is working on, or one of its children: a large file, or a
 * directory. Allocated; NULL: nothing, or no memory. */
char *current_path(const struct hand *hand);

/* Does one of those that it is the parent of wait for the disk to take a whole directory? */
bool current_is_flushing(const struct hand *hand);
