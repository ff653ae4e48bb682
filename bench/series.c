/* SPDX-License-Identifier: MIT */
#include "series.h"
#include "base/facts.h"
#include "base/signals.h"
#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char *series_name(const struct cell *cell, char buf[SERIES_NAME])
{
    snprintf(buf, SERIES_NAME, cell->jobs ? "%s, %u job%s" : "%s", cell->method->name, cell->jobs,
             cell->jobs == 1 ? "" : "s");
    return buf;
}

const struct cell *series_reference(const struct series *series)
{
    return &series->cells[0]; /* settings puts the reference first */
}

static int add_cell(struct series *series, const struct method *method, unsigned jobs)
{
    /* A quarter is left for the page cache, without which the other methods would be disturbed. */
    uint64_t available = facts_memory() / 4 * 3;
    struct cell cell = {.method = method, .jobs = jobs};
    cell.left_out = method->in_memory && available > 0 && available / 2 < series->size;
    if (cell.left_out)
        snprintf(cell.why, sizeof(cell.why), "there is not memory enough");
    cell.runs = calloc(series->rounds, sizeof(*cell.runs));
    if (!cell.runs)
        return -ENOMEM;
    series->cells[series->count++] = cell;
    return 0;
}

static int make_cells(struct series *series, const struct settings *settings)
{
    size_t most = settings->method_count * (settings->jobs_count + 1);
    int err = 0;
    series->cells = calloc(most, sizeof(*series->cells));
    if (!series->cells)
        return -ENOMEM;
    for (size_t i = 0; i < settings->method_count && !err; i++) {
        const struct method *method = settings->methods[i];
        if (!method->has_jobs || settings->jobs_count == 0)
            err = add_cell(series, method, 0);
        for (size_t j = 0; method->has_jobs && j < settings->jobs_count && !err; j++)
            err = add_cell(series, method, settings->jobs[j]);
    }
    return err;
}

/* A user copies once, after a pause. In a pause, free memory may go back to the host of a virtual
 * machine, and be slow to get again. */
static int rest(unsigned seconds, struct trouble *trouble)
{
    struct timespec left = {.tv_sec = seconds};
    while (nanosleep(&left, &left) < 0)
        if (signals_fatal())
            return trouble_note(trouble, EINTR, "rest");
    return 0;
}

/* The same state before each run, whatever the last one and its comparison left behind. */
static int prepare(struct series *series, const struct settings *settings,
                   const struct workspace *workspace, struct trouble *trouble)
{
    uint64_t resident = 0;
    int err = 0;
    /* Else neither the medium is waited for nor memory that the last copy has left. */
    if (settings->cold || settings->fsync || settings->idle > 0)
        err = workspace_settle(workspace, trouble);
    if (!err && settings->cold)
        err = source_evict(workspace->src, &resident, trouble);
    else if (!err)
        err = source_warm(workspace->src, trouble);
    if (series->not_evicted < resident)
        series->not_evicted = resident;
    return err ? err : rest(settings->idle, trouble);
}

/* Unlinking a copy right after its comparison throws its dirty pages away before anyone writes
 * them. */
static int check(const struct cell *cell, const struct workspace *workspace,
                 struct trouble *trouble)
{
    char name[SERIES_NAME];
    int err = source_compare(workspace->src, workspace->dst, series_name(cell, name), trouble);
    return err ? err : workspace_clear(workspace, trouble);
}

static int run_cell(struct series *series, struct cell *cell, unsigned round,
                    const struct settings *settings, const struct workspace *workspace,
                    struct trouble *trouble)
{
    struct task task = {settings->mpcp, workspace->src, workspace->dst,
                        series->size,   cell->jobs,     settings->fsync};
    bool file = !cell->method->in_memory, compare = file && !cell->method->moves_nothing;
    int err = file ? prepare(series, settings, workspace, trouble) : 0;
    if (!err && signals_fatal())
        err = trouble_note(trouble, EINTR, cell->method->name);
    if (!err)
        err = cell->method->run(cell->method, &task, &cell->runs[round], trouble);
    if (!err && compare)
        err = check(cell, workspace, trouble);
    else if (file)
        workspace_clear(workspace, trouble);
    return err;
}

/* That a method can't do it (here, or at all) is an answer, not the end; but nothing can be said
 * without the reference. */
static bool is_refusal(const struct series *series, const struct cell *cell, int err)
{
    return cell != series_reference(series) && (err == -ECHILD || err == -ENOENT);
}

static void leave_out(struct cell *cell, struct trouble *trouble)
{
    cell->left_out = true;
    snprintf(cell->why, sizeof(cell->why), "%.*s", (int)sizeof(cell->why) - 1, trouble->text);
    trouble->text[0] = '\0';
}

static void show_progress(const struct cell *cell, unsigned round, unsigned rounds)
{
    char name[SERIES_NAME];
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[Kround %u of %u: %s", round + 1, rounds, series_name(cell, name));
}

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

static int run_round(struct series *series, unsigned round, const size_t *order,
                     const struct settings *settings, const struct workspace *workspace,
                     struct trouble *trouble)
{
    int err = 0;
    for (size_t i = 0; i < series->count && !err; i++) {
        struct cell *cell = &series->cells[order[i]];
        if (cell->left_out)
            continue;
        show_progress(cell, round, series->rounds);
        err = run_cell(series, cell, round, settings, workspace, trouble);
        if (is_refusal(series, cell, err)) {
            leave_out(cell, trouble);
            err = 0;
        }
    }
    return err;
}

static int run_rounds(struct series *series, const struct settings *settings,
                      const struct workspace *workspace, struct prng *prng, struct trouble *trouble)
{
    size_t *order = calloc(series->count, sizeof(*order));
    int err = 0;
    if (!order)
        return trouble_note(trouble, ENOMEM, "rounds");
    for (unsigned round = 0; round < series->rounds && !err; round++) {
        statistics_shuffle(order, series->count, prng);
        err = run_round(series, round, order, settings, workspace, trouble);
    }
    clear_progress();
    free(order);
    return err;
}

static int summarize(struct cell *cell, unsigned rounds)
{
    struct summary cpu;
    double *values = calloc(rounds, sizeof(*values));
    if (!values)
        return -ENOMEM;
    for (unsigned i = 0; i < rounds; i++)
        values[i] = cell->runs[i].seconds;
    int err = statistics_summarize(values, rounds, &cell->seconds);
    for (unsigned i = 0; i < rounds; i++) {
        values[i] = cell->runs[i].cpu_seconds;
        if (cell->peak_bytes < cell->runs[i].peak_bytes)
            cell->peak_bytes = cell->runs[i].peak_bytes;
    }
    if (!err)
        err = statistics_summarize(values, rounds, &cpu);
    if (!err)
        /* cppcheck-suppress uninitStructMember ; it is set wherever no error is returned */
        cell->cpu_seconds = cpu.median;
    free(values);
    return err;
}

int series_run(struct series *series, const struct settings *settings, uint64_t size,
               const struct workspace *workspace, struct prng *prng, struct trouble *trouble)
{
    *series = (struct series){.size = size, .rounds = settings->rounds};
    int err = make_cells(series, settings);
    if (err)
        return trouble_note(trouble, -err, "rounds");
    err = workspace_require(workspace, 2 * size, trouble);
    if (!err)
        err = source_create(workspace->src, size, trouble);
    if (!err)
        err = run_rounds(series, settings, workspace, prng, trouble);
    for (size_t i = 0; i < series->count && !err; i++) {
        if (!series->cells[i].left_out && summarize(&series->cells[i], series->rounds) < 0)
            err = trouble_note(trouble, ENOMEM, "rounds");
    }
    unlink(workspace->src);
    return err;
}

void series_free(struct series *series)
{
    for (size_t i = 0; i < series->count; i++)
        free(series->cells[i].runs);
    free(series->cells);
    *series = (struct series){0};
}

static int compare_medians(const void *a, const void *b)
{
    double x = (*(const struct cell *const *)a)->seconds.median;
    double y = (*(const struct cell *const *)b)->seconds.median;
    return (x > y) - (x < y);
}

size_t series_sort(const struct series *series, const struct cell **sorted)
{
    size_t count = 0;
    for (size_t i = 0; i < series->count; i++) {
        if (!series->cells[i].left_out)
            sorted[count++] = &series->cells[i];
    }
    qsort(sorted, count, sizeof(const struct cell *), compare_medians);
    return count;
}
