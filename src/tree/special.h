/* SPDX-License-Identifier: MIT */
/* Entries that have no data: symbolic links, FIFOs, devices, sockets; and names given to what
 * exists already. All of them appear complete, or not at all. */
#pragma once

#include "tree/entry.h"

/* Makes another one of that kind. Returns false if it couldn't, which has been reported; so do the
 * others. */
bool special_copy(struct entry *e);

/* -l and -s: a link to the source instead of a copy. */
bool special_link(struct entry *e);

/* One more name for the copy of e->twin. Returns 0 or -errno, without reporting it. */
int special_twin(struct entry *e);
