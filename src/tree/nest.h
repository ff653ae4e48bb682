/* SPDX-License-Identifier: MIT */
/* How a new directory begins: under a hidden name, unless it lies in what is hidden already. */
#pragma once

#include "tree/entry.h"

/*
 * Makes the destination's directory of an entry, whose record is `f`, for its owner alone. With
 * --resume its hidden name is one that the next run finds: that begins the nest of a run that was
 * killed anew, while a lock, which becomes e->lock, keeps others from it. Returns 0 or -errno:
 * -EBUSY if another mpcp is filling that very nest, -EEXIST if it has done so meanwhile.
 */
int nest_begin(struct entry *e, struct folder *f);

/* Gives a nest its name, in the open directory that it lies in. Returns 0 or -errno: -ESTALE if
 * what has the hidden name isn't the nest any more. */
int nest_name(struct folder *f, int dir_fd);
