/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct progress_state half = {
    .done = 512 << 20, .size = 1 << 30, .rate = 1e9, .elapsed = 2};

static const char *line_of(size_t width, struct progress_state state)
{
    static char line[256];
    progress_format(line, width, &state);
    return line;
}

Test(progress, the_line_has_bar_percent_bytes_rate_and_time)
{
    cr_assert_str_eq(
        line_of(79, half),
        "[=============>             ]   50%  512.0 MiB of 1.0 GiB  1.00 GB/s  0:01 left");
}

Test(progress, it_fits_every_width)
{
    static const struct progress_state states[] = {
        {.done = 512 << 20, .size = 1 << 30, .rate = 1e9, .elapsed = 2},
        {.done = 0, .size = 1LL << 50, .rate = 0},
        {.done = 1LL << 40, .size = -1, .rate = 12345, .elapsed = 1e6},
    };
    for (size_t width = 1; width <= 200; width++)
        for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
            cr_assert_leq(strlen(line_of(width, states[i])), width);
}

Test(progress, with_less_room_the_bar_goes_first_then_the_time)
{
    cr_assert_str_eq(line_of(50, half), " 50%  512.0 MiB of 1.0 GiB  1.00 GB/s  0:01 left");
    cr_assert_str_eq(line_of(40, half), " 50%  512.0 MiB of 1.0 GiB  1.00 GB/s");
    cr_assert_str_eq(line_of(5, half), " 50%");
}

Test(progress, without_a_size_there_is_neither_bar_nor_percent)
{
    struct progress_state state = {.done = 3 << 20, .size = -1, .rate = 2e6, .elapsed = 65};
    cr_assert_str_eq(line_of(79, state), "3.0 MiB  2.00 MB/s  1:05");
}

Test(progress, a_stalled_copy_has_no_time_left_to_tell)
{
    struct progress_state state = {.done = 0, .size = 1 << 20, .rate = 0};
    cr_assert_not_null(strstr(line_of(79, state), "-:-- left"));
}

Test(progress, the_end_is_100_percent)
{
    struct progress_state state = {.done = 1 << 20, .size = 1 << 20, .rate = 1e6, .elapsed = 1};
    cr_assert_not_null(strstr(line_of(79, state), "=]  100%"));
}
