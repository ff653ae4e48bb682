/* SPDX-License-Identifier: MIT */
#include "base/zeros.h"
#include "support.h"

enum { BLOCK = ZEROS_BLOCK, LEN = 8 * BLOCK + 100 };

static char data[LEN];

Test(zeros, only_zeros_are_zeros)
{
    static const size_t lens[] = {0, 1, 2, 7, 8, BLOCK - 1, BLOCK, BLOCK + 1, LEN};
    memset(data, 0, LEN);
    for (size_t i = 0; i < LENGTH(lens); i++)
        cr_assert(zeros_only(data, lens[i]), "%zu bytes", lens[i]);
}

Test(zeros, one_other_byte_anywhere_is_seen)
{
    for (size_t at = 0; at < 2 * BLOCK; at++) {
        memset(data, 0, LEN);
        data[at] = 1;
        cr_assert_not(zeros_only(data, 2 * BLOCK), "at %zu", at);
    }
}

Test(zeros, a_run_of_data_is_whole_blocks)
{
    size_t begin = 0, end;
    memset(data, 0, LEN);
    data[3 * BLOCK + 17] = 1;
    data[5 * BLOCK - 1] = 1;
    cr_assert(zeros_next_data(data, LEN, &begin, &end));
    cr_assert_eq(begin, 3 * BLOCK);
    cr_assert_eq(end, 5 * BLOCK);
    begin = end;
    cr_assert_not(zeros_next_data(data, LEN, &begin, &end));
}

Test(zeros, the_last_block_may_be_short)
{
    size_t begin = 0, end;
    memset(data, 0, LEN);
    data[LEN - 1] = 1;
    cr_assert(zeros_next_data(data, LEN, &begin, &end));
    cr_assert_eq(begin, 8 * BLOCK);
    cr_assert_eq(end, LEN);
}

Test(zeros, the_search_begins_where_it_is_told)
{
    size_t begin = BLOCK, end;
    memset(data, 0, LEN);
    data[0] = data[2 * BLOCK] = 1;
    cr_assert(zeros_next_data(data, LEN, &begin, &end));
    cr_assert_eq(begin, 2 * BLOCK);
    cr_assert_eq(end, 3 * BLOCK);
}

Test(zeros, data_without_zeros_is_one_run)
{
    size_t begin = 0, end;
    memset(data, 'x', LEN);
    cr_assert(zeros_next_data(data, LEN, &begin, &end));
    cr_assert_eq(begin, 0);
    cr_assert_eq(end, LEN);
}
