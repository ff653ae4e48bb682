/* SPDX-License-Identifier: MIT */
/* What a process does with each task: walks a directory, copies a large file, gives a file a
 * further name. */
#pragma once

#include "tree/entry.h"
#include "tree/hand.h"

/* Does it; what comes of it is pushed. */
void walk_task(struct hand *hand, const struct task *task);
