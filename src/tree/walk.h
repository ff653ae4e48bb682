/* SPDX-License-Identifier: MIT */
/* What a process does with each task: it walks a directory, copies a large file, or gives a file a
 * further name. */
#pragma once

#include "tree/entry.h"
#include "tree/hand.h"

/* Does it; what it gives rise to is pushed. */
void walk_task(struct hand *hand, struct task *task);

/* Reports that the process which was doing that was killed, and removes what it was filling: for
 * everything above it, the task is done. */
void walk_abandon(struct hand *hand, const struct doing *doing);
