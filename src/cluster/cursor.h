/* SPDX-License-Identifier: MIT */
/* Pure arithmetic: how a row of data is granted to nodes, piece by piece. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cursor {
    off_t next, end; /* what isn't granted yet */
    off_t unit;      /* grants begin and end at multiples of this, except at the end */
};

struct grant {
    off_t off, len; /* len 0: nothing is left */
};

/*
 * What grants are multiples of: of chunks; and of stripes, of `stripe` bytes each, over which a
 * file system has spread a file (0: none, or not known), so that two nodes never write into the
 * same one. If that would be too much at once, of chunks alone.
 */
off_t cursor_unit(size_t chunk_len, size_t stripe);

struct cursor cursor_begin(off_t bytes, off_t unit);

/* Takes what comes next for a node that does `part` (0 to 1) of all that is done: about as much as
 * is wanted, but ever less towards the end, so that all reach it together, however slow one is:
 * half of that part of the rest. */
struct grant cursor_take(struct cursor *cursor, off_t wanted, double part);

/* How much should be granted to a node that moves `rate` bytes per second, to last about that many
 * seconds; 0: the rate isn't known yet, but it has so many workers. */
off_t cursor_wanted(off_t unit, double rate, unsigned jobs, double seconds);
