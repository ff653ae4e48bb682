/* SPDX-License-Identifier: MIT */
/*
 * Hidden names that tell whose files they are. What several nodes build must have a name, and keeps
 * it when all of them are killed; whoever builds the next copy under the destination's name removes
 * it.
 */
#pragma once

#include "base/name.h"

/* A file that is older than this, by its time of modification, may be taken to have no owner:
 * seconds. */
enum { ORPHAN_AGE = 24 * 3600 };

/* Writes ".NAME.mpcp-MACHINE-PID-CHANCE" to `hidden`, for this process, with 64 random bits.
 * Returns 0 or -errno. */
int orphan_make_name(char hidden[NAME_ROOM], const char *name);

/* Removes the files of such names in the directory that are this user's, if their process was on
 * this machine and is gone, or if, wherever it was, nothing was written to them for ORPHAN_AGE. */
void orphan_sweep(int dir_fd, const char *name);
