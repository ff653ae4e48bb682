/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"
#include "base/signals.h"
#include "support.h"
#include "terminal.h"

#include <signal.h>

static const off_t half = 512 << 20, whole = 1 << 30;

/* --- drawing it --- */

static void let_seconds_pass(struct progress *progress, double seconds)
{
    progress->start -= seconds;
    progress->entered -= seconds;
    progress->last -= seconds;
    progress->whole.last -= seconds;
    progress->part.last -= seconds;
}

/* What is drawn at half a GiB after ten seconds, and once more at the end. */
static void draw_half(struct progress *progress, enum progress_form form, char text[1024])
{
    progress_start(progress, form);
    let_seconds_pass(progress, 10);
    progress_update(progress, half, whole);
    strcpy(text, drawn());
    progress_end(progress);
}

Test(progress, a_terminals_line_is_drawn_over_and_cleared)
{
    struct progress progress;
    char text[1024];
    int old = to_terminal(64);
    setenv("NO_COLOR", "1", 1);
    setenv("LC_ALL", "C", 1);
    draw_half(&progress, PROGRESS_AUTO, text);
    const char *end = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_eq(strncmp(text, "\r", 1), 0);
    cr_assert_not_null(strstr(text, "  50%  512.0 MiB of 1.0 GiB  5"), "the rate is 51.20 or less");
    cr_assert_leq(strlen(text), 1 + 61 + 4, "the last columns stay free");
    cr_assert_str_eq(text + strlen(text) - 4, "\033[K\r", "the cursor stays where the line begins");
    cr_assert_null(strchr(text, '\n'));
    cr_assert_str_eq(end, "\r\033[K");
}

/* Blanks take the place of what only other terminals understand. */
static void assert_drawn_without_escapes(void)
{
    struct progress progress;
    char text[1024];
    progress_start(&progress, PROGRESS_AUTO);
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
        draw_half(&progress, PROGRESS_AUTO, text);
        dup2(old, STDERR_FILENO);
        cr_assert_lt(strlen(text), columns + 5U, "%s", text);
    }
}

/* What the line is wrapped into stands below where the cursor was left. */
Test(progress, a_terminal_that_got_narrower_is_cleared_below_too)
{
    struct progress progress;
    char text[1024];
    const struct winsize narrow = {.ws_row = 24, .ws_col = 30};
    int old = to_terminal(80);
    progress_start(&progress, PROGRESS_AUTO);
    for (int i = 0; i < 2; i++) {
        let_seconds_pass(&progress, 10);
        progress_update(&progress, half, whole);
        strcpy(text, drawn());
        cr_assert_eq(strstr(text, "\033[J\r") != NULL, i == 1, "%d: %s", i, text);
        ioctl(STDERR_FILENO, TIOCSWINSZ, &narrow);
    }
    progress_update(&progress, half, whole);
    progress_end(&progress);
    const char *end = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_str_eq(end, "\r\033[K", "this line isn't wrapped");
}

/* With Ctrl-S, for one, nothing is taken. */
Test(progress, nothing_is_written_where_it_would_be_waited_for)
{
    struct progress progress;
    int ends[2];
    char junk[4096] = "";
    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    while (write(ends[1], junk, sizeof(junk)) > 0)
        ;
    cr_assert_eq(fcntl(ends[1], F_SETFL, 0), 0);
    int old = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    alarm(20); /* instead of waiting for ever */
    progress_start(&progress, PROGRESS_ALWAYS);
    let_seconds_pass(&progress, 10);
    progress_update(&progress, half, whole);
    progress_finish(&progress, "copied");
    dup2(old, STDERR_FILENO);
    cr_assert_not(progress.shown);
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
    draw_half(&progress, PROGRESS_ALWAYS, text);
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
    draw_half(&progress, PROGRESS_AUTO, text);
    dup2(old, STDERR_FILENO);
    cr_assert_str_eq(text, "");
}

Test(progress, disabled_it_draws_nothing)
{
    struct progress progress;
    char text[1024];
    int old = to_terminal(80);
    draw_half(&progress, PROGRESS_NEVER, text);
    dup2(old, STDERR_FILENO);
    cr_assert_str_eq(text, "");
}

Test(progress, a_short_copy_draws_nothing_on_a_terminal)
{
    struct progress progress;
    int old = to_terminal(80);
    progress_start(&progress, PROGRESS_AUTO);
    let_seconds_pass(&progress, 0.5);
    progress_update(&progress, half, whole);
    progress_end(&progress);
    const char *text = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_str_eq(text, "");
}

Test(progress, it_is_drawn_no_more_often_than_it_can_be_read)
{
    struct progress progress;
    int old = to_pipe();
    progress_start(&progress, PROGRESS_ALWAYS);
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
    progress_start(&progress, PROGRESS_NEVER);
    let_seconds_pass(&progress, 1);
    raise(SIGUSR1);
    for (int i = 0; i < 2; i++)
        progress_update(&progress, half, whole);
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
    progress_start(&progress, PROGRESS_ALWAYS);
    bool at_first = progress_is_due(&progress);
    let_seconds_pass(&progress, 1.5);
    bool later = progress_is_due(&progress);
    progress_update(&progress, half, whole);
    bool drawn_just_now = progress_is_due(&progress);
    progress_start(&progress, PROGRESS_NEVER);
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
    progress_start(&progress, PROGRESS_NEVER);
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
    progress_start(&progress, PROGRESS_ALWAYS);
    let_seconds_pass(&progress, 100);
    progress_update(&progress, 1 << 30, 1 << 30);
    drawn();
    progress_enter(&progress, "flushing");
    cr_assert_str_eq(drawn(), "flushing\n", "it is told at once");
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

/* What an update at the end of the next 1.5 s draws. */
static const char *drawn_after(struct progress *progress, off_t kept, off_t done)
{
    let_seconds_pass(progress, 1.5);
    progress_keep(progress, kept);
    progress_update(progress, done, whole);
    return drawn();
}

Test(progress, what_an_earlier_run_copied_says_nothing_about_the_rest)
{
    struct progress progress;
    char checking[1024], copying[1024];
    int old = to_pipe();
    progress_start(&progress, PROGRESS_ALWAYS);
    strcpy(checking, drawn_after(&progress, half, half));
    strcpy(copying, drawn_after(&progress, half, half + (3 << 20)));
    signals_install();
    raise(SIGUSR1);
    let_seconds_pass(&progress, 3);
    progress_update(&progress, half + (12 << 20), whole);
    const char *asked = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_not_null(strstr(checking, "checking   50%"), "%s", checking);
    cr_assert_not_null(strstr(checking, "-:-- left"), "%s", checking);
    cr_assert_null(strstr(copying, "checking"), "%s", copying);
    double rate = 0; /* 2.00, or a bit less where this takes its time */
    sscanf(strstr(copying, "GiB") + 3, " %lf MiB/s", &rate);
    cr_assert(rate > 1.5 && rate < 2.1, "%s", copying);
    cr_assert_not_null(strstr(copying, "4:"), "508 MiB are left: %s", copying);
    sscanf(strstr(asked, "GiB") + 3, " %lf MiB/s", &rate);
    cr_assert(rate > 1.5 && rate < 2.1, "%s", asked);
}

/* Of an object. */
static double number_in(const char *text, const char *member)
{
    char name[32];
    snprintf(name, sizeof(name), "\"%s\": ", member);
    const char *at = strstr(text, name);
    cr_assert_not_null(at, "%s", text);
    return atof(at + strlen(name));
}

static double throughput_in(const char *text)
{
    return number_in(text, "throughput");
}

Test(progress, what_was_kept_of_one_file_is_no_throughput_of_all)
{
    struct progress progress;
    const struct progress_count count = {1, 2, "file", false};
    int old = to_pipe();
    progress_start(&progress, PROGRESS_JSON);
    progress_begin_file(&progress, &count, "first", 0, 2 * whole);
    drawn_after(&progress, half, half);
    progress_begin_file(&progress, &count, "second", whole, 2 * whole);
    progress_leave_out(&progress, half);
    drawn_after(&progress, half, half);
    progress_conclude(&progress, whole + (3 << 20), whole + (3 << 20), whole);
    progress_finish(&progress, "copied");
    const char *text = drawn();
    dup2(old, STDERR_FILENO);
    double rate = throughput_in(text);
    cr_assert(rate > 0.7 * (1 << 20) && rate < 1.1 * (1 << 20), "%s", text);
}

/* As of a tree, half of which is skipped, or was copied by an earlier run, while the rest begins to
 * be copied. */
Test(progress, what_was_not_copied_is_no_throughput)
{
    struct progress progress;
    char left[1024];
    int old = to_pipe();
    progress_start(&progress, PROGRESS_JSON);
    progress.count = (struct progress_count){1, 2, "entries", false};
    for (int i = 1; i <= 4; i++) {
        let_seconds_pass(&progress, 1.5);
        progress_leave_out(&progress, half);
        progress_update(&progress, half + i * (3 << 20), whole);
        strcpy(left, drawn());
    }
    double rate = throughput_in(left), seconds = number_in(left, "seconds_left");
    progress_conclude(&progress, half + (12 << 20), whole, half);
    progress_finish(&progress, "interrupted");
    const char *text = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert(rate > 1.5 * (1 << 20) && rate < 2.1 * (1 << 20), "%s", left);
    cr_assert(seconds > 240 && seconds < 340, "500 MiB are left: %s", left);
    cr_assert_not_null(strstr(left, "\"phase\": \"copying\""), "%s", left);
    cr_assert_eq(number_in(text, "bytes"), half + (12 << 20), "%s", text);
    rate = throughput_in(text);
    cr_assert(rate > 1.5 * (1 << 20) && rate < 2.1 * (1 << 20), "%s", text);
}

/* It was found and copied in the same interval: what most of that was counts. */
Test(progress, a_check_that_has_ended_is_no_longer_told)
{
    struct progress progress;
    char text[1024];
    int old = to_pipe();
    progress_start(&progress, PROGRESS_ALWAYS);
    drawn_after(&progress, half, half);
    strcpy(text, drawn_after(&progress, half + (1 << 20), half + (4 << 20)));
    dup2(old, STDERR_FILENO);
    cr_assert_null(strstr(text, "checking"), "%s", text);
}

Test(progress, while_it_checks_sigusr1_is_told_no_time)
{
    struct progress progress;
    signals_install();
    int old = to_pipe();
    progress_start(&progress, PROGRESS_NEVER);
    let_seconds_pass(&progress, 1.5);
    progress_keep(&progress, half);
    raise(SIGUSR1);
    progress_update(&progress, half + (3 << 20), whole);
    const char *text = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_not_null(strstr(text, "checking   50%"), "%s", text);
    cr_assert_not_null(strstr(text, "-:-- left"), "%s", text);
}
