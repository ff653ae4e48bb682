/* SPDX-License-Identifier: MIT */
/* What engines cost, worked out from how they scale, as src/copy/forecast.c wants it. */
#pragma once

#include "findings.h"

#include <stdio.h>

/* The share of moving that only one worker can do at a time, and the one that is divided, so that
 * forecast_time gives the times that one worker, and `jobs` workers (2 or more), took for one file.
 * `pair` is what two copies at once, one worker each, took for two files, of as many bytes in all
 * (0: not known): if that is no less, workers don't wait for each other, but for the machine. */
struct costs {
    double serial, parallel; /* in the unit of the times */
};
struct costs costs_of(double one, double many, unsigned jobs, double pair);

/* A row for each engine, and by how much the forecast is wrong for every number of jobs that ran.
 */
void costs_print(FILE *file, const struct findings *findings, const struct series *series);
