/* SPDX-License-Identifier: MIT */
/* How far a command's copies are, for programs: --progress=json. */
#pragma once

#include "cli/bar.h"

/* Writes one object, on a line of its own, to stderr, in one write that a pipe takes as a whole.
 * `seconds` is the time passed in all. `outcome`: this is the last one; NULL: more may follow. */
void stream_put(const struct progress_state *state, double seconds, const char *outcome);
