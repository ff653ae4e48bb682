/* SPDX-License-Identifier: MIT */
/* What is known of a file system by its magic number (statfs(2)), whatever is copied on it. */
#pragma once

#include <stdbool.h>

struct filesystem {
    unsigned magic;
    const char *name;
    bool made_up; /* files are made up when they are read, of a size that stat(2) doesn't know */
    bool remote;  /* a server has the files, and can copy them by itself */
    bool even_seconds; /* it keeps times to two seconds */
    bool shares;       /* files may share extents (FICLONE) */
};

/* The entry for a magic number; one called "unknown", of which nothing is known, for others. */
const struct filesystem *filesystem_of(long magic);
