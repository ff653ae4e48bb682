/* SPDX-License-Identifier: MIT */
#include "cli/report.h"
#include "base/diag.h"
#include "base/signals.h"
#include "base/size.h"
#include "cli/explanation.h"
#include "cli/objects.h"
#include "cli/question.h"
#include "cli/whole_line.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void report_start(struct report *report, const struct options *options, const char *dst,
                  struct progress *line)
{
    bool stdout_taken = options->json || strcmp(dst, STANDARD_STREAM) == 0;
    *report =
        (struct report){.options = options, .line = line, .notes = stdout_taken ? stderr : stdout};
}

void report_start_part(struct report *report, const struct options *options, struct progress *tree)
{
    *report = (struct report){
        .options = options, .line = tree, .part = true, .notes = options->json ? stderr : stdout};
}

/* What is printed gets the terminal's line to itself. */
static void clear_line(struct report *report)
{
    if (report->line)
        progress_end(report->line);
}

/* stdio drops what it was writing when a signal interrupts it. So whatever is printed here is
 * printed with those signals blocked that end nothing; the others must get through to a full
 * pipe. */

/* --- the observer --- */

/* "y" or "Y" is yes. Anything else is no, even the end of stdin. */
static bool confirm(void *arg, const char *dst)
{
    struct report *report = arg;
    char answer = '\0', c = '\0';
    clear_line(report);
    question_put(report->options, dst);
    while (c != '\n') {
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n == 1) {
            answer = answer ? answer : c;
        } else if (n == 0 || errno != EINTR || signals_fatal()) {
            break;
        } else { /* a status line was asked for */
            fputc('\n', stderr);
            if (report->line)
                progress_update(report->line, -1, -1);
            question_put(report->options, dst);
        }
    }
    return (answer == 'y' || answer == 'Y') && !signals_fatal();
}

static void put_pair(FILE *out, const char *src, const char *dst)
{
    diag_put_quoted(out, src);
    fputs(" -> ", out);
    diag_put_quoted(out, dst);
}

static void explain(void *arg, const struct source *src, const struct destination *dst,
                    const struct facts *facts, const struct plan *plan)
{
    struct report *report = arg;
    FILE *out = report->notes;
    sigset_t old;
    if (!report->options->explain)
        return;
    clear_line(report);
    signals_block_harmless(&old);
    put_pair(out, src->path, dst->path);
    fputc('\n', out);
    explanation_put(out, src, dst, facts, plan);
    fflush(out); /* before any worker inherits the buffer, and before the copy takes its time */
    signals_unblock(&old);
}

static void tick(void *arg, off_t done, off_t size)
{
    struct report *report = arg;
    if (report->line)
        progress_update(report->line, done, size);
}

static void kept(void *arg, off_t bytes)
{
    struct report *report = arg;
    if (report->line)
        progress_keep(report->line, bytes);
}

static void phase(void *arg, const char *name)
{
    struct report *report = arg;
    if (report->line)
        progress_enter(report->line, name);
}

static void warn(void *arg, const char *dst, const char *what, const char *why)
{
    struct report *report = arg;
    if (report->options->quiet)
        return;
    clear_line(report);
    diag_about(dst, what, why);
}

static void remark(void *arg, const char *dst, const char *what, const char *why)
{
    struct report *report = arg;
    sigset_t old;
    if (!report->options->verbose)
        return;
    clear_line(report);
    signals_block_harmless(&old);
    diag_put_quoted(report->notes, dst);
    fprintf(report->notes, ": %s: %s\n", what, why);
    fflush(report->notes);
    signals_unblock(&old);
}

struct copy_observer report_observer(struct report *report)
{
    return (struct copy_observer){.confirm = confirm,
                                  .planned = explain,
                                  .tick = tick,
                                  .kept = kept,
                                  .phase = phase,
                                  .remark = remark,
                                  .warn = warn,
                                  .arg = report};
}

/* --- the result --- */

static void print_verbose(FILE *out, const char *src, const char *dst,
                          const struct copy_result *result)
{
    char size[SIZE_TEXT], rate[SIZE_TEXT];
    put_pair(out, src, dst);
    if (result->outcome != OUTCOME_COPIED) {
        fprintf(out, " (%s)\n", objects_outcome(result->outcome));
        return;
    }
    fprintf(out, " (%s in %.3f s, %s; %s, %u %s", size_format((uint64_t)result->bytes, size),
            result->seconds, size_format_rate(objects_throughput(result), rate), result->engine,
            result->jobs, result->jobs == 1 ? "job" : "jobs");
    if (result->last_jobs != result->jobs)
        fprintf(out, "; ended with %s by %u", result->last_engine, result->last_jobs);
    else if (result->last_engine != result->engine)
        fprintf(out, "; ended with %s", result->last_engine);
    if (result->kept > 0)
        fprintf(out, "; %s kept", size_format((uint64_t)result->kept, size));
    fputs(result->verified ? "; verified)\n" : ")\n", out);
    fflush(out);
}

/* Of most of many files nothing is said, and progress stays where it is. */
void report_end(struct report *report, const char *src, const char *dst,
                const struct copy_result *result)
{
    bool failed = result->outcome == OUTCOME_FAILED, fails = failed || result->error;
    bool json = report->options->json && !report->part;
    bool verbose = report->options->verbose && !failed;
    sigset_t old;
    if (fails || json || verbose)
        clear_line(report);
    signals_block_harmless(&old);
    if (fails)
        diag_print("%s", result->error ? result->error : "cannot copy: out of memory");
    if (json)
        objects_put_copy(src, dst, result);
    if (verbose)
        print_verbose(report->notes, src, dst, result);
    signals_unblock(&old);
}

void report_entry(const struct options *options, const char *src, const char *dst,
                  const char *backup)
{
    struct whole_line line;
    FILE *notes = options->json ? stderr : stdout, *out = whole_line_begin(&line, notes);
    put_pair(out, src, dst);
    if (backup) {
        fputs(" (backup: ", out);
        diag_put_quoted(out, backup);
        putc(')', out);
    }
    putc('\n', out);
    whole_line_end(&line, notes);
}

void report_remark(const struct options *options, const char *dst, const char *what,
                   const char *why)
{
    struct whole_line line;
    FILE *notes = options->json ? stderr : stdout, *out = whole_line_begin(&line, notes);
    diag_put_quoted(out, dst);
    fprintf(out, ": %s: %s\n", what, why);
    whole_line_end(&line, notes);
}

void report_removed(const struct options *options, const char *path)
{
    struct whole_line line;
    FILE *notes = options->json ? stderr : stdout, *out = whole_line_begin(&line, notes);
    fputs("removed ", out);
    diag_put_quoted(out, path);
    putc('\n', out);
    whole_line_end(&line, notes);
}

int report_close(int status)
{
    sigset_t old; /* even to the end: nobody is left to answer */
    signals_block_harmless(&old);
    if (fflush(stdout) == 0 && !ferror(stdout) && fclose(stdout) == 0)
        return status;
    if (signals_fatal()) /* this signal has interrupted it, and will end the process */
        return status;
    diag_error(errno, "write error");
    return status == STATUS_COPIED ? STATUS_FAILED : status;
}
