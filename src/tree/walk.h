/* SPDX-License-Identifier: MIT */
/* What a process does with each task: walks a directory, copies a large file, gives a file a
 * further name. */
#pragma once

#include "tree/entry.h"
#include "tree/hand.h"

/* Does it; what comes of it is pushed. */
void walk_task(struct hand *hand, struct task *task);

/* Says that the process which was at that was killed, and removes what it was filling: for all that
 * is above it, the task is done. */
void walk_abandon(struct hand *hand, const struct doing *doing);
