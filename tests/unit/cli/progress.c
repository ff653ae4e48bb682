/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"
#include "base/signals.h"
#include "support.h"
#include "terminal.h"

#include <limits.h>
#include <math.h>
#include <signal.h>

static const struct progress_state half = {
    .done = 512 << 20, .size = 1 << 30, .rate = 1 << 30, .elapsed = 2};

static const char *line_of(size_t width, struct progress_state state)
{
    static char line[256];
    memset(line, '#', sizeof(line));
    progress_format(line, width, &state);
    for (size_t i = width + 1; i < sizeof(line); i++)
        cr_assert_eq(line[i], '#', "it writes beyond its room");
    return line;
}

/* --- the line --- */

Test(progress, the_line_has_bar_percent_bytes_rate_and_time)
{
    cr_assert_str_eq(
        line_of(79, half),
        "[=============>            ]   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left");
}

Test(progress, it_fits_every_width_in_ascii)
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

Test(progress, with_less_room_the_bar_goes_first_then_parts_from_the_right)
{
    static const struct {
        size_t width;
        const char *line;
    } cases[] = {
        {61, "[====>   ]   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left"},
        {59, "[===>  ]   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left"},
        {58, " 50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left"},
        {49, " 50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left"},
        {48, " 50%  512.0 MiB of 1.0 GiB  1.00 GiB/s"},
        {38, " 50%  512.0 MiB of 1.0 GiB  1.00 GiB/s"},
        {37, " 50%  512.0 MiB of 1.0 GiB"},
        {26, " 50%  512.0 MiB of 1.0 GiB"},
        {25, " 50%"},
        {4, " 50%"},
        {3, ""},
        {1, ""},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *line = line_of(cases[i].width, half);
        cr_assert_str_eq(line, cases[i].line, "width %zu: \"%s\"", cases[i].width, line);
    }
}

Test(progress, the_bar_has_an_end)
{
    const char *line = line_of(200, half);
    cr_assert_eq(strcspn(line, "]"), 49);
}

Test(progress, the_start_is_0_percent)
{
    struct progress_state state = {.done = 0, .size = 1 << 20, .rate = 1e6};
    cr_assert_not_null(strstr(line_of(79, state), "[>   "));
    cr_assert_not_null(strstr(line_of(79, state), " ]    0%  0 B of 1.0 MiB"));
}

Test(progress, nearly_done_is_not_100_percent)
{
    struct progress_state state = {.done = (1LL << 40) - 1, .size = 1LL << 40, .rate = 1e6};
    cr_assert_not_null(strstr(line_of(79, state), ">]   99%"));
}

Test(progress, the_end_is_100_percent)
{
    struct progress_state state = {.done = 1 << 20, .size = 1 << 20, .rate = 1e6, .elapsed = 1};
    cr_assert_not_null(strstr(line_of(79, state), "=]  100%"));
    cr_assert_not_null(strstr(line_of(79, state), "0:00 left"));
}

Test(progress, without_a_size_there_is_neither_bar_nor_percent)
{
    struct progress_state state = {.done = 3 << 20, .size = -1, .rate = 2e6, .elapsed = 65};
    cr_assert_str_eq(line_of(79, state), "3.0 MiB  1.91 MiB/s  1:05");
    cr_assert_str_eq(line_of(20, state), "3.0 MiB  1.91 MiB/s");
    cr_assert_str_eq(line_of(10, state), "3.0 MiB");
}

Test(progress, a_stalled_copy_has_no_time_left_to_tell)
{
    struct progress_state state = {.done = 0, .size = 1 << 20, .rate = 0};
    cr_assert_not_null(strstr(line_of(79, state), "-:-- left"));
}

Test(progress, a_phase_stands_before_the_figures)
{
    struct progress_state state = half;
    state.phase = "flushing";
    cr_assert_not_null(strstr(line_of(79, state), "]  flushing   50%  512.0 MiB of 1.0 GiB"));
}

Test(progress, a_phase_without_a_size_is_named_too)
{
    struct progress_state state = {
        .done = 3 << 20, .size = -1, .rate = 1 << 20, .elapsed = 3, .phase = "copying"};
    cr_assert_str_eq(line_of(79, state), "copying  3.0 MiB  1.00 MiB/s  0:03");
}

Test(progress, waiting_is_told_with_its_time)
{
    struct progress_state state = {.done = -1, .size = -1, .elapsed = 65};
    cr_assert_str_eq(line_of(79, state), "waiting  1:05");
    state.phase = "waiting for another mpcp";
    cr_assert_str_eq(line_of(79, state), "waiting for another mpcp  1:05");
    cr_assert_str_eq(line_of(24, state), "waiting for another mpcp");
}

Test(progress, figures_that_cannot_be_fit_their_room_too)
{
    static const off_t counts[] = {INT64_MIN, -2, -1, 0, 1, 1000000, INT64_MAX};
    static const double rates[] = {-INFINITY, -1e300, -1, 0, 1e-300, 1, 1e300, INFINITY, NAN};
    for (size_t d = 0; d < LENGTH(counts); d++)
        for (size_t s = 0; s < LENGTH(counts); s++)
            for (size_t r = 0; r < LENGTH(rates); r++)
                for (size_t width = 0; width <= 200; width += 1 + width / 3) {
                    const char *line =
                        line_of(width, (struct progress_state){counts[d], counts[s], rates[r],
                                                               rates[r], s % 2 ? "copying" : NULL});
                    cr_assert_leq(strlen(line), width);
                    cr_assert_null(strstr(line, "nan"), "%s", line);
                    cr_assert_null(strstr(line, "inf"), "%s", line);
                }
}

Test(progress, more_done_than_there_is_is_all_of_it)
{
    struct progress_state state = {.done = 1000000, .size = 1, .rate = 1 << 20, .elapsed = 1};
    cr_assert_not_null(strstr(line_of(79, state), "=]  100%  976.6 KiB of 1 B"), "%s",
                       line_of(79, state));
    cr_assert_not_null(strstr(line_of(79, state), "-:-- left"));
}

Test(progress, a_phase_of_any_length_fits)
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
    state.tree = (struct progress_tree){.entries = 12, .found = 345, .counting = counting};
    return state;
}

Test(progress, a_tree_has_its_entries_before_the_bytes)
{
    cr_assert_str_eq(line_of(68, half_of_tree(false)),
                     "12 of 345 entries   50%  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:01 left");
    cr_assert_eq(strncmp(line_of(120, half_of_tree(false)), "[=====", 6), 0);
    cr_assert_str_eq(line_of(25, half_of_tree(false)), "12 of 345 entries   50%");
}

Test(progress, while_a_tree_is_counted_nobody_knows_how_much_is_left)
{
    cr_assert_str_eq(line_of(79, half_of_tree(true)),
                     "counting  12 of 345 entries  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:02");
    cr_assert_str_eq(line_of(200, half_of_tree(true)),
                     "counting  12 of 345 entries  512.0 MiB of 1.0 GiB  1.00 GiB/s  0:02");
    cr_assert_str_eq(line_of(30, half_of_tree(true)), "counting  12 of 345 entries");
    cr_assert_str_eq(line_of(10, half_of_tree(true)), "counting");
    cr_assert_str_eq(line_of(7, half_of_tree(true)), "");
}

Test(progress, a_tree_of_most_entries_fits_every_width)
{
    struct progress_state state = {.done = INT64_MAX, .size = INT64_MAX, .rate = 1e12};
    for (size_t width = 0; width <= 200; width++)
        for (int counting = 0; counting < 2; counting++) {
            state.tree = (struct progress_tree){LLONG_MAX, LLONG_MAX, counting};
            cr_assert_leq(strlen(line_of(width, state)), width);
        }
}

/* --- drawing it --- */

static void let_seconds_pass(struct progress *progress, double seconds)
{
    progress->start -= seconds;
    progress->last -= seconds;
}

/* What is drawn at half a GiB after ten seconds, and once more at the end. */
static void draw_half(struct progress *progress, bool enabled, bool always, char text[1024])
{
    progress_start(progress, enabled, always);
    let_seconds_pass(progress, 10);
    progress_update(progress, half.done, half.size);
    strcpy(text, drawn());
    progress_end(progress);
}

Test(progress, a_terminals_line_is_drawn_over_and_cleared)
{
    struct progress progress;
    char text[1024];
    int old = to_terminal(64);
    draw_half(&progress, true, false, text);
    const char *end = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_eq(strncmp(text, "\r", 1), 0);
    cr_assert_not_null(strstr(text, "  50%  512.0 MiB of 1.0 GiB  5"), "the rate is 51.20 or less");
    cr_assert_leq(strlen(text), 1 + 61 + 3, "the last columns stay free");
    cr_assert_not_null(strstr(text, "\033[K"));
    cr_assert_null(strchr(text, '\n'));
    cr_assert_str_eq(end, "\r\033[K");
}

/* Blanks take the place of what only other terminals understand. */
static void assert_drawn_without_escapes(void)
{
    struct progress progress;
    char text[1024];
    progress_start(&progress, true, false);
    let_seconds_pass(&progress, 10);
    progress_update(&progress, 1023 << 20, 1 << 30);
    size_t longer = strlen(drawn());
    let_seconds_pass(&progress, 10);
    progress_update(&progress, -1, -1);
    strcpy(text, drawn());
    progress_end(&progress);
    const char *end = drawn();
    cr_assert_eq(text[0], '\r');
    cr_assert_null(strchr(text, '\033'));
    cr_assert_eq(strlen(text), longer, "it leaves some of the longer line");
    cr_assert_eq(end[0], '\r');
    cr_assert_eq(strspn(end + 1, " "), strlen("waiting  0:20"));
    cr_assert_str_eq(end + strlen(end) - 1, "\r");
}

Test(progress, a_terminal_of_next_to_no_columns_gets_no_more)
{
    for (unsigned short columns = 1; columns < 8; columns++) {
        struct progress progress;
        char text[1024];
        int old = to_terminal(columns);
        draw_half(&progress, true, false, text);
        dup2(old, STDERR_FILENO);
        cr_assert_lt(strlen(text), columns + 4U, "%s", text);
    }
}

Test(progress, a_dumb_terminal_gets_no_escapes)
{
    int old = to_terminal(60);
    setenv("TERM", "dumb", 1);
    assert_drawn_without_escapes();
    unsetenv("TERM");
    assert_drawn_without_escapes();
    dup2(old, STDERR_FILENO);
}

Test(progress, what_is_no_terminal_gets_lines_if_always)
{
    struct progress progress;
    char text[1024];
    int old = to_pipe();
    draw_half(&progress, true, true, text);
    const char *end = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_eq(text[strlen(text) - 1], '\n');
    cr_assert_eq(text[0], '[');
    cr_assert_leq(strlen(text), 80);
    cr_assert_str_eq(end, "");
}

Test(progress, what_is_no_terminal_gets_nothing_otherwise)
{
    struct progress progress;
    char text[1024];
    int old = to_pipe();
    draw_half(&progress, true, false, text);
    dup2(old, STDERR_FILENO);
    cr_assert_str_eq(text, "");
}

Test(progress, disabled_it_draws_nothing)
{
    struct progress progress;
    char text[1024];
    int old = to_terminal(80);
    draw_half(&progress, false, true, text);
    dup2(old, STDERR_FILENO);
    cr_assert_str_eq(text, "");
}

Test(progress, a_short_copy_draws_nothing_on_a_terminal)
{
    struct progress progress;
    int old = to_terminal(80);
    progress_start(&progress, true, false);
    let_seconds_pass(&progress, 0.5);
    progress_update(&progress, half.done, half.size);
    progress_end(&progress);
    const char *text = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_str_eq(text, "");
}

Test(progress, it_is_drawn_no_more_often_than_it_can_be_read)
{
    struct progress progress;
    int old = to_pipe();
    progress_start(&progress, true, true);
    let_seconds_pass(&progress, 1.5);
    for (int i = 0; i < 100; i++)
        progress_update(&progress, i, 100);
    const char *text = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_eq(strchr(text, '\n'), text + strlen(text) - 1, "one line only");
}

Test(progress, sigusr1_asks_for_a_line_even_if_disabled)
{
    struct progress progress;
    signals_install();
    int old = to_pipe();
    progress_start(&progress, false, false);
    let_seconds_pass(&progress, 1);
    raise(SIGUSR1);
    for (int i = 0; i < 2; i++)
        progress_update(&progress, half.done, half.size);
    const char *text = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_eq(strncmp(text, "mpcp: 50%  512.0 MiB of 1.0 GiB", 31), 0, "%s", text);
    cr_assert_eq(strchr(text, '\n'), text + strlen(text) - 1, "one line only");
}

Test(progress, it_is_due_when_an_update_would_draw)
{
    struct progress progress;
    signals_install();
    int old = to_pipe();
    progress_start(&progress, true, true);
    bool at_first = progress_is_due(&progress);
    let_seconds_pass(&progress, 1.5);
    bool later = progress_is_due(&progress);
    progress_update(&progress, half.done, half.size);
    bool drawn_just_now = progress_is_due(&progress);
    progress_start(&progress, false, false);
    let_seconds_pass(&progress, 10);
    bool disabled = progress_is_due(&progress);
    raise(SIGUSR1);
    bool asked = progress_is_due(&progress);
    dup2(old, STDERR_FILENO);
    cr_assert(!at_first && later && !drawn_just_now && !disabled && asked);
}

Test(progress, sigusr1_is_answered_while_it_waits)
{
    struct progress progress;
    signals_install();
    int old = to_pipe();
    progress_start(&progress, false, false);
    let_seconds_pass(&progress, 7);
    raise(SIGUSR1);
    progress_update(&progress, -1, -1);
    const char *text = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_str_eq(text, "mpcp: waiting  0:07\n");
}

Test(progress, a_phase_is_counted_anew)
{
    struct progress progress;
    int old = to_pipe();
    progress_start(&progress, true, true);
    let_seconds_pass(&progress, 100);
    progress_update(&progress, 1 << 30, 1 << 30);
    drawn();
    progress_enter(&progress, "flushing");
    let_seconds_pass(&progress, 1.5);
    progress_update(&progress, 3 << 20, 1 << 30);
    const char *text = drawn();
    dup2(old, STDERR_FILENO);
    double rate = 0; /* 2.00, or a bit less where this takes its time */
    const char *phase = strstr(text, "flushing");
    cr_assert_not_null(phase, "%s", text);
    sscanf(phase, "flushing    0%%  3.0 MiB of 1.0 GiB  %lf MiB/s", &rate);
    cr_assert(rate > 1.5 && rate < 2.1, "%s", text);
}
