/* SPDX-License-Identifier: MIT */
#include "tree/line.h"
#include "support.h"

TestSuite(line, .timeout = 60);

Test(line, parts_are_put_end_to_end)
{
    struct line line = {0};
    cr_assert(line_add(&line, "one, ", 5));
    cr_assert(line_add(&line, "two\n", 4));
    cr_assert_eq(line.len, 9);
    cr_assert_eq(memcmp(line.text, "one, two\n", 9), 0);
    line_clear(&line);
}

Test(line, one_that_was_cleared_is_none)
{
    struct line line = {0};
    cr_assert(line_add(&line, "something", 9));
    line_clear(&line);
    cr_assert_null(line.text);
    cr_assert(line_add(&line, "else", 4));
    cr_assert_eq(memcmp(line.text, "else", 4), 0);
    line_clear(&line);
}
