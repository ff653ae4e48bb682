/* SPDX-License-Identifier: MIT */
/*
 * A new directory in the destination is a nest at first: made under a hidden name, until the files
 * in it are whole, for nobody looks there; then it is given its name. What is in a nest is made in
 * it plainly.
 */
#pragma once

#include "tree/entry.h"

/*
 * Makes the destination's directory of an entry, whose record is `f`, for its owner alone: a nest,
 * unless it lies in one, or where nothing can be renamed. With --resume its hidden name is one that
 * the next run finds: that begins the nest of a run that was killed anew, while a lock, which
 * becomes e->lock, keeps others from it. Returns 0 or -errno: -EBUSY if another mpcp is filling
 * that very nest, -EEXIST if it has done so meanwhile.
 */
int nest_begin(struct entry *e, struct folder *f);

/* Gives one its name, unless it gets that when all below it is done. What is no nest has it.
 * Returns false if it couldn't be, which has been said. */
bool nest_publish(struct hand *hand, struct opened *opened);

/* Gives one its name; with --fsync, when all that is in it is on the disk. Returns as nest_publish
 * does. */
bool nest_give_name(struct hand *hand, struct folder *folder);

/* Removes a directory that is hidden, be it no nest, with all that is in it. */
void nest_remove(struct hand *hand, struct folder *folder);

/* Removes a nest, with all that is in it; what is none stays. */
void nest_discard(struct hand *hand, struct folder *folder);

/* Removes all that there are, when no other process is at work. */
void nest_discard_all(struct hand *hand);
