/* SPDX-License-Identifier: MIT */
#include "costs.h"
#include "copy/forecast.h"

#include <stdio.h>
#include <string.h>

/* Workers that take this much longer than if everything were divided wait for each other. */
static const double waiting = 1.1;

/* What would be left if both parts just added up, as in Amdahl's law. */
static double amdahl(double one, double many, unsigned jobs)
{
    double serial = (jobs * many - one) / (jobs - 1);
    return serial < 0 ? 0 : serial < many ? serial : many;
}

struct costs costs_of(double one, double many, unsigned jobs, double pair)
{
    bool wait = many > waiting * one / jobs && many > waiting * pair;
    double serial = wait ? many : amdahl(one, many, jobs);
    return (struct costs){serial, one > serial ? one - serial : 0};
}

/* --- the rows --- */

/* ms per GiB, by medians; 0: it didn't run. */
static double time_of(const struct series *series, const char *name, unsigned jobs)
{
    for (size_t i = 0; i < series->count; i++) {
        const struct cell *c = &series->cells[i];
        if (!c->left_out && c->jobs == jobs && strcmp(c->method->name, name) == 0)
            return c->seconds.median * 1000 * (1 << 30) / (double)series->size;
    }
    return 0;
}

static enum route route_of(const struct settings *settings)
{
    return settings->fsync ? ROUTE_TO_DISK : settings->cold ? ROUTE_COLD : ROUTE_WARM;
}

/* What src/copy/forecast.c has for it on this file system. */
static bool look_up(const char *fs, enum route route, const struct engine *engine,
                    struct costs *costs)
{
    struct forecast forecasts[FORECAST_MAX];
    size_t count = forecast_all(fs, route, 1, forecasts);
    for (size_t i = 0; i < count; i++) {
        if (forecasts[i].engine != engine)
            continue;
        *costs = (struct costs){forecasts[i].serial, forecasts[i].time - forecasts[i].serial};
        return true;
    }
    return false;
}

static void add_runs(const struct series *series, const char *name, struct cost_row *row)
{
    for (size_t i = 0; i < series->count && row->count < SETTINGS_JOBS; i++) {
        double took = time_of(series, name, series->cells[i].jobs);
        if (took == 0 || strcmp(series->cells[i].method->name, name) != 0)
            continue;
        row->runs[row->count].jobs = series->cells[i].jobs;
        row->runs[row->count++].took = took;
    }
}

static unsigned most_jobs(const struct cost_row *row)
{
    unsigned most = 0;
    for (size_t i = 0; i < row->count; i++)
        most = row->runs[i].jobs > most ? row->runs[i].jobs : most;
    return most;
}

static void add_forecasts(struct cost_row *row)
{
    const struct cost cost = {.serial = row->costs.serial, .parallel = row->costs.parallel};
    for (size_t i = 0; i < row->count; i++)
        row->runs[i].forecast = forecast_time(&cost, row->runs[i].jobs);
}

bool costs_row(const struct findings *findings, const struct series *series,
               const struct engine *engine, struct cost_row *row)
{
    char name[64], twice[80];
    snprintf(name, sizeof(name), "mpcp-%s", engine->name);
    snprintf(twice, sizeof(twice), "%s-twice", name);
    *row = (struct cost_row){.engine = engine, .pair = time_of(series, twice, 0) / 2};
    row->known =
        look_up(findings->machine.file_system, route_of(findings->settings), engine, &row->reckons);
    add_runs(series, name, row);
    unsigned most = most_jobs(row);
    double one = time_of(series, name, 1);
    if (one == 0 || most < 2)
        return false;
    row->costs = costs_of(one, time_of(series, name, most), most, row->pair);
    add_forecasts(row);
    return true;
}

static void print_errors(FILE *file, const struct cost_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        fprintf(file, "%s%u: %.0f ms, forecast %+.0f %%", i > 0 ? "; " : " /* ", row->runs[i].jobs,
                row->runs[i].took, 100 * (row->runs[i].forecast / row->runs[i].took - 1));
}

static void print_row(FILE *file, const struct findings *findings, const struct cost_row *row)
{
    static const char *const routes[ROUTES] = {[ROUTE_WARM] = "ROUTE_WARM",
                                               [ROUTE_COLD] = "ROUTE_COLD",
                                               [ROUTE_TO_DISK] = "ROUTE_TO_DISK"};
    char symbol[64];
    snprintf(symbol, sizeof(symbol), "%s", row->engine->name);
    for (char *c = symbol; *c; c++)
        *c = *c == '-' ? '_' : *c;
    fprintf(file, "    {\"%s\", %s, &engine_%s, %.0f, %.0f},", findings->machine.file_system,
            routes[route_of(findings->settings)], symbol, row->costs.serial, row->costs.parallel);
    print_errors(file, row);
    if (row->pair > 0)
        fprintf(file, "; two files at once: %.0f", row->pair);
    fputs(" */\n", file);
}

void costs_print(FILE *file, const struct findings *findings, const struct series *series)
{
    struct cost_row row;
    fputs("\ncosts, for src/copy/forecast.c; ms per GiB by jobs, medians\n", file);
    for (const struct engine *const *engine = engines; *engine; engine++)
        if (costs_row(findings, series, *engine, &row))
            print_row(file, findings, &row);
}
