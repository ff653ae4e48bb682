/* SPDX-License-Identifier: MIT */
/* The whole of one bench. */
#pragma once

#include "settings.h"

/* Measures what the settings say, prints the table to stdout as it goes, writes the files, and
 * leaves nothing else behind. Returns 0, or -errno with the trouble said. */
int bench_run(const struct settings *settings, struct trouble *trouble);
