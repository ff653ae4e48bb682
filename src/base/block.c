/* SPDX-License-Identifier: MIT */
#include "base/block.h"
#include "base/arithmetic.h"

#include <assert.h>
#include <stdbool.h>

unsigned block_count(off_t size, unsigned wanted, size_t page)
{
    off_t pages = size / (off_t)page;
    if (pages < 1)
        return 1;
    return pages < (off_t)wanted ? (unsigned)pages : wanted;
}

struct block block_at(off_t size, unsigned count, unsigned index, size_t page)
{
    assert(size >= 0 && count > 0 && index < count);
    off_t even = size / count;
    bool huge = even >= 8 * (off_t)BLOCK_HUGE_PAGE && BLOCK_HUGE_PAGE % page == 0;
    off_t len = (off_t)round_down((size_t)even, huge ? BLOCK_HUGE_PAGE : page);
    struct block block = {.off = len * index, .len = len};
    if (index == count - 1)
        block.len = size - block.off;
    return block;
}
