/* SPDX-License-Identifier: MIT */
#include "json.h"
#include "costs.h"

#include <assert.h>
#include <errno.h>
#include <math.h>

struct json {
    FILE *file;
    int depth;
    bool first; /* nothing yet in the innermost object or array */
};

static void put_text(FILE *file, const char *text)
{
    putc('"', file);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if (c < ' ')
            fprintf(file, "\\u%04x", (unsigned)c);
        else
            putc(c, file);
    }
    putc('"', file);
}

/* The comma, line break and name before a value; name is NULL in an array. */
static void begin(struct json *json, const char *name)
{
    if (!json->first)
        putc(',', json->file);
    if (json->depth > 0)
        fprintf(json->file, "\n%*s", 2 * json->depth, "");
    if (name) {
        put_text(json->file, name);
        fputs(": ", json->file);
    }
    json->first = false;
}

static void enter(struct json *json, const char *name, char bracket)
{
    begin(json, name);
    putc(bracket, json->file);
    json->depth++;
    json->first = true;
}

static void leave(struct json *json, char bracket)
{
    assert(json->depth > 0);
    json->depth--;
    fprintf(json->file, "\n%*s%c", 2 * json->depth, "", bracket);
    json->first = false;
}

static void text(struct json *json, const char *name, const char *value)
{
    begin(json, name);
    put_text(json->file, value);
}

static void count(struct json *json, const char *name, uint64_t value)
{
    begin(json, name);
    fprintf(json->file, "%llu", (unsigned long long)value);
}

static void truth(struct json *json, const char *name, bool value)
{
    begin(json, name);
    fputs(value ? "true" : "false", json->file);
}

/* JSON has no NaN. */
static void number(struct json *json, const char *name, double value)
{
    begin(json, name);
    if (isfinite(value))
        fprintf(json->file, "%.9g", value);
    else
        fputs("null", json->file);
}

static void put_machine(struct json *json, const struct machine *machine)
{
    enter(json, "machine", '{');
    text(json, "cpu", machine->cpu);
    count(json, "cpus_online", machine->cpus_online);
    count(json, "cpus_usable", machine->cpus_usable);
    count(json, "memory", machine->memory);
    text(json, "kernel", machine->kernel);
    text(json, "file_system", machine->file_system);
    text(json, "mount_point", machine->mount_point);
    text(json, "mount_options", machine->mount_options);
    text(json, "device", machine->device);
    leave(json, '}');
}

static void put_settings(struct json *json, const struct settings *settings)
{
    enter(json, "settings", '{');
    text(json, "directory", settings->directory);
    text(json, "mpcp", settings->mpcp);
    truth(json, "cold", settings->cold);
    if (settings->tree && settings->cold)
        text(json, "cold_by", settings->forget ? "drop_caches" : "evicting");
    truth(json, "fsync", settings->fsync);
    count(json, "idle", settings->idle);
    count(json, "rounds", settings->rounds);
    count(json, "seed", settings->seed);
    leave(json, '}');
}

static void put_summary(struct json *json, const struct series *series, const struct cell *cell)
{
    const struct summary *t = &cell->seconds, *r = &series_reference(series)->seconds;
    number(json, "minimum", t->minimum);
    number(json, "median", t->median);
    number(json, "maximum", t->maximum);
    number(json, "spread", t->spread);
    number(json, "bytes_per_second", statistics_throughput(series->size, t->median));
    number(json, "ratio_to_cp", statistics_ratio(t->median, r->median));
    number(json, "floor_ratio_to_cp", statistics_ratio(t->minimum, r->minimum));
    number(json, "cpu_seconds", cell->cpu_seconds);
    number(json, "cpu_seconds_per_gib", cell->cpu_seconds * (1 << 30) / (double)series->size);
    count(json, "peak_bytes", cell->peak_bytes);
}

static void put_shortfall(struct json *json, const struct shortfall *shortfall)
{
    enter(json, "not_kept", '{');
    count(json, "modes", shortfall->modes);
    count(json, "owners", shortfall->owners);
    count(json, "times", shortfall->times);
    count(json, "nanoseconds", shortfall->nanoseconds);
    count(json, "hard_links", shortfall->links);
    leave(json, '}');
}

static void put_calls(struct json *json, const struct series *series, const struct calls *calls)
{
    enter(json, "system_calls", '{');
    count(json, "total", calls->total);
    number(json, "per_file", (double)calls->total / (double)series->census.files);
    enter(json, "most", '{');
    for (size_t i = 0; i < CALLS_TOP && calls->top[i].count > 0; i++)
        count(json, calls->top[i].name, calls->top[i].count);
    leave(json, '}');
    leave(json, '}');
}

static void put_tree_summary(struct json *json, const struct series *series,
                             const struct cell *cell)
{
    number(json, "files_per_second", series_files_per_second(series, cell->seconds.median));
    if (cell->together.looks >= TOGETHER_ENOUGH) {
        count(json, "together_pss_bytes", cell->together.pss_bytes);
        count(json, "together_rss_bytes", cell->together.rss_bytes);
    }
    if (cell->calls.total > 0)
        put_calls(json, series, &cell->calls);
    put_shortfall(json, &cell->shortfall);
}

static void put_runs(struct json *json, const struct cell *cell, unsigned rounds)
{
    enter(json, "runs", '[');
    for (unsigned i = 0; i < rounds; i++) {
        enter(json, NULL, '{');
        number(json, "seconds", cell->runs[i].seconds);
        number(json, "cpu_seconds", cell->runs[i].cpu_seconds);
        count(json, "peak_bytes", cell->runs[i].peak_bytes);
        leave(json, '}');
    }
    leave(json, ']');
}

static void put_cell(struct json *json, const struct series *series, const struct cell *cell)
{
    enter(json, NULL, '{');
    text(json, "method", cell->method->name);
    if (cell->jobs)
        count(json, "jobs", cell->jobs);
    truth(json, "left_out", cell->left_out);
    if (cell->why[0])
        text(json, "why", cell->why);
    if (!cell->left_out) {
        put_summary(json, series, cell);
        if (series_is_tree(series))
            put_tree_summary(json, series, cell);
        put_runs(json, cell, series->rounds);
    }
    leave(json, '}');
}

static void put_tree(struct json *json, const struct series *series)
{
    char name[SUBJECT_NAME];
    const struct subject *subject = series->subject;
    enter(json, "tree", '{');
    text(json, "name", subject->path ? subject->path : subject_name(subject, name));
    count(json, "files", series->census.files);
    count(json, "directories", series->census.directories);
    count(json, "others", series->census.others);
    leave(json, '}');
}

/* All in seconds a GiB. */
static void put_costs_of(struct json *json, const char *name, const struct costs *costs)
{
    enter(json, name, '{');
    number(json, "serial", costs->serial / 1000);
    number(json, "parallel", costs->parallel / 1000);
    leave(json, '}');
}

static void put_cost_row(struct json *json, const struct cost_row *row)
{
    enter(json, NULL, '{');
    text(json, "engine", row->engine->name);
    put_costs_of(json, "measured", &row->costs);
    if (row->known)
        put_costs_of(json, "plan", &row->reckons);
    if (row->pair > 0)
        number(json, "two_files", row->pair / 1000);
    enter(json, "by_jobs", '[');
    for (size_t i = 0; i < row->count; i++) {
        enter(json, NULL, '{');
        count(json, "jobs", row->runs[i].jobs);
        number(json, "took", row->runs[i].took / 1000);
        number(json, "forecast", row->runs[i].forecast / 1000);
        leave(json, '}');
    }
    leave(json, ']');
    leave(json, '}');
}

static void put_costs(struct json *json, const struct findings *findings,
                      const struct series *series)
{
    struct cost_row row;
    enter(json, "costs", '[');
    for (const struct engine *const *engine = engines; *engine; engine++)
        if (costs_row(findings, series, *engine, &row))
            put_cost_row(json, &row);
    leave(json, ']');
}

static void put_series(struct json *json, const struct findings *findings,
                       const struct series *series)
{
    enter(json, NULL, '{');
    if (series_is_tree(series))
        put_tree(json, series);
    else if (series->subject->path)
        text(json, "file", series->subject->path);
    count(json, "size", series->size);
    count(json, "rounds", series->rounds);
    count(json, "not_evicted", series->not_evicted);
    enter(json, "cells", '[');
    for (size_t i = 0; i < series->count; i++)
        put_cell(json, series, &series->cells[i]);
    leave(json, ']');
    if (findings->settings->costs)
        put_costs(json, findings, series);
    leave(json, '}');
}

int json_write(FILE *file, const struct findings *findings)
{
    struct json json = {.file = file, .first = true};
    enter(&json, NULL, '{');
    count(&json, "format", 2);
    put_machine(&json, &findings->machine);
    put_settings(&json, findings->settings);
    enter(&json, "series", '[');
    for (size_t i = 0; i < findings->count; i++)
        put_series(&json, findings, &findings->series[i]);
    leave(&json, ']');
    leave(&json, '}');
    putc('\n', file);
    return fflush(file) == EOF || ferror(file) ? -EIO : 0;
}
