/* SPDX-License-Identifier: MIT */
/* How directories begin: the source's is opened, the destination's found or made. */
#pragma once

#include "tree/entry.h"

/* Is it a directory that this very copy is making? That is reported, as a failure, and
 * concluded. */
bool directory_is_own(struct entry *e);

/* Opens the source's directory and makes the destination's, or opens the one that exists. Returns
 * the folder, open, which directory_settle concludes as an entry; or NULL if that can't be done,
 * which has been reported, for the caller to conclude. */
struct opened *directory_begin(struct entry *e);

/* Notes what everything created in the destination's directory, open as `fd`, has in common.
 * Returns whether it inherits an ACL, or -errno. */
int directory_note_destination(const struct hand *hand, struct folder *folder, int fd);
