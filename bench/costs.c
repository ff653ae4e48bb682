/* SPDX-License-Identifier: MIT */
#include "costs.h"
#include "copy/forecast.h"

#include <stdlib.h>
#include <string.h>

/* Workers that take so much longer than if all were divided wait for each other. */
static const double waiting = 1.1;

/* What would be left if both parts just added up, as Amdahl's law has it. */
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

/* ms a GiB, by medians; 0: it didn't run. */
static double time_of(const struct series *series, const char *name, unsigned jobs)
{
    for (size_t i = 0; i < series->count; i++) {
        const struct cell *c = &series->cells[i];
        if (!c->left_out && c->jobs == jobs && strcmp(c->method->name, name) == 0)
            return c->seconds.median * 1000 * (1 << 30) / (double)series->size;
    }
    return 0;
}

static const char *route_of(const struct settings *settings)
{
    return settings->fsync ? "ROUTE_TO_DISK" : settings->cold ? "ROUTE_COLD" : "ROUTE_WARM";
}

static unsigned most_jobs(const struct series *series, const char *name)
{
    unsigned most = 0;
    for (size_t i = 0; i < series->count; i++)
        if (series->cells[i].jobs > most && time_of(series, name, series->cells[i].jobs) > 0)
            most = series->cells[i].jobs;
    return most;
}

static void print_errors(FILE *file, const struct series *series, const char *name,
                         const struct settings *settings, struct costs costs)
{
    const struct cost cost = {.serial = costs.serial, .parallel = costs.parallel};
    for (size_t i = 0; i < settings->jobs_count; i++) {
        double took = time_of(series, name, settings->jobs[i]);
        double forecast = forecast_time(&cost, settings->jobs[i]);
        if (took > 0)
            fprintf(file, "%s%u: %.0f ms, forecast %+.0f %%", i > 0 ? "; " : " /* ",
                    settings->jobs[i], took, 100 * (forecast / took - 1));
    }
}

static void print_row(FILE *file, const struct findings *findings, const struct series *series,
                      const struct engine *engine)
{
    char name[64], twice[80];
    snprintf(name, sizeof(name), "mpcp-%s", engine->name);
    snprintf(twice, sizeof(twice), "%s-twice", name);
    unsigned jobs = most_jobs(series, name);
    double one = time_of(series, name, 1);
    double pair = time_of(series, twice, 0) / 2; /* it moves twice as much */
    if (one == 0 || jobs < 2)
        return;
    struct costs costs = costs_of(one, time_of(series, name, jobs), jobs, pair);
    char symbol[64];
    snprintf(symbol, sizeof(symbol), "%s", engine->name);
    for (char *c = symbol; *c; c++)
        *c = *c == '-' ? '_' : *c;
    fprintf(file, "    {\"%s\", %s, &engine_%s, %.0f, %.0f},", findings->machine.file_system,
            route_of(findings->settings), symbol, costs.serial, costs.parallel);
    print_errors(file, series, name, findings->settings, costs);
    if (pair > 0)
        fprintf(file, "; two files at once: %.0f", pair);
    fputs(" */\n", file);
}

void costs_print(FILE *file, const struct findings *findings, const struct series *series)
{
    fputs("\ncosts, for src/copy/forecast.c; ms a GiB by jobs, medians\n", file);
    for (const struct engine *const *engine = engines; *engine; engine++)
        print_row(file, findings, series, *engine);
}
