/* SPDX-License-Identifier: MIT */
/* What is known of a file system by its magic number (statfs(2)), whatever is copied on it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether what is written may be compressed, so that nobody knows how much room it will take. */
enum compression {
    COMPRESSION_NONE,
    COMPRESSION_SHOWN,  /* if a flag of the file or directory, or a mount option, says so */
    COMPRESSION_HIDDEN, /* perhaps, and nothing shows it */
};

struct filesystem {
    unsigned magic;
    const char *name;
    bool made_up;   /* files are made up when they are read, of a size that stat(2) doesn't know */
    bool in_memory; /* there is no disk that would have to be waited for */
    bool remote;    /* a server has the files, and can copy them by itself */
    bool reflinks;  /* files may share extents (FICLONE) */
    bool even_seconds; /* it keeps times to two seconds */
    bool exact_names;  /* names are bytes; at most a directory's flag, or mkfs, folds their case */
    enum compression compression;
};

/* The entry for a magic number; one called "unknown", of which nothing is known, for others. */
const struct filesystem *filesystem_of(long magic);

/* Is the file system that is mounted under that number (stx_mnt_id of statx(2)) mounted with an
 * option like this one? True where that can't be found out. */
bool filesystem_mounted_with(uint64_t mount, const char *option);
