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
    fprintf(file, "source       %s\n", s->cold ? "cold" : "warm");
    fprintf(file, "fsync        %s\n", s->fsync ? "yes" : "no");
    fprintf(file, "before a run %u s of rest\n", s->idle);
    fprintf(file, "rounds       %u, order by seed %llu\n", s->rounds, (unsigned long long)s->seed);
}

static void print_row(FILE *file, const struct cell *cell, const struct cell *reference,
                      uint64_t size, const struct unit *unit)
{
    const struct summary *t = &cell->seconds;
    double rate = statistics_throughput(size, t->median) / 1e9;
    char jobs[16] = "-";
    if (cell->jobs)
        snprintf(jobs, sizeof(jobs), "%u", cell->jobs);
    fprintf(file, "%-16s %4s", cell->method->name, jobs);
    const double times[] = {t->minimum, t->median, t->maximum, t->spread};
    for (size_t i = 0; i < COUNT_OF(times); i++)
        fprintf(file, " %9.*f", unit->decimals, times[i] * unit->factor);
    fprintf(file, " %8.*f", rate < 0.1 ? 4 : 2, rate);
    fprintf(file, " %8.2f %8.2f", statistics_ratio(t->median, reference->seconds.median),
            statistics_ratio(t->minimum, reference->seconds.minimum));
    fprintf(file, " %9.3f", cell->cpu_seconds * (1 << 30) / (double)size);
    fprintf(file, " %8.1f\n", (double)cell->peak_bytes / (1 << 20));
}

static void print_notes(FILE *file, const struct findings *findings, const struct series *series)
{
    char name[SERIES_NAME], bytes[SIZE_TEXT], whole[SIZE_TEXT];
    for (size_t i = 0; i < series->count; i++) {
        if (series->cells[i].left_out)
            fprintf(file, "left out: %s (%s)\n", series_name(&series->cells[i], name),
                    series->cells[i].why);
    }
    if (series->not_evicted > 0)
        fprintf(file,
                "not cold: up to %s of the source's %s could not be evicted from memory (%s)\n",
                size_format(series->not_evicted, bytes), size_format(series->size, whole),
                findings->machine.file_system);
}

void table_print_series(FILE *file, const struct findings *findings, const struct series *series)
{
    const struct cell **sorted = calloc(series->count, sizeof(const struct cell *));
    char size[SIZE_TEXT];
    if (!sorted)
        return;
    size_t count = series_sort(series, sorted);
    const struct unit *unit = choose_unit(sorted, count);
    fprintf(file, "\n%s (%llu bytes), times in %s\n", size_format(series->size, size),
            (unsigned long long)series->size, unit->name);
    fprintf(file, "%-16s %4s %9s %9s %9s %9s %8s %8s %8s %9s %8s\n", "method", "jobs", "min",
            "median", "max", "spread", "GB/s", "to cp", "floor", "CPU s/GiB", "peak MiB");
    for (size_t i = 0; i < count; i++)
        print_row(file, sorted[i], series_reference(series), series->size, unit);
    print_notes(file, findings, series);
    free(sorted);
}
