/* SPDX-License-Identifier: MIT */
/*
 * Courtesy towards the page cache: writing back early, so that dirty pages stay few and there is no
 * long wait at the end; and letting go of what was copied, so that it doesn't push out other
 * people's files.
 */
#pragma once

#include "base/block.h"

#include <stdbool.h>
#include <stddef.h>

enum { CACHE_WAKE = 8 }; /* chunks that one worker leaves on their way to the disk */

/* What one worker has written and not yet waited for. */
struct cache_wake {
    struct chunk chunks[CACHE_WAKE];
    size_t count; /* of all that were ever added */
};

/* Starts writing a chunk of fd to the disk. */
void cache_start_writing(int fd, struct chunk chunk);

/* Writes a chunk (of length 0: everything from its offset on) and waits until it is on the disk.
 * Returns 0 or -errno; 0 also where that can't be done. An error is told once, to this process or
 * to another one that shares fd's open file: no later fsync will tell it again. */
int cache_write_back(int fd, struct chunk chunk);

/* The same, and drops its pages from the cache. */
int cache_drop_written(int fd, struct chunk chunk);

/* Opens the file of fd once more, to read what is on the disk rather than what is in the cache: for
 * direct I/O, or else after dropping what is cached. Returns the descriptor or -errno. */
int cache_open_medium(int fd);

/* Drops the pages of a chunk that was only read. */
void cache_drop_read(int fd, struct chunk chunk);

/* Starts writing `*chunk`, and drops the one that came CACHE_WAKE before it. Returns 0 or -errno,
 * as cache_write_back; then *chunk is the one that couldn't be written. */
int cache_follow(struct cache_wake *wake, int fd, struct chunk *chunk);

/* How many pages of a chunk, which begins at a page boundary, are in the cache; -1 if not known. */
long cache_count(int fd, struct chunk chunk);
