/* SPDX-License-Identifier: MIT */
#include "base/zeros.h"
#include "base/arithmetic.h"

#include <string.h>

/* Every byte equals its neighbour, and the first is zero: no loop is faster than memcmp. */
bool zeros_only(const char *data, size_t len)
{
    return len == 0 || (data[0] == 0 && memcmp(data, data + 1, len - 1) == 0);
}

static size_t block_at(size_t off, size_t len)
{
    return min_size(len - off, ZEROS_BLOCK);
}

bool zeros_next_data(const char *data, size_t len, size_t *begin, size_t *end)
{
    size_t off = *begin;
    while (off < len && zeros_only(data + off, block_at(off, len)))
        off += block_at(off, len);
    *begin = off;
    while (off < len && !zeros_only(data + off, block_at(off, len)))
        off += block_at(off, len);
    *end = off;
    return *begin < len;
}
