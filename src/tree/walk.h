/* SPDX-License-Identifier: MIT */
/* What a process does with each task: walks a directory, copies a large file, gives a file a
 * further name. */
#pragma once

#include "tree/entry.h"
#include "tree/hand.h"

/* Does it; what comes of it is pushed. */
void walk_task(struct hand *hand, const struct task *task);

/* An operand, in the folder where operands are copied to: copies it, or walks it if it is a
 * directory that may be. */
void walk_operand(struct hand *hand, struct folder *outside, const char *name,
                  const char *dst_name);
