/* SPDX-License-Identifier: MIT */
/*
 * Where a sparse file has data. Its extents, laid end to end, are what is divided among workers: an
 * offset in that row of data (`data_off`) is not an offset in the file, so that blocks balance by
 * data, not by holes.
 */
#pragma once

#include "base/block.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* One run of data, [off, off + len) of the file, which begins at data_off in the row. */
struct extent {
    off_t off, len, data_off;
};

struct extents {
    struct extent *list; /* ascending; allocated */
    size_t count;
    off_t bytes; /* of data, all together */
};

enum {
    EXTENT_MAX = 1 << 18
}; /* 6 MiB of memory; with more of them, the smallest holes count as data */

/*
 * Finds them in fd, a file of `size` bytes, by SEEK_DATA and SEEK_HOLE. Extents begin and end at
 * multiples of `page`, except at the end of the file. Returns 0 or -errno: EOPNOTSUPP or EINVAL
 * where holes can't be found. A file without holes is one extent; call extents_release() in either
 * case.
 */
int extents_find(int fd, off_t size, size_t page, struct extents *extents);

/* The one extent of a file of `size` bytes whose holes are of no interest. Returns 0 or -ENOMEM. */
int extents_whole(off_t size, struct extents *extents);

/*
 * Finds which bytes of the file are at data_off, at most `len` of them: fewer where a hole follows.
 * data_off < extents->bytes.
 */
struct chunk extents_at(const struct extents *extents, off_t data_off, size_t len);

void extents_release(struct extents *extents);
