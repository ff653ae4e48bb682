/* SPDX-License-Identifier: MIT */
#include "cli/status.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/json_text.h"
#include "base/size.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "move/sighting.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 79 };

static const char *const phase_names[] = {
    [PHASE_COPYING] = "copying", [PHASE_FLUSHING] = "flushing", [PHASE_VERIFYING] = "verifying"};

static const char *phase_of(const struct share *share)
{
    unsigned phase = share ? share->phase : 0, count = COUNT_OF(phase_names);
    return share && phase < count ? phase_names[phase] : "preparing";
}

static struct progress_state figures_of(const struct share *share)
{
    double elapsed = clock_seconds() - share->start;
    off_t done = share_done(share);
    return (struct progress_state){.done = done,
                                   .size = share->size,
                                   .rate = elapsed > 0 ? (double)done / elapsed : 0,
                                   .elapsed = elapsed,
                                   .phase = phase_of(share)};
}

/* --- for people --- */

static void print_worker(const struct share *share, unsigned i)
{
    char size[SIZE_TEXT];
    const struct slot *slot = &share->slots[i];
    off_t done = slot->done, all = share_done(share);
    if (slot->pid > 0)
        printf("  worker %u (pid %d)  %s, %.0f%% of what is done\n", i + 1, (int)slot->pid,
               size_format((uint64_t)done, size), all > 0 ? 100 * (double)done / (double)all : 0);
}

static void put_directory(const struct sighting *s)
{
    if (!*s->dir || (s->share->src[0] == '/' && s->share->dst[0] == '/'))
        return;
    fputs("  in ", stdout);
    diag_put_name(stdout, s->dir);
}

static void print_for_people(const struct sighting *s)
{
    char line[WIDTH + 1];
    const char *stopped = s->stopped ? " (stopped)" : "";
    if (!s->share) {
        printf("%d%s  preparing, or copying small files\n", (int)s->pid, stopped);
        return;
    }
    const struct progress_state state = figures_of(s->share);
    printf("%d%s  ", (int)s->pid, stopped);
    diag_put_quoted(stdout, s->share->src);
    fputs(" -> ", stdout);
    diag_put_quoted(stdout, s->share->dst);
    put_directory(s);
    progress_format(line, WIDTH - 2, &state);
    printf("\n  %s\n  by %s\n", line, s->share->engine);
    for (unsigned i = 0; i < s->share->count; i++)
        print_worker(s->share, i);
}

/* --- for programs --- */

static void put_workers(const struct share *share)
{
    const char *gap = "";
    fputs("\"workers\": [", stdout);
    for (unsigned i = 0; share && i < share->count; i++) {
        if (share->slots[i].pid == 0)
            continue;
        printf("%s{\"worker\": %u, \"pid\": %d, \"bytes\": %lld}", gap, i + 1,
               (int)share->slots[i].pid, (long long)share->slots[i].done);
        gap = ", ";
    }
    putchar(']');
}

static void put_figures(const struct share *share)
{
    const struct progress_state state = figures_of(share);
    printf("\"bytes\": %lld, \"seconds\": %.3f, \"throughput\": %.0f, ", (long long)state.done,
           state.elapsed, state.rate);
    if (state.size < 0) {
        fputs("\"size\": null, \"percent\": null, \"seconds_left\": null, ", stdout);
        return;
    }
    double size = (double)state.size, done = (double)state.done;
    printf("\"size\": %lld, \"percent\": %.1f, ", (long long)state.size,
           size > 0 ? 100 * done / size : 100);
    if (state.rate > 0)
        printf("\"seconds_left\": %.3f, ", (size - done) / state.rate);
    else
        fputs("\"seconds_left\": null, ", stdout);
}

static void print_json(const struct sighting *s)
{
    const struct share *share = s->share;
    printf("{\"pid\": %d, \"stopped\": %s, ", (int)s->pid, s->stopped ? "true" : "false");
    json_put_member(stdout, "phase", phase_of(share));
    fputs(", ", stdout);
    json_put_member(stdout, "source", share ? share->src : NULL);
    fputs(", ", stdout);
    json_put_member(stdout, "destination", share ? share->dst : NULL);
    fputs(", ", stdout);
    json_put_member(stdout, "directory", *s->dir ? s->dir : NULL);
    fputs(", ", stdout);
    json_put_member(stdout, "engine", share ? share->engine : NULL);
    fputs(", ", stdout);
    if (share)
        put_figures(share);
    put_workers(share);
    fputs("}\n", stdout);
}

/* --- all --- */

static bool parse_pid(const char *text, pid_t *pid)
{
    char *end;
    long number = strtol(text, &end, 10);
    *pid = (pid_t)number;
    return *text && !*end && number > 0 && number == *pid;
}

int status_print(const char *const *operands, bool json)
{
    struct sighting *all;
    pid_t only = 0;
    if (operands[0] && (operands[1] || !parse_pid(operands[0], &only))) {
        diag_print("--status: takes no operand but the number of one process");
        return STATUS_USAGE;
    }
    int count = sighting_all(only, &all);
    for (int i = 0; i < count; i++)
        (json ? print_json : print_for_people)(&all[i]);
    sighting_release(all, count);
    if (count < 0)
        diag_about("/proc", "cannot list processes", strerror(-count));
    else if (count == 0 && only)
        diag_about(operands[0], "cannot show its status", "no copy is made by such a process");
    else if (count == 0 && !json)
        puts("no copy is under way");
    return count < 0 || (count == 0 && only) ? STATUS_FAILED : STATUS_COPIED;
}
