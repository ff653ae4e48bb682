/* SPDX-License-Identifier: MIT */
#include "cli/status.h"
#include "base/diag.h"
#include "base/json_text.h"
#include "base/signals.h"
#include "base/size.h"
#include "cli/bar.h"
#include "cli/figures.h"
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 79 };

static const char *const phase_names[] = {
    [PHASE_COPYING] = "copying", [PHASE_FLUSHING] = "flushing", [PHASE_VERIFYING] = "verifying"};

static const char *phase_of(const struct sighted_copy *copy)
{
    return copy ? phase_names[copy->phase] : "preparing";
}

/* On an average, as nobody has looked at it before. */
static struct progress_state state_of(off_t done, off_t unmoved, off_t size, double elapsed,
                                      const char *phase)
{
    double rate = elapsed > 0 ? (double)(done - unmoved) / elapsed : 0;
    return (struct progress_state){.done = done,
                                   .size = size,
                                   .rate = rate,
                                   .elapsed = elapsed,
                                   .left = rate > 0 ? (double)(size - done) / rate : -1,
                                   .phase = phase};
}

static struct progress_state figures_of(const struct sighted_copy *copy)
{
    return state_of(copy->done, copy->kept, copy->size, copy->elapsed, phase_of(copy));
}

static struct progress_state figures_of_tree(const struct sighted_tree *tree)
{
    struct progress_state state =
        state_of(tree->done, tree->unmoved, tree->size, tree->elapsed,
                 tree->counting ? "counting" : phase_names[PHASE_COPYING]);
    state.count = (struct progress_count){tree->entries, tree->found, "entries", tree->counting};
    return state;
}

/* --- for people --- */

static void put_worker(FILE *out, const struct sighted_worker *worker, off_t all)
{
    char size[SIZE_TEXT];
    fprintf(out, "  worker %u (pid %d)  %s, %.0f%% of what is done\n", worker->number,
            (int)worker->pid, size_format((uint64_t)worker->done, size),
            all > 0 ? 100 * (double)worker->done / (double)all : 0);
}

/* "node 2 of 4: 12.0 MiB, of a copy that node1 leads" */
static void put_node(FILE *out, const struct sighted_copy *copy)
{
    char size[SIZE_TEXT];
    fprintf(out, "  node %u of %u: %s, of a copy that ", copy->node + 1, copy->nodes,
            size_format((uint64_t)copy->here, size));
    diag_put_name(out, copy->leader);
    fputs(" leads\n", out);
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
    const struct bar_look plain = {0};
    char line[BAR_ROOM];
    bar_format(line, WIDTH - 2, &figures, &plain);
    fprintf(out, "\n  %s\n", line);
}

/* Which of its files is being copied at the moment doesn't matter. */
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
    if (s->copy->nodes > 1)
        put_node(out, s->copy);
    for (unsigned i = 0; i < s->copy->count; i++)
        put_worker(out, &s->copy->workers[i], s->copy->here);
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

static void put_json_of_tree(FILE *out, const struct sighted_tree *tree)
{
    const struct progress_state figures = figures_of_tree(tree);
    json_put_member(out, "phase", figures.phase);
    json_put_member(out, "source", tree->src);
    json_put_member(out, "destination", tree->dst);
    fprintf(out, "\"sources\": %lld, \"entries\": %lld, \"found\": %lld, \"jobs\": %u, ",
            1LL + tree->more, figures.count.done, figures.count.of, tree->jobs);
    figures_put(out, &figures);
}

static void put_json_of_node(FILE *out, const struct sighted_copy *copy)
{
    fprintf(out, "\"node\": %u, \"nodes\": %u, \"bytes_here\": %lld, ", copy->node + 1, copy->nodes,
            (long long)copy->here);
    json_put_member(out, "leader", copy->leader);
}

static void put_figures(FILE *out, const struct sighted_copy *copy)
{
    const struct progress_state figures = figures_of(copy);
    figures_put(out, &figures);
}

static void put_json_of_copy(FILE *out, const struct sighted_copy *copy)
{
    json_put_member(out, "phase", phase_of(copy));
    json_put_member(out, "source", copy ? copy->src : NULL);
    json_put_member(out, "destination", copy ? copy->dst : NULL);
    json_put_member(out, "engine", copy ? copy->engine : NULL);
    if (copy)
        put_figures(out, copy);
    if (copy && copy->nodes > 1)
        put_json_of_node(out, copy);
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
    json_put_last_member(out, "directory", s->dir);
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
                                : "no such process is making a copy");
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
        diag_print("--status: takes at most one operand, the number of a process");
        return STATUS_USAGE;
    }
    int status = STATUS_COPIED, rc = sightings_find(&all, only);
    signals_block_harmless(&old); /* otherwise stdio would lose what it is printing */
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
