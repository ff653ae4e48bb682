/* SPDX-License-Identifier: MIT */
#pragma once

/* Removes the directory `name` below dir_fd with everything in it, however deep that is. Returns 0
 * or -errno. */
int removal_of(int dir_fd, const char *name);
