/* SPDX-License-Identifier: MIT */
/* What any node but the first does for a tree: tasks that it is given, with a crew of its own. */
#pragma once

#include "cli/options.h"
#include "copy/partners.h"

/* Takes part in the copy of one tree, whose first parcel has come; the partners are in the options.
 * Returns 0 when that is done, or -errno: then this node can do nothing more. */
int guest_run(const struct options *options, const struct parcel *first);
