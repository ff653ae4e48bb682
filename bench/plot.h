/* SPDX-License-Identifier: MIT */
/* The report as a picture, drawn by gnuplot. */
#pragma once

#include "report.h"

/* Whether gnuplot is there: asked before anything is measured. 0, or -ENOENT with the trouble said.
 */
int plot_check(struct trouble *trouble);

/*
 * Draws to report->settings->plot, an image by its ending: throughput by method and, where there is
 * more than one number of jobs, by jobs; a row for each size. Returns 0, or -errno with the trouble
 * said.
 */
int plot_draw(const struct report *report, struct trouble *trouble);
