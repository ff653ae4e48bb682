/* SPDX-License-Identifier: MIT */
#include "series.h"
#include "aside.h"
#include "base/clock.h"
#include "base/facts.h"
#include "copying.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static int add_cell(struct series *series, const struct settings *settings,
                    const struct method *method, unsigned jobs)
{
    /* A quarter is left for the page cache, without which the other methods would be disturbed. */
    uint64_t available = facts_memory() / 4 * 3;
    struct cell cell = {.method = method, .jobs = jobs};
    cell.left_out = method->in_memory && available > 0 && available / 2 < series->size;
    if (cell.left_out)
        snprintf(cell.why, sizeof(cell.why), "there is not memory enough");
    cell.runs = calloc(settings->rounds, sizeof(*cell.runs));
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
            err = add_cell(series, settings, method, 0);
        for (size_t j = 0; method->has_jobs && j < settings->jobs_count && !err; j++)
            err = add_cell(series, settings, method, settings->jobs[j]);
    }
    return err;
}

void series_explain(struct cell *cell, struct trouble *trouble)
{
    snprintf(cell->why, sizeof(cell->why), "%.*s", (int)sizeof(cell->why) - 1, trouble->text);
    trouble->text[0] = '\0';
}

/* If a method can't do it (here, or at all), that is an answer, not the end; but without the
 * reference there is nothing to say. Copying a tree wrongly is an answer, too: many programs leave
 * something out. */
static bool is_refusal(const struct series *series, const struct cell *cell, int err)
{
    return cell != series_reference(series) &&
           (err == -ECHILD || err == -ENOENT || (err == -EIO && series_is_tree(series)));
}

static void leave_out(struct cell *cell, struct trouble *trouble)
{
    cell->left_out = true;
    series_explain(cell, trouble);
}

/* When the time of this series is up, by clock_seconds. */
static double deadline_of(const struct settings *settings, double start)
{
    return settings->time > 0 ? start + settings->time : HUGE_VAL;
}

/* What has not run once when time is up never will. But without the reference and another method
 * nothing could be compared. */
static bool is_too_late(const struct series *series, struct cell *cell, unsigned round,
                        double deadline)
{
    if (round > 0 || cell < series->cells + 2 || clock_seconds() < deadline)
        return false;
    cell->left_out = true;
    snprintf(cell->why, sizeof(cell->why), "there was no time left for it");
    return true;
}

static int run_cell(struct series *series, struct cell *cell, unsigned round,
                    const struct settings *settings, const struct workspace *workspace,
                    struct trouble *trouble)
{
    char what[64];
    snprintf(what, sizeof(what), "round %u of %u", round + 1, settings->rounds);
    copying_show(cell, what);
    const struct task task = copying_task(series, cell, settings, workspace);
    int err = copying_run(series, cell, &task, round == 0, &cell->runs[round], settings, workspace,
                          trouble);
    if (!is_refusal(series, cell, err))
        return err;
    leave_out(cell, trouble);
    return 0;
}

static int run_round(struct series *series, const size_t *order, double deadline,
                     const struct settings *settings, const struct workspace *workspace,
                     struct trouble *trouble)
{
    int err = 0;
    for (size_t i = 0; i < series->count && !err; i++) {
        struct cell *cell = &series->cells[order[i]];
        if (!cell->left_out && !is_too_late(series, cell, series->rounds, deadline))
            err = run_cell(series, cell, series->rounds, settings, workspace, trouble);
    }
    return err;
}

/* Where time is limited, the first round goes in the order that was asked for: what comes first is
 * what matters most, and perhaps there is time for nothing else. */
static void choose_order(const struct series *series, const struct settings *settings,
                         size_t *order, struct prng *prng)
{
    statistics_shuffle(order, series->count, prng);
    for (size_t i = 0; i < series->count && settings->time > 0 && series->rounds == 0; i++)
        order[i] = i;
}

/* A round takes about as long as the one before. */
static int run_rounds(struct series *series, const struct settings *settings,
                      const struct workspace *workspace, struct prng *prng, struct trouble *trouble)
{
    size_t *order = calloc(series->count, sizeof(*order));
    double now = clock_seconds(), last = 0, deadline = deadline_of(settings, now);
    int err = 0;
    if (!order)
        return trouble_note(trouble, ENOMEM, "rounds");
    while (series->rounds < settings->rounds && now + last <= deadline && !err) {
        choose_order(series, settings, order, prng);
        err = run_round(series, order, deadline, settings, workspace, trouble);
        series->rounds++;
        last = clock_seconds() - now;
        now += last;
    }
    copying_hide();
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

static int run_all(struct series *series, const struct settings *settings,
                   const struct workspace *workspace, struct prng *prng, struct trouble *trouble)
{
    int err = make_cells(series, settings);
    if (err)
        return trouble_note(trouble, -err, "rounds");
    err = run_rounds(series, settings, workspace, prng, trouble);
    if (!err && settings->time == 0) /* which these runs would exceed */
        err = aside_run(series, settings, workspace, trouble);
    for (size_t i = 0; i < series->count && !err; i++) {
        if (!series->cells[i].left_out && summarize(&series->cells[i], series->rounds) < 0)
            err = trouble_note(trouble, ENOMEM, "rounds");
    }
    return err;
}

int series_run(struct series *series, const struct settings *settings,
               const struct subject *subject, const struct workspace *workspace, struct prng *prng,
               struct trouble *trouble)
{
    *series = (struct series){.subject = subject};
    int err = subject_prepare(subject, workspace, &series->census, trouble);
    series->size = series->census.bytes;
    if (!err)
        err = run_all(series, settings, workspace, prng, trouble);
    struct trouble ignored;
    workspace_empty(workspace, err ? &ignored : trouble);
    return err;
}

void series_free(struct series *series)
{
    for (size_t i = 0; i < series->count; i++)
        free(series->cells[i].runs);
    free(series->cells);
    *series = (struct series){0};
}

bool series_is_tree(const struct series *series)
{
    return subject_is_tree(series->subject);
}

double series_files_per_second(const struct series *series, double seconds)
{
    return statistics_throughput(series->census.files, seconds);
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
