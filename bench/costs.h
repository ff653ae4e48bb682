/* SPDX-License-Identifier: MIT */
/* What engines cost, worked out from how they scale, in the form that src/copy/forecast.c has. */
#pragma once

#include "engine/engine.h"
#include "findings.h"

#include <stdbool.h>
#include <stdio.h>

/* The share of moving that only one worker can do at a time, and the one that is divided, so that
 * forecast_time gives the times that one worker, and `jobs` workers (2 or more), took for one file.
 * `pair` is what two copies at once, one worker each, took for two files with the same number of
 * bytes in all (0: not known): if that is no less, workers don't wait for each other, but for the
 * machine. */
struct costs {
    double serial, parallel; /* in the unit of the times */
};
struct costs costs_of(double one, double many, unsigned jobs, double pair);

/* What an engine took and costs, in ms per GiB, by medians. */
struct cost_row {
    const struct engine *engine;
    struct costs costs;
    double pair;          /* as above; 0: not known */
    bool known;           /* does the plan reckon with this engine here? */
    struct costs reckons; /* with what */
    struct {
        unsigned jobs;
        double took;
        double forecast; /* what `costs` make of it */
    } runs[SETTINGS_JOBS];
    size_t count; /* of runs */
};

/* Fills in the row; false if the engine ran with fewer than two numbers of jobs. */
bool costs_row(const struct findings *findings, const struct series *series,
               const struct engine *engine, struct cost_row *row);

/* A row for each engine, and how far off the forecast is for every number of jobs that ran. */
void costs_print(FILE *file, const struct findings *findings, const struct series *series);
