/* SPDX-License-Identifier: MIT */
#include "cli/bar.h"
#include "support.h"

#include <limits.h>
#include <math.h>

static const struct bar_look plain = {0};
static const struct progress_state half = {
    .done = 512 << 20, .size = 1 << 30, .rate = 1 << 30, .elapsed = 2, .left = 0.5};

static const char *line_of(size_t width, struct progress_state state)
{
    static char line[BAR_ROOM];
    memset(line, '#', sizeof(line));
    bar_format(line, width, &state, &plain);
    cr_assert_eq(line[strlen(line) + 1], '#', "it writes beyond its end");
    return line;
}

/* --- the line --- */

Test(bar, the_line_has_bar_percent_bytes_rate_and_time)
{
    cr_assert_str_eq(
        line_of(79, half),
        "[=============>            ]   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left");
}

Test(bar, it_fits_every_width_in_ascii)
{
    static const struct progress_state states[] = {
        {.done = 512 << 20, .size = 1 << 30, .rate = 1 << 30, .elapsed = 2},
        {.done = 0, .size = 1LL << 50, .rate = 0},
        {.done = 0, .size = INT64_MAX, .rate = 1e-3},
        {.done = INT64_MAX, .size = INT64_MAX, .rate = 1e12, .elapsed = 1e9},
        {.done = 1LL << 40, .size = -1, .rate = 12345, .elapsed = 1e6},
        {.done = 0, .size = -1},
        {.done = 0, .size = 0},
    };
    for (size_t width = 1; width <= 200; width++) {
        for (size_t i = 0; i < LENGTH(states); i++) {
            const char *line = line_of(width, states[i]);
            cr_assert_leq(strlen(line), width);
            for (const char *c = line; *c; c++)
                cr_assert(*c >= ' ' && *c <= '~', "byte %d in \"%s\"", *c, line);
        }
    }
}

Test(bar, with_less_room_the_bar_goes_first_then_what_matters_least)
{
    static const struct {
        size_t width;
        const char *line;
    } cases[] = {
        {61, "[====>   ]   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left"},
        {59, "[===>  ]   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left"},
        {58, " 50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left"},
        {49, " 50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left"},
        {48, "[===>   ]   50%  512.0 MiB of 1.0 GiB  0:01 left"},
        {46, " 50%  512.0 MiB of 1.0 GiB  0:01 left"},
        {37, " 50%  512.0 MiB of 1.0 GiB  0:01 left"},
        {36, "[========>        ]   50%  0:01 left"},
        {15, " 50%  0:01 left"},
        {14, "[===>  ]   50%"},
        {13, " 50%"},
        {4, " 50%"},
        {3, ""},
        {1, ""},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *line = line_of(cases[i].width, half);
        cr_assert_str_eq(line, cases[i].line, "width %zu: \"%s\"", cases[i].width, line);
    }
}

Test(bar, the_bar_has_an_end)
{
    const char *line = line_of(200, half);
    cr_assert_eq(strcspn(line, "]"), 49);
}

Test(bar, the_start_is_0_percent)
{
    struct progress_state state = {.done = 0, .size = 1 << 20, .rate = 1e6};
    cr_assert_not_null(strstr(line_of(79, state), "[>   "));
    cr_assert_not_null(strstr(line_of(79, state), " ]    0%  0 B of 1.0 MiB"));
}

Test(bar, nearly_done_is_not_100_percent)
{
    struct progress_state state = {.done = (1LL << 40) - 1, .size = 1LL << 40, .rate = 1e6};
    cr_assert_not_null(strstr(line_of(79, state), ">]   99%"));
}

Test(bar, the_end_is_100_percent)
{
    struct progress_state state = {.done = 1 << 20, .size = 1 << 20, .rate = 1e6, .elapsed = 1};
    cr_assert_not_null(strstr(line_of(79, state), "=]  100%"));
    cr_assert_not_null(strstr(line_of(79, state), "0:00 left"));
}

Test(bar, without_a_size_there_is_neither_bar_nor_percent)
{
    struct progress_state state = {.done = 3 << 20, .size = -1, .rate = 2e6, .elapsed = 65};
    cr_assert_str_eq(line_of(79, state), "3.0 MiB  1.91 MiB/s  1:05");
    cr_assert_str_eq(line_of(20, state), "3.0 MiB  1.91 MiB/s");
    cr_assert_str_eq(line_of(10, state), "3.0 MiB");
}

Test(bar, a_stalled_copy_has_no_time_left_to_tell)
{
    struct progress_state state = {.done = 0, .size = 1 << 20, .rate = 0, .left = -1};
    cr_assert_not_null(strstr(line_of(79, state), "-:-- left"));
}

Test(bar, a_phase_stands_before_the_figures)
{
    struct progress_state state = half;
    state.phase = "flushing";
    cr_assert_not_null(strstr(line_of(79, state), "]  flushing   50%  512.0 MiB of 1.0 GiB"));
}

Test(bar, a_phase_without_a_size_is_named_too)
{
    struct progress_state state = {
        .done = 3 << 20, .size = -1, .rate = 1 << 20, .elapsed = 3, .phase = "copying"};
    cr_assert_str_eq(line_of(79, state), "copying  3.0 MiB  1.00 MiB/s  0:03");
}

Test(bar, waiting_is_told_with_its_time)
{
    struct progress_state state = {.done = -1, .size = -1, .elapsed = 65};
    cr_assert_str_eq(line_of(79, state), "waiting  1:05");
    state.phase = "waiting for another mpcp";
    cr_assert_str_eq(line_of(79, state), "waiting for another mpcp  1:05");
    cr_assert_str_eq(line_of(24, state), "waiting for another mpcp");
}

Test(bar, figures_that_cannot_be_fit_their_room_too)
{
    static const off_t counts[] = {INT64_MIN, -2, -1, 0, 1, 1000000, INT64_MAX};
    static const double rates[] = {-INFINITY, -1e300, -1, 0, 1e-300, 1, 1e300, INFINITY, NAN};
    for (size_t d = 0; d < LENGTH(counts); d++)
        for (size_t s = 0; s < LENGTH(counts); s++)
            for (size_t r = 0; r < LENGTH(rates); r++)
                for (size_t width = 0; width <= 200; width += 1 + width / 3) {
                    const char *line = line_of(
                        width,
                        (struct progress_state){counts[d], counts[s], rates[r], rates[r], rates[r],
                                                s % 2 ? "copying" : NULL, d % 2 ? "name" : NULL});
                    cr_assert_leq(strlen(line), width);
                    cr_assert_null(strstr(line, "nan"), "%s", line);
                    cr_assert_null(strstr(line, "inf"), "%s", line);
                }
}

Test(bar, more_done_than_there_is_is_all_of_it)
{
    struct progress_state state = {.done = 1000000, .size = 1, .left = -1};
    cr_assert_not_null(strstr(line_of(79, state), "=]  100%  976.6 KiB of 1 B"), "%s",
                       line_of(79, state));
    cr_assert_not_null(strstr(line_of(79, state), "-:-- left"));
}

Test(bar, a_phase_of_any_length_fits)
{
    char phase[1000];
    memset(phase, 'p', sizeof(phase));
    phase[sizeof(phase) - 1] = '\0';
    struct progress_state state = half;
    state.phase = phase;
    for (size_t width = 0; width <= 200; width++)
        cr_assert_leq(strlen(line_of(width, state)), width);
}

/* --- of a tree --- */

static struct progress_state half_of_tree(bool counting)
{
    struct progress_state state = half;
    state.count = (struct progress_count){12, 345, "entries", counting};
    return state;
}

Test(bar, a_tree_has_its_entries_before_the_bytes)
{
    cr_assert_str_eq(line_of(68, half_of_tree(false)),
                     "12 of 345 entries   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left");
    cr_assert_eq(strncmp(line_of(120, half_of_tree(false)), "[=====", 6), 0);
    cr_assert_str_eq(line_of(35, half_of_tree(false)), "12 of 345 entries   50%  0:01 left");
    cr_assert_str_eq(line_of(18, half_of_tree(false)), " 50%  0:01 left");
}

Test(bar, while_a_tree_is_counted_nobody_knows_how_much_is_left)
{
    cr_assert_str_eq(line_of(79, half_of_tree(true)),
                     "counting  12 of 345 entries  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:02");
    cr_assert_str_eq(line_of(200, half_of_tree(true)),
                     "counting  12 of 345 entries  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:02");
    cr_assert_str_eq(line_of(30, half_of_tree(true)), "counting  12 of 345 entries");
    cr_assert_str_eq(line_of(10, half_of_tree(true)), "counting");
    cr_assert_str_eq(line_of(7, half_of_tree(true)), "");
}

Test(bar, a_tree_of_most_entries_fits_every_width)
{
    struct progress_state state = {.done = INT64_MAX, .size = INT64_MAX, .rate = 1e12};
    for (size_t width = 0; width <= 200; width++)
        for (int counting = 0; counting < 2; counting++) {
            state.count = (struct progress_count){LLONG_MAX, LLONG_MAX, "entries", counting};
            cr_assert_leq(strlen(line_of(width, state)), width);
        }
}

Test(bar, what_waits_without_anybody_seeing_it_has_no_time)
{
    struct progress_state state = {.done = -1, .size = -1, .elapsed = -1, .phase = "finishing"};
    cr_assert_str_eq(line_of(79, state), "finishing");
}

/* --- of several files --- */

static struct progress_state second_of_five(const char *name)
{
    struct progress_state state = half;
    state.count = (struct progress_count){1, 5, "file", false};
    state.name = name;
    return state;
}

Test(bar, of_several_files_it_tells_which_and_its_name)
{
    cr_assert_str_eq(
        line_of(100, second_of_five("photos/one.jpg")),
        "[=========>        ]  file 2 of 5   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left  "
        "photos/one.jpg");
    struct progress_state all = second_of_five(NULL);
    all.count.done = 5;
    cr_assert_not_null(strstr(line_of(60, all), "file 5 of 5   50%"), "the last is no sixth");
}

Test(bar, a_name_that_is_too_long_is_cut_before_the_bar_is_given_up)
{
    static const char name[] = "/a/directory/with/a/long/name/and/in/it/one.jpg";
    cr_assert_str_eq(line_of(100, second_of_five(name)),
                     "[===>  ]  file 2 of 5   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left  "
                     ".../name/and/in/it/one.jpg");
    cr_assert_str_eq(
        line_of(79, second_of_five(name)),
        "file 2 of 5   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left  ...n/it/one.jpg");
}

Test(bar, a_name_fits_every_width)
{
    for (size_t width = 0; width <= BAR_COLUMNS; width++)
        for (size_t len = 0; len < 60; len++) {
            char name[64] = "";
            memset(name, 'n', len);
            const char *line = line_of(width, second_of_five(name));
            cr_assert_leq(strlen(line), width, "%s", line);
        }
}

/* --- what a terminal can show --- */

static struct bar_look fine_look(void)
{
    struct bar_look look = {.utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), .steps = 8};
    if (!look.utf8)
        SKIP("there is no locale C.UTF-8");
    return look;
}

Test(bar, of_block_characters_the_last_may_be_a_part)
{
    char line[BAR_ROOM];
    struct bar_look look = fine_look();
    struct progress_state state = {.done = 5, .size = 16, .left = -1};
    cr_assert_eq(bar_format(line, 47, &state, &look), 47);
    cr_assert_eq(strncmp(line, "▕██▌     ▏   31%", strlen("▕██▌     ▏   31%")), 0, "%s", line);
    look.steps = 2;
    state.done = 3;
    bar_format(line, 47, &state, &look);
    cr_assert_eq(strncmp(line, "[█▌      ]   18%", strlen("[█▌      ]   18%")), 0, "%s", line);
}

Test(bar, no_part_of_it_is_more_than_all)
{
    char line[BAR_ROOM];
    const struct bar_look look = fine_look();
    for (off_t done = 0; done <= 1000; done++) {
        struct progress_state state = {.done = done, .size = 1000, .left = -1};
        size_t columns = bar_format(line, 79, &state, &look);
        cr_assert_eq(columns, label_width(line, look.utf8), "%s", line);
        cr_assert_leq(columns, 79);
    }
}

Test(bar, colour_takes_no_columns_and_ends)
{
    char line[BAR_ROOM];
    struct bar_look look = {.colour = true};
    const struct progress_state state = half;
    cr_assert_eq(bar_format(line, 79, &state, &look), 79);
    cr_assert_not_null(strstr(line, "[\033[32m======"), "%s", line);
    cr_assert_not_null(strstr(line, " \033[m]   50%"), "%s", line);
}
