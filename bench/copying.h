/* SPDX-License-Identifier: MIT */
/* One copy: what comes before it, the copy itself, and what is looked at after it. */
#pragma once

#include "series.h"

/* What a cell is to copy. */
struct task copying_task(const struct series *series, const struct cell *cell,
                         const struct settings *settings, const struct workspace *workspace);

/*
 * Brings the machine into the state that the settings ask for, lets the cell do the task, compares
 * the copy and removes it. *measurement says what the copy took. A tree is compared only if
 * `whole`, otherwise counted. Returns 0, or -errno with the trouble said; no copy is left in either
 * case.
 */
int copying_run(struct series *series, struct cell *cell, const struct task *task, bool whole,
                struct measurement *measurement, const struct settings *settings,
                const struct workspace *workspace, struct trouble *trouble);

/* Shows on a terminal what is being done, and removes that again. */
void copying_show(const struct cell *cell, const char *what);
void copying_hide(void);
