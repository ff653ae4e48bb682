/* SPDX-License-Identifier: MIT */
/* One copy: what comes before it, the copy itself, and what is looked at behind it. */
#pragma once

#include "series.h"

/* What a cell is to copy. */
struct task copying_task(const struct series *series, const struct cell *cell,
                         const struct settings *settings, const struct workspace *workspace);

/*
 * Brings the machine into the state that the settings ask for, lets the cell do the task, of which
 * *measurement says what it took, compares the copy and removes it. A tree is compared only if
 * `whole`, else counted. Returns 0, or -errno with the trouble said; no copy is left in either
 * case.
 */
int copying_run(struct series *series, struct cell *cell, const struct task *task, bool whole,
                struct measurement *measurement, const struct settings *settings,
                const struct workspace *workspace, struct trouble *trouble);

/* Says on a terminal what is done now, and takes that back. */
void copying_show(const struct cell *cell, const char *what);
void copying_hide(void);
