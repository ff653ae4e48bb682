/* SPDX-License-Identifier: MIT */
/*
 * How directories end: when nothing in one is pending any more, it gets its attributes, those of
 * the source or those of a new directory, and its name, if that had to wait; its outcome is
 * reported; and one thing less is pending in its parent.
 */
#pragma once

#include "tree/hand.h"

/* One thing less is pending in it. */
void settle(struct hand *hand, struct folder *folder);

/* Does what settle does with a folder in which nothing is pending, in place of a process that was
 * killed while doing so. */
void settle_ended(struct hand *hand, struct folder *folder);

/* What was said since the last entry was about the directory itself. */
void settle_note(struct hand *hand, struct folder *folder);
