/* SPDX-License-Identifier: MIT */
/* Whole trees, and everything that cp does beyond the contents of files: by a crew of processes. */
#pragma once

#include "cli/operands.h"
#include "cli/options.h"

/* Do the options ask for more than the contents of files? */
bool tree_is_asked_for(const struct options *options);

/* Copies each pair in order, including directories; `line` shows how far all are. Returns the
 * status to exit with. */
int tree_run(struct pair *pairs, int count, const struct options *options, struct progress *line);
