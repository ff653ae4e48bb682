/* SPDX-License-Identifier: MIT */
/*
 * A new directory in the destination is a nest at first: it is made under a hidden name, where
 * nobody looks, until the files in it are whole; then it is given its own name. What is in a nest
 * is made in it directly.
 */
#pragma once

#include "tree/entry.h"

/*
 * Makes the destination's directory of an entry, whose record is `f`, for its owner alone: as a
 * nest, unless it lies in one, or nothing can be renamed there. With --resume its hidden name is
 * one that the next run finds: if that run was killed, its nest is begun anew, while a lock, which
 * becomes e->lock, keeps others from it. Returns 0 or -errno: -EBUSY if another mpcp is filling
 * that very nest, -EEXIST if it has done so meanwhile.
 */
int nest_begin(struct entry *e, struct folder *f);

/* Gives it its name, unless it gets that when everything below it is done. A directory that isn't a
 * nest has its name. Returns false if it couldn't be given its name, which has been reported. */
bool nest_publish(struct hand *hand, struct opened *opened);

/* Gives it its name; with --fsync, when everything in it is on the disk. Returns as nest_publish
 * does. */
bool nest_give_name(struct hand *hand, struct folder *folder);

/* Removes a hidden directory, even if it isn't a nest, with everything in it. */
void nest_remove(struct hand *hand, struct folder *folder);

/* Removes a nest, with everything in it; one that isn't a nest stays. */
void nest_discard(struct hand *hand, struct folder *folder);

/* Removes all nests, when no other process is at work. */
void nest_discard_all(struct hand *hand);
