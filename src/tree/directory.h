/* SPDX-License-Identifier: MIT */
/*
 * Directories in the destination. A new one is a nest at first: made under a hidden name, until the
 * files in it are whole, for nobody looks there; then it is given its name. What is in a nest is
 * made in it plainly.
 */
#pragma once

#include "tree/entry.h"

/* Is it a directory that this very copy is making? That is said, a failure, and concluded. */
bool directory_is_own(struct entry *e);

/* Opens the source's directory and makes the destination's, or opens the one that is there.
 * Returns the folder, open, which directory_settle concludes as an entry; or NULL if that can't be
 * done, which has been said, for the caller to conclude. */
struct opened *directory_begin(struct entry *e);

/* Gives a nest its name, unless it gets it when all below it is done. Returns false if it couldn't
 * be, which has been said. */
bool directory_publish(struct hand *hand, struct opened *opened);

/* What was said since the last entry was concluded is about it, and is told in the end. */
void directory_note(struct hand *hand, struct folder *folder);

/* Removes one that is hidden, with all that is in it. */
void directory_remove(struct hand *hand, struct folder *folder);

/* Removes a nest, with all that is in it; what is none stays. */
void directory_discard(struct hand *hand, struct folder *folder);

/* Removes all that there are, when no other process is at work. */
void directory_discard_all(struct hand *hand);

/* One thing less is pending in it. If it was the last, its attributes are set, those of the source
 * or what is a new directory's, and its parent has one thing less. */
void directory_settle(struct hand *hand, struct folder *folder);

/* Does what directory_settle does with one in which nothing is pending, for who was killed at that.
 */
void directory_end(struct hand *hand, struct folder *folder);
