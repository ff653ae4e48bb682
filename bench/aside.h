/* SPDX-License-Identifier: MIT */
/* What is found out about copies of trees in separate runs, because it would disturb those that are
 * measured. */
#pragma once

#include "series.h"

/*
 * Copies once more with each cell that was not left out, to see how much memory its processes take
 * together, and once more, if the settings ask for that, to count its system calls. The cell says
 * what can't be found out. Returns 0, or -EINTR with the trouble said.
 */
int aside_run(struct series *series, const struct settings *settings,
              const struct workspace *workspace, struct trouble *trouble);
