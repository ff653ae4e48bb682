/* SPDX-License-Identifier: MIT */
/* How far a copy is, as JSON: the same members wherever that is printed. */
#pragma once

#include "cli/bar.h"

#include <stdio.h>

/* Prints "bytes", "seconds", "throughput", "size", "percent" and "seconds_left", each followed by a
 * comma and a blank. What isn't known is null. */
void figures_put(FILE *out, const struct progress_state *state);
