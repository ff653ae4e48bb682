/* SPDX-License-Identifier: MIT */
/*
 * How directories end: when nothing in one is pending any more, it gets its attributes, those of
 * the source or what is a new directory's, and its name, if that had to wait; what has come of it
 * is told; and in its parent one thing less is pending.
 */
#pragma once

#include "tree/hand.h"

/* One thing less is pending in it. */
void settle(struct hand *hand, struct folder *folder);

/* Does what settle does with one in which nothing is pending, for who was killed at that. */
void settle_ended(struct hand *hand, struct folder *folder);

/* What was said since the last entry was about the directory itself. */
void settle_note(struct hand *hand, struct folder *folder);
