/* SPDX-License-Identifier: MIT */
#include "table.h"
#include "base/arithmetic.h"
#include "base/size.h"

#include <math.h>
#include <stdlib.h>

/* Times of a table share one unit, so that they can be compared at a glance. */
struct unit {
    double below; /* for tables whose slowest run is shorter, in seconds */
    const char *name;
    double factor;
    int decimals;
};

static const struct unit units[] = {
    {0.1, "ms", 1e3, 3},
    {10, "ms", 1e3, 1},
    {HUGE_VAL, "s", 1, 2},
};

static const struct unit *choose_unit(const struct cell *const *cells, size_t count)
{
    double slowest = 0;
    const struct unit *unit = units;
    for (size_t i = 0; i < count; i++)
        slowest = fmax(slowest, cells[i]->seconds.maximum);
    while (slowest >= unit->below)
        unit++;
    return unit;
}

static const char *describe_state(const struct settings *settings)
{
    if (!settings->cold)
        return "warm";
    if (settings->forget)
        return "cold: the kernel has forgotten all that it had cached (drop_caches)";
    return settings->tree ? "cold: its pages are evicted, names and attributes are not" : "cold";
}

void table_print_header(FILE *file, const struct findings *findings)
{
    const struct machine *m = &findings->machine;
    const struct settings *s = findings->settings;
    char memory[SIZE_TEXT];
    fprintf(file, "CPU          %s, %u online, %u usable\n", m->cpu, m->cpus_online,
            m->cpus_usable);
    fprintf(file, "memory       %s\n", size_format(m->memory, memory));
    fprintf(file, "kernel       %s\n", m->kernel);
    fprintf(file, "file system  %s on %s (%s)\n", m->file_system, m->mount_point, m->device);
    fprintf(file, "mpcp         %s\n", s->mpcp);
    fprintf(file, "source       %s\n", describe_state(s));
    fprintf(file, "fsync        %s\n", s->fsync ? "yes" : "no");
    fprintf(file, "before a run %u s of rest\n", s->idle);
    fprintf(file, "rounds       up to %u, order by seed %llu\n", s->rounds,
            (unsigned long long)s->seed);
}

/* What a row is made from. */
struct row {
    const struct series *series;
    const struct cell *cell, *reference;
    const struct unit *unit;
};

/* Each prints one field, right-aligned in `width`. */
static void put_time(FILE *file, int width, const struct row *row, double seconds)
{
    fprintf(file, "%*.*f", width, row->unit->decimals, seconds * row->unit->factor);
}

static void put_minimum(FILE *file, int width, const struct row *row)
{
    put_time(file, width, row, row->cell->seconds.minimum);
}

static void put_median(FILE *file, int width, const struct row *row)
{
    put_time(file, width, row, row->cell->seconds.median);
}

static void put_maximum(FILE *file, int width, const struct row *row)
{
    put_time(file, width, row, row->cell->seconds.maximum);
}

static void put_spread(FILE *file, int width, const struct row *row)
{
    put_time(file, width, row, row->cell->seconds.spread);
}

static void put_rate(FILE *file, int width, const struct row *row)
{
    double rate = statistics_throughput(row->series->size, row->cell->seconds.median) / 1e9;
    fprintf(file, "%*.*f", width, rate < 0.1 ? 4 : 2, rate);
}

static void put_files(FILE *file, int width, const struct row *row)
{
    fprintf(file, "%*.0f", width, series_files_per_second(row->series, row->cell->seconds.median));
}

static void put_ratio(FILE *file, int width, const struct row *row)
{
    fprintf(file, "%*.2f", width,
            statistics_ratio(row->cell->seconds.median, row->reference->seconds.median));
}

static void put_floor(FILE *file, int width, const struct row *row)
{
    fprintf(file, "%*.2f", width,
            statistics_ratio(row->cell->seconds.minimum, row->reference->seconds.minimum));
}

static void put_cpu_per_gib(FILE *file, int width, const struct row *row)
{
    fprintf(file, "%*.3f", width, row->cell->cpu_seconds * (1 << 30) / (double)row->series->size);
}

static void put_cpu(FILE *file, int width, const struct row *row)
{
    fprintf(file, "%*.3f", width, row->cell->cpu_seconds);
}

static void put_mib(FILE *file, int width, uint64_t bytes)
{
    if (bytes > 0)
        fprintf(file, "%*.1f", width, (double)bytes / (1 << 20));
    else
        fprintf(file, "%*s", width, "-");
}

static void put_peak(FILE *file, int width, const struct row *row)
{
    put_mib(file, width, row->cell->peak_bytes);
}

static void put_pss(FILE *file, int width, const struct row *row)
{
    const struct together *together = &row->cell->together;
    put_mib(file, width, together->looks < TOGETHER_ENOUGH ? 0 : together->pss_bytes);
}

static void put_rss(FILE *file, int width, const struct row *row)
{
    const struct together *together = &row->cell->together;
    put_mib(file, width, together->looks < TOGETHER_ENOUGH ? 0 : together->rss_bytes);
}

static void put_calls(FILE *file, int width, const struct row *row)
{
    if (row->cell->calls.total > 0 && row->series->census.files > 0)
        fprintf(file, "%*.1f", width,
                (double)row->cell->calls.total / (double)row->series->census.files);
    else
        fprintf(file, "%*s", width, "-");
}

struct column {
    const char *head;
    int width;
    void (*put)(FILE *file, int width, const struct row *row);
};

static const struct column file_columns[] = {
    {"min", 9, put_minimum},   {"median", 9, put_median},
    {"max", 9, put_maximum},   {"spread", 9, put_spread},
    {"GB/s", 8, put_rate},     {"to cp", 8, put_ratio},
    {"floor", 8, put_floor},   {"CPU s/GiB", 9, put_cpu_per_gib},
    {"peak MiB", 8, put_peak}, {0},
};

static const struct column tree_columns[] = {
    {"min", 9, put_minimum},
    {"median", 9, put_median},
    {"max", 9, put_maximum},
    {"spread", 9, put_spread},
    {"files/s", 8, put_files},
    {"to cp", 8, put_ratio},
    {"floor", 8, put_floor},
    {"CPU s", 8, put_cpu},
    {"peak MiB", 8, put_peak},
    {"all PSS", 8, put_pss},
    {"all RSS", 8, put_rss},
    {"calls/file", 10, put_calls},
    {0},
};

static void print_head(FILE *file, const struct column *columns)
{
    fprintf(file, "%-16s %4s", "method", "jobs");
    for (const struct column *c = columns; c->head; c++)
        fprintf(file, " %*s", c->width, c->head);
    putc('\n', file);
}

static void print_row(FILE *file, const struct column *columns, const struct row *row)
{
    char jobs[16] = "-";
    if (row->cell->jobs)
        snprintf(jobs, sizeof(jobs), "%u", row->cell->jobs);
    fprintf(file, "%-16s %4s", row->cell->method->name, jobs);
    for (const struct column *c = columns; c->head; c++) {
        putc(' ', file);
        c->put(file, c->width, row);
    }
    putc('\n', file);
}

static void print_calls(FILE *file, const struct series *series, const struct cell *cell)
{
    char name[SERIES_NAME];
    if (cell->calls.total == 0 || series->census.files == 0)
        return;
    fprintf(file, "calls a file: %s:", series_name(cell, name));
    for (size_t i = 0; i < CALLS_TOP && cell->calls.top[i].count > 0; i++)
        fprintf(file, "%s %s %.2f", i ? "," : "", cell->calls.top[i].name,
                (double)cell->calls.top[i].count / (double)series->census.files);
    putc('\n', file);
}

static void print_cell_notes(FILE *file, const struct series *series, const struct cell *cell)
{
    char name[SERIES_NAME], lack[200];
    if (cell->why[0])
        fprintf(file, "%s: %s (%s)\n", cell->left_out ? "left out" : "not found out",
                series_name(cell, name), cell->why);
    if (!cell->left_out && shortfall_text(&cell->shortfall, lack, sizeof(lack))[0])
        fprintf(file, "not kept: %s (%s)\n", series_name(cell, name), lack);
    print_calls(file, series, cell);
}

static void print_notes(FILE *file, const struct findings *findings, const struct series *series)
{
    char bytes[SIZE_TEXT], whole[SIZE_TEXT];
    for (size_t i = 0; i < series->count; i++)
        print_cell_notes(file, series, &series->cells[i]);
    if (series->not_evicted > 0)
        fprintf(file,
                "not cold: up to %s of the source's %s could not be evicted from memory (%s)\n",
                size_format(series->not_evicted, bytes), size_format(series->size, whole),
                findings->machine.file_system);
}

static void print_title(FILE *file, const struct series *series, const struct unit *unit)
{
    char name[SUBJECT_NAME], size[SIZE_TEXT];
    const struct census *census = &series->census;
    fprintf(file, "\n%s (", subject_name(series->subject, name));
    if (series_is_tree(series))
        fprintf(file, "%llu files, %llu directories, %llu others, %s",
                (unsigned long long)census->files, (unsigned long long)census->directories,
                (unsigned long long)census->others, size_format(series->size, size));
    else
        fprintf(file, "%llu bytes", (unsigned long long)series->size);
    fprintf(file, "), %u round%s, times in %s\n", series->rounds, series->rounds == 1 ? "" : "s",
            unit->name);
}

void table_print_series(FILE *file, const struct findings *findings, const struct series *series)
{
    const struct column *columns = series_is_tree(series) ? tree_columns : file_columns;
    const struct cell **sorted = calloc(series->count, sizeof(const struct cell *));
    if (!sorted)
        return;
    size_t count = series_sort(series, sorted);
    const struct unit *unit = choose_unit(sorted, count);
    print_title(file, series, unit);
    print_head(file, columns);
    for (size_t i = 0; i < count; i++)
        print_row(file, columns, &(struct row){series, sorted[i], series_reference(series), unit});
    print_notes(file, findings, series);
    free(sorted);
}
