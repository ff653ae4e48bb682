/* SPDX-License-Identifier: MIT */
#include "cli/report.h"
#include "support.h"
#include "terminal.h"

/* A report on whose line progress is shown, and what is written there next. */
static struct report report;
static struct progress line;
static struct copy_observer observer;

static int with_progress_drawn(const struct options *options)
{
    int old = to_terminal(80);
    progress_start(&line, options->quiet ? PROGRESS_NEVER : PROGRESS_AUTO);
    report_start(&report, options, "dst", &line);
    report.notes = stderr; /* they go to the same terminal */
    observer = report_observer(&report);
    line.start -= 10;
    line.last -= 10;
    observer.tick(observer.arg, 1 << 20, 2 << 20);
    cr_assert_not_null(strchr(drawn(), '%'));
    return old;
}

/* The line is cleared before it, and nothing else stands on it. */
static void assert_said(int old, const char *sentence)
{
    char expected[128];
    const char *said = drawn();
    dup2(old, STDERR_FILENO);
    snprintf(expected, sizeof(expected), "\r\033[K%s\r\n", sentence);
    cr_assert_str_eq(said, expected);
}

Test(report, a_warning_gets_a_line_of_its_own)
{
    const struct options options = {.progress = PROGRESS_AUTO};
    int old = with_progress_drawn(&options);
    observer.warn(observer.arg, "dst", "what", "why");
    assert_said(old, "mpcp: dst: what: why");
}

Test(report, a_remark_gets_a_line_of_its_own)
{
    const struct options options = {.verbose = true};
    int old = with_progress_drawn(&options);
    observer.remark(observer.arg, "dst", "what", "why");
    assert_said(old, "'dst': what: why");
}

Test(report, an_error_gets_a_line_of_its_own)
{
    const struct options options = {.progress = PROGRESS_AUTO};
    struct copy_result result = {.outcome = OUTCOME_FAILED, .error = (char[]){"dst: what: why"}};
    int old = with_progress_drawn(&options);
    report_end(&report, "src", "dst", &result);
    assert_said(old, "mpcp: dst: what: why");
}

Test(report, a_failure_without_memory_for_its_sentence_is_told)
{
    const struct options options = {.progress = PROGRESS_AUTO};
    struct copy_result result = {.outcome = OUTCOME_FAILED};
    int old = with_progress_drawn(&options);
    report_end(&report, "src", "dst", &result);
    assert_said(old, "mpcp: cannot copy: out of memory");
}

Test(report, what_is_not_asked_for_is_not_said)
{
    const struct options options = {.quiet = true};
    int old = to_terminal(80);
    progress_start(&line, PROGRESS_NEVER);
    report_start(&report, &options, "dst", &line);
    observer = report_observer(&report);
    observer.warn(observer.arg, "dst", "what", "why");
    observer.remark(observer.arg, "dst", "what", "why");
    const char *said = drawn();
    dup2(old, STDERR_FILENO);
    cr_assert_str_eq(said, "");
}
