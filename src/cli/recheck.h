/* SPDX-License-Identifier: MIT */
/* --check: are the files that a list of checksums names still what they were? */
#pragma once

#include "cli/options.h"

/*
 * Reads them, several at a time, each by one process, and prints what has come of each, in the
 * order of the list. Returns a status: STATUS_COPIED only if all lines and all files are right.
 */
int recheck_run(const struct options *options);
