/* SPDX-License-Identifier: MIT */
/* The findings as a picture, drawn by gnuplot. */
#pragma once

#include "findings.h"

/* Is gnuplot there? Asked before anything is measured. 0, or -ENOENT with the trouble said. */
int plot_check(struct trouble *trouble);

/*
 * Draws to findings->settings->plot, an image of the kind that its ending says: speed by method
 * and, where there is more than one number of jobs, by jobs; one row for each size or tree. Returns
 * 0, or -errno with the trouble said.
 */
int plot_draw(const struct findings *findings, struct trouble *trouble);
