/* SPDX-License-Identifier: MIT */
#include "together.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

Test(together, the_group_is_found_behind_any_name)
{
    cr_expect_eq(together_group("12 (cp) S 1 34 56 0 -1"), 34);
    cr_expect_eq(together_group("12 (a) R 7 8 (b)) R 1 34 56 0 -1"), 34);
    cr_expect_eq(together_group("12"), -1);
    cr_expect_eq(together_group(""), -1);
}

Test(together, what_processes_take_is_added)
{
    char text[] = "5581-7ffc ---p 00000000 00:00 0    [rollup]\n"
                  "Rss:                1220 kB\n"
                  "Pss:                 260 kB\n"
                  "Pss_Dirty:            92 kB\n"
                  "SwapPss:               7 kB\n";
    struct together sum = {.pss_bytes = 1024, .rss_bytes = 2048};
    FILE *file = fmemopen(text, strlen(text), "r");
    cr_assert_not_null(file);
    together_add(&sum, file);
    fclose(file);
    cr_expect_eq(sum.pss_bytes, 261 * 1024);
    cr_expect_eq(sum.rss_bytes, 1222 * 1024);
}

Test(together, looking_at_this_process_sees_something)
{
    struct together together = {0};
    together_look(&together, getpgrp());
    together_look(&together, getpgrp());
    cr_expect_eq(together.looks, 2);
    cr_expect_gt(together.rss_bytes, 0);
    cr_expect_leq(together.pss_bytes, together.rss_bytes);
}
