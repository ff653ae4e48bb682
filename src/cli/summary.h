/* SPDX-License-Identifier: MIT */
/* The last line of --verbose, for people. */
#pragma once

#include "cli/objects.h"

/* Prints, on stderr, what was copied of several files, and how long it took. Nothing if called as
 * cp, which has no such line. */
void summary_print(const struct total *total);
