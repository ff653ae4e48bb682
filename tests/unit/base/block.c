/* SPDX-License-Identifier: MIT */
#include "base/block.h"
#include "support.h"

enum { PAGE = 4096 };

static const off_t sizes[] = {1,         PAGE - 1,      PAGE,      PAGE + 1,
                              2 << 20,   (2 << 20) + 1, 16 << 20,  2147483647LL,
                              1LL << 31, 1LL << 32,     1LL << 40, (1LL << 40) + 4095};
static const unsigned jobs[] = {1, 2, 3, 7, 64, 1024};

Test(block, an_empty_file_is_one_empty_block)
{
    struct block block = block_at(0, 1, 0, PAGE);
    cr_assert_eq(block.off, 0);
    cr_assert_eq(block.len, 0);
}

Test(block, blocks_cover_the_file_without_gap_or_overlap)
{
    for (size_t s = 0; s < LENGTH(sizes); s++) {
        for (size_t j = 0; j < LENGTH(jobs); j++) {
            unsigned count = block_count(sizes[s], jobs[j], PAGE);
            off_t end = 0;
            for (unsigned i = 0; i < count; i++) {
                struct block block = block_at(sizes[s], count, i, PAGE);
                cr_assert_eq(block.off, end, "size %lld, block %u of %u", (long long)sizes[s], i,
                             count);
                end += block.len;
            }
            cr_assert_eq(end, sizes[s]);
        }
    }
}

Test(block, every_block_starts_on_a_page)
{
    for (size_t s = 0; s < LENGTH(sizes); s++)
        for (unsigned i = 0, count = block_count(sizes[s], 7, PAGE); i < count; i++)
            cr_assert_eq(block_at(sizes[s], count, i, PAGE).off % PAGE, 0);
}

Test(block, large_blocks_start_on_a_huge_page)
{
    for (unsigned i = 0; i < 3; i++)
        cr_assert_eq(block_at((1LL << 32) + 5, 3, i, PAGE).off % BLOCK_HUGE_PAGE, 0);
}

Test(block, the_last_block_takes_the_remainder)
{
    off_t size = 3 * PAGE + 17;
    cr_assert_eq(block_at(size, 3, 0, PAGE).len, PAGE);
    cr_assert_eq(block_at(size, 3, 1, PAGE).len, PAGE);
    cr_assert_eq(block_at(size, 3, 2, PAGE).len, PAGE + 17);
}

Test(block, there_are_no_more_blocks_than_pages)
{
    cr_assert_eq(block_count(0, 8, PAGE), 1);
    cr_assert_eq(block_count(1, 8, PAGE), 1);
    cr_assert_eq(block_count(PAGE, 8, PAGE), 1);
    cr_assert_eq(block_count(3 * PAGE, 8, PAGE), 3);
    cr_assert_eq(block_count(1LL << 40, 8, PAGE), 8);
}
