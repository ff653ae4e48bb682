/* SPDX-License-Identifier: MIT */
#include "cli/status.h"
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

static struct progress_state figures_of_tree(const struct sighted_tree *tree)
{
    return (struct progress_state){
        .done = tree->done,
        .size = tree->size,
        .rate = tree->elapsed > 0 ? (double)tree->done / tree->elapsed : 0,
        .elapsed = tree->elapsed,
        .phase = tree->counting ? "counting" : phase_names[PHASE_COPYING],
        .tree = {tree->entries, tree->found, tree->counting}};
}

/* --- for people --- */

static void put_worker(FILE *out, const struct sighted_worker *worker, off_t all)
{
    char size[SIZE_TEXT];
    fprintf(out, "  worker %u (pid %d)  %s, %.0f%% of what is done\n", worker->number,
            (int)worker->pid, size_format((uint64_t)worker->done, size),
            all > 0 ? 100 * (double)worker->done / (double)all : 0);
}

static void put_names(FILE *out, const struct sighting *s, const char *src, unsigned more,
                      const char *dst)
{
    diag_put_quoted(out, src);
    if (more)
        fprintf(out, " and %u more", more);
    fputs(" -> ", out);
    diag_put_quoted(out, dst);
    if (s->dir && (src[0] != '/' || dst[0] != '/')) {
        fputs("  in ", out);
        diag_put_name(out, s->dir);
    }
}

static void put_line(FILE *out, struct progress_state figures)
{
    char line[WIDTH + 1];
    progress_format(line, WIDTH - 2, &figures);
    fprintf(out, "\n  %s\n", line);
}

/* Which of its files is copied just now is of no interest. */
static void put_tree(FILE *out, const struct sighting *s)
{
    const struct sighted_tree *tree = s->tree;
    put_names(out, s, tree->src, tree->more, tree->dst);
    put_line(out, figures_of_tree(tree));
    fprintf(out, "  by %u process%s\n", tree->jobs, tree->jobs == 1 ? "" : "es");
}

static void put_copy(FILE *out, const struct sighting *s)
{
    put_names(out, s, s->copy->src, 0, s->copy->dst);
    put_line(out, figures_of(s->copy));
    fprintf(out, "  by %s\n", s->copy->engine);
    for (unsigned i = 0; i < s->copy->count; i++)
        put_worker(out, &s->copy->workers[i], s->copy->done);
}

static void put_for_people(FILE *out, const struct sighting *s)
{
    fprintf(out, "%d%s  ", (int)s->pid, s->stopped ? " (stopped)" : "");
    if (s->tree)
        put_tree(out, s);
    else if (s->copy)
        put_copy(out, s);
    else
        fputs("preparing, or copying small files\n", out);
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

/* How long it takes is known only if it is known how much there is. */
static void put_forecast(FILE *out, const struct progress_state *figures)
{
    double size = (double)figures->size, done = (double)figures->done;
    if (figures->size < 0 || figures->tree.counting) {
        fputs("\"percent\": null, \"seconds_left\": null, ", out);
        return;
    }
    fprintf(out, "\"percent\": %.1f, ", size > 0 ? 100 * done / size : 100);
    if (figures->rate > 0)
        fprintf(out, "\"seconds_left\": %.3f, ", (size - done) / figures->rate);
    else
        fputs("\"seconds_left\": null, ", out);
}

static void put_figures(FILE *out, struct progress_state figures)
{
    fprintf(out, "\"bytes\": %lld, \"seconds\": %.3f, \"throughput\": %.0f, ",
            (long long)figures.done, figures.elapsed, figures.rate);
    if (figures.size < 0)
        fputs("\"size\": null, ", out);
    else
        fprintf(out, "\"size\": %lld, ", (long long)figures.size);
    put_forecast(out, &figures);
}

static void put_member(FILE *out, const char *name, const char *text)
{
    json_put_member(out, name, text);
    fputs(", ", out);
}

static void put_json_of_tree(FILE *out, const struct sighted_tree *tree)
{
    const struct progress_state figures = figures_of_tree(tree);
    put_member(out, "phase", figures.phase);
    put_member(out, "source", tree->src);
    put_member(out, "destination", tree->dst);
    fprintf(out, "\"sources\": %lld, \"entries\": %lld, \"found\": %lld, \"jobs\": %u, ",
            1LL + tree->more, figures.tree.entries, figures.tree.found, tree->jobs);
    put_figures(out, figures);
}

static void put_json_of_copy(FILE *out, const struct sighted_copy *copy)
{
    put_member(out, "phase", phase_of(copy));
    put_member(out, "source", copy ? copy->src : NULL);
    put_member(out, "destination", copy ? copy->dst : NULL);
    put_member(out, "engine", copy ? copy->engine : NULL);
    if (copy)
        put_figures(out, figures_of(copy));
    put_workers(out, copy);
    fputs(", ", out);
}

static void put_json(FILE *out, const struct sighting *s)
{
    fprintf(out, "{\"pid\": %d, \"stopped\": %s, ", (int)s->pid, s->stopped ? "true" : "false");
    if (s->tree)
        put_json_of_tree(out, s->tree);
    else
        put_json_of_copy(out, s->copy);
    json_put_member(out, "directory", s->dir);
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
