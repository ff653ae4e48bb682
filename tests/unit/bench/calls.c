/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static int read_text(const char *text, struct calls *calls)
{
    FILE *file = fmemopen((void *)text, strlen(text), "r");
    cr_assert_not_null(file);
    int err = calls_read(file, calls);
    fclose(file);
    return err;
}

Test(calls, each_line_counts_with_errors_or_without_but_not_the_sum)
{
    struct calls calls;
    cr_assert_eq(read_text("% time     seconds  usecs/call     calls    errors syscall\n"
                           "------ ----------- ----------- --------- --------- ----------------\n"
                           " 60.00    0.000300          10        30         2 openat\n"
                           " 40.00    0.000200           5        40           read\n"
                           "------ ----------- ----------- --------- --------- ----------------\n"
                           "100.00    0.000500           7        70         2 total\n",
                           &calls),
                 0);
    cr_expect_eq(calls.total, 70);
    cr_expect_str_eq(calls.top[0].name, "read");
    cr_expect_eq(calls.top[0].count, 40);
    cr_expect_str_eq(calls.top[1].name, "openat");
    cr_expect_eq(calls.top[1].count, 30);
    cr_expect_eq(calls.top[2].count, 0);
}

Test(calls, the_sum_of_older_versions_lacks_a_column)
{
    struct calls calls;
    cr_assert_eq(read_text(" 60.00    0.000300          10        30         2 openat\n"
                           "100.00    0.000300                    30         2 total\n",
                           &calls),
                 0);
    cr_expect_eq(calls.total, 30);
}

Test(calls, the_most_frequent_are_kept_when_there_are_many)
{
    struct calls calls;
    char text[4096] = "";
    for (int i = 0; i < 2 * CALLS_TOP; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "  1.00    0.000001           1 %9d           call%d\n", i + 1, i);
    cr_assert_eq(read_text(text, &calls), 0);
    cr_expect_eq(calls.total, (uint64_t)CALLS_TOP * (2 * CALLS_TOP + 1));
    for (int i = 0; i < CALLS_TOP; i++)
        cr_expect_eq(calls.top[i].count, (uint64_t)(2 * CALLS_TOP - i));
}

Test(calls, something_else_is_refused)
{
    struct calls calls;
    cr_expect_eq(read_text("strace: no such thing\n", &calls), -EINVAL);
}
