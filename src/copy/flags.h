/* SPDX-License-Identifier: MIT */
/*
 * What a file system keeps with an inode besides the attributes that all of them know: the flags of
 * chattr(1), such as "no copy on write" and "compress", the project of a quota, and hints on how to
 * allocate. A file that is written in place keeps them, so one that replaces it must keep them,
 * too.
 */
#pragma once

#include <stdbool.h>

/* Has the file none of them? */
bool flags_are_plain(int fd);

/* Makes `staged`, which is empty and is to replace `old` in the same directory, equal to it in
 * them. Returns 0, or -errno where a new file can't have them. */
int flags_adopt(int old, int staged);
