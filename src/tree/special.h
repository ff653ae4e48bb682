/* SPDX-License-Identifier: MIT */
/* Entries that have no data: symbolic links, FIFOs, devices, sockets; and names given to what is
 * there already. All appear complete, or not at all. */
#pragma once

#include "tree/entry.h"

/* Makes another of the kind. Returns false if it couldn't, which has been said; so do the others.
 */
bool special_copy(struct entry *e);

/* -l and -s: a link to the source instead of a copy. */
bool special_link(struct entry *e);

/* One more name for the copy of e->twin. Returns 0 or, without a word, -errno. */
int special_twin(struct entry *e);
