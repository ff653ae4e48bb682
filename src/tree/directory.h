/* SPDX-License-Identifier: MIT */
/* How directories begin: the source's is opened, the destination's found or made. */
#pragma once

#include "tree/entry.h"

/* Is it a directory that this very copy is making? That is said, a failure, and concluded. */
bool directory_is_own(struct entry *e);

/* Opens the source's directory and makes the destination's, or opens the one that is there.
 * Returns the folder, open, which directory_settle concludes as an entry; or NULL if that can't be
 * done, which has been said, for the caller to conclude. */
struct opened *directory_begin(struct entry *e);
