/* SPDX-License-Identifier: MIT */
#include "cli/report.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "base/filesystem.h"
#include "base/json_text.h"
#include "base/signals.h"
#include "base/size.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void report_start(struct report *report, const struct options *options, const char *dst)
{
    bool stdout_taken = options->json || strcmp(dst, STANDARD_STREAM) == 0;
    *report = (struct report){
        .options = options, .line = &report->progress, .notes = stdout_taken ? stderr : stdout};
    progress_start(&report->progress, !options->quiet && options->progress != WHEN_NEVER,
                   options->progress == WHEN_ALWAYS);
}

void report_start_part(struct report *report, const struct options *options, struct progress *tree)
{
    *report = (struct report){
        .options = options, .line = tree, .part = true, .notes = options->json ? stderr : stdout};
}

/* What is printed has the terminal's line for itself. */
static void clear_line(struct report *report)
{
    if (report->line)
        progress_end(report->line);
}

/* stdio drops what it was writing when a signal interrupts it. So whatever is printed here is
 * printed with those blocked that end nothing; the others must get through to a full pipe. */

/* --- the observer --- */

/* As ls -l shows them: rwxr-x--T. */
static void spell_mode(mode_t mode, char text[10])
{
    static const struct {
        mode_t bit;
        int at;
        const char *letters; /* with the right to execute, and without */
    } special[] = {{S_ISUID, 2, "sS"}, {S_ISGID, 5, "sS"}, {S_ISVTX, 8, "tT"}};
    for (int i = 0; i < 9; i++)
        text[i] = mode & (0400U >> i) ? "rwx"[i % 3] : '-';
    for (size_t i = 0; i < COUNT_OF(special); i++)
        if (mode & special[i].bit)
            text[special[i].at] = special[i].letters[text[special[i].at] == '-'];
    text[9] = '\0';
}

/* One that can't be written to is asked about in other words, which is no more than a warning. */
static bool is_unwritable(const char *dst, mode_t *mode)
{
    struct stat st;
    if (geteuid() == 0 || faccessat(AT_FDCWD, dst, W_OK, AT_EACCESS) == 0 || stat(dst, &st) < 0)
        return false;
    *mode = st.st_mode & 07777;
    return true;
}

static void put_question(const struct options *o, const char *dst)
{
    char letters[10];
    mode_t mode;
    bool unwritable = is_unwritable(dst, &mode),
         replaces = o->rules.force || o->rules.remove_destination;
    fprintf(stderr, "%s: %s ", diag_program(),
            !unwritable ? "overwrite"
            : replaces  ? "replace"
                        : "unwritable");
    diag_put_quoted(stderr, dst);
    if (unwritable) {
        spell_mode(mode, letters);
        fprintf(stderr, replaces ? ", overriding mode %04o (%s)" : " (mode %04o, %s); try anyway",
                mode, letters);
    }
    fputs("? ", stderr);
}

static void ask(const struct options *o, const char *dst)
{
    sigset_t old;
    signals_block_harmless(&old);
    put_question(o, dst);
    fflush(stderr);
    signals_unblock(&old);
}

/* "y" or "Y" is yes. Anything else, also the end of stdin, is no. */
static bool confirm(void *arg, const char *dst)
{
    struct report *report = arg;
    char answer = '\0', c = '\0';
    clear_line(report);
    ask(report->options, dst);
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
            ask(report->options, dst);
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

static void put_size(FILE *out, const struct plan *plan)
{
    char text[SIZE_TEXT];
    if (plan->size < 0) {
        fputs("  size         known at its end\n", out);
        return;
    }
    fprintf(out, "  size         %s (%lld bytes)", size_format((uint64_t)plan->size, text),
            (long long)plan->size);
    if (plan->data < plan->size)
        fprintf(out, ", of which %s are data", size_format((uint64_t)plan->data, text));
    fputc('\n', out);
}

static void put_facts(FILE *out, const struct source *src, const struct destination *dst,
                      const struct facts *facts)
{
    char text[SIZE_TEXT];
    fprintf(out, "  source       on %s", filesystem_of(src->fs)->name);
    if (facts->memory > 0) /* else nobody has looked, for such a small file */
        fprintf(out, ", %.0f%% cached%s", 100 * facts->src_cached,
                facts->src_spins ? ", on a rotating disk" : "");
    fprintf(out, "\n  destination  on %s%s\n", filesystem_of(dst->fs)->name,
            dst->same_fs ? ", the source's" : "");
    if (facts->memory > 0)
        fprintf(out, "  machine      %u CPU%s usable, %s of memory available\n", facts->cpus,
                facts->cpus == 1 ? "" : "s", size_format(facts->memory, text));
}

static void put_engines(FILE *out, const struct plan *plan)
{
    static const char *const reflink[] = {
        [REFLINK_TRY] = "tried first", [REFLINK_MUST] = "or nothing"};
    if (plan->reflink != REFLINK_NO)
        fprintf(out, "  reflink      %s: %s\n", reflink[plan->reflink], plan->reflink_why);
    for (const struct candidate *c = plan->engines; c->engine; c++) {
        fprintf(out, "  %-12s %s: %s", c == plan->engines ? "engine" : "or else", c->engine->name,
                c->why);
        if (c->forecast > 0)
            fprintf(out, " (%.0f ms a GiB by %u)", c->forecast, c->workers);
        fputc('\n', out);
    }
}

static void put_room(FILE *out, const struct plan *plan)
{
    static const char *const reserve[] = {[RESERVE_NOTHING] = "not looked for",
                                          [RESERVE_LOOK] = "looked for first",
                                          [RESERVE_ALLOCATE] = "taken first"};
    if (plan->size >= 0)
        fprintf(out, "  room         %s: %s\n", reserve[plan->reserve], plan->reserve_why);
}

static void put_work(FILE *out, const struct plan *plan)
{
    static const char *const holes[] = {
        [HOLES_KEEP] = "kept", [HOLES_MAKE] = "made of zeros", [HOLES_FILL] = "filled"};
    char text[SIZE_TEXT];
    fprintf(out, "  jobs         %u: %s\n", plan->jobs, plan->jobs_why);
    if (plan->size >= 0)
        fprintf(out, "  blocks       %u, of about %s\n", plan->blocks,
                size_format((uint64_t)plan->data / plan->blocks, text));
    fprintf(out, "  chunks       %s\n", size_format(plan->chunk_len, text));
    fprintf(out, "  holes        %s: %s\n", holes[plan->holes], plan->holes_why);
    fprintf(out, "  page cache   %s: %s\n", plan->drop_dst ? "cleared" : "used", plan->cache_why);
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
    put_size(out, plan);
    put_facts(out, src, dst, facts);
    put_engines(out, plan);
    put_work(out, plan);
    put_room(out, plan);
    fprintf(out, "  placement    %s: %s\n", plan->in_place ? "in place" : "staged",
            plan->placement_why);
    fflush(out); /* before any worker inherits the buffer, and before the copy takes its time */
    signals_unblock(&old);
}

static void tick(void *arg, off_t done, off_t size)
{
    struct report *report = arg;
    progress_update(&report->progress, done, size);
}

static void phase(void *arg, const char *name)
{
    struct report *report = arg;
    progress_enter(&report->progress, name);
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
                                  .phase = phase,
                                  .remark = remark,
                                  .warn = warn,
                                  .arg = report};
}

/* --- the result --- */

static const char *const outcome_names[] = {
    [OUTCOME_COPIED] = "copied",     [OUTCOME_SKIPPED] = "skipped",
    [OUTCOME_PLANNED] = "planned",   [OUTCOME_FAILED] = "failed",
    [OUTCOME_DECLINED] = "declined", [OUTCOME_INTERRUPTED] = "interrupted",
};

static double throughput(const struct copy_result *result)
{
    return result->seconds > 0 ? (double)result->bytes / result->seconds : 0;
}

static void print_verbose(FILE *out, const char *src, const char *dst,
                          const struct copy_result *result)
{
    char size[SIZE_TEXT], rate[SIZE_TEXT];
    put_pair(out, src, dst);
    if (result->outcome != OUTCOME_COPIED) {
        fprintf(out, " (%s)\n", outcome_names[result->outcome]);
        return;
    }
    fprintf(out, " (%s in %.3f s, %s; %s, %u %s", size_format((uint64_t)result->bytes, size),
            result->seconds, size_format_rate(throughput(result), rate), result->engine,
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

/* --- lines that go out whole ---
 * Made in memory first, for other processes may print, too. */

struct line {
    FILE *out;
    char *text;
    size_t len;
    sigset_t old;
};

/* Without memory it goes out as it comes. */
static FILE *begin_line(struct line *line, FILE *out)
{
    *line = (struct line){.out = NULL};
    signals_block_harmless(&line->old);
    line->out = open_memstream(&line->text, &line->len);
    return line->out ? line->out : out;
}

/* In parts, if one packet doesn't hold it: who gets them puts them together again. */
static void end_line(struct line *line, FILE *out)
{
    if (line->out)
        fclose(line->out);
    for (size_t at = 0, part; line->text && at < line->len; at += part) {
        part = min_size(line->len - at, DIAG_PART);
        fwrite(line->text + at, 1, part, out);
        if (line->len > DIAG_PART)
            fflush(out);
    }
    free(line->text);
    signals_unblock(&line->old);
}

/* --- JSON --- */

static void put_json_member(FILE *out, const char *name, const char *text)
{
    json_put_member(out, name, text);
    fputs(", ", out);
}

/* Seconds; null where nothing is known of such copies. */
static void put_forecast(FILE *out, double seconds)
{
    if (seconds > 0)
        fprintf(out, "\"forecast\": %.6f, ", seconds);
    else
        fputs("\"forecast\": null, ", out);
}

static void put_names_and_end(FILE *out, const char *src, const char *dst,
                              const struct copy_result *result)
{
    put_json_member(out, "source", src);
    put_json_member(out, "destination", dst);
    put_json_member(out, "outcome", outcome_names[result->outcome]);
    put_json_member(out, "error", result->error);
}

static void put_file(FILE *out, const struct copy_result *result)
{
    put_json_member(out, "engine", result->engine);
    put_json_member(out, "last_engine", result->last_engine);
    put_forecast(out, result->forecast);
    fprintf(out,
            "\"jobs\": %u, \"last_jobs\": %u, \"blocks\": %u, \"bytes\": %lld, \"kept\": %lld, "
            "\"verified\": %s, "
            "\"seconds\": %.6f, \"throughput\": %.0f",
            result->jobs, result->last_jobs, result->blocks, (long long)result->bytes,
            (long long)result->kept, result->verified ? "true" : "false", result->seconds,
            throughput(result));
}

static void print_json(const char *src, const char *dst, const struct copy_result *result)
{
    putchar('{');
    put_names_and_end(stdout, src, dst, result);
    put_file(stdout, result);
    puts("}");
    fflush(stdout);
}

static const char *const kind_names[] = {
    [KIND_UNKNOWN] = "unknown", [KIND_FILE] = "file", [KIND_DIRECTORY] = "directory",
    [KIND_LINK] = "link",       [KIND_FIFO] = "fifo", [KIND_DEVICE] = "device",
    [KIND_SOCKET] = "socket",
};

enum kind report_kind(mode_t mode)
{
    static const struct {
        mode_t mode;
        enum kind kind;
    } kinds[] = {{S_IFREG, KIND_FILE},   {S_IFDIR, KIND_DIRECTORY}, {S_IFLNK, KIND_LINK},
                 {S_IFIFO, KIND_FIFO},   {S_IFCHR, KIND_DEVICE},    {S_IFBLK, KIND_DEVICE},
                 {S_IFSOCK, KIND_SOCKET}};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if ((mode & S_IFMT) == kinds[i].mode)
            return kinds[i].kind;
    return KIND_UNKNOWN;
}

void report_json(enum kind kind, const char *src, const char *dst, const struct copy_result *result)
{
    struct line line;
    FILE *out = begin_line(&line, stdout);
    putc('{', out);
    put_json_member(out, "kind", kind_names[kind]);
    put_names_and_end(out, src, dst, result);
    if (kind == KIND_FILE)
        put_file(out, result);
    else
        fprintf(out, "\"bytes\": %lld", (long long)result->bytes);
    fputs("}\n", out);
    end_line(&line, stdout);
}

static void put_counts(FILE *out, const char *name, const char *const *names,
                       const long long *counts, size_t len)
{
    fprintf(out, "\"%s\": {", name);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%s\"%s\": %lld", i > 0 ? ", " : "", names[i], counts[i]);
    fputs("}, ", out);
}

void report_total(const struct total *t)
{
    struct line line;
    FILE *out = begin_line(&line, stdout);
    long long entries = 0;
    for (size_t i = 0; i < COUNT_OF(t->outcomes); i++)
        entries += t->outcomes[i];
    fputs("{\"kind\": \"total\", ", out);
    put_json_member(out, "outcome", outcome_names[t->outcome]);
    fprintf(out, "\"entries\": %lld, ", entries);
    put_counts(out, "outcomes", outcome_names, t->outcomes, COUNT_OF(t->outcomes));
    put_counts(out, "kinds", kind_names, t->kinds, COUNT_OF(t->kinds));
    fprintf(out, "\"jobs\": %u, \"bytes\": %lld, \"seconds\": %.6f, \"throughput\": %.0f}\n",
            t->jobs, t->bytes, t->seconds, t->seconds > 0 ? (double)t->bytes / t->seconds : 0);
    end_line(&line, stdout);
}

void report_end(struct report *report, const char *src, const char *dst,
                const struct copy_result *result)
{
    sigset_t old;
    clear_line(report);
    signals_block_harmless(&old);
    if (result->error || result->outcome == OUTCOME_FAILED)
        diag_print("%s", result->error ? result->error : "cannot copy: out of memory");
    if (report->options->json && !report->part)
        print_json(src, dst, result);
    if (report->options->verbose && result->outcome != OUTCOME_FAILED)
        print_verbose(report->notes, src, dst, result);
    signals_unblock(&old);
}

void report_entry(const struct options *options, const char *src, const char *dst,
                  const char *backup)
{
    struct line line;
    FILE *notes = options->json ? stderr : stdout, *out = begin_line(&line, notes);
    put_pair(out, src, dst);
    if (backup) {
        fputs(" (backup: ", out);
        diag_put_quoted(out, backup);
        putc(')', out);
    }
    putc('\n', out);
    end_line(&line, notes);
}

void report_removed(const struct options *options, const char *path)
{
    struct line line;
    FILE *notes = options->json ? stderr : stdout, *out = begin_line(&line, notes);
    fputs("removed ", out);
    diag_put_quoted(out, path);
    putc('\n', out);
    end_line(&line, notes);
}

int report_close(int status)
{
    sigset_t old; /* to the end: nobody is left to answer */
    signals_block_harmless(&old);
    if (fflush(stdout) == 0 && !ferror(stdout) && fclose(stdout) == 0)
        return status;
    if (signals_fatal()) /* which has interrupted it, and is what the process ends by */
        return status;
    diag_error(errno, "write error");
    return status == STATUS_COPIED ? STATUS_FAILED : status;
}
