/* SPDX-License-Identifier: MIT */
#include "cli/status.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "base/json_text.h"
#include "base/signals.h"
#include "base/size.h"
#include "cli/options.h"
#include "cli/progress.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 79 };

static const char *const phase_names[] = {
    [PHASE_COPYING] = "copying", [PHASE_FLUSHING] = "flushing", [PHASE_VERIFYING] = "verifying"};

static const char *phase_of(const struct sighted_copy *copy)
{
    return copy ? phase_names[copy->phase] : "preparing";
}

static struct progress_state figures_of(const struct sighted_copy *copy)
{
    return (struct progress_state){.done = copy->done,
                                   .size = copy->size,
                                   .rate =
                                       copy->elapsed > 0 ? (double)copy->done / copy->elapsed : 0,
                                   .elapsed = copy->elapsed,
                                   .phase = phase_of(copy)};
}

/* --- for people --- */

static void put_worker(FILE *out, const struct sighted_worker *worker, off_t all)
{
    char size[SIZE_TEXT];
    fprintf(out, "  worker %u (pid %d)  %s, %.0f%% of what is done\n", worker->number,
            (int)worker->pid, size_format((uint64_t)worker->done, size),
            all > 0 ? 100 * (double)worker->done / (double)all : 0);
}

static void put_names(FILE *out, const struct sighting *s)
{
    const struct sighted_copy *copy = s->copy;
    diag_put_quoted(out, copy->src);
    fputs(" -> ", out);
    diag_put_quoted(out, copy->dst);
    if (s->dir && (copy->src[0] != '/' || copy->dst[0] != '/')) {
        fputs("  in ", out);
        diag_put_name(out, s->dir);
    }
}

static void put_for_people(FILE *out, const struct sighting *s)
{
    char line[WIDTH + 1];
    fprintf(out, "%d%s  ", (int)s->pid, s->stopped ? " (stopped)" : "");
    if (!s->copy) {
        fputs("preparing, or copying small files\n", out);
        return;
    }
    const struct progress_state figures = figures_of(s->copy);
    put_names(out, s);
    progress_format(line, WIDTH - 2, &figures);
    fprintf(out, "\n  %s\n  by %s\n", line, s->copy->engine);
    for (unsigned i = 0; i < s->copy->count; i++)
        put_worker(out, &s->copy->workers[i], s->copy->done);
}

/* --- for programs --- */

static void put_workers(FILE *out, const struct sighted_copy *copy)
{
    fputs("\"workers\": [", out);
    for (unsigned i = 0; copy && i < copy->count; i++) {
        const struct sighted_worker *worker = &copy->workers[i];
        fprintf(out, "%s{\"worker\": %u, \"pid\": %d, \"bytes\": %lld}", i > 0 ? ", " : "",
                worker->number, (int)worker->pid, (long long)worker->done);
    }
    fputs("]", out);
}

static void put_figures(FILE *out, const struct sighted_copy *copy)
{
    const struct progress_state figures = figures_of(copy);
    fprintf(out, "\"bytes\": %lld, \"seconds\": %.3f, \"throughput\": %.0f, ",
            (long long)figures.done, figures.elapsed, figures.rate);
    if (figures.size < 0) {
        fputs("\"size\": null, \"percent\": null, \"seconds_left\": null, ", out);
        return;
    }
    double size = (double)figures.size, done = (double)figures.done;
    fprintf(out, "\"size\": %lld, \"percent\": %.1f, ", (long long)figures.size,
            size > 0 ? 100 * done / size : 100);
    if (figures.rate > 0)
        fprintf(out, "\"seconds_left\": %.3f, ", (size - done) / figures.rate);
    else
        fputs("\"seconds_left\": null, ", out);
}

static void put_json(FILE *out, const struct sighting *s)
{
    const struct sighted_copy *copy = s->copy;
    const struct {
        const char *name, *text;
    } texts[] = {{"phase", phase_of(copy)},
                 {"source", copy ? copy->src : NULL},
                 {"destination", copy ? copy->dst : NULL},
                 {"directory", s->dir},
                 {"engine", copy ? copy->engine : NULL}};
    fprintf(out, "{\"pid\": %d, \"stopped\": %s, ", (int)s->pid, s->stopped ? "true" : "false");
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        json_put_member(out, texts[i].name, texts[i].text);
        fputs(", ", out);
    }
    if (copy)
        put_figures(out, copy);
    put_workers(out, copy);
    fputs("}\n", out);
}

void status_put(FILE *out, const struct sighting *sighting, bool json)
{
    if (json)
        put_json(out, sighting);
    else
        put_for_people(out, sighting);
}

/* --- all --- */

static bool parse_pid(const char *text, pid_t *pid)
{
    char *end;
    long number = strtol(text, &end, 10);
    *pid = (pid_t)number;
    return *text && !*end && number > 0 && number == *pid;
}

static void print_all(const struct sightings *all, bool json)
{
    for (int i = 0; i < all->count; i++)
        status_put(stdout, &all->list[i], json);
    if (json)
        return;
    if (all->count == 0)
        puts(all->foreign ? "no copy of yours is under way" : "no copy is under way");
    if (all->foreign == 1)
        puts("1 mpcp of another user is running");
    else if (all->foreign)
        printf("%d mpcp of other users are running\n", all->foreign);
}

static int print_one(const struct sightings *all, const char *pid, bool json)
{
    if (all->count == 0) {
        diag_about(pid, "cannot show its status",
                   all->foreign ? "it belongs to another user"
                                : "no copy is made by such a process");
        return STATUS_FAILED;
    }
    status_put(stdout, &all->list[0], json);
    return STATUS_COPIED;
}

int status_print(const char *const *operands, bool json)
{
    struct sightings all;
    sigset_t old;
    pid_t only = 0;
    if (operands[0] && (operands[1] || !parse_pid(operands[0], &only))) {
        diag_print("--status: takes no operand but the number of one process");
        return STATUS_USAGE;
    }
    int status = STATUS_COPIED, rc = sightings_find(&all, only);
    signals_block_harmless(&old); /* stdio would lose what it prints meanwhile */
    if (rc < 0) {
        diag_about("/proc", "cannot list processes", strerror(-rc));
        status = STATUS_FAILED;
    } else if (only) {
        status = print_one(&all, operands[0], json);
    } else {
        print_all(&all, json);
    }
    signals_unblock(&old);
    sightings_release(&all);
    return status;
}
